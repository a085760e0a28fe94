"""A version's rows into another version, inside the database."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from climatebudget.db.models import (
    AcceptanceRow,
    AdjustmentRow,
    AllowanceFigureRow,
    ControlTotalRow,
    CostRow,
    EffectFigureRow,
    EffectRow,
    FacilityFigureRow,
    FacilityRow,
    LeftOutRow,
    MeasureRow,
    OverlapGroupRow,
    OverlapMemberRow,
    PathFigureRow,
    TargetRow,
    table,
)

LINES = [
    table(row)
    for row in (
        *(TargetRow, PathFigureRow, AllowanceFigureRow, ControlTotalRow),
        *(MeasureRow, EffectRow, EffectFigureRow, CostRow),
        *(LeftOutRow, FacilityRow, FacilityFigureRow, AdjustmentRow),
        *(OverlapGroupRow, OverlapMemberRow, AcceptanceRow),
    )
]


def copy_lines(
    session: Session, municipality_id: int, source: int, into: int, **instead: Any
) -> None:
    """Copy every row of one version into another that has none; ``instead`` replaces columns."""
    for lines in LINES:
        values = {"version_id": into, "lock": 1, **instead}
        columns = [
            sa.literal(values[c.name], c.type).label(c.name) if c.name in values else c
            for c in lines.columns
        ]
        rows = sa.select(*columns).where(
            lines.c.municipality_id == municipality_id, lines.c.version_id == source
        )
        copied = sa.insert(lines).from_select([c.name for c in lines.columns], rows)
        session.connection().execute(copied)
