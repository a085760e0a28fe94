"""The catalogue's sources, aliases and areas as rows, so that others can refer to them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from climatebudget import catalogue
from climatebudget.db import guard
from climatebudget.db.models import AliasRow, AreaRow, SourceRow, table

SOURCE, ALIAS, AREA = table(SourceRow), table(AliasRow), table(AreaRow)
BY_CATALOGUE = "katalogen"


def seed(session: Session) -> None:
    """Make the rows equal to the catalogue, in one line of the record; what others added stays."""
    changed = {
        "source": _make_equal(session, SOURCE, ("code",), _sources()),
        "area": _make_equal(session, AREA, ("number",), _areas()),
    }
    changed["alias"] = _make_equal(session, ALIAS, ("sector", "source"), _aliases(session))
    if any(changed.values()):
        note = guard.Entry(guard.INSTALLATION, "catalogue", "seed", after=changed)
        guard.note(session, [note])


def _sources() -> list[dict[str, Any]]:
    return [
        {
            "code": s.code,
            "sector": s.sector,
            "name": s.name,
            "sector_name": s.sector_name,
            "position": position,
        }
        for position, s in enumerate(catalogue.sources().values())
    ]


def _areas() -> list[dict[str, Any]]:
    return [
        {"number": a.number, "name": a.name, "county": a.county} for a in catalogue.areas().values()
    ]


def _aliases(session: Session) -> list[dict[str, Any]]:
    stored = session.connection().execute(sa.select(SOURCE.c.code, SOURCE.c.id))
    ids = {code: id_ for code, id_ in stored}
    return [
        {"sector": sector, "source": source, "source_id": ids[alias.code], "added_by": BY_CATALOGUE}
        for (sector, source), alias in catalogue.aliases().items()
        if alias.code in ids
    ]


def _make_equal(
    session: Session, into: sa.Table, key: tuple[str, ...], wanted: list[dict[str, Any]]
) -> int:
    """Add and change rows until the wanted ones are there; how many it took. None is removed."""
    connection = session.connection()
    stored = {tuple(r[k] for k in key): r for r in connection.execute(sa.select(into)).mappings()}
    new = [row for row in wanted if tuple(row[k] for k in key) not in stored]
    if new:
        connection.execute(sa.insert(into), new)
    other = [
        row
        for row in wanted
        if (had := stored.get(tuple(row[k] for k in key))) and any(had[k] != row[k] for k in row)
    ]
    for row in other:
        same = sa.and_(*(into.c[k] == row[k] for k in key))
        connection.execute(sa.update(into).where(same).values(row))
    return len(new) + len(other)
