"""What a version decides beside its figures: boundary, adjustments, overlap, accepted findings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, selectinload
from sqlalchemy.orm.exc import StaleDataError

from climatebudget.core.acceptance import fingerprint, may_be_accepted, place_of
from climatebudget.core.adjustments import Adjustment
from climatebudget.core.boundary import Boundary
from climatebudget.core.findings import Finding
from climatebudget.core.measure import Book
from climatebudget.core.overlap import OverlapGroup
from climatebudget.core.quantity import GRAM, rounded
from climatebudget.core.text import N_
from climatebudget.db.errors import Refused, Stale, Unknown
from climatebudget.db.models import (
    AcceptanceRow,
    AdjustmentRow,
    FacilityFigureRow,
    FacilityRow,
    LeftOutRow,
    OverlapGroupRow,
    OverlapMemberRow,
    VersionRow,
)
from climatebudget.db.read.editions import edition_key
from climatebudget.db.values import Place
from climatebudget.db.write.budgets import make_equal


def set_boundary(
    session: Session,
    place: Place,
    boundary: Boundary,
    lock: int | None = None,
    *,
    book: Book | None = None,
) -> int:
    """Make the version's boundary equal to this; the frame's new counter.

    Without ``book`` the version keeps the one it has. Raises `Stale` when the frame has moved
    since ``lock``.
    """
    row = session.get_one(VersionRow, place.version_id, populate_existing=True)
    if lock is not None and row.lock != lock:
        raise Stale(N_("En annen har lagret rammene siden du åpnet dem."))
    left_out = [{"code": c, "reason": r} for c, r in boundary.left_out.items()]
    facilities = [{"name": f.name, "code": f.code, "reason": f.reason} for f in boundary.facilities]
    figures = [
        {"name": f.name, "year": year, "grams": rounded(value, GRAM)}
        for f in boundary.facilities
        for year, value in f.yearly.by_year.items()
    ]
    with session.no_autoflush:  # a facility and its figures go in one flush, in order
        changed = [
            make_equal(session, place, LeftOutRow, ("code",), left_out),
            make_equal(session, place, FacilityRow, ("name",), facilities),
            make_equal(session, place, FacilityFigureRow, ("name", "year"), figures),
        ]
    row.book = book or row.book
    if any(changed) or session.is_modified(row):
        row.lock += 1
    _flush(session)
    return row.lock


def set_adjustments(
    session: Session, place: Place, adjustments: Iterable[Adjustment], lock: int | None = None
) -> int:
    """Make the version's adjustments equal to these, on whatever edition; the frame's new counter.

    Raises `Stale` when the frame has moved since ``lock``, `Unknown` for an edition that is not
    here, `Refused` for two on the same source and year of one edition.
    """
    row = session.get_one(VersionRow, place.version_id, populate_existing=True)
    if lock is not None and row.lock != lock:
        raise Stale(N_("En annen har lagret rammene siden du åpnet dem."))
    wanted = _adjustments(session, place, adjustments)
    key = ("edition_owner", "edition_id", "code", "year")
    if len({tuple(values[k] for k in key) for values in wanted}) < len(wanted):
        raise Refused(N_("En utslippskilde har to justeringer for samme år. Slå dem sammen."))
    if make_equal(session, place, AdjustmentRow, key, wanted):
        row.lock += 1
    _flush(session)
    return row.lock


def _adjustments(
    session: Session, place: Place, adjustments: Iterable[Adjustment]
) -> list[dict[str, Any]]:
    adjustments = list(adjustments)
    editions = {a.lies_on: _edition(session, place, *a.lies_on) for a in adjustments}
    return [
        {
            "edition_owner": editions[a.lies_on][0],
            "edition_id": editions[a.lies_on][1],
            "code": a.code,
            "year": a.year,
            "grams": rounded(a.tonnes, GRAM),
            "reason": a.reason,
            "approved_by": a.approved_by,
        }
        for a in adjustments
    ]


def _edition(session: Session, place: Place, slug: str, own: bool) -> tuple[int, int]:
    """The edition of that slug; the other owner's where a file came from another installation."""
    owners = (place.municipality_id, None) if own else (None, place.municipality_id)
    keys = (edition_key(session, slug, owner) for owner in owners)
    found = next((key for key in keys if key is not None), None)
    if found is None:
        raise Unknown(N_("Statistikkutgaven «%(slug)s» finnes ikke."), slug=slug)
    return found


def save_overlap(
    session: Session, place: Place, group: OverlapGroup, lock: int | None = None
) -> OverlapGroup:
    """Make the stored group equal to this one, adding it if it is new.

    ``lock`` is the counter the person saw; raises `Stale` when it has moved since.
    """
    row = _group(session, place, group.id) if group.id else None
    if row is None and lock is not None:
        raise Stale(N_("Overlappgruppen er slettet av en annen. Det du skrev, er ikke lagret."))
    if row is None:
        group = replace(group, id=group.id or str(uuid4()))
        row = OverlapGroupRow(
            municipality_id=place.municipality_id,
            version_id=place.version_id,
            public_id=group.id,
            lock=1,
        )
        _fill(session, row, group)
        session.add(row)
    else:
        _refuse_stale(row, lock)
        if _fill(session, row, group) or session.is_modified(row):
            row.lock += 1
    _flush(session)
    return group


def remove_overlap(session: Session, place: Place, public_id: str, lock: int | None = None) -> None:
    """Remove a group; its measures keep their figures."""
    row = _group(session, place, public_id)
    if row is None:
        raise Stale(N_("Overlappgruppen er slettet av en annen. Det du skrev, er ikke lagret."))
    _refuse_stale(row, lock)
    session.delete(row)
    _flush(session)


def leave_overlaps(session: Session, place: Place, *measure_ids: str) -> None:
    """Take measures that go away out of their groups."""
    for member in session.scalars(
        select(OverlapMemberRow).where(
            OverlapMemberRow.municipality_id == place.municipality_id,
            OverlapMemberRow.version_id == place.version_id,
            OverlapMemberRow.measure_id.in_(measure_ids),
        )
    ):
        session.delete(member)


def join_overlaps(
    session: Session, place: Place, groups: Mapping[str, Iterable[tuple[str, str]]]
) -> None:
    """Put measures back in the groups they were in: measure → (group, code of its cut)."""
    its = {"municipality_id": place.municipality_id, "version_id": place.version_id}
    for measure_id, found in groups.items():
        for group_id, code in found:
            session.add(
                OverlapMemberRow(**its, group_id=group_id, measure_id=measure_id, code=code)
            )
    session.flush()


def accept(
    session: Session, place: Place, finding: Finding, reason: str, by: str, now: datetime
) -> None:
    """Accept a finding of the version as it is now; ``by`` is a role, never a name.

    Raises `Refused` for one that stops the next step, or without a reason; `Stale` when somebody
    else accepts it at the same time.
    """
    if not may_be_accepted(finding):
        raise Refused(N_("Merknaden kan ikke godtas. Den må rettes."))
    if not reason.strip():
        raise Refused(N_("Skriv hvorfor merknaden godtas. Begrunnelsen blir offentlig."))
    key = finding.code, place_of(finding)
    row = _acceptance(session, place, *key)
    if row is None:
        row = AcceptanceRow(
            municipality_id=place.municipality_id,
            version_id=place.version_id,
            code=key[0],
            place=key[1],
        )
        session.add(row)
    row.fingerprint, row.reason = fingerprint(finding), reason.strip()
    row.by, row.at = by, now
    try:
        _flush(session)
    except IntegrityError:  # somebody else accepted it, at the same time
        raise Stale(N_("En annen har svart på merknaden samtidig.")) from None


def withdraw(session: Session, place: Place, code: str, where: str) -> None:
    """Take an acceptance back; nothing happens when there is none."""
    row = _acceptance(session, place, code, where)
    if row is not None:
        session.delete(row)
        session.flush()


def _acceptance(session: Session, place: Place, code: str, where: str) -> AcceptanceRow | None:
    key = place.municipality_id, place.version_id, code, where
    return session.get(AcceptanceRow, key)


def _group(session: Session, place: Place, public_id: str) -> OverlapGroupRow | None:
    found = (
        select(OverlapGroupRow)
        .filter_by(
            municipality_id=place.municipality_id,
            version_id=place.version_id,
            public_id=public_id,
        )
        .options(selectinload(OverlapGroupRow.members))
        .execution_options(populate_existing=True)
    )
    return session.scalar(found)


def _fill(session: Session, row: OverlapGroupRow, group: OverlapGroup) -> bool:
    """Whether the members changed."""
    row.name, row.rule, row.percent, row.reason = (
        group.name,
        group.rule,
        group.percent,
        group.reason,
    )
    wanted = {(m.measure, m.code) for m in group.members}
    gone, new = row.members.keys() - wanted, wanted - row.members.keys()
    for key in gone:
        part = row.members.pop(key)
        if sa.inspect(part).persistent:  # by name: an orphan would pass the guard unseen
            session.delete(part)
    for measure_id, code in new:
        member = OverlapMemberRow(measure_id=measure_id, code=code)
        row.members[measure_id, code] = member
    return bool(gone or new)


def _refuse_stale(row: OverlapGroupRow, lock: int | None) -> None:
    if lock is not None and row.lock != lock:
        raise Stale(N_("En annen har lagret overlappgruppen siden du åpnet den."))


def _flush(session: Session) -> None:
    try:
        session.flush()
    except StaleDataError:
        raise Stale(N_("En annen har lagret siden du åpnet siden.")) from None
