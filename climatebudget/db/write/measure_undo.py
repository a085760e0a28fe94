"""A table of measures taken back: the draft's measures as they were before it, or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from climatebudget.core.measure import Book, Category, Cost, CostKind, Effect, Measure
from climatebudget.core.quantity import Unit, Yearly, tonnes
from climatebudget.core.text import N_
from climatebudget.db import guard
from climatebudget.db.errors import Stale
from climatebudget.db.models import MeasureRow, measure_subject, measures_subject, table
from climatebudget.db.read.budgets import PLAIN, measure_locks
from climatebudget.db.read.measure_imports import last_import, memberships
from climatebudget.db.read.records import lines_between
from climatebudget.db.values import UNDO_IMPORT, LastImport, Place
from climatebudget.db.write.budgets import replace_controls
from climatebudget.db.write.measures import remove_measures, save_measures, told_of
from climatebudget.db.write.people import remove_unused_department
from climatebudget.db.write.reckonings import join_overlaps

MEASURE = table(MeasureRow)


def undo_import(session: Session, place: Place, seen: int) -> LastImport:
    """Take back the last table of measures in the draft, and say what it had done.

    ``seen`` is the import's line in the record. Raises `Stale`, and takes back nothing, when it is
    not the last, or when something it touched has changed since; `Locked` for a frozen version. The
    contact person of a measure that comes back is unknown: the record does not name people.
    """
    guard.refuse_frozen(session, {place.version_id})
    guard.lock_chains(session, {place.municipality_id})
    last = last_import(session, place)
    if last is None or last.n != seen or not last.may_be_undone:
        raise Stale(N_("Innlesingen kan ikke angres slik den sto da du åpnet siden."))
    before = _before(session, place, last)
    locks = measure_locks(session, place)
    remove_measures(session, place, [m.id for m in last.added])
    if before:
        save_measures(session, place, [(m, locks.get(m.id)) for m in before])
    join_overlaps(session, place, memberships(session, place, last.n, last.first))
    replace_controls(session, place, last.controls_before)
    for name in last.departments:
        remove_unused_department(session, place.municipality_id, name)
    what, after = measures_subject(place.version_id), {"import": last.n, "file": last.file_name}
    guard.note(session, [guard.Entry(place.municipality_id, what, UNDO_IMPORT, {}, after)])
    return last


def _before(session: Session, place: Place, last: LastImport) -> list[Measure]:
    """What the table changed and removed, as it was."""
    said = told_of(session, place, [m.id for m in last.changed])
    said |= {m.id: {} for m in last.removed}
    ids = {measure_subject(place.version_id, id_): id_ for id_ in said}
    for line in lines_between(session, place, last.first, last.n):  # the newest first
        if id_ := ids.get(line.what):
            kept = {key: value for key, value in said[id_].items() if key not in line.after}
            said[id_] = kept | line.before
    for one in last.removed:
        said[one.id].pop("contact", None)
    return [_measure(id_, its) for id_, its in said.items()]


def _measure(public_id: str, said: Mapping[str, Any]) -> Measure:
    """The measure that the record tells of."""
    report, code = said.get("category_report"), said.get("category_code")
    return Measure(
        id=public_id,
        **{name: _value(name, said.get(name)) for name in PLAIN},
        category=Category(report, code) if report and code else None,
        effects=_effects(said),
        costs=_costs(said),
    )


def _value(name: str, said: Any) -> Any:
    """A column's value; what the record leaves out is empty."""
    column = MEASURE.c[name]
    if isinstance(column.type, sa.Enum) and column.type.enum_class is not None:
        return column.type.enum_class[said]
    return "" if said is None and not column.nullable else said


def _effects(said: Mapping[str, Any]) -> tuple[Effect, ...]:
    found: dict[tuple[Book, str], dict[str, dict[int, Any]]] = {}
    for key, value in said.items():
        match key.split(" "):
            case ["effect", book, code]:
                found.setdefault((Book[book], code), {})
            case ["effect", book, code, year, column] if value is not None:
                columns = found.setdefault((Book[book], code), {})
                columns.setdefault(column, {})[int(year)] = value
    return tuple(
        Effect(
            code,
            tonnes(_decimals(columns.get("grams", {}))),
            book,
            tonnes(_decimals(columns.get("low", {}))),
            tonnes(_decimals(columns.get("high", {}))),
            columns.get("cites", {}),
        )
        for (book, code), columns in found.items()
    )


def _costs(said: Mapping[str, Any]) -> tuple[Cost, ...]:
    found: dict[CostKind, dict[int, Any]] = {}
    for key, value in said.items():
        match key.split(" "):
            case ["cost", kind, year, _]:
                found.setdefault(CostKind[kind], {})[int(year)] = value
    return tuple(Cost(kind, Yearly(Unit.KNOK, _decimals(its))) for kind, its in found.items())


def _decimals(values: Mapping[int, str]) -> dict[int, Decimal]:
    return {year: Decimal(value) for year, value in sorted(values.items())}
