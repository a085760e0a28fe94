"""Files are put away a megabyte at a time, and kept once something of ours refers to them."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import BinaryIO

import sqlalchemy as sa
from sqlalchemy.orm import Session

from climatebudget.core.text import N_
from climatebudget.db.errors import Refused
from climatebudget.db.models import FilePartRow, StoredFileRow, table
from climatebudget.db.write.staging import WAITS

FILE, PART = table(StoredFileRow), table(FilePartRow)
SIZE = 2**20  # of a part
FORGOTTEN = 2 * WAITS  # parts that no file was made of, and no preview waits for


def put_parts(session: Session, file: BinaryIO, digest: str) -> Iterator[int]:
    """Put a file's parts away, unless they are kept already; each step is how far it has come.

    The caller may commit between the steps. Nobody sees the file before `keep_file`. Raises
    `ValueError` when the bytes have another sha256 than ``digest``.
    """
    if is_kept(session, digest):
        return
    found, n = sha256(), 0
    while data := file.read(SIZE):
        found.update(data)
        own = (PART.c.sha256 == digest) & (PART.c.n == n)
        session.connection().execute(sa.delete(PART).where(own))
        part = {"sha256": digest, "n": n, "bytes": data, "put": session.info["clock"]()}
        session.connection().execute(sa.insert(PART), part)
        n += 1
        yield n * SIZE
    if found.hexdigest() != digest:
        raise ValueError("these are not the bytes that were read")


def keep_file(session: Session, digest: str, name: str) -> None:
    """Keep for good the file whose parts have been put away."""
    if is_kept(session, digest):
        return
    size = sa.func.sum(sa.func.length(PART.c.bytes))
    own = sa.select(size, sa.func.count(), sa.func.max(PART.c.n))
    total, parts, last = session.connection().execute(own.where(PART.c.sha256 == digest)).one()
    if not parts or parts != last + 1:
        raise Refused(N_("Filen er ikke her lenger. Ingenting er lagret. Last den opp på nytt."))
    values = {"sha256": digest, "name": name, "size": total}
    session.connection().execute(sa.insert(FILE), values)


def is_kept(session: Session, digest: str) -> bool:
    found = sa.select(FILE.c.sha256).where(FILE.c.sha256 == digest)
    return session.connection().scalar(found) is not None


def forget_parts(session: Session) -> Iterator[str]:
    """Remove, file by file, the parts that nothing was made of; the caller may commit between."""
    long_ago = session.info["clock"]() - FORGOTTEN
    kept = sa.select(FILE.c.sha256)
    old = sa.select(PART.c.sha256).where(PART.c.put < long_ago, PART.c.sha256.not_in(kept))
    for digest in session.connection().scalars(old.distinct()).all():
        session.connection().execute(sa.delete(PART).where(PART.c.sha256 == digest))
        yield digest
