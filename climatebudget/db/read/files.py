"""Files as they were sent, a megabyte at a time."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from climatebudget.db.models import FilePartRow


def parts_of(session: Session, sha256: str) -> Iterator[bytes]:
    """The parts of a file, in order; each is asked for when it is wanted."""
    n = 0
    part = select(FilePartRow.bytes)
    while data := session.scalar(part.filter_by(sha256=sha256, n=n)):
        yield bytes(data)
        n += 1
