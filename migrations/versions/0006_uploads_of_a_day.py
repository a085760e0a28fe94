"""how many files a municipality has sent in a day"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "upload_day",
        sa.Column("municipality_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_upload_day_municipality")
        ),
        sa.PrimaryKeyConstraint("municipality_id", "day", name=op.f("pk_upload_day")),
    )


def downgrade() -> None:
    op.drop_table("upload_day")
