"""Measures and their figures, each in one version."""

from __future__ import annotations

from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.orm import Mapped, mapped_column

from climatebudget.core.measure import (
    Actor,
    Basis,
    Book,
    Control,
    CostKind,
    Decision,
    Financing,
    InPath,
    Size,
)
from climatebudget.db.columns import GRAMS, ORE, whole_number
from climatebudget.db.models.base import IN_ITS_KEY, Model, owned_by


class EffectFigureRow(Model):
    """The cut in one place in one year; NULL where only a low, a high or a citation is known."""

    __tablename__ = "effect_figure"
    __table_args__ = (
        owned_by(
            "effect",
            *("version_id", "measure_id", "book", "code"),
            key=("version_id", "measure_id", "book", "code"),
        ),
        whole_number("grams"),
        whole_number("low"),
        whole_number("high"),
        IN_ITS_KEY,
    )
    municipality_id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(primary_key=True)
    measure_id: Mapped[str] = mapped_column(primary_key=True)
    book: Mapped[Book] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    grams: Mapped[Decimal | None] = mapped_column(GRAMS)
    low: Mapped[Decimal | None] = mapped_column(GRAMS)
    high: Mapped[Decimal | None] = mapped_column(GRAMS)
    cites: Mapped[str | None]

    @property
    def subject(self) -> str:
        return measure_subject(self.version_id, self.measure_id)

    @property
    def detail(self) -> str:
        return f"effect {self.book.name} {self.code} {self.year}"


class EffectRow(Model):
    """One place where a measure cuts. Without figures the cut there is unknown, not zero."""

    __tablename__ = "effect"
    __table_args__ = (
        owned_by("measure", "version_id", "measure_id", key=("version_id", "public_id")),
        IN_ITS_KEY,
    )
    municipality_id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(primary_key=True)
    measure_id: Mapped[str] = mapped_column(primary_key=True)
    book: Mapped[Book] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    figures: Mapped[dict[int, EffectFigureRow]] = orm.relationship(
        cascade="all, delete-orphan",
        lazy="raise",
        collection_class=orm.keyfunc_mapping(lambda f: f.year),
    )

    @property
    def subject(self) -> str:
        return measure_subject(self.version_id, self.measure_id)

    @property
    def detail(self) -> str:
        return f"effect {self.book.name} {self.code}"


class CostRow(Model):
    __tablename__ = "cost"
    __table_args__ = (
        owned_by("measure", "version_id", "measure_id", key=("version_id", "public_id")),
        whole_number("ore"),
        IN_ITS_KEY,
    )
    municipality_id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(primary_key=True)
    measure_id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[CostKind] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    ore: Mapped[Decimal] = mapped_column(ORE)

    @property
    def subject(self) -> str:
        return measure_subject(self.version_id, self.measure_id)

    @property
    def detail(self) -> str:
        return f"cost {self.kind.name} {self.year}"


class MeasureRow(Model):
    __tablename__ = "measure"
    hidden = frozenset({"contact"})
    quiet = frozenset({"lock"})
    __table_args__ = (
        owned_by("version", "version_id", key=("id",)),
        sa.UniqueConstraint("municipality_id", "version_id", "number"),
        IN_ITS_KEY,
    )
    municipality_id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(primary_key=True)  # the same in every version
    number: Mapped[int]
    name: Mapped[str]
    change: Mapped[str]
    department: Mapped[str]
    position: Mapped[str]
    contact: Mapped[str]
    responsible: Mapped[str]
    instrument: Mapped[str]
    actor: Mapped[Actor]
    control: Mapped[Control]
    start: Mapped[int | None]
    full: Mapped[int | None]
    basis: Mapped[Basis]
    why: Mapped[str]
    size: Mapped[Size]
    code: Mapped[str]
    method: Mapped[str]
    adjusted: Mapped[bool]
    in_path: Mapped[InPath]
    decision: Mapped[Decision]
    financing: Mapped[Financing]
    indicator: Mapped[str]
    target_value: Mapped[str]
    category_report: Mapped[str | None]
    category_code: Mapped[str | None]
    group: Mapped[str]
    lock: Mapped[int] = mapped_column(default=1)
    effects: Mapped[dict[tuple[Book, str], EffectRow]] = orm.relationship(
        cascade="all, delete-orphan",
        lazy="raise",
        collection_class=orm.keyfunc_mapping(lambda e: (e.book, e.code)),
    )
    costs: Mapped[dict[tuple[CostKind, int], CostRow]] = orm.relationship(
        cascade="all, delete-orphan",
        lazy="raise",
        collection_class=orm.keyfunc_mapping(lambda c: (c.kind, c.year)),
    )
    __mapper_args__ = {"version_id_col": lock, "version_id_generator": False}  # noqa: RUF012

    @property
    def subject(self) -> str:
        return measure_subject(self.version_id, self.public_id)


def measure_subject(version_id: int, public_id: str) -> str:
    return f"version {version_id} measure {public_id}"


def measures_subject(version_id: int) -> str:
    """What an act on many measures at once, as reading in a table, is recorded on."""
    return f"version {version_id} measures"
