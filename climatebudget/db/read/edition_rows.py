"""An edition as it is stored, row by row."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from climatebudget.core.inventory import Edition, Emission
from climatebudget.core.quantity import from_grams
from climatebudget.db.models import AreaRow, EmissionRow, SourceRow
from climatebudget.db.read.comparisons import PLAIN_GRAMS, edition_id

AT_A_TIME = 10_000


def emissions(
    session: Session, edition: Edition, municipality_id: int | None = None, area: str | None = None
) -> Iterator[Emission]:
    """Its rows by area, year and source, or those of one area; a few at a time."""
    found = (
        select(
            AreaRow.number,
            SourceRow.code,
            EmissionRow.gas,
            EmissionRow.year,
            PLAIN_GRAMS,
            EmissionRow.row,
        )
        .join(AreaRow, AreaRow.id == EmissionRow.area_id)
        .join(SourceRow, SourceRow.id == EmissionRow.source_id)
        .where(EmissionRow.edition_id == edition_id(session, edition, municipality_id))
        .order_by(EmissionRow.area_id, EmissionRow.year, EmissionRow.source_id, EmissionRow.row)
    )
    if area is not None:
        found = found.where(AreaRow.number == area)
    rows = session.execute(found, execution_options={"yield_per": AT_A_TIME})
    for number, code, gas, year, grams, row in rows:
        yield Emission(number, code, gas or None, year, from_grams(grams), row)
