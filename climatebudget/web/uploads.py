"""A file that somebody sends: the form, a place to read it from, and what waits afterwards."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from flask import current_app, url_for
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from werkzeug.datastructures import FileStorage
from wtforms import ValidationError

from climatebudget.core.field import clean
from climatebudget.core.text import N_
from climatebudget.db import read
from climatebudget.web.context import g, place, user
from climatebudget.web.forms import say


class Gone(Exception):
    """Nothing waits under the token for this person here."""


class Moved(Exception):
    """The draft is no longer what the preview was made against."""


class FileForm(FlaskForm):
    file = FileField(N_("Fil"))

    def validate_file(self, field: FileField) -> None:
        if not isinstance(field.data, FileStorage) or not field.data.filename:
            raise ValidationError(say(N_("Velg en fil.")))


@contextmanager
def saved(sent: FileStorage) -> Iterator[tuple[Path, str]]:
    """Where the file can be read, and its name, which is shown and never opened."""
    name = clean(sent.filename or "").replace("\\", "/").rpartition("/")[2][-200:]
    with kept(name) as path:
        sent.save(path)
        sent.close()
        yield path, name


@contextmanager
def kept(name: str, data: bytes = b"") -> Iterator[Path]:
    """A file of our own making with these bytes, for as long as it is read."""
    suffix = ".csv" if name.lower().endswith((".csv", ".txt")) else ".xlsx"
    with tempfile.TemporaryDirectory(prefix="climatebudget-") as folder:
        path = Path(folder, "upload" + suffix)
        path.write_bytes(data)
        yield path


def waiting(token: str, kind: str) -> read.Staged | None:
    """What waits under the token: this person's, for this municipality."""
    found = read.staged(g.session, token, now(), person_id=user().id)
    here = place().municipality_id
    return found if found and (found.kind, found.municipality_id) == (kind, here) else None


def digest(*parts: object) -> str:
    return sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def at(endpoint: str, **more: object) -> str:
    """An address below the version in sight."""
    here = place()
    number, year, slug = here.municipality.number, here.budget_year.year, here.version.slug
    return url_for(endpoint, number=number, year=year, slug=slug, **more)  # type: ignore[arg-type]


def now() -> datetime:
    moment: datetime = current_app.config["CLOCK"]()
    return moment
