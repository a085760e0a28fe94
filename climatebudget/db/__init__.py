"""The only place that speaks SQL: rows never leave it."""

from climatebudget.db.engine import (
    DEFAULT_URL,
    Session,
    WrongSetting,
    connect,
    give_room_back,
    session,
)

__all__ = ["DEFAULT_URL", "Session", "WrongSetting", "connect", "give_room_back", "session"]
