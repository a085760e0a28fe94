"""how a municipality's tables of measures were read the last time"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

MOMENT = sa.DateTime(timezone=True).with_variant(sa.String(27), "sqlite")


def upgrade() -> None:
    op.create_table(
        "table_mapping",
        sa.Column("municipality_id", sa.Integer(), nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.Column("mapping", sa.Text(), nullable=False),
        sa.Column("answers", sa.Text(), nullable=False),
        sa.Column("updated", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_id"],
            ["municipality.id"],
            name=op.f("fk_table_mapping_municipality"),
        ),
        sa.PrimaryKeyConstraint("municipality_id", "signature", name=op.f("pk_table_mapping")),
    )


def downgrade() -> None:
    op.drop_table("table_mapping")
