"""An edition seen from outside one municipality: who stands on it, and what it says of others."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Session

from climatebudget.core.inventory import Edition, Inventory
from climatebudget.core.quantity import Yearly, from_grams, tonnes
from climatebudget.db.models import (
    AreaRow,
    EditionRow,
    EmissionRow,
    MunicipalityNumberRow,
    SourceRow,
    VersionRow,
)
from climatebudget.db.read.editions import INSTALLATION, editions, inventory_of, sources
from climatebudget.db.read.places import places_where
from climatebudget.db.values import Place

PLAIN_GRAMS = sa.type_coerce(EmissionRow.grams, sa.BigInteger)


def inventory_in(session: Session, edition: Edition, place: Place) -> Inventory | None:
    """The municipality's own area in an edition, under whichever of its numbers the edition has."""
    id_ = edition_id(session, edition, place.municipality_id)
    numbers = select(MunicipalityNumberRow.number).where(
        MunicipalityNumberRow.municipality_id == place.municipality_id
    )
    return inventory_of(session, id_, numbers, place.municipality.number) if id_ else None


def editions_with(session: Session, place: Place) -> tuple[Edition, ...]:
    """Those the municipality may use that have figures for it under any of its numbers, the newest
    first."""
    numbers = set(
        session.scalars(
            select(MunicipalityNumberRow.number).where(
                MunicipalityNumberRow.municipality_id == place.municipality_id
            )
        )
    )
    usable = editions(session, place.municipality_id)
    return tuple(edition for edition in usable if numbers.intersection(edition.areas))


def inventory_at(
    session: Session, edition: Edition, area: str, municipality_id: int | None = None
) -> Inventory | None:
    """Any area in an edition of the installation, or of this municipality."""
    id_ = edition_id(session, edition, municipality_id)
    return inventory_of(session, id_, [area], area) if id_ else None


def standing_on(
    session: Session, edition: Edition, municipality_id: int | None = None
) -> tuple[Place, ...]:
    """The versions that stand on an edition: of one municipality, or of all that may use it."""
    key = _key(edition, municipality_id)
    own = VersionRow.municipality_id == municipality_id if municipality_id else sa.true()
    on = select(EditionRow.id).where(*key).scalar_subquery()
    return places_where(session, own, VersionRow.edition_id == on)


def totals(
    session: Session,
    edition: Edition,
    years: Collection[int],
    municipality_id: int | None = None,
    areas: Collection[str] | None = None,
    codes: Collection[str] | None = None,
) -> Mapping[str, Yearly]:
    """Emissions by area in these years, of these sources or of all; two statements.

    What an area of the edition lacks in one of the edition's years is zero.
    """
    chosen = set(edition.areas if areas is None else areas) & set(edition.areas)
    found = (
        select(AreaRow.number, EmissionRow.year, sa.cast(sa.func.sum(PLAIN_GRAMS), sa.BigInteger))
        .join(AreaRow, AreaRow.id == EmissionRow.area_id)
        .where(
            EmissionRow.edition_id == edition_id(session, edition, municipality_id),
            EmissionRow.year.in_(years),
        )
        .group_by(AreaRow.number, EmissionRow.year)
    )
    if areas is not None:
        found = found.where(AreaRow.number.in_(chosen))
    if codes is not None:
        of_them = select(SourceRow.id).where(SourceRow.code.in_(codes))
        found = found.where(EmissionRow.source_id.in_(of_them))
    known = [year for year in edition.years if year in years]
    sums = {area: dict.fromkeys(known, 0) for area in sorted(chosen)}
    for number, year, grams in session.execute(found):
        sums[number][year] = grams
    return {
        area: tonnes({y: from_grams(v) for y, v in by_year.items()})
        for area, by_year in sums.items()
    }


def together(
    session: Session,
    edition: Edition,
    year: int,
    areas: Collection[str],
    area: str,
    municipality_id: int | None = None,
) -> Inventory:
    """What these areas of an edition emit together in a year, by source, as one called ``area``."""
    rows = session.execute(
        select(SourceRow.code, sa.cast(sa.func.sum(PLAIN_GRAMS), sa.BigInteger))
        .join(SourceRow, SourceRow.id == EmissionRow.source_id)
        .join(AreaRow, AreaRow.id == EmissionRow.area_id)
        .where(
            EmissionRow.edition_id == edition_id(session, edition, municipality_id),
            EmissionRow.year == year,
            AreaRow.number.in_(areas),
        )
        .group_by(SourceRow.code)
    )
    sums = {code: from_grams(grams) for code, grams in rows}
    known = {code: source for code, source in sources(session).items() if code in sums}
    return Inventory(area, (year,), {(code, year): value for code, value in sums.items()}, known)


def sector_sums(
    session: Session, edition: Edition, municipality_id: int | None = None
) -> Mapping[tuple[str, int], Decimal]:
    """(emission sector, year) → tonnes over all the edition's areas, in the order of the sectors;
    a sector and year without rows is not there."""
    grams = sa.cast(sa.func.sum(PLAIN_GRAMS), sa.BigInteger)
    found = session.execute(
        select(SourceRow.sector, EmissionRow.year, grams)
        .join(SourceRow, SourceRow.id == EmissionRow.source_id)
        .where(EmissionRow.edition_id == edition_id(session, edition, municipality_id))
        .group_by(SourceRow.sector, EmissionRow.year)
        .order_by(EmissionRow.year, sa.func.min(SourceRow.position))
    )
    return {(sector, year): from_grams(value) for sector, year, value in found}


def edition_id(session: Session, edition: Edition, municipality_id: int | None) -> int | None:
    return session.scalar(select(EditionRow.id).where(*_key(edition, municipality_id)))


def _key(edition: Edition, municipality_id: int | None) -> Iterable[sa.ColumnElement[bool]]:
    """An edition with an owner is the reader's own or none that can be read."""
    owner = INSTALLATION if edition.owner is None else municipality_id
    return EditionRow.slug == edition.slug, EditionRow.owner == owner
