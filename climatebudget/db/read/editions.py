"""Published files, and one area's inventory out of one of them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Session

from climatebudget.core.inventory import Edition, Inventory, Source
from climatebudget.core.quantity import from_grams
from climatebudget.core.reading import finding_from
from climatebudget.db.models import (
    AliasRow,
    AreaRow,
    EditionFindingRow,
    EditionRow,
    EmissionRow,
    MunicipalityNumberRow,
    SourceRow,
)
from climatebudget.db.read.files import parts_of
from climatebudget.db.seed import BY_CATALOGUE
from climatebudget.db.values import AcceptedFinding

INSTALLATION = 0
OWNER_NUMBER = (
    select(MunicipalityNumberRow.number)
    .where(
        MunicipalityNumberRow.municipality_id == EditionRow.municipality_id,
        MunicipalityNumberRow.valid_to.is_(None),
    )
    .correlate(EditionRow)
    .scalar_subquery()
    .label("owner_number")
)


def editions(session: Session, municipality_id: int | None = None) -> tuple[Edition, ...]:
    """The installation's and the municipality's own, the newest first."""
    return _editions(session, _readable(municipality_id))


def edition_by_slug(
    session: Session, slug: str, municipality_id: int | None = None
) -> Edition | None:
    """One that the municipality may use; its own before the installation's of the same slug."""
    found = _editions(session, _readable(municipality_id), EditionRow.slug == slug)
    return max(found, key=lambda e: e.owner is not None, default=None)


def edition_by_file(session: Session, sha256: str, owner: int | None = None) -> Edition | None:
    """The owner's edition with these bytes."""
    return _one(session, _owned(owner), EditionRow.file_sha256 == sha256)


def edition_by_content(
    session: Session, content_sha256: str, owner: int | None = None
) -> Edition | None:
    """The owner's edition with these rows, in whatever order."""
    return _one(session, _owned(owner), EditionRow.content_sha256 == content_sha256)


def edition_key(
    session: Session, slug: str, municipality_id: int | None = None
) -> tuple[int, int] | None:
    """(owner, id) of what `edition_by_slug` finds; for this package only."""
    found = (
        select(EditionRow.owner, EditionRow.id)
        .where(_readable(municipality_id), EditionRow.slug == slug)
        .order_by(EditionRow.owner.desc())
        .limit(1)
    )
    row = session.execute(found).first()
    return (row.owner, row.id) if row else None


def edition_file(
    session: Session, slug: str, municipality_id: int | None = None
) -> tuple[str, Iterator[bytes]] | None:
    """Name and bytes, part by part, of the file an edition was read from."""
    key = edition_key(session, slug, municipality_id)
    found = select(EditionRow.file_name, EditionRow.file_sha256)
    row = session.execute(found.where(EditionRow.id == (key and key[1]))).first()
    return (row.file_name, parts_of(session, row.file_sha256)) if row else None


def edition_findings(
    session: Session, slug: str, municipality_id: int | None = None
) -> tuple[AcceptedFinding, ...]:
    """An edition's findings, with who accepted them and why."""
    key = edition_key(session, slug, municipality_id)
    rows = session.scalars(
        select(EditionFindingRow)
        .where(EditionFindingRow.edition_id == (key and key[1]))
        .order_by(EditionFindingRow.position)
    )
    return tuple(
        AcceptedFinding(
            r.position,
            finding_from(json.loads(r.finding)),
            r.accepted_by or "",
            r.accepted_at,
            r.reason or "",
        )
        for r in rows
    )


def inventory(
    session: Session, slug: str, area: str, municipality_id: int | None = None
) -> Inventory | None:
    """One area's inventory in an edition; None when the edition lacks the area."""
    key = edition_key(session, slug, municipality_id)
    return inventory_of(session, key[1], [area]) if key else None


def sources(session: Session) -> dict[str, Source]:
    """Every source by its code, in the order they are shown."""
    columns = SourceRow.code, SourceRow.sector, SourceRow.name, SourceRow.sector_name
    rows = session.execute(select(*columns).order_by(SourceRow.position, SourceRow.code))
    return {row.code: Source(*row) for row in rows}


def added_aliases(session: Session) -> dict[tuple[str, str], str]:
    """(sector, source), normalised, → source code: what operators have added to the catalogue.

    The reader knows the catalogue itself, and which of it is uncertain.
    """
    rows = session.execute(
        select(AliasRow.sector, AliasRow.source, SourceRow.code)
        .join(SourceRow, SourceRow.id == AliasRow.source_id)
        .where(AliasRow.added_by != BY_CATALOGUE)
    )
    return {(row.sector, row.source): row.code for row in rows}


def edition_of(session: Session, edition_id: int) -> Edition | None:
    return _one(session, EditionRow.id == edition_id)


def inventory_of(
    session: Session,
    edition_id: int,
    areas: Iterable[str] | sa.Select[Any],
    preferred: str = "",
) -> Inventory | None:
    """The area of these that the edition has, the preferred one first; two statements."""
    rows = session.execute(
        select(
            AreaRow.number,
            SourceRow.code,
            EmissionRow.year,
            EmissionRow.row,
            sa.type_coerce(EmissionRow.grams, sa.BigInteger),
        )
        .join(AreaRow, AreaRow.id == EmissionRow.area_id)
        .join(SourceRow, SourceRow.id == EmissionRow.source_id)
        .where(EmissionRow.edition_id == edition_id, AreaRow.number.in_(areas))
    ).all()
    if not rows:
        return None
    area = max((row.number for row in rows), key=lambda number: (number == preferred, number))
    return _inventory(area, [row for row in rows if row.number == area], sources(session))


def _inventory(area: str, rows: Iterable[Any], known: dict[str, Source]) -> Inventory:
    """Sums over gases and repeated rows, in whole grams."""
    sums: dict[tuple[str, int], int] = defaultdict(int)
    where: dict[tuple[str, int], list[int]] = defaultdict(list)
    for _, code, year, row, grams in rows:
        sums[code, year] += grams
        where[code, year].append(row)
    used = {code for code, _ in sums}
    return Inventory(
        area,
        tuple(sorted({year for _, year in sums})),
        {key: from_grams(value) for key, value in sums.items()},
        {code: source for code, source in known.items() if code in used},
        {key: tuple(sorted(numbers)) for key, numbers in where.items()},
    )


def _readable(municipality_id: int | None) -> sa.ColumnElement[bool]:
    return EditionRow.owner.in_({INSTALLATION, municipality_id or INSTALLATION})


def _owned(owner: int | None) -> sa.ColumnElement[bool]:
    return EditionRow.owner == (owner or INSTALLATION)


def _one(session: Session, *conditions: sa.ColumnElement[bool]) -> Edition | None:
    return next(iter(_editions(session, *conditions)), None)


def _editions(session: Session, *conditions: sa.ColumnElement[bool]) -> tuple[Edition, ...]:
    """With their findings, in one statement."""
    rows = session.execute(
        select(EditionRow, OWNER_NUMBER, EditionFindingRow.finding)
        .outerjoin(EditionFindingRow, EditionFindingRow.edition_id == EditionRow.id)
        .where(*conditions)
        .order_by(
            EditionRow.published.desc().nulls_last(),
            EditionRow.imported_at.desc(),
            EditionRow.id.desc(),
            EditionFindingRow.position,
        )
    ).all()
    findings: dict[int, list[str]] = defaultdict(list)
    for edition, _, finding in rows:
        findings[edition.id] += [finding] if finding else []
    unique = {edition.id: (edition, owner) for edition, owner, _ in rows}
    return tuple(_edition(e, owner, findings[e.id]) for e, owner in unique.values())


def _edition(row: EditionRow, owner: str | None, findings: Iterable[str]) -> Edition:
    return Edition(
        slug=row.slug,
        name=row.name,
        publisher=row.publisher,
        published=row.published,
        sha256=row.file_sha256,
        content_sha256=row.content_sha256,
        file_name=row.file_name,
        layout=row.layout,
        rows=row.rows,
        years=tuple(json.loads(row.years)),
        areas=tuple(json.loads(row.areas)),
        owner=owner,
        imported_at=row.imported_at,
        imported_by=row.imported_by,
        gwp=row.gwp,
        findings=tuple(finding_from(json.loads(f)) for f in findings),
    )
