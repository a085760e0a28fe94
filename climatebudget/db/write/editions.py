"""A published file becomes an edition: all of it or nothing."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from datetime import date, datetime
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Session

from climatebudget.core.quantity import grams
from climatebudget.core.reading import Reading, finding_to
from climatebudget.db import guard
from climatebudget.db.errors import Refused, Unknown
from climatebudget.db.models import (
    AreaRow,
    EditionFindingRow,
    EditionRow,
    EmissionRow,
    SourceRow,
    StoredFileRow,
    table,
)
from climatebudget.db.read.editions import (
    edition_by_content,
    edition_by_file,
    edition_key,
    edition_of,
)
from climatebudget.db.values import Stored
from climatebudget.db.write.bulk import insert_many

EDITION, FINDING, FILE = table(EditionRow), table(EditionFindingRow), table(StoredFileRow)
EMISSION = ("edition_id", "area_id", "year", "source_id", "row", "gas", "grams")
NORDIC = str.maketrans("æøå", "aoa")


def store_edition(
    session: Session,
    reading: Reading,
    *,
    owner: int | None = None,
    name: str = "",
    slug: str = "",
    publisher: str = "",
    published: date | None = None,
    gwp: str | None = None,
    file_bytes: bytes,
    now: datetime,
    by: str = "",
) -> Stored:
    """Store a reading that nothing stops, as one line of the record.

    The same bytes, or the same rows in any order, are recognised as the owner's edition and change
    nothing. Raises `Refused` while a question is open, `Unknown` for an area or source we lack.
    """
    _refuse_unready(reading, file_bytes)
    chain = owner or guard.INSTALLATION
    guard.lock_chains(session, [chain])
    content = reading.content_sha256
    known = edition_by_file(session, reading.sha256, owner)
    known = known or edition_by_content(session, content, owner)
    if known:
        return Stored(known, new=False)
    _store_file(session, reading, file_bytes)
    values = {
        "municipality_id": owner,
        "owner": chain,
        "slug": _free_slug(session, chain, slug or name or reading.suggested_name),
        "name": name or reading.suggested_name or reading.file_name,
        "publisher": publisher,
        "published": published,
        "file_sha256": reading.sha256,
        "content_sha256": content,
        "file_name": reading.file_name,
        "layout": reading.layout,
        "rows": len(reading.emissions),
        "years": json.dumps(reading.years),
        "areas": json.dumps(reading.areas),
        "gwp": gwp,
        "imported_at": now,
        "imported_by": by,
    }
    edition_id = session.connection().scalar(sa.insert(EDITION).returning(EDITION.c.id), values)
    assert edition_id is not None
    _store_findings(session, edition_id, reading)
    insert_many(session, table(EmissionRow), EMISSION, _rows(session, edition_id, reading))
    entry = guard.Entry(chain, f"edition {edition_id}", "import", after=_said(values, reading))
    guard.note(session, [entry])
    stored = edition_of(session, edition_id)
    assert stored is not None
    return Stored(stored, new=True)


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
        raise Unknown(f"Statistikkutgaven «{slug}» finnes ikke her.")
    row = session.get(EditionFindingRow, (key[1], position))
    if row is None:
        raise Unknown("Merknaden finnes ikke.")
    row.accepted_by, row.accepted_at, row.reason = by, now, reason
    session.flush()


def _refuse_unready(reading: Reading, file_bytes: bytes) -> None:
    if not reading.may_store:
        raise Refused("Filen har spørsmål eller feil som må besvares før den kan lagres.")
    if not reading.emissions:
        raise Refused("Filen har ingen utslippstall.")
    if sha256(file_bytes).hexdigest() != reading.sha256:
        raise ValueError("these are not the bytes that were read")


def _store_file(session: Session, reading: Reading, file_bytes: bytes) -> None:
    if session.scalar(select(StoredFileRow.sha256).filter_by(sha256=reading.sha256)) is None:
        file = {
            "sha256": reading.sha256,
            "name": reading.file_name,
            "bytes": file_bytes,
            "size": len(file_bytes),
        }
        session.connection().execute(sa.insert(FILE), file)


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


def _rows(session: Session, edition_id: int, reading: Reading) -> Iterator[tuple[Any, ...]]:
    """The emissions as they are kept; raises `Unknown` at once when one has no place.

    No generator itself: it must have asked all it needs before a COPY occupies the connection.
    """
    areas = _ids(session, AreaRow.number, AreaRow.id)
    sources = _ids(session, SourceRow.code, SourceRow.id)
    for what, found, known in (
        ("Området", reading.areas, areas),
        ("Utslippskilden", reading.codes, sources),
    ):
        missing = next((name for name in found if name not in known), None)
        if missing is not None:
            raise Unknown(f"{what} «{missing}» er ukjent. Operatøren må legge inn navnet først.")
    return (
        (edition_id, areas[e.area], e.year, sources[e.code], e.row, e.gas or "", grams(e.tonnes))
        for e in reading.emissions
    )


def _ids(session: Session, name: Any, id_: Any) -> dict[str, int]:
    return {row[0]: row[1] for row in session.execute(select(name, id_))}


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
