"""Municipalities, people and roles, and who is signed in."""

from __future__ import annotations

import secrets
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Session

from climatebudget.core.access import Role
from climatebudget.core.text import N_
from climatebudget.db.errors import Refused, Taken, Unknown
from climatebudget.db.models import (
    DepartmentRow,
    MeasureRow,
    MembershipRow,
    MunicipalityNumberRow,
    MunicipalityRow,
    PersonRow,
    SignInRow,
)
from climatebudget.db.read.people import LONGEST, SEEN_AT_MOST, token_hash

TOKEN_BYTES = 32


def add_municipality(
    session: Session, number: str, name: str, language: str = "nb", valid_from: date | None = None
) -> int:
    """Its key; raises `Taken` when another bears the number."""
    taken = select(MunicipalityNumberRow).filter_by(number=number, valid_to=None)
    if session.scalar(taken):
        raise Taken(N_("Kommunenummer %(number)s er i bruk."), number=number)
    row = MunicipalityRow(name=name, language=language)
    session.add(row)
    session.flush()
    session.add(_number(row.id, number, valid_from))
    session.flush()
    return row.id


def renumber(session: Session, municipality_id: int, number: str, valid_from: date) -> None:
    """Give the municipality a new number from a day; the old one still leads to it."""
    for row in session.scalars(
        select(MunicipalityNumberRow).filter_by(municipality_id=municipality_id, valid_to=None)
    ):
        row.valid_to = valid_from
    session.flush()
    session.add(_number(municipality_id, number, valid_from))
    session.flush()


def set_language(session: Session, municipality_id: int, language: str) -> None:
    """What its pages and annexes are written in from now on: "nb" or "nn"."""
    session.get_one(MunicipalityRow, municipality_id).language = language
    session.flush()


def _number(municipality_id: int, number: str, valid_from: date | None) -> MunicipalityNumberRow:
    return MunicipalityNumberRow(
        municipality_id=municipality_id, number=number, valid_from=valid_from
    )


def add_department(session: Session, municipality_id: int, name: str) -> None:
    """Last in the municipality's order; raises `Taken` when it has one of that name."""
    of_it = DepartmentRow.municipality_id == municipality_id
    if session.scalar(select(DepartmentRow).where(of_it, DepartmentRow.name == name)):
        raise Taken(N_("Enheten «%(name)s» finnes fra før."), name=name)
    last = session.scalar(select(sa.func.max(DepartmentRow.position)).where(of_it)) or 0
    session.add(DepartmentRow(municipality_id=municipality_id, name=name, position=last + 1))
    session.flush()


def remove_unused_department(session: Session, municipality_id: int, name: str) -> None:
    """Remove a department that no measure of any version and no person belongs to."""
    its = {"municipality_id": municipality_id}
    row = session.scalar(select(DepartmentRow).filter_by(**its, name=name))
    named = select(MeasureRow.public_id).filter_by(**its, department=name).limit(1)
    if row is None or session.scalar(named) is not None:
        return
    of_it = select(MembershipRow.id).filter_by(**its, department_id=row.id).limit(1)
    if session.scalar(of_it) is None:
        session.delete(row)
        session.flush()


def add_person(session: Session, email: str, name: str, *, operator: bool = False) -> int:
    """The person's key; raises `Taken` when the address is known."""
    address = email.strip().casefold()
    if session.scalar(select(PersonRow).filter_by(email=address)):
        raise Taken(N_("%(email)s har en bruker fra før."), email=address)
    row = PersonRow(email=address, name=name, operator=operator)
    session.add(row)
    session.flush()
    return row.id


def set_password(session: Session, person_id: int, password_hash: str) -> None:
    """Store an argon2 hash, never a password; everything signed in as the person ends."""
    if not password_hash.startswith("$argon2id$"):
        raise ValueError("this is no argon2id hash")
    session.get_one(PersonRow, person_id).password_hash = password_hash
    _sign_out_everywhere(session, person_id)


def set_active(session: Session, person_id: int, active: bool) -> None:
    """Let a person in, or end all they have open and keep them out."""
    session.get_one(PersonRow, person_id).active = active
    _sign_out_everywhere(session, person_id)


def add_membership(
    session: Session, municipality_id: int, person_id: int, role: Role, department: str = ""
) -> None:
    """Raises `Unknown` when the municipality has no such department."""
    department_id = None
    if department:
        named = select(DepartmentRow.id).filter_by(municipality_id=municipality_id, name=department)
        department_id = session.scalar(named)
        if department_id is None:
            text = N_("Kommunen har ingen enhet som heter «%(name)s».")
            raise Unknown(text, name=department)
    its = {"municipality_id": municipality_id, "person_id": person_id, "role": role}
    if not session.scalar(
        select(MembershipRow).filter_by(**its, department_id=department_id).limit(1)
    ):
        session.add(MembershipRow(**its, department_id=department_id))
    session.flush()


def remove_membership(
    session: Session, municipality_id: int, person_id: int, role: Role | None = None
) -> None:
    """Take a role away, or every role in the municipality."""
    its = select(MembershipRow).filter_by(municipality_id=municipality_id, person_id=person_id)
    for row in session.scalars(its if role is None else its.filter_by(role=role)):
        session.delete(row)
    session.flush()


def sign_in(session: Session, person_id: int, now: datetime) -> str:
    """A new token for the cookie; only its hash is kept. Raises `Refused` for a closed account."""
    if not session.get_one(PersonRow, person_id).active:
        raise Refused(N_("Brukeren er stengt. Snakk med administrator i kommunen."))
    _forget_old(session, now)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    session.add(
        SignInRow(
            token_hash=token_hash(token),
            person_id=person_id,
            created=now,
            last_seen=now,
            expires=now + LONGEST,
        )
    )
    session.flush()
    return token


def touch_session(session: Session, token: str, now: datetime) -> None:
    """Note that the person is still there, at most once a minute."""
    row = session.get(SignInRow, token_hash(token))
    if row and row.last_seen <= now - SEEN_AT_MOST:
        row.last_seen = now
        session.flush()


def sign_out(session: Session, token: str) -> None:
    row = session.get(SignInRow, token_hash(token))
    if row:
        session.delete(row)
        session.flush()


def _sign_out_everywhere(session: Session, person_id: int) -> None:
    for row in session.scalars(select(SignInRow).filter_by(person_id=person_id)):
        session.delete(row)
    session.flush()


def _forget_old(session: Session, now: datetime) -> None:
    for row in session.scalars(select(SignInRow).where(SignInRow.expires <= now)):
        session.delete(row)
