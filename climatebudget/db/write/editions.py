"""A published file becomes an edition: all of it or nothing."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import date, datetime
from io import BytesIO
from time import sleep
from typing import Any, BinaryIO, Required, TypedDict, Unpack

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Session

from climatebudget.core.inventory import Edition
from climatebudget.core.reading import Reading, finding_to
from climatebudget.core.text import N_
from climatebudget.db import guard
from climatebudget.db.errors import Refused, Unknown
from climatebudget.db.models import EditionFindingRow, EditionRow, table
from climatebudget.db.read.editions import (
    edition_by_content,
    edition_by_file,
    edition_key,
    edition_of,
)
from climatebudget.db.values import Stored
from climatebudget.db.write.files import forget_parts, keep_file, put_parts
from climatebudget.db.write.intake import begin_intake, dead_intakes, forget_intake, put_rows

EDITION, FINDING = table(EditionRow), table(EditionFindingRow)
BREATH = 0.02  # seconds between two steps of an import
NORDIC = str.maketrans("æøå", "aoa")


def import_edition(
    session: Session,
    reading: Reading,
    *,
    file: BinaryIO | None,
    told: Callable[[int, int], object] = lambda done, of: None,
    also: Callable[[], object] = lambda: None,
    **about: Unpack[About],
) -> Stored:
    """`store_edition` in many short transactions, which it commits itself: for any size of file.

    Others can write in between. What is not stored to the end cannot be seen, and is removed: at
    once when something goes wrong, by the next import when the process was killed. ``file`` is
    None when its parts have been put away. ``told`` hears how many rows are in, of how many, and
    ``also`` is done in the transaction that makes the edition.
    """
    _refuse_unready(reading)
    _ = reading.content_sha256  # reckoned once, and while nobody waits
    for dead in dead_intakes(session):
        _do(_commit_each(session, forget_intake(session, dead)))
    _do(_commit_each(session, forget_parts(session)))
    if known := _known(session, reading, about.get("owner")):
        session.commit()
        return Stored(known, new=False)
    intake = begin_intake(session)
    session.commit()
    try:
        if file is not None:
            _do(_commit_each(session, put_parts(session, file, reading.sha256)))
        for done in _commit_each(session, put_rows(session, intake, reading.packed)):
            told(int(done), len(reading.emissions))
        stored = _make_edition(session, reading, intake, **about)
        also()
        session.commit()
    except BaseException:
        session.rollback()
        with suppress(sa.exc.SQLAlchemyError):  # no room even for that; the next import will
            _do(_commit_each(session, forget_intake(session, intake)))
        raise
    if not stored.new:  # somebody else was faster
        _do(_commit_each(session, forget_intake(session, intake)))
    return stored


def store_edition(
    session: Session, reading: Reading, *, file_bytes: bytes, **about: Unpack[About]
) -> Stored:
    """Store a reading that nothing stops, as one line of the record.

    The same bytes, or the same rows in any order, are recognised as the owner's edition and change
    nothing. Raises `Refused` while a question is open, `Unknown` for an area or source we lack.
    """
    _refuse_unready(reading)
    owner = about.get("owner")
    guard.lock_chains(session, [owner or guard.INSTALLATION])
    if known := _known(session, reading, owner):
        return Stored(known, new=False)
    intake = begin_intake(session)
    _do(put_parts(session, BytesIO(file_bytes), reading.sha256))
    _do(put_rows(session, intake, reading.packed))
    return _make_edition(session, reading, intake, **about)


class About(TypedDict, total=False):
    """What a person says of an edition; ``now`` is when it was stored."""

    owner: int | None
    name: str
    slug: str
    publisher: str
    published: date | None
    gwp: str | None
    now: Required[datetime]
    by: str


def _make_edition(
    session: Session, reading: Reading, intake: int, **about: Unpack[About]
) -> Stored:
    """The edition of rows that are in: from here on they can be seen."""
    owner, name = about.get("owner"), about.get("name", "")
    chain = owner or guard.INSTALLATION
    guard.lock_chains(session, [chain])
    if known := _known(session, reading, owner):
        return Stored(known, new=False)
    keep_file(session, reading.sha256, reading.file_name)
    slug = about.get("slug") or name or reading.suggested_name
    values = {
        "id": intake,
        "municipality_id": owner,
        "owner": chain,
        "slug": _free_slug(session, chain, slug),
        "name": name or reading.suggested_name or reading.file_name,
        "publisher": about.get("publisher", ""),
        "published": about.get("published"),
        "file_sha256": reading.sha256,
        "content_sha256": reading.content_sha256,
        "file_name": reading.file_name,
        "layout": reading.layout,
        "rows": len(reading.emissions),
        "years": json.dumps(reading.years),
        "areas": json.dumps(reading.areas),
        "gwp": about.get("gwp"),
        "imported_at": about["now"],
        "imported_by": about.get("by", ""),
    }
    session.connection().execute(sa.insert(EDITION), values)
    _store_findings(session, intake, reading)
    entry = guard.Entry(chain, f"edition {intake}", "import", after=_said(values, reading))
    guard.note(session, [entry])
    stored = edition_of(session, intake)
    assert stored is not None
    return Stored(stored, new=True)


def _known(session: Session, reading: Reading, owner: int | None) -> Edition | None:
    found = edition_by_file(session, reading.sha256, owner)
    return found or edition_by_content(session, reading.content_sha256, owner)


def _do(steps: Iterable[object]) -> None:
    deque(steps, maxlen=0)


def _commit_each(session: Session, steps: Iterable[int | str]) -> Iterator[int | str]:
    """Commit after each step, and let those in who wait: on SQLite they only look now and then."""
    on_sqlite = session.get_bind().dialect.name == "sqlite"
    for step in steps:
        session.commit()
        yield step
        if on_sqlite:
            sleep(BREATH)


def accept_finding(
    session: Session,
    slug: str,
    position: int,
    reason: str,
    *,
    municipality_id: int | None,
    now: datetime,
    by: str,
) -> None:
    """Note that somebody has looked at a difference in the owner's edition, and why it stands."""
    key = edition_key(session, slug, municipality_id)
    if key is None or key[0] != (municipality_id or guard.INSTALLATION):
        raise Unknown(N_("Statistikkutgaven «%(slug)s» finnes ikke her."), slug=slug)
    row = session.get(EditionFindingRow, (key[1], position))
    if row is None:
        raise Unknown(N_("Merknaden finnes ikke."))
    row.accepted_by, row.accepted_at, row.reason = by, now, reason
    session.flush()


def _refuse_unready(reading: Reading) -> None:
    if not reading.may_store:
        raise Refused(N_("Filen har spørsmål eller feil som må besvares før den kan lagres."))
    if not reading.emissions:
        raise Refused(N_("Filen har ingen utslippstall."))


def _store_findings(session: Session, edition_id: int, reading: Reading) -> None:
    rows = [
        {
            "edition_id": edition_id,
            "position": position,
            "finding": json.dumps(finding_to(finding), ensure_ascii=False, sort_keys=True),
        }
        for position, finding in enumerate(reading.findings)
    ]
    if rows:
        session.connection().execute(sa.insert(FINDING), rows)


def _free_slug(session: Session, owner: int, wanted: str) -> str:
    base = slugify(wanted) or "utgave"
    used = set(session.scalars(select(EditionRow.slug).filter_by(owner=owner)))
    return free(base, used)


def free(base: str, used: set[str]) -> str:
    """The base, or the base with the first number that is not used.

    >>> free("vedtatt", {"vedtatt", "vedtatt-2"})
    'vedtatt-3'
    """
    slug, number = base, 1
    while slug in used:
        number += 1
        slug = f"{base}-{number}"
    return slug


def slugify(text: str) -> str:
    """
    >>> slugify("Utslipp – 2024-tall, Bærum")
    'utslipp-2024-tall-barum'
    """
    plain = unicodedata.normalize("NFKD", text.casefold().translate(NORDIC))
    ascii_only = plain.encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")[:60]


def _said(values: dict[str, Any], reading: Reading) -> dict[str, Any]:
    said = ("slug", "name", "publisher", "published", "file_sha256", "content_sha256", "rows")
    return {
        **{key: values[key] for key in said},
        "skipped": len(reading.skipped),
        "findings": len(reading.findings),
    }
