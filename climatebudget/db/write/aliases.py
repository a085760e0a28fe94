"""Names of sources that an operator has told us of."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from climatebudget.catalogue import normalised
from climatebudget.core.text import N_
from climatebudget.db.errors import Taken, Unknown
from climatebudget.db.models import AliasRow, SourceRow
from climatebudget.db.seed import BY_CATALOGUE


def add_alias(session: Session, sector: str, source: str, code: str, *, by: str) -> None:
    """From now on a file's (sector, source) is the source with this code; on the record.

    The source may be empty, for files that have only sectors. Raises `Unknown` for a code we lack
    and `Taken` for a name that the catalogue knows as another source.
    """
    found = session.scalar(select(SourceRow.id).filter_by(code=code))
    if found is None:
        raise Unknown(N_("Utslippskilden «%(code)s» finnes ikke."), code=code)
    key = normalised(sector), normalised(source)
    alias = session.get(AliasRow, key)
    if alias is None:
        alias = AliasRow(sector=key[0], source=key[1], source_id=found, added_by=by)
        session.add(alias)
    elif alias.source_id != found and alias.added_by == BY_CATALOGUE:
        text = N_("«%(source)s» i «%(sector)s» er et navn katalogen kjenner, med en annen kilde.")
        raise Taken(text, source=source or sector, sector=sector)
    elif alias.source_id != found:
        alias.source_id, alias.added_by = found, by
    session.flush()
