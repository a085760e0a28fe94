"""How many files a municipality has sent."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from climatebudget.db.models.base import Model


class UploadDayRow(Model):
    """The files that have been read for a municipality in a day, stored or not."""

    __tablename__ = "upload_day"
    municipality_id: Mapped[int] = mapped_column(sa.ForeignKey("municipality.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)  # in Norway
    count: Mapped[int]
