"""What a version decides beside its figures: boundary, adjustments, overlap, accepted findings."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.orm import Mapped, mapped_column

from climatebudget.core.overlap import Rule
from climatebudget.db.columns import GRAMS, PERCENT, whole_number
from climatebudget.db.models.base import IN_ITS_KEY, Model, owned_by
from climatebudget.db.models.budgets import version_subject


class LeftOutRow(Model):
    """A source, or a whole sector (<sector>/ufordelt), outside the boundary."""

    __tablename__ = "left_out"
    __table_args__ = (owned_by("version", "version_id", key=("id",)), IN_ITS_KEY)
    municipality_id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    reason: Mapped[str]

    @property
    def subject(self) -> str:
        return version_subject(self.version_id)

    @property
    def detail(self) -> str:
        return f"left out {self.code}"


class AdjustmentRow(Model):
    """Tonnes the municipality adds to a source's year, on one edition; kept when it leaves it."""

    __tablename__ = "adjustment"
    __table_args__ = (
        owned_by("version", "version_id", key=("id",)),
        sa.ForeignKeyConstraint(["edition_owner", "edition_id"], ["edition.owner", "edition.id"]),
        # An edition is the installation's or the municipality's own.
        sa.CheckConstraint("edition_owner IN (0, municipality_id)", name="edition_owner"),
        sa.CheckConstraint("grams <> 0", name="not_zero"),
        whole_number("grams"),
        IN_ITS_KEY,
    )
    municipality_id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(primary_key=True)
    edition_owner: Mapped[int] = mapped_column(primary_key=True)
    edition_id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    grams: Mapped[Decimal] = mapped_column(GRAMS)
    reason: Mapped[str]
    approved_by: Mapped[str]  # a position or a body, never a personal name

    @property
    def subject(self) -> str:
        return version_subject(self.version_id)

    @property
    def detail(self) -> str:
        return f"adjustment {self.code} {self.year} on edition {self.edition_id}"


class FacilityFigureRow(Model):
    __tablename__ = "facility_figure"
    __table_args__ = (
        owned_by("facility", "version_id", "name", key=("version_id", "name")),
        whole_number("grams"),
        IN_ITS_KEY,
    )
    municipality_id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    grams: Mapped[Decimal] = mapped_column(GRAMS)

    @property
    def subject(self) -> str:
        return version_subject(self.version_id)

    @property
    def detail(self) -> str:
        return f"facility {self.name} {self.year}"


class FacilityRow(Model):
    """A facility elsewhere that the boundary adds the municipality's share of."""

    __tablename__ = "facility"
    __table_args__ = (owned_by("version", "version_id", key=("id",)), IN_ITS_KEY)
    municipality_id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    code: Mapped[str]
    reason: Mapped[str]
    figures: Mapped[list[FacilityFigureRow]] = orm.relationship(
        lazy="raise",
        passive_deletes="all",  # only so that a flush takes the two in order
    )

    @property
    def subject(self) -> str:
        return version_subject(self.version_id)

    @property
    def detail(self) -> str:
        return f"facility {self.name}"


class OverlapMemberRow(Model):
    """A measure's cut in one place. It may outlive the figure: a check then says so."""

    __tablename__ = "overlap_member"
    __table_args__ = (
        owned_by("overlap_group", "version_id", "group_id", key=("version_id", "public_id")),
        owned_by("measure", "version_id", "measure_id", key=("version_id", "public_id")),
        IN_ITS_KEY,
    )
    municipality_id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[str] = mapped_column(primary_key=True)
    measure_id: Mapped[str] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)

    @property
    def subject(self) -> str:
        return overlap_subject(self.version_id, self.group_id)

    @property
    def detail(self) -> str:
        return f"member {self.measure_id} {self.code}"


class OverlapGroupRow(Model):
    __tablename__ = "overlap_group"
    quiet = frozenset({"lock"})
    __table_args__ = (
        owned_by("version", "version_id", key=("id",)),
        whole_number("percent"),
        IN_ITS_KEY,
    )
    municipality_id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(primary_key=True)  # the same in every version
    name: Mapped[str]
    rule: Mapped[Rule]
    percent: Mapped[Decimal | None] = mapped_column(PERCENT)
    reason: Mapped[str]
    lock: Mapped[int] = mapped_column(default=1)
    members: Mapped[dict[tuple[str, str], OverlapMemberRow]] = orm.relationship(
        cascade="all, delete-orphan",
        lazy="raise",
        collection_class=orm.keyfunc_mapping(lambda m: (m.measure_id, m.code)),
    )
    __mapper_args__ = {"version_id_col": lock, "version_id_generator": False}  # noqa: RUF012

    @property
    def subject(self) -> str:
        return overlap_subject(self.version_id, self.public_id)


class AcceptanceRow(Model):
    """A finding accepted as it was, with a reason that follows the version."""

    __tablename__ = "acceptance"
    __table_args__ = (owned_by("version", "version_id", key=("id",)), IN_ITS_KEY)
    municipality_id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    place: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[str]
    reason: Mapped[str]
    by: Mapped[str]
    at: Mapped[datetime]

    @property
    def subject(self) -> str:
        return version_subject(self.version_id)

    @property
    def detail(self) -> str:
        return f"acceptance {self.code} {self.place}".rstrip()


def overlap_subject(version_id: int, public_id: str) -> str:
    return f"version {version_id} overlap {public_id}"
