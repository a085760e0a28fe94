"""Test data written as people write it: tables, and budgets with sensible defaults."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from climatebudget.core.budget import Budget, BudgetYear, Kind, Municipality, Stage, Version
from climatebudget.core.field import read_number
from climatebudget.core.inventory import UNALLOCATED, Edition, Inventory, Source, sector_of
from climatebudget.core.measure import Basis, Measure, effect_in
from climatebudget.core.paths import ReferencePath, Target
from climatebudget.core.quantity import tonnes

HISTORY = """
    utslippskilde          | 2009   | 2022   | 2024
    veitrafikk/personbiler | 1000.5 | 700.25 | 600
    veitrafikk/tunge       | 500    | 450    | 400
    oppvarming/olje        | 250    | 20     | 0
"""


def rows(table: str) -> tuple[list[str], list[list[str]]]:
    """The heading and the lines of ``a | b | c``."""
    head, *lines = [
        [cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()
    ]
    return head, lines


def by_year(years: list[str], cells: list[str]) -> dict[int, Decimal]:
    """An empty cell is unknown, not zero."""
    pairs = zip(years, cells, strict=True)
    return {int(year): read_number(cell, ".") for year, cell in pairs if cell}


def measures(table: str, **fields: Any) -> tuple[Measure, ...]:
    """Measures from ``nr | klimatiltak | sektor | utslippskilde | 2026 | 2027``.

    A line without any number is not quantified. ``fields`` are the same for all of them.
    """
    head, lines = rows(table)
    return tuple(_measure(cells, by_year(head[4:], cells[4:]), head[0], fields) for cells in lines)


def _measure(
    cells: list[str], figures: dict[int, Decimal], head: str, fields: dict[str, Any]
) -> Measure:
    assert head == "nr"
    number, name, department, code = cells[:4]
    code = code or UNALLOCATED
    cites = {year: f"tabell 2.2, linje {number}, {year}" for year in figures}
    own = {
        "basis": Basis.CALCULATED if figures else Basis.UNQUANTIFIED,
        "effects": (effect_in(code, figures, cites),) if figures else (),
    }
    return Measure(
        f"m{number}", int(number), name, department=department, code=code, **{**own, **fields}
    )


def history(table: str = HISTORY, area: str = "0301") -> Inventory:
    """An inventory from ``utslippskilde | 2009 | 2024``; names are made from the codes."""
    head, lines = rows(table)
    years = tuple(int(year) for year in head[1:])
    cells = {
        (code, year): value
        for code, *own in lines
        for year, value in by_year(head[1:], own).items()
    }
    return Inventory(area, years, cells, {code: source(code) for code, *_ in lines})


def source(code: str) -> Source:
    sector, _, name = code.partition("/")
    return Source(code, sector_of(code), (name or sector).capitalize(), sector.capitalize())


def edition(**changes: Any) -> Edition:
    fields: dict[str, Any] = {
        "slug": "2024-tall",
        "name": "2024-tall",
        "publisher": "Miljødirektoratet",
        "published": date(2026, 2, 2),
        "sha256": "e" * 64,
        "content_sha256": "c" * 64,
        "file_name": "oslo.xlsx",
        "layout": "municipal",
        "rows": 9,
        "years": (2009, 2022, 2024),
        "areas": ("0301",),
    }
    return Edition(**{**fields, **changes})


def version(**changes: Any) -> Version:
    return Version(**{"id": "v1", "slug": "utkast", "kind": Kind.DRAFT, **changes})


def path(figures: dict[int, str | int], **changes: Any) -> ReferencePath:
    return ReferencePath({"": tonnes({y: Decimal(v) for y, v in figures.items()})}, **changes)


def budget(own: tuple[Measure, ...] = (), year: int = 2026, **changes: Any) -> Budget:
    """Oslo's draft with inventory, target and reference path; ``changes`` replace any of it."""
    fields: dict[str, Any] = {
        "municipality": Municipality("0301", "Oslo"),
        "budget_year": BudgetYear(year, Stage.PROPOSAL, 2030),
        "version": version(),
        "edition": edition(),
        "inventory": history(),
        "targets": (Target(Decimal(55), 2030, 2009, "Bystyret 2025/17"),),
        "path": path(dict(zip(range(2025, 2031), range(990, 930, -10), strict=True))),
        "departments": tuple(dict.fromkeys(m.department for m in own if m.department)),
        "measures": own,
    }
    return Budget(**{**fields, **changes})
