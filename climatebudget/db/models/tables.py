"""How a municipality's tables were read the last time."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from climatebudget.db.models.base import Model


class TableMappingRow(Model):
    """What the columns of a table with these headings became, and what a person answered."""

    __tablename__ = "table_mapping"
    quiet = frozenset({"updated"})
    municipality_id: Mapped[int] = mapped_column(sa.ForeignKey("municipality.id"), primary_key=True)
    signature: Mapped[str] = mapped_column(primary_key=True)  # sha256 of the headings
    mapping: Mapped[str]  # JSON: heading → field
    answers: Mapped[str]  # JSON: question → value
    updated: Mapped[datetime]

    @property
    def subject(self) -> str:
        return f"table_mapping {self.signature[:12]}"
