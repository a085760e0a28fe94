"""An edition's rows come in step by step, out of everybody's sight; the edition comes last.

A step may be a transaction of its own, so that others can write in between. Whoever is killed on
the way leaves rows that belong to no edition, and the next import removes them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Session

from climatebudget.core.emissions import Emissions
from climatebudget.core.text import N_
from climatebudget.db.errors import Unknown
from climatebudget.db.models import (
    AreaRow,
    EditionRow,
    EmissionRow,
    IntakeRow,
    SourceRow,
    table,
)
from climatebudget.db.write.bulk import insert_many

INTAKE, EMISSION, EDITION = table(IntakeRow), table(EmissionRow), table(EditionRow)
COLUMNS = ("edition_id", "area_id", "year", "source_id", "row", "gas", "grams")
STEP = 5_000  # rows, which keep others waiting for some hundredths of a second
DEAD = timedelta(minutes=15)  # since an import was last heard of
NO_AREA = N_("Området «%(name)s» er ukjent. Operatøren må legge inn navnet først.")
NO_SOURCE = N_("Utslippskilden «%(name)s» er ukjent. Operatøren må legge inn navnet først.")

Row = tuple[Any, ...]


def begin_intake(session: Session) -> int:
    """The id that the rows will have, and their edition at last."""
    now = session.info["clock"]()
    made = sa.insert(INTAKE).returning(INTAKE.c.id)
    found = session.connection().scalar(made, {"touched": now})
    assert found is not None
    return int(found)


def put_rows(session: Session, intake: int, emissions: Emissions) -> Iterator[int]:
    """Put the rows in, some thousands a step; each step is how many are in.

    The caller may commit between the steps. Raises `Unknown`, before the first, for an area or a
    source we lack.
    """
    areas = _ids(session, AreaRow.number, AreaRow.id)
    sources = _ids(session, SourceRow.code, SourceRow.id)
    for text, found, known in (
        (NO_AREA, emissions.areas, areas),
        (NO_SOURCE, emissions.codes, sources),
    ):
        missing = next((name for name in found if name not in known), None)
        if missing is not None:
            raise Unknown(text, name=missing)
    count = 0
    alive = sa.update(INTAKE).where(INTAKE.c.id == intake)
    for rows in _steps(intake, emissions, areas, sources):
        insert_many(session, EMISSION, COLUMNS, rows)
        session.connection().execute(alive.values(touched=session.info["clock"]()))
        count += len(rows)
        yield count


def _steps(
    intake: int, emissions: Emissions, areas: dict[str, int], sources: dict[str, int]
) -> Iterator[list[Row]]:
    """The rows as they are kept, in the order of their key, so that the table grows at its end."""
    kinds = [(kind.year, sources[kind.code], kind.gas) for kind in emissions.kinds]
    rows: list[Row] = []
    for block in emissions.blocks:
        area = areas[block.area]
        for k, row, grams in zip(*block.columns(), strict=True):
            year, source, gas = kinds[k]
            rows.append((intake, area, year, source, row, gas, grams))
            if len(rows) == STEP:
                yield rows
                rows = []
    if rows:
        yield rows


def forget_intake(session: Session, intake: int) -> Iterator[int]:
    """Remove the rows of an import that came to nothing, an area a step."""
    own = EMISSION.c.edition_id == intake
    for area in (
        session.connection().scalars(select(EMISSION.c.area_id).where(own).distinct()).all()
    ):
        session.connection().execute(sa.delete(EMISSION).where(own, EMISSION.c.area_id == area))
        yield area
    session.connection().execute(sa.delete(INTAKE).where(INTAKE.c.id == intake))
    yield 0


def dead_intakes(session: Session) -> list[int]:
    """The imports that were killed: without an edition, and not heard of for a while."""
    long_ago = session.info["clock"]() - DEAD
    done = select(EDITION.c.id)
    dead = select(INTAKE.c.id).where(INTAKE.c.touched < long_ago, INTAKE.c.id.not_in(done))
    return list(session.connection().scalars(dead))


def _ids(session: Session, name: Any, id_: Any) -> dict[str, int]:
    return {row[0]: row[1] for row in session.execute(select(name, id_))}
