"""Names of sources that operators have told us of."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from climatebudget.db.models import AliasRow, PersonRow, SourceRow
from climatebudget.db.seed import BY_CATALOGUE
from climatebudget.db.values import AddedName


def added_names(session: Session) -> tuple[AddedName, ...]:
    """Every name that is not the catalogue's, by sector and source."""
    rows = session.execute(
        select(AliasRow.sector, AliasRow.source, SourceRow.code, AliasRow.added_by)
        .join(SourceRow, SourceRow.id == AliasRow.source_id)
        .where(AliasRow.added_by != BY_CATALOGUE)
        .order_by(AliasRow.sector, AliasRow.source)
    ).all()
    people = _names(session, {int(row.added_by) for row in rows if row.added_by.isdecimal()})
    return tuple(AddedName(*row[:3], people.get(row.added_by, row.added_by)) for row in rows)


def _names(session: Session, ids: set[int]) -> dict[str, str]:
    """Person number, as the record writes it, → name."""
    found = select(PersonRow.id, PersonRow.name).where(PersonRow.id.in_(ids))
    return {str(row.id): row.name for row in session.execute(found)}
