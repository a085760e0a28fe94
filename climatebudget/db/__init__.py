"""The only place that speaks SQL: rows never leave it."""

from climatebudget.db.engine import (
    DEFAULT_URL,
    Session,
    WrongSetting,
    connect,
    give_room_back,
    session,
    sqlite_file,
)
from climatebudget.db.turns import turn

__all__ = [
    "DEFAULT_URL",
    "Session",
    "WrongSetting",
    "connect",
    "give_room_back",
    "session",
    "sqlite_file",
    "turn",
]
