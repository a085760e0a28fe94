"""The last table of measures that was read into a draft, as the record tells of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from climatebudget.core.budget import Control
from climatebudget.core.text import N_, Text
from climatebudget.db.models import (
    ControlTotalRow,
    MeasureRow,
    OverlapMemberRow,
    RecordRow,
    measure_subject,
    measures_subject,
    overlap_subject,
    version_subject,
)
from climatebudget.db.read.records import lines_between, lines_of
from climatebudget.db.values import IMPORT_MEASURES, Imported, LastImport, Line, Place

MEMBER = "member"  # begins what the record says of a measure in an overlap group
CHANGED = N_("er endret etter innlesingen")
IN_A_GROUP = N_("er tatt med i en overlappgruppe")
GROUP_CHANGED = N_("var i en overlappgruppe som er endret etter innlesingen")
NUMBER_USED = N_("har et nummer som et annet klimatiltak har fått")


def last_import(session: Session, place: Place) -> LastImport | None:
    """None where no table has been read in, or the last one is taken back."""
    subject = measures_subject(place.version_id)
    line = next(iter(lines_of(session, place, subject, limit=1)), None)
    if line is None or line.action != IMPORT_MEASURES:
        return None
    said: Mapping[str, Any] = line.after
    parts = {k: tuple(Imported(*m) for m in said[k]) for k in ("added", "changed", "removed")}
    return LastImport(
        line.n,
        said["first"],
        line.at,
        line.actor_name,
        said["file"],
        **parts,
        departments=tuple(said["departments"]),
        controls_before=_controls_said(line.before),
        moved=tuple(_moved(session, place, line, **parts)),
        controls_moved=controls(session, place) != _controls_said(said),
    )


def controls(session: Session, place: Place) -> tuple[Control, ...]:
    """The sums that the version's sources state, year by year."""
    rows = session.execute(
        select(ControlTotalRow.year, ControlTotalRow.grams, ControlTotalRow.cites)
        .where(
            ControlTotalRow.municipality_id == place.municipality_id,
            ControlTotalRow.version_id == place.version_id,
        )
        .order_by(ControlTotalRow.year)
    )
    return tuple(Control(year, grams, cites) for year, grams, cites in rows)


def memberships(
    session: Session, place: Place, last: int, first: int
) -> dict[str, list[tuple[str, str]]]:
    """Measure → (overlap group, code), for those that left a group between two lines."""
    groups = overlap_subject(place.version_id, "")
    found: dict[str, list[tuple[str, str]]] = {}
    for line in lines_between(session, place, first, last):
        if not line.what.startswith(groups):
            continue
        for key in line.before:
            what, _, rest = key.partition(" ")
            if what == MEMBER:
                measure_id, _, code = rest.rpartition(" ")
                found.setdefault(measure_id, []).append((line.what.removeprefix(groups), code))
    return found


def _controls_said(said: Mapping[str, Any]) -> tuple[Control, ...]:
    return tuple(Control(year, Decimal(grams), cites) for year, grams, cites in said["controls"])


def _moved(
    session: Session,
    place: Place,
    line: Line,
    added: Iterable[Imported],
    changed: Iterable[Imported],
    removed: tuple[Imported, ...],
) -> Iterator[tuple[Imported, Text]]:
    """What the table touched and somebody has changed since, or something stands in the way of."""
    later = _subjects_after(session, place, line.n)
    grouped = _in_groups(session, place)
    for one in (*added, *changed):
        if measure_subject(place.version_id, one.id) in later:
            yield one, Text(CHANGED)
        elif one in added and one.id in grouped:
            yield one, Text(IN_A_GROUP)
    if not removed:
        return
    numbers = _numbers(session, place)
    left = memberships(session, place, line.n, int(str(line.after["first"])))
    for one in removed:
        groups = {overlap_subject(place.version_id, group) for group, _ in left.get(one.id, ())}
        if one.number in numbers:
            yield one, Text(NUMBER_USED)
        elif groups & later:
            yield one, Text(GROUP_CHANGED)


def _subjects_after(session: Session, place: Place, n: int) -> set[str]:
    """What of the version has been changed since a line of the record."""
    its = f"{version_subject(place.version_id)} "
    return set(
        session.scalars(
            select(RecordRow.what)
            .where(
                RecordRow.chain == place.municipality_id,
                RecordRow.n > n,
                RecordRow.what.startswith(its),
            )
            .distinct()
        )
    )


def _in_groups(session: Session, place: Place) -> set[str]:
    of_it = OverlapMemberRow.municipality_id == place.municipality_id
    its = OverlapMemberRow.version_id == place.version_id
    return set(session.scalars(select(OverlapMemberRow.measure_id).where(of_it, its)))


def _numbers(session: Session, place: Place) -> set[int]:
    of_it = MeasureRow.municipality_id == place.municipality_id
    its = MeasureRow.version_id == place.version_id
    return set(session.scalars(select(MeasureRow.number).where(of_it, its)))
