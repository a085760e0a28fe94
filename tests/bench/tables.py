"""A table of measures out of Excel: read, mapped, decided and stored."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import sqlalchemy as sa
from openpyxl import Workbook

from climatebudget import db
from climatebudget.core.measure_import import imported
from climatebudget.core.measure_table import proposed
from climatebudget.db import read, write
from climatebudget.sheets.measure_tables import names, read_table
from tests.bench.clock import Row, wall

HEADINGS = (
    "Nummer",
    "Klimatiltak",
    "Utslippskilde",
    *(f"Utslippskutt {y}" for y in range(2027, 2031)),
)
PLACES = ("Veitrafikk: Personbiler", "Veitrafikk: Busser", "Oppvarming: Fossil olje")
MEASURES = 209
YEARS = count(2031)


def importing(folder: Path, engine: sa.Engine) -> Row:
    """Into a budget year of its own each time: gate, child, decisions, one transaction."""
    path = _workbook(folder / "klimatiltak.xlsx")

    def one() -> None:
        with db.session(engine, actor="bench", writes=True) as session:
            found = read.municipality(session, "0301")
            assert found is not None
            year = next(YEARS)
            write.open_budget_year(session, found[0], year, year + 3)
            place = read.place(session, "0301", year, "utkast")
            assert place is not None
            table = read_table(path, path.name)
            budget = read.budget(session, place)
            mapping = proposed(table, budget, names())
            done = imported(table, mapping, {}, budget, names())
            assert len(done.added) == MEASURES and done.may_store, done.findings
            write.import_measures(
                session,
                place,
                done,
                file_name=path.name,
                signature=table.signature,
                mapping={},
                answers={},
            )
            session.commit()

    what = f"import {MEASURES} measures from Excel: gate, child, decisions, stored"
    return Row(what, f"{wall(one):.2f} s", "≤ 1 s")


def _workbook(path: Path) -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(HEADINGS)
    for n in range(1, MEASURES + 1):
        figures = [n * 10 + year for year in range(4)]
        sheet.append([n, f"Bytte ut maskin {n}", PLACES[n % len(PLACES)], *figures])
    book.save(path)
    return path
