"""Files that are whole or not there, and what a full disk looks like to the program."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FULL = "Disken er full. Ingenting er lagret. Frigjør plass, og prøv igjen."
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
# SQLITE_FULL, and SQLITE_IOERR_SHMSIZE: there is no room for the index of its log.
SQLITE_NO_ROOM = frozenset({13, 4874})
POSTGRESQL_NO_ROOM = "53100"
OWNER_ONLY, AS_USUAL = 0o600, 0o666


@contextmanager
def written_whole(file: Path, *, replace: bool = False, mode: int = AS_USUAL) -> Iterator[Path]:
    """A path to write to, beside the file; it becomes the file when all has gone well.

    Raises FileExistsError where the file is there already, unless it may be replaced.
    """
    if not replace and file.exists():
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(file))
    part = file.with_name(f".{file.name}.{secrets.token_hex(4)}.part")
    try:
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode))
    except OSError as error:
        error.filename = str(file)
        raise
    try:
        yield part
        sync(part)
        if replace:
            part.replace(file)
        else:
            os.link(part, file)  # which, unlike a rename, never takes another's place
        sync(file.parent)
    finally:
        part.unlink(missing_ok=True)


def sync(path: Path) -> None:
    """Return when the file, or the folder's list of names, is on the disk."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def is_full(error: BaseException) -> bool:
    """Whether what failed, failed because the disk is full; here or in the database."""
    origin = getattr(error, "orig", None) or error
    if getattr(origin, "sqlite_errorcode", None) in SQLITE_NO_ROOM:
        return True
    if getattr(origin, "sqlstate", None) == POSTGRESQL_NO_ROOM:
        return True
    return isinstance(origin, OSError) and origin.errno in NO_ROOM
