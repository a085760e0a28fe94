"""The record: what was changed, when and by whom; written by the guard, never edited."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from climatebudget.db.models.base import Model


class RecordRow(Model):
    """One line of a chain: chain 0 is the installation's, any other is its municipality's."""

    __tablename__ = "record"
    only_added = True
    __table_args__ = (
        sa.Index("ix_record_chain_what", "chain", "what"),
        {"sqlite_with_rowid": False},
    )
    chain: Mapped[int] = mapped_column(primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str]
    action: Mapped[str]
    what: Mapped[str]
    before: Mapped[str]  # JSON
    after: Mapped[str]  # JSON
    previous: Mapped[str]
    hash: Mapped[str]
