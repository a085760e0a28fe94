"""How many files a municipality sends in a day; no content of a budget, so not in the record."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from climatebudget.db.models import UploadDayRow, table

DAY = table(UploadDayRow)


def count_upload(session: Session, municipality_id: int, day: date, most: int) -> bool:
    """Count one more file that day; False, and nothing counted, when there are ``most`` already.

    One statement, so that two at once cannot both be the last. Other days are forgotten.
    """
    connection = session.connection()
    own = DAY.c.municipality_id == municipality_id
    connection.execute(sa.delete(DAY).where(own, DAY.c.day < day))
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    first = insert(DAY).values(municipality_id=municipality_id, day=day, count=1)
    one_more = first.on_conflict_do_update(
        index_elements=[DAY.c.municipality_id, DAY.c.day],
        set_={"count": DAY.c.count + 1},
        where=DAY.c.count < most,
    )
    return most > 0 and connection.scalar(one_more.returning(DAY.c.count)) is not None
