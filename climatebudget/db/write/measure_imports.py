"""A table of measures, into a draft: all of what was previewed, or nothing."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session

from climatebudget.core.measure_import import Import
from climatebudget.core.text import N_
from climatebudget.db import guard
from climatebudget.db.errors import Refused, Stale
from climatebudget.db.models import TableMappingRow
from climatebudget.db.read.budgets import measure_locks, measures
from climatebudget.db.read.places import departments
from climatebudget.db.values import Place
from climatebudget.db.write.budgets import set_controls
from climatebudget.db.write.measures import remove_measures, save_measures
from climatebudget.db.write.people import add_department


def import_measures(
    session: Session,
    place: Place,
    done: Import,
    *,
    signature: str,
    mapping: Mapping[str, str],
    answers: Mapping[str, str],
    remove_gone: bool = False,
) -> None:
    """Store what was previewed; a measure that is as the table has it, is not touched.

    ``mapping`` (heading → field) and ``answers`` are remembered under the table's signature.
    Raises `Refused` while something stops it, `Stale` when the draft is no longer what the import
    was reckoned from, `Locked` for a frozen version.
    """
    guard.refuse_frozen(session, {place.version_id})
    if not done.may_store:
        raise Refused(N_("Tabellen kan ikke leses inn før alt er svart på og rettet."))
    _refuse_moved(session, place, done)
    known = departments(session, place.municipality_id)
    for name in done.departments:
        if name not in known:
            add_department(session, place.municipality_id, name)
    if remove_gone and done.gone:
        remove_measures(session, place, [m.id for m in done.gone])
    locks = measure_locks(session, place)
    changed = [(change.after, locks[change.before.id]) for change in done.changed]
    if done.added or changed:
        save_measures(session, place, [*changed, *((measure, None) for measure in done.added)])
    set_controls(session, place, done.controls)
    _remember(session, place.municipality_id, signature, mapping, answers)


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
