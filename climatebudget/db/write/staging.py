"""What was previewed waits here until somebody agrees to it, or an hour has passed."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session, load_only

from climatebudget.db.models import StagingRow
from climatebudget.db.read.people import staged_of, token_hash
from climatebudget.db.values import Staged
from climatebudget.db.write.people import TOKEN_BYTES

WAITS = timedelta(hours=1)


def stage_upload(
    session: Session,
    *,
    kind: str,
    payload: bytes,
    now: datetime,
    person_id: int | None = None,
    municipality_id: int | None = None,
    file_name: str = "",
    file: bytes = b"",
    base: str = "",
) -> str:
    """A token to come back with. ``base`` is the stored state the preview was made against."""
    _forget_old(session, now)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    session.add(
        StagingRow(
            token_hash=token_hash(token),
            municipality_id=municipality_id,
            person_id=person_id,
            kind=kind,
            digest=sha256(payload).hexdigest(),
            payload=payload,
            file_name=file_name,
            file=file,
            base=base,
            created=now,
            expires=now + WAITS,
        )
    )
    session.flush()
    return token


def take_staged(
    session: Session, token: str, now: datetime, *, person_id: int | None = None
) -> Staged | None:
    """What waits under the token, which it can be taken with once."""
    row = session.get(StagingRow, token_hash(token))
    if row is None or row.expires <= now or row.person_id != person_id:
        return None
    taken = staged_of(row)
    session.delete(row)
    session.flush()
    return taken


def _forget_old(session: Session, now: datetime) -> None:
    old = select(StagingRow).where(StagingRow.expires <= now)
    for row in session.scalars(old.options(load_only(StagingRow.kind, StagingRow.digest))):
        session.delete(row)
