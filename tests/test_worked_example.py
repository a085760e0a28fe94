"""The worked example in docs/ says what the program reckons: every line of its tables."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from climatebudget import db, demo
from climatebudget.core.budget import Budget
from climatebudget.core.field import NBSP, show_number
from climatebudget.core.reconcile import sector_name
from climatebudget.core.sentence import top
from climatebudget.core.statement import Cut, Statement, statement
from climatebudget.db import read
from climatebudget.db.upgrade import upgrade

PAGE = Path(__file__).parents[1] / "docs" / "worked-example.md"
TENTH = Decimal("0.1")
YEARS = (2023, 2030)


@pytest.fixture(scope="module")
def oslo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Budget, Statement]:
    folder = tmp_path_factory.mktemp("instance")
    engine = db.connect(f"sqlite:///{folder / 'klima.sqlite3'}")
    upgrade(engine)
    demo.build(engine, folder, datetime(2026, 11, 23, 9, 0, tzinfo=UTC))
    with db.session(engine, "test") as session:
        place = read.place(session, "0301", 2023, "vedtatt")
        assert place
        budget = read.budget(session, place)
    engine.dispose()
    return budget, statement(budget)


def written(value: Decimal | Fraction | None, step: Decimal | int = 1) -> str:
    """A number as an English page has it: a space for thousands, a decimal point."""
    if value is None:
        return "unknown"
    number = Decimal(value) if not isinstance(value, Fraction) else Decimal(int(value))
    return show_number(number, step).replace(NBSP, " ").replace(",", ".")


def line(*cells: str | int) -> str:
    return f"| {' | '.join(str(cell) for cell in cells)} |"


def expected(budget: Budget, ledger: Statement) -> Iterator[str]:
    assert budget.inventory
    total, inventory = ledger.total, budget.inventory
    for code, history in {**inventory.sectors, "": inventory.total}.items():
        name = sector_name(budget, code) if code else "All"
        yield line(name, *(written(history[y], TENTH) for y in (2009, 2020)))
    for code, own in ledger.sectors.items():
        if own.cut.measures:
            yield line(sector_name(budget, code), *_cut(own.cut))
    yield line("All", *_cut(total.cut))
    for year in YEARS:
        figures = total.path[year], total.cut.gross[year].value, total.overlap[year].value
        after = total.after[year].value
        change = f"{written(ledger.change(after))} %"
        yield line(year, *map(written, figures), written(after), change)
    for year, percent in ledger.allowance_percent.items():
        if year >= 2020:
            yield line(year, written(percent), written(ledger.allowance[year], TENTH))
    for year in YEARS:
        gap = ledger.gap[year].value
        figures = total.after[year].value, ledger.allowance[year], gap
        yield line(year, *(written(f, TENTH) for f in figures), written(ledger.points(gap)))


def _cut(cut: Cut) -> list[str]:
    cuts = [written(cut.gross[y].value) for y in YEARS]
    return [*cuts, f"{cut.counted} of {cut.measures}"]


def test_every_line_of_the_tables_is_what_the_program_reckons(oslo: tuple[Budget, Statement]):
    lines = [p for p in PAGE.read_text(encoding="utf-8").splitlines() if p.startswith("| ")]
    headings = ("| ---", "| Emission sector", "| Year")
    assert sorted(p for p in lines if not p.startswith(headings)) == sorted(expected(*oslo))


def test_the_sentence_at_its_end_is_the_one_on_top_of_the_overview(
    oslo: tuple[Budget, Statement],
):
    said = [text.shown().replace(NBSP, " ") for text in top(*oslo)]
    assert "Det gjenstår å kutte 476 200 tonn." in said
    assert "«Det gjenstår å kutte 476 200 tonn.»" in PAGE.read_text(encoding="utf-8")
