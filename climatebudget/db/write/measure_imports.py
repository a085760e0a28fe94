"""A table of measures, into a draft: all of what was previewed, or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

from sqlalchemy.orm import Session

from climatebudget.core.budget import Control
from climatebudget.core.measure import Measure
from climatebudget.core.measure_import import Import
from climatebudget.core.text import N_
from climatebudget.db import guard
from climatebudget.db.errors import Refused, Stale
from climatebudget.db.models import TableMappingRow, measures_subject
from climatebudget.db.read.budgets import measure_locks, measures
from climatebudget.db.read.measure_imports import controls
from climatebudget.db.read.places import departments
from climatebudget.db.values import IMPORT_MEASURES, Place
from climatebudget.db.write.budgets import set_controls
from climatebudget.db.write.measures import remove_measures, save_measures
from climatebudget.db.write.people import add_department


def import_measures(
    session: Session,
    place: Place,
    done: Import,
    *,
    file_name: str,
    signature: str,
    mapping: Mapping[str, str],
    answers: Mapping[str, str],
    remove_gone: bool = False,
) -> None:
    """Store what was previewed; a measure that is as the table has it, is not touched.

    ``mapping`` (heading → field) and ``answers`` are remembered under the table's signature, and
    what was done becomes one act on the record, under ``file_name``, that `undo_import` can undo.
    Raises `Refused` while something stops it, `Stale` when the draft is no longer what the import
    was reckoned from, `Locked` for a frozen version.
    """
    guard.refuse_frozen(session, {place.version_id})
    if not done.may_store:
        raise Refused(N_("Tabellen kan ikke leses inn før alt er svart på og rettet."))
    guard.lock_chains(session, {place.municipality_id})
    _refuse_moved(session, place, done)
    first, stated = _head(session, place), controls(session, place)
    known = departments(session, place.municipality_id)
    new = [name for name in done.departments if name not in known]
    for name in new:
        add_department(session, place.municipality_id, name)
    gone = done.gone if remove_gone else ()
    if gone:
        remove_measures(session, place, [m.id for m in gone])
    locks = measure_locks(session, place)
    changed = [(change.after, locks[change.before.id]) for change in done.changed]
    added = [replace(measure, id=measure.id or str(uuid4())) for measure in done.added]
    if added or changed:
        save_measures(session, place, [*changed, *((measure, None) for measure in added)])
    set_controls(session, place, done.controls)
    if _head(session, place) != first:
        _note(
            session,
            place,
            {"controls": _said(stated)},
            {
                "file": file_name,
                "first": first,
                "added": [_named(m) for m in added],
                "changed": [_named(m) for m, _ in changed],
                "removed": [_named(m) for m in gone],
                "departments": new,
                "controls": _said(controls(session, place)),
            },
        )
    _remember(session, place.municipality_id, signature, mapping, answers)


def _head(session: Session, place: Place) -> int:
    """The number of the last line of the municipality's record."""
    return guard.last_of(session, place.municipality_id)[0]


def _note(
    session: Session, place: Place, before: dict[str, object], after: dict[str, object]
) -> None:
    what = measures_subject(place.version_id)
    entry = guard.Entry(place.municipality_id, what, IMPORT_MEASURES, before, after)
    guard.note(session, [entry])


def _named(measure: Measure) -> tuple[str, int, str, bool]:
    return measure.id, measure.number, measure.name, bool(measure.contact)


def _said(stated: Iterable[Control]) -> list[tuple[int, Decimal, str]]:
    return [(control.year, control.tonnes, control.cites) for control in stated]


def _refuse_moved(session: Session, place: Place, done: Import) -> None:
    """The draft's measures must be those the import was reckoned from, each as it was."""
    base = {m.id: m for m in (*done.untouched, *done.gone, *(c.before for c in done.changed))}
    if base != {m.id: m for m in measures(session, place)}:
        raise Stale(N_("Utkastet er endret siden tabellen ble lest. Les den inn på nytt."))


def _remember(
    session: Session,
    municipality_id: int,
    signature: str,
    mapping: Mapping[str, str],
    answers: Mapping[str, str],
) -> None:
    """Keep how the table was read; the same as before changes nothing."""
    row = session.get(TableMappingRow, (municipality_id, signature))
    kept = (row.mapping, row.answers) if row else None
    new = guard.canonical_json(dict(mapping)), guard.canonical_json(dict(answers))
    if kept == new:
        return
    if row is None:
        row = TableMappingRow(municipality_id=municipality_id, signature=signature)
        session.add(row)
    row.mapping, row.answers = new
    row.updated = session.info["clock"]()
    session.flush()
