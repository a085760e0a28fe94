"""What may be used up: files in a day, readings at a time, files made in a minute, the disk.

Pages only: whoever has the command line is the operator, and is not limited.
"""

from __future__ import annotations

import math
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, time, timedelta
from pathlib import Path
from threading import Lock

from flask import Flask, current_app
from werkzeug.datastructures import FileStorage

from climatebudget import db
from climatebudget.core.field import OSLO
from climatebudget.core.text import N_, Sentence
from climatebudget.db import write
from climatebudget.web.context import engine, g, place, user

# Settings, each CLIMATEBUDGET_… in the environment.
DEFAULTS = {
    "UPLOADS_PER_DAY": 20,  # files a municipality sends, stored or not
    "READINGS_AT_ONCE": 2,  # in the whole installation, whatever the number of processes
    "READING_WAIT": 5,  # seconds for a reading to become possible
    "EXPORTS_PER_MINUTE": 10,  # files a person has made, in one process
    "FREE_MEGABYTES": 500,  # that must be left of the disk beside twice the file
}
MINUTE = timedelta(minutes=1)
BUSY = 30  # seconds: most files take less to read
MEGABYTE = 10**6


class NotNow(Sentence):
    """It may be done, but not now; the sentence says when, ``retry_after`` in seconds."""

    def __init__(self, status: int, retry_after: int | None, text: str, **values: object) -> None:
        super().__init__(text, **values)
        self.status = status
        self.retry_after = retry_after


def install(app: Flask) -> None:
    """Raises ValueError with a sentence when a setting is not a whole number."""
    for name in DEFAULTS:
        value = app.config[name]
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise ValueError(f"CLIMATEBUDGET_{name} må være et helt tall, og ikke {value!r}.")
    app.extensions["exports"] = Exports()


# ---- files that are sent -------------------------------------------------------------------------


@contextmanager
def upload(sent: FileStorage) -> Iterator[None]:
    """While a file that was sent is read: one of the municipality's of today.

    Raises `NotNow` when the disk has no room for it, too many are being read, or today's are used
    up. Ends what the session has begun: waiting as a writer would keep the others waiting.
    """
    g.session.rollback()
    _refuse_without_room(_size(sent))
    with reading():
        _count()
        yield


@contextmanager
def reading() -> Iterator[None]:
    """While a file is read, one of the few at a time; raises `NotNow` when there are too many."""
    g.session.rollback()
    config = current_app.config
    with db.turn(engine(), config["READINGS_AT_ONCE"], config["READING_WAIT"]) as taken:
        if not taken:
            text = N_(
                "Andre filer blir lest akkurat nå. Ingenting er lagret. Vent et halvt minutt, og "
                "prøv igjen."
            )
            raise NotNow(503, BUSY, text)
        yield


def _count() -> None:
    now: datetime = current_app.config["CLOCK"]()
    most = current_app.config["UPLOADS_PER_DAY"]
    today = now.astimezone(OSLO).date()
    if not write.count_upload(g.session, place().municipality_id, today, most):
        text = N_(
            "Kommunen har lastet opp %(most)s filer i dag, og flere tar vi ikke imot på én dag. "
            "Ingenting er lagret. Last opp filen i morgen, eller be den som drifter programmet, om "
            "å lese den inn."
        )
        midnight = datetime.combine(today + timedelta(days=1), time(), OSLO)
        raise NotNow(429, _seconds(midnight - now), text, most=most)
    g.session.commit()


def _size(sent: FileStorage) -> int:
    size = sent.stream.seek(0, 2)
    sent.stream.seek(0)
    return size


def _refuse_without_room(size: int) -> None:
    """The file is kept, and so is what was read of it, while the log of the database grows."""
    file = db.sqlite_file(engine())
    folders = [Path(tempfile.gettempdir()), *([file.parent] if file else [])]
    free = min(shutil.disk_usage(folder).free for folder in folders)
    if free < 2 * size + current_app.config["FREE_MEGABYTES"] * MEGABYTE:
        text = N_(
            "Disken har for lite ledig plass til å lese filen. Ingenting er lagret. Si fra til den "
            "som drifter programmet, og prøv igjen når det er ryddet plass."
        )
        raise NotNow(507, None, text)


# ---- files that are made -------------------------------------------------------------------------


class Exports:
    """When each person has had files made in the last minute, in this process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._made: dict[int, list[datetime]] = defaultdict(list)

    def one_more(self, person_id: int, now: datetime, most: int) -> timedelta | None:
        """None when the person may have one more, which is counted; else how long to wait."""
        with self._lock:
            made = [moment for moment in self._made[person_id] if moment > now - MINUTE]
            self._made[person_id] = made
            if len(made) >= most:
                return made[0] + MINUTE - now if made else MINUTE
            made.append(now)
            return None


def count_export() -> None:
    """Count one more file made for the person; raises `NotNow` when it is too many."""
    most = current_app.config["EXPORTS_PER_MINUTE"]
    exports: Exports = current_app.extensions["exports"]
    wait = exports.one_more(user().id, current_app.config["CLOCK"](), most)
    if wait is not None:
        text = N_("Du har hentet %(most)s filer på ett minutt. Vent et minutt, og prøv igjen.")
        raise NotNow(429, _seconds(wait), text, most=most)


def _seconds(wait: timedelta) -> int:
    return math.ceil(wait.total_seconds())
