"""Who is signed in, and who belongs to a municipality."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Session

from climatebudget.core.access import Membership, User
from climatebudget.db.models import (
    DepartmentRow,
    MembershipRow,
    MunicipalityNumberRow,
    PersonRow,
    SignInRow,
    StagingRow,
)
from climatebudget.db.values import Person, Staged

IDLE = timedelta(minutes=30)  # a session not used for so long is over
LONGEST = timedelta(hours=12)  # and so is one of this age
SEEN_AT_MOST = timedelta(minutes=1)  # how often a page that is only read notes that it was

PERSON: tuple[Any, ...] = (
    PersonRow.id,
    PersonRow.email,
    PersonRow.name.label("person_name"),
    PersonRow.operator,
    PersonRow.active,
    PersonRow.password_hash,
    MembershipRow.role,
    MunicipalityNumberRow.number,
    DepartmentRow.name.label("department"),
)


def token_hash(token: str) -> str:
    """What is stored of a token; the token is random enough to need no salt."""
    return sha256(token.encode()).hexdigest()


def user_for_session(session: Session, token: str, now: datetime) -> User | None:
    """The person signed in with the token; None once signed out, idle or old. One statement."""
    alive = sa.and_(
        SignInRow.token_hash == token_hash(token),
        SignInRow.expires > now,
        SignInRow.last_seen > now - IDLE,
        PersonRow.active,
    )
    rows = session.execute(
        _people().join(SignInRow, SignInRow.person_id == PersonRow.id).where(alive)
    )
    return _first(rows)


def session_is_due(session: Session, token: str, now: datetime) -> bool:
    """Whether `write.touch_session` would write; a page that is only read asks this first."""
    due = select(SignInRow.token_hash).where(
        SignInRow.token_hash == token_hash(token), SignInRow.last_seen <= now - SEEN_AT_MOST
    )
    return session.scalar(due) is not None


def user_by_email(session: Session, email: str) -> tuple[User, str] | None:
    """An active person and their password hash ("" lets nobody in)."""
    known = sa.and_(PersonRow.email == email.strip().casefold(), PersonRow.active)
    rows = session.execute(_people().where(known)).all()
    user = _first(rows)
    return (user, rows[0].password_hash) if user else None


def user(session: Session, person_id: int) -> User | None:
    """A person of the installation, active or not."""
    return _first(session.execute(_people().where(PersonRow.id == person_id)))


def users(session: Session, actors: Iterable[str]) -> dict[str, User]:
    """The persons among the actors of the record, by actor; one statement."""
    ids = sorted(int(actor) for actor in actors if actor.isdecimal())
    found = _users(session.execute(_people().where(PersonRow.id.in_(ids)))) if ids else []
    return {str(user.id): user for user in found}


def people(session: Session, municipality_id: int) -> tuple[Person, ...]:
    """Everybody with a role in the municipality, by name; only their roles there are told."""
    rows = session.execute(_people().where(MembershipRow.municipality_id == municipality_id)).all()
    found = [Person(u, next(r.active for r in rows if r.id == u.id)) for u in _users(rows)]
    return tuple(sorted(found, key=lambda p: (p.user.name.casefold(), p.user.id)))


def staged(
    session: Session, token: str, now: datetime, *, person_id: int | None = None
) -> Staged | None:
    """What waits under the token, if it has not expired and is this person's."""
    row = session.scalar(
        select(StagingRow).where(
            StagingRow.token_hash == token_hash(token),
            StagingRow.expires > now,
            StagingRow.person_id == person_id,
        )
    )
    return staged_of(row) if row else None


def staged_of(row: StagingRow) -> Staged:
    return Staged(
        kind=row.kind,
        municipality_id=row.municipality_id,
        person_id=row.person_id,
        digest=row.digest,
        payload=row.payload,
        file_name=row.file_name,
        file=row.file,
        base=row.base,
        expires=row.expires,
    )


def _people() -> sa.Select[Any]:
    """A row for each role a person has; one with empty roles for a person without."""
    number_now = sa.and_(
        MunicipalityNumberRow.municipality_id == MembershipRow.municipality_id,
        MunicipalityNumberRow.valid_to.is_(None),
    )
    department = sa.and_(
        DepartmentRow.municipality_id == MembershipRow.municipality_id,
        DepartmentRow.id == MembershipRow.department_id,
    )
    return (
        select(*PERSON)
        .select_from(PersonRow)
        .outerjoin(MembershipRow, MembershipRow.person_id == PersonRow.id)
        .outerjoin(MunicipalityNumberRow, number_now)
        .outerjoin(DepartmentRow, department)
        .order_by(PersonRow.id, MembershipRow.id)
    )


def _first(rows: Iterable[Any]) -> User | None:
    return next(iter(_users(rows)), None)


def _users(rows: Iterable[Any]) -> list[User]:
    memberships: dict[int, list[Membership]] = {}
    person: dict[int, Any] = {}
    for row in rows:
        person[row.id] = row
        roles = memberships.setdefault(row.id, [])
        if row.role is not None:
            roles.append(Membership(row.number, row.role, row.department or ""))
    return [
        User(p.id, p.email, p.person_name, tuple(memberships[p.id]), p.operator)
        for p in person.values()
    ]
