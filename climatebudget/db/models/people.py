"""Municipalities, their people, and who is signed in."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from climatebudget.core.access import Role
from climatebudget.db.models.base import Model, owned_by


class MunicipalityRow(Model):
    __tablename__ = "municipality"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    language: Mapped[str] = mapped_column(default="nb")


class MunicipalityNumberRow(Model):
    """Kommunenummer is a dated attribute: borders and counties change, the municipality stays."""

    __tablename__ = "municipality_number"
    __table_args__ = (
        sa.Index(
            "uq_municipality_number_now",
            "number",
            unique=True,
            sqlite_where=sa.text("valid_to IS NULL"),
            postgresql_where=sa.text("valid_to IS NULL"),
        ),
        sa.Index(
            "uq_municipality_number_one",
            "municipality_id",
            unique=True,
            sqlite_where=sa.text("valid_to IS NULL"),
            postgresql_where=sa.text("valid_to IS NULL"),
        ),
    )
    municipality_id: Mapped[int] = mapped_column(sa.ForeignKey("municipality.id"), primary_key=True)
    number: Mapped[str] = mapped_column(primary_key=True)
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]  # None: the number it bears now


class PersonRow(Model):
    __tablename__ = "person"
    hidden = frozenset({"password_hash", "name", "email"})
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)  # casefolded
    name: Mapped[str]
    password_hash: Mapped[str] = mapped_column(default="")  # argon2; "" lets nobody in
    operator: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)


class DepartmentRow(Model):
    __tablename__ = "department"
    __table_args__ = (
        sa.UniqueConstraint("municipality_id", "id"),
        sa.UniqueConstraint("municipality_id", "name"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    municipality_id: Mapped[int] = mapped_column(sa.ForeignKey("municipality.id"))
    name: Mapped[str]
    position: Mapped[int]


class MembershipRow(Model):
    __tablename__ = "membership"
    __table_args__ = (
        owned_by("department", "department_id", key=("id",)),
        sa.UniqueConstraint("municipality_id", "id"),
        sa.Index("ix_membership_person_id", "person_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    municipality_id: Mapped[int] = mapped_column(sa.ForeignKey("municipality.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    role: Mapped[Role]
    department_id: Mapped[int | None]


class SignInRow(Model):
    """A session on the server: signing out ends it. The token itself is only in the cookie."""

    __tablename__ = "sign_in"
    hidden = frozenset({"token_hash"})
    quiet = frozenset({"last_seen"})
    token_hash: Mapped[str] = mapped_column(primary_key=True)  # sha256
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    created: Mapped[datetime]
    last_seen: Mapped[datetime]
    expires: Mapped[datetime]

    @property
    def subject(self) -> str:
        return f"sign_in of person {self.person_id}"


class StagingRow(Model):
    """What was previewed waits here, for a while, to be stored as it was."""

    __tablename__ = "staging"
    hidden = frozenset({"token_hash"})
    __table_args__ = (sa.Index("ix_staging_expires", "expires"),)
    token_hash: Mapped[str] = mapped_column(primary_key=True)
    municipality_id: Mapped[int | None] = mapped_column(sa.ForeignKey("municipality.id"))
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    kind: Mapped[str]
    digest: Mapped[str]  # sha256 of the payload
    payload: Mapped[bytes]
    file_name: Mapped[str]
    file: Mapped[bytes]
    base: Mapped[str]  # the state of the stored budget when this was previewed
    created: Mapped[datetime]
    expires: Mapped[datetime]

    @property
    def subject(self) -> str:
        return f"staging {self.kind} {self.digest[:12]}"
