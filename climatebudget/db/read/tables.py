"""What is remembered of a municipality's tables."""

from __future__ import annotations

import json

from sqlalchemy import select
from sqlalchemy.orm import Session

from climatebudget.db.models import TableMappingRow


def remembered_table(
    session: Session, municipality_id: int, signature: str
) -> tuple[dict[str, str], dict[str, str]]:
    """Heading → field, and question → answer, of the last table with these headings."""
    row = session.execute(
        select(TableMappingRow.mapping, TableMappingRow.answers).where(
            TableMappingRow.municipality_id == municipality_id,
            TableMappingRow.signature == signature,
        )
    ).first()
    return (json.loads(row.mapping), json.loads(row.answers)) if row else ({}, {})
