"""Tables of measures as people write them, and what a person would answer of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from climatebudget.core.budget import Budget
from climatebudget.core.field import clean
from climatebudget.core.measure_import import Import, imported, questions
from climatebudget.core.measure_table import proposed
from climatebudget.core.table import Column, Row, Table
from climatebudget.sheets.measure_sheets import read
from climatebudget.sheets.measure_tables import names
from tests import tables

DATA = Path(__file__).parent / "data" / "measure_tables"
OSLO = Path(__file__).parents[1] / "climatebudget" / "demo" / "sources" / "oslo_2023_measures.csv"
NAMES = names()


def table(text: str, **changes: Any) -> Table:
    """``nr | klimatiltak | 2030`` as a CSV file with these headings in row 1."""
    head, lines = tables.rows(text)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[: len(head)]
    rows = tuple(
        Row(n, {at: clean(cell) for at, cell in zip(letters, cells, strict=True) if cell})
        for n, cells in enumerate(lines, start=2)
    )
    columns = tuple(
        Column(at, heading, next((r.text(at) for r in rows if at in r.cells), ""))
        for at, heading in zip(letters, head, strict=True)
    )
    return replace(Table("tiltak.csv", "f" * 64, "", (), columns, rows), **changes)


def oslo() -> Table:
    """The table of Oslo's climate budget for 2023, as published."""
    return read(OSLO, OSLO.name)


def draft(*measures: Any, **changes: Any) -> Budget:
    """Oslo's draft for 2027; its measures as `tests.tables.measures` gives them."""
    return tables.budget(measures, year=2027, **changes)


def answers(
    found: Table, budget: Budget, mark: str = ".", place: str = "ufordelt"
) -> dict[str, str]:
    """Every question answered: the marks as said, each unit a new department."""
    mapping = proposed(found, budget, NAMES)
    said = {"mark": mark, "place": place, "department": "+"}
    asked = questions(found, mapping, budget, NAMES)
    return {q.code: said[q.code.partition("-")[0]] for q in asked}


def done(
    found: Table | str,
    budget: Budget | None = None,
    given: Mapping[str, str] | None = None,
    **columns: str,
) -> Import:
    """The import with the columns proposed, but for those said: ``B="name"``."""
    found = table(found) if isinstance(found, str) else found
    budget = budget or draft()
    given = answers(found, budget) if given is None else given
    mapping = proposed(found, budget, NAMES) | columns
    return imported(found, mapping, given, budget, NAMES)


def stored(done: Import, budget: Budget) -> Budget:
    """The draft as it is once the import has been stored; nothing is removed."""
    after = {c.before.id: c.after for c in done.changed}
    kept = [after.get(m.id, m) for m in budget.measures]
    new = [replace(m, id=f"ny-{m.number}") for m in done.added]
    departments = (*budget.departments, *done.departments)
    controls = {c.year: c for c in (*budget.controls, *done.controls)}
    return replace(
        budget,
        measures=tuple(sorted((*kept, *new), key=lambda m: m.number)),
        departments=departments,
        controls=tuple(controls.values()),
    )


def stops(done: Import) -> list[str]:
    """The codes of what must be put right."""
    return [finding.code for finding in done.findings if finding.stops]
