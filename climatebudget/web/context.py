"""What a request carries, with types."""

from __future__ import annotations

from typing import cast

import sqlalchemy as sa
from flask import current_app
from flask import g as flask_g
from flask.ctx import _AppCtxGlobals
from sqlalchemy.orm import Session

from climatebudget.core.access import Action, User, may
from climatebudget.core.budget import Budget, shown
from climatebudget.core.text import Translate
from climatebudget.db import read
from climatebudget.db.read import Place
from climatebudget.translations import translator


class Context(_AppCtxGlobals):
    session: Session
    user: User | None
    place: Place | None
    language: str
    translate: Translate


g = cast(Context, flask_g)


def speak(language: str) -> None:
    """From here on the page is in this language."""
    g.language, g.translate = language, translator(language)


def speak_outside() -> None:
    """Outside a municipality: the language of all the person's, or for a stranger of all there are.

    Bokmål where they differ.
    """
    numbers = {m.municipality for m in g.user.memberships} if g.user else None
    found = read.languages(g.session, numbers)
    speak(found.pop() if len(found) == 1 else "nb")


def engine() -> sa.Engine:
    found: sa.Engine = current_app.extensions["engine"]
    return found


def place() -> Place:
    """The municipality, budget year and version of the address, which the gate has resolved."""
    assert g.place is not None, "the address names no version"
    return g.place


def budget_in_sight() -> Budget:
    """The version of the address, whole, as it may be shown."""
    return shown(read.budget(g.session, place()))


def user() -> User:
    assert g.user is not None, "the gate lets nobody in unnamed"
    return g.user


def allowed(action: Action) -> bool:
    """Whether the user may do this to the version in sight, now."""
    if g.place is None:
        return may(g.user, action)
    here = g.place
    number, stage = here.municipality.number, here.budget_year.stage
    return may(g.user, action, number, stage, here.version)
