"""The record: who changed what, when."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Session

from climatebudget.db import guard
from climatebudget.db.models import PersonRow, RecordRow, measure_subject
from climatebudget.db.values import Line, Place


def record(
    session: Session, chain: int, limit: int = 200, before: int | None = None
) -> tuple[Line, ...]:
    """A chain's last lines, the newest first; ``before`` a number, to turn the page."""
    older = sa.true() if before is None else RecordRow.n < before
    return _lines(session, RecordRow.chain == chain, older, limit=limit)


def history_of(session: Session, place: Place, measure_id: str) -> tuple[Line, ...]:
    """All that was done to one measure in one version, the newest first."""
    return lines_of(session, place, measure_subject(place.version_id, measure_id))


def lines_of(
    session: Session, place: Place, what: str, limit: int | None = None
) -> tuple[Line, ...]:
    """What was done to one subject of the municipality's, the newest first."""
    chain = RecordRow.chain == place.municipality_id
    return _lines(session, chain, RecordRow.what == what, limit=limit)


def lines_between(session: Session, place: Place, first: int, last: int) -> tuple[Line, ...]:
    """The municipality's lines after ``first`` and before ``last``, the newest first."""
    chain = RecordRow.chain == place.municipality_id
    return _lines(session, chain, RecordRow.n > first, RecordRow.n < last)


def head(session: Session, chain: int) -> str:
    """N:HASH of a chain's last line: printed elsewhere, it shows if the tail is cut."""
    n, digest = guard.last_of(session, chain)
    return f"{n}:{digest}"


def _lines(
    session: Session, *conditions: sa.ColumnElement[bool], limit: int | None = None
) -> tuple[Line, ...]:
    by_a_person = sa.cast(PersonRow.id, sa.Text) == RecordRow.actor
    rows = session.execute(
        select(RecordRow, PersonRow.name)
        .outerjoin(PersonRow, by_a_person)
        .where(*conditions)
        .order_by(RecordRow.n.desc())
        .limit(limit)
    )
    return tuple(_line(row, name) for row, name in rows)


def _line(row: RecordRow, name: str | None) -> Line:
    before: dict[str, Any] = json.loads(row.before)
    after: dict[str, Any] = json.loads(row.after)
    return Line(row.n, row.at, row.actor, name or "", row.action, row.what, before, after, row.hash)
