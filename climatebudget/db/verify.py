"""Recompute every digest and the record's chains: what no trigger stopped, this finds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Session

from climatebudget.core.canonical import canonical
from climatebudget.db import guard
from climatebudget.db.models import (
    AreaRow,
    BudgetYearRow,
    EditionRow,
    EmissionRow,
    MunicipalityNumberRow,
    RecordRow,
    SourceRow,
    StoredFileRow,
    VersionRow,
    table,
)
from climatebudget.db.read.budgets import budget
from climatebudget.db.read.files import parts_of
from climatebudget.db.read.places import place

LOT = 10_000
WITH_ADJUSTMENTS = 3  # the first format that knows them: an older version has none


def verify(session: Session, head: str | None = None) -> list[str]:
    """A sentence for everything that is not as it was stored, naming it; nothing when all holds.

    ``head`` is an N:HASH that was printed earlier, of any chain: it shows whether a tail was cut.
    """
    return [
        *_versions(session),
        *_chains(session),
        *_heads(session, head),
        *_files(session),
        *_editions(session),
    ]


def _versions(session: Session) -> Iterator[str]:
    """sha256(bytes) == sha256, and the rows still give the same bytes."""
    found = (
        select(
            MunicipalityNumberRow.number,
            BudgetYearRow.year,
            VersionRow.slug,
            VersionRow.format,
            VersionRow.canonical,
            VersionRow.sha256,
        )
        .join(BudgetYearRow, BudgetYearRow.id == VersionRow.budget_year_id)
        .join(
            MunicipalityNumberRow,
            MunicipalityNumberRow.municipality_id == VersionRow.municipality_id,
        )
        .where(
            sa.or_(VersionRow.frozen, VersionRow.sha256.is_not(None)),
            MunicipalityNumberRow.valid_to.is_(None),
        )
        .order_by(VersionRow.id)
    )
    for row in session.execute(found).all():
        name = f"{row.number}/{row.year}/{row.slug}"
        data = row.canonical or b""
        if sha256(data).hexdigest() != row.sha256:
            yield f"Versjon {name}: de lagrede bytene har ikke fingeravtrykket som ble lagret."
        yield from _differs(session, name, row, data)


def _differs(session: Session, name: str, row: Any, data: bytes) -> Iterator[str]:
    at = place(session, row.number, row.year, row.slug)
    assert at is not None
    if not at.version.frozen:
        yield f"Versjon {name} var låst, men er åpen."
    found = budget(session, at)
    if row.format < WITH_ADJUSTMENTS and found.adjustments:
        yield f"Versjon {name} har fått justeringer etter at den ble låst."
    rendered = canonical(found, row.format)
    if rendered != data:
        where = _first_difference(_json(data), json.loads(rendered)) or "rekkefølgen"
        yield f"Versjon {name}: radene er endret etter at den ble låst, ved {where}."


def _json(data: bytes) -> Any:
    try:
        return json.loads(data)
    except ValueError:
        return None


def _first_difference(stored: Any, found: Any, path: str = "") -> str:
    """Where two JSON values first differ; a measure is named by its number."""
    if isinstance(stored, dict) and isinstance(found, dict):
        for key in sorted(stored.keys() | found.keys()):
            if where := _first_difference(stored.get(key), found.get(key), f"{path}.{key}"):
                return where
        return ""
    if isinstance(stored, list) and isinstance(found, list) and len(stored) == len(found):
        for index, (was, is_now) in enumerate(zip(stored, found, strict=True)):
            number = was.get("number", index) if isinstance(was, dict) else index
            if where := _first_difference(was, is_now, f"{path}[{number}]"):
                return where
        return ""
    return "" if stored == found else path.lstrip(".") or "alt"


def _chains(session: Session) -> Iterator[str]:
    """Every line's own hash, its link to the line before, and no number left out."""
    lines = select(table(RecordRow)).order_by(RecordRow.chain, RecordRow.n)
    chain, n, previous = None, 0, guard.START
    for line in session.connection().execute(lines.execution_options(yield_per=LOT)).mappings():
        if line["chain"] != chain:
            chain, n, previous = line["chain"], 0, guard.START
        name = f"Loggen ({chain}), linje {line['n']}"
        if line["n"] != n + 1:
            yield f"{name}: linje {n + 1} mangler."
        elif line["previous"] != previous:
            yield f"{name} henger ikke sammen med linjen før."
        if guard.line_hash(dict(line)) != line["hash"]:
            yield f"{name} er endret."
        n, previous = line["n"], line["hash"]


def _heads(session: Session, head: str | None) -> Iterator[str]:
    """What was printed, here or in a frozen version, must still be in the record."""
    frozen = select(VersionRow.municipality_id, VersionRow.record_head, VersionRow.slug)
    for chain, stored, slug in session.execute(frozen.where(VersionRow.frozen)).all():
        if not _is_there(session, stored, chain):
            yield f"Loggen ({chain}): linjen versjonen «{slug}» viser til, {stored[:20]}…, mangler."
    if head and not _is_there(session, head):
        yield f"Loggen mangler linjen {head[:20]}…. Slutten kan være kuttet."


def _is_there(session: Session, head: str, chain: int | None = None) -> bool:
    number, _, digest = head.partition(":")
    if not number.isdigit():
        return False
    line = select(RecordRow.chain).where(RecordRow.n == int(number), RecordRow.hash == digest)
    if chain is not None:
        line = line.where(RecordRow.chain == chain)
    return session.scalar(line.limit(1)) is not None


def _files(session: Session) -> Iterator[str]:
    for sha in session.scalars(select(StoredFileRow.sha256).order_by(StoredFileRow.sha256)).all():
        name = session.scalars(select(StoredFileRow.name).filter_by(sha256=sha)).one()
        digest = sha256()
        for part in parts_of(session, sha):
            digest.update(part)
        if digest.hexdigest() != sha:
            yield f"Filen «{name}» ({sha[:12]}) er endret."


def _editions(session: Session) -> Iterator[str]:
    columns = EditionRow.id, EditionRow.slug, EditionRow.rows, EditionRow.content_sha256
    for edition_id, slug, rows, content in session.execute(select(*columns)).all():
        lines = _lines(session, edition_id)
        if len(lines) != rows:
            yield f"Statistikkutgaven «{slug}» har {len(lines)} rader, men ble lagret med {rows}."
        elif sha256("\n".join(lines).encode()).hexdigest() != content:
            yield f"Statistikkutgaven «{slug}»: et utslippstall er endret."


def _lines(session: Session, edition_id: int) -> list[str]:
    """The lines that an edition's `content_sha256` is made of, from what is stored."""
    found = (
        select(
            AreaRow.number,
            SourceRow.code,
            EmissionRow.gas,
            EmissionRow.year,
            sa.type_coerce(EmissionRow.grams, sa.BigInteger),
        )
        .join(AreaRow, AreaRow.id == EmissionRow.area_id)
        .join(SourceRow, SourceRow.id == EmissionRow.source_id)
        .where(EmissionRow.edition_id == edition_id)
    )
    rows = session.execute(found.execution_options(yield_per=LOT))
    return sorted("|".join(map(str, row)) for row in rows)
