"""Budget years, versions, and what a version holds. A version owns its rows."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from climatebudget.core.budget import Kind, Stage
from climatebudget.core.measure import Book
from climatebudget.core.path_rule import Level, Rule
from climatebudget.core.paths import Start
from climatebudget.db.columns import GRAMS, PERCENT, whole_number
from climatebudget.db.models.base import IN_ITS_KEY, Model, owned_by


class BudgetYearRow(Model):
    __tablename__ = "budget_year"
    __table_args__ = (
        sa.UniqueConstraint("municipality_id", "id"),
        sa.UniqueConstraint("municipality_id", "year"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    municipality_id: Mapped[int] = mapped_column(sa.ForeignKey("municipality.id"))
    year: Mapped[int]
    stage: Mapped[Stage]
    reason: Mapped[str] = mapped_column(default="")  # for the last move of the stage
    horizon: Mapped[int]


class VersionRow(Model):
    __tablename__ = "version"
    quiet = frozenset({"lock"})
    __table_args__ = (
        owned_by("budget_year", "budget_year_id", key=("id",)),
        sa.ForeignKeyConstraint(["edition_owner", "edition_id"], ["edition.owner", "edition.id"]),
        # An edition is the installation's or the municipality's own.
        sa.CheckConstraint(
            "(edition_id IS NULL) = (edition_owner IS NULL)"
            " AND coalesce(edition_owner, 0) IN (0, municipality_id)",
            name="edition_owner",
        ),
        sa.UniqueConstraint("municipality_id", "id"),
        sa.UniqueConstraint("municipality_id", "budget_year_id", "slug"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    municipality_id: Mapped[int]
    budget_year_id: Mapped[int]
    public_id: Mapped[str] = mapped_column(unique=True)
    slug: Mapped[str]
    kind: Mapped[Kind]
    book: Mapped[Book] = mapped_column(default=Book.DIRECT)
    horizon: Mapped[int]
    edition_owner: Mapped[int | None]
    edition_id: Mapped[int | None]
    path_policy: Mapped[str | None]  # None: no reference path
    path_cut_off: Mapped[date | None]
    path_author: Mapped[str] = mapped_column(default="")
    path_rule: Mapped[Rule | None]  # None: the path's figures are given
    path_level: Mapped[Level | None]
    path_years: Mapped[int | None]
    path_percent: Mapped[Decimal | None] = mapped_column(PERCENT)
    allowance_start: Mapped[Start | None]  # None: year by year where stated, else a line
    allowance_whole: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    decision: Mapped[str] = mapped_column(default="")
    frozen: Mapped[bool] = mapped_column(default=False)
    frozen_at: Mapped[datetime | None]
    municipality_number: Mapped[str | None]  # when it was frozen
    municipality_name: Mapped[str | None]
    format: Mapped[int | None]
    canonical: Mapped[bytes | None] = mapped_column(deferred=True)
    sha256: Mapped[str | None]
    record_head: Mapped[str] = mapped_column(default="")
    lock: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": lock, "version_id_generator": False}  # noqa: RUF012

    @property
    def subject(self) -> str:
        return version_subject(self.id)


class PresentedRow(Model):
    """Lagt fram: a row that is only ever added."""

    __tablename__ = "presented"
    only_added = True
    __table_args__ = (owned_by("version", "version_id", key=("id",)), IN_ITS_KEY)
    municipality_id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    by: Mapped[str]


class TargetRow(Model):
    __tablename__ = "target"
    __table_args__ = (
        owned_by("version", "version_id", key=("id",)),
        whole_number("percent"),
        IN_ITS_KEY,
    )
    municipality_id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    percent: Mapped[Decimal] = mapped_column(PERCENT)
    year: Mapped[int]
    reference_year: Mapped[int]
    decision: Mapped[str]
    cites: Mapped[str]

    @property
    def subject(self) -> str:
        return version_subject(self.version_id)

    @property
    def detail(self) -> str:
        return f"target {self.position}"


class PathFigureRow(Model):
    """The reference path: code "" is the whole."""

    __tablename__ = "path_figure"
    __table_args__ = (
        owned_by("version", "version_id", key=("id",)),
        whole_number("grams"),
        IN_ITS_KEY,
    )
    municipality_id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    grams: Mapped[Decimal] = mapped_column(GRAMS)
    cites: Mapped[str]

    @property
    def subject(self) -> str:
        return version_subject(self.version_id)

    @property
    def detail(self) -> str:
        return f"path {self.code} {self.year}"


class AllowanceFigureRow(Model):
    __tablename__ = "allowance_figure"
    __table_args__ = (
        owned_by("version", "version_id", key=("id",)),
        whole_number("percent"),
        IN_ITS_KEY,
    )
    municipality_id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    percent: Mapped[Decimal] = mapped_column(PERCENT)
    cites: Mapped[str]
    reason: Mapped[str] = mapped_column(default="", server_default="")

    @property
    def subject(self) -> str:
        return version_subject(self.version_id)

    @property
    def detail(self) -> str:
        return f"allowance {self.year}"


class ControlTotalRow(Model):
    """A sum that the source of the measures states itself."""

    __tablename__ = "control_total"
    __table_args__ = (
        owned_by("version", "version_id", key=("id",)),
        whole_number("grams"),
        IN_ITS_KEY,
    )
    municipality_id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    grams: Mapped[Decimal] = mapped_column(GRAMS)
    cites: Mapped[str]

    @property
    def subject(self) -> str:
        return version_subject(self.version_id)

    @property
    def detail(self) -> str:
        return f"control {self.year}"


def version_subject(version_id: int) -> str:
    return f"version {version_id}"
