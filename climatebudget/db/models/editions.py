"""Sources, areas, and the editions of the emission inventory."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from climatebudget.db.columns import GRAMS, whole_number
from climatebudget.db.models.base import Model


class SourceRow(Model):
    __tablename__ = "source"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    sector: Mapped[str]
    name: Mapped[str]
    sector_name: Mapped[str]
    position: Mapped[int]


class AliasRow(Model):
    """What a file may call a source."""

    __tablename__ = "alias"
    sector: Mapped[str] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(primary_key=True)
    source_id: Mapped[int] = mapped_column(sa.ForeignKey("source.id"))
    added_by: Mapped[str]


class AreaRow(Model):
    __tablename__ = "area"
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    county: Mapped[str]


class StoredFileRow(Model):
    __tablename__ = "stored_file"
    only_added = True
    sha256: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    size: Mapped[int]


class FilePartRow(Model):
    """A megabyte of a file, which is whole and kept once `StoredFileRow` says so."""

    __tablename__ = "file_part"
    only_added = True
    sha256: Mapped[str] = mapped_column(primary_key=True)  # of the whole file
    n: Mapped[int] = mapped_column(primary_key=True)
    bytes: Mapped[bytes]
    put: Mapped[datetime]


class IntakeRow(Model):
    """An import that has begun: its rows are those of the edition with its id, once there is one.

    The edition is stored last, so that nobody sees half of it.
    """

    __tablename__ = "intake"
    id: Mapped[int] = mapped_column(primary_key=True)
    touched: Mapped[datetime]  # an import that is dead has not been for a while


class EditionRow(Model):
    """A published file; ``owner`` is its municipality, or 0 for the installation."""

    __tablename__ = "edition"
    only_added = True
    __table_args__ = (
        sa.CheckConstraint("owner = coalesce(municipality_id, 0)", name="owner"),
        sa.UniqueConstraint("owner", "id"),
        sa.UniqueConstraint("owner", "slug"),
        sa.UniqueConstraint("owner", "content_sha256"),
        sa.UniqueConstraint("owner", "file_sha256"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    municipality_id: Mapped[int | None] = mapped_column(sa.ForeignKey("municipality.id"))
    owner: Mapped[int]
    slug: Mapped[str]
    name: Mapped[str]
    publisher: Mapped[str]
    published: Mapped[date | None]
    file_sha256: Mapped[str] = mapped_column(sa.ForeignKey("stored_file.sha256"))
    content_sha256: Mapped[str]
    file_name: Mapped[str]
    layout: Mapped[str]
    rows: Mapped[int]
    years: Mapped[str]  # JSON
    areas: Mapped[str]  # JSON
    gwp: Mapped[str | None]
    imported_at: Mapped[datetime]
    imported_by: Mapped[str]


class EditionFindingRow(Model):
    """A difference in a published file, and who accepted it."""

    __tablename__ = "edition_finding"
    edition_id: Mapped[int] = mapped_column(sa.ForeignKey("edition.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    finding: Mapped[str]  # JSON
    accepted_by: Mapped[str | None]
    accepted_at: Mapped[datetime | None]
    reason: Mapped[str | None]


class EmissionRow(Model):
    """One figure of a file. One area of one edition is one range of the table."""

    __tablename__ = "emission"
    only_added = True
    __table_args__ = (whole_number("grams"), {"sqlite_with_rowid": False})
    edition_id: Mapped[int] = mapped_column(sa.ForeignKey("intake.id"), primary_key=True)
    area_id: Mapped[int] = mapped_column(sa.ForeignKey("area.id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[int] = mapped_column(sa.ForeignKey("source.id"), primary_key=True)
    row: Mapped[int] = mapped_column(primary_key=True)
    gas: Mapped[str] = mapped_column(primary_key=True)  # "" where the file has no gas
    grams: Mapped[Decimal] = mapped_column(GRAMS)
