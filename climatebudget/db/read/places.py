"""Municipalities, budget years and versions: what an address leads to."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Session

from climatebudget.core.budget import BudgetYear, Municipality, Version
from climatebudget.db.models import (
    BudgetYearRow,
    DepartmentRow,
    MunicipalityNumberRow,
    MunicipalityRow,
    PresentedRow,
    VersionRow,
)
from climatebudget.db.values import Place

NUMBER_NOW = (
    select(MunicipalityNumberRow.number)
    .where(
        MunicipalityNumberRow.municipality_id == MunicipalityRow.id,
        MunicipalityNumberRow.valid_to.is_(None),
    )
    .correlate(MunicipalityRow)
    .scalar_subquery()
    .label("number_now")
)
MUNICIPALITY = MunicipalityRow.id, NUMBER_NOW, MunicipalityRow.name, MunicipalityRow.language
VERSION: tuple[Any, ...] = (
    VersionRow.id,
    VersionRow.public_id,
    VersionRow.slug,
    VersionRow.kind,
    VersionRow.frozen,
    VersionRow.frozen_at,
    VersionRow.decision,
    VersionRow.sha256,
    VersionRow.record_head,
    VersionRow.horizon,
    PresentedRow.at.label("presented_at"),
)
PRESENTED = sa.and_(
    PresentedRow.municipality_id == VersionRow.municipality_id,
    PresentedRow.version_id == VersionRow.id,
)


def municipality(session: Session, number: str) -> tuple[int, Municipality] | None:
    """The municipality that bears, or once bore, the number; with its number of today."""
    found = (
        select(*MUNICIPALITY)
        .join(MunicipalityNumberRow, MunicipalityNumberRow.municipality_id == MunicipalityRow.id)
        .where(MunicipalityNumberRow.number == number)
        .order_by(MunicipalityNumberRow.valid_to.is_(None).desc())
    )
    row = session.execute(found.limit(1)).first()
    return _municipality(row) if row else None


def languages(session: Session, numbers: Collection[str] | None = None) -> set[str]:
    """The languages of these municipalities, or of all there are."""
    found = select(MunicipalityRow.language).distinct()
    if numbers is not None:
        found = found.join(
            MunicipalityNumberRow, MunicipalityNumberRow.municipality_id == MunicipalityRow.id
        ).where(MunicipalityNumberRow.number.in_(numbers))
    return set(session.scalars(found))


def municipalities(session: Session) -> tuple[tuple[int, Municipality], ...]:
    """Every municipality of the installation, by number."""
    rows = session.execute(select(*MUNICIPALITY).order_by("number_now"))
    return tuple(_municipality(row) for row in rows)


def _municipality(row: Any) -> tuple[int, Municipality]:
    return row.id, Municipality(row.number_now, row.name, row.language)


def departments(session: Session, municipality_id: int) -> tuple[str, ...]:
    """In the order the municipality has given them."""
    named = select(DepartmentRow.name).filter_by(municipality_id=municipality_id)
    return tuple(session.scalars(named.order_by(DepartmentRow.position, DepartmentRow.id)))


def budget_years(session: Session, municipality_id: int) -> tuple[BudgetYear, ...]:
    """The newest first."""
    columns = BudgetYearRow.year, BudgetYearRow.stage, BudgetYearRow.horizon
    rows = session.execute(
        select(*columns)
        .where(BudgetYearRow.municipality_id == municipality_id)
        .order_by(BudgetYearRow.year.desc())
    )
    return tuple(BudgetYear(*row) for row in rows)


def versions(session: Session, municipality_id: int, year: int) -> tuple[Version, ...]:
    """The draft, then what was frozen, in the order it was."""
    rows = session.execute(
        select(*VERSION)
        .join(BudgetYearRow, _same_year())
        .outerjoin(PresentedRow, PRESENTED)
        .where(VersionRow.municipality_id == municipality_id, BudgetYearRow.year == year)
        .order_by(VersionRow.id)
    )
    return tuple(version_of(row) for row in rows)


def place(session: Session, number: str, year: int, slug: str) -> Place | None:
    """The version at an address, or None; one statement."""
    found = (
        _places()
        .join(MunicipalityNumberRow, MunicipalityNumberRow.municipality_id == MunicipalityRow.id)
        .where(
            MunicipalityNumberRow.number == number,
            BudgetYearRow.year == year,
            VersionRow.slug == slug,
        )
        .order_by(MunicipalityNumberRow.valid_to.is_(None).desc())
        .limit(1)
    )
    row = session.execute(found).first()
    return _place(row) if row else None


def places_where(session: Session, *conditions: sa.ColumnElement[bool]) -> tuple[Place, ...]:
    """The versions that fulfil the conditions, by municipality and year; for this package only."""
    found = _places().where(*conditions)
    order = "number_now", BudgetYearRow.year.desc(), VersionRow.id
    return tuple(_place(row) for row in session.execute(found.order_by(*order)))


def _places() -> sa.Select[Any]:
    return (
        select(
            MunicipalityRow.id.label("municipality_id"),
            *MUNICIPALITY[1:],
            BudgetYearRow.id.label("budget_year_id"),
            BudgetYearRow.year,
            BudgetYearRow.stage,
            *VERSION,
        )
        .select_from(MunicipalityRow)
        .join(BudgetYearRow, BudgetYearRow.municipality_id == MunicipalityRow.id)
        .join(VersionRow, _same_year())
        .outerjoin(PresentedRow, PRESENTED)
    )


def _place(row: Any) -> Place:
    return Place(
        row.municipality_id,
        Municipality(row.number_now, row.name, row.language),
        row.budget_year_id,
        BudgetYear(row.year, row.stage, row.horizon),
        row.id,
        version_of(row),
    )


def _same_year() -> sa.ColumnElement[bool]:
    return sa.and_(
        VersionRow.municipality_id == BudgetYearRow.municipality_id,
        VersionRow.budget_year_id == BudgetYearRow.id,
    )


def version_of(row: Any) -> Version:
    return Version(
        id=row.public_id,
        slug=row.slug,
        kind=row.kind,
        frozen=row.frozen,
        frozen_at=row.frozen_at,
        presented_at=row.presented_at,
        decision=row.decision,
        sha256=row.sha256 or "",
        record_head=row.record_head,
    )
