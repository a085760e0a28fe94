"""Every view states what it needs; a view that states nothing is closed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from flask import Flask, abort, current_app, redirect, request, url_for
from werkzeug import Response

from climatebudget.core.access import CHANGES_VERSION, Action, may
from climatebudget.db import read
from climatebudget.web.context import allowed, g, speak

View = TypeVar("View", bound=Callable[..., object])
NEEDS: dict[Callable[..., object], Action] = {}
LARGEST = 1_000_000  # more than any year or measure number
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def needs(action: Action) -> Callable[[View], View]:
    """Mark what a view needs; the one gate checks it before every request."""

    def mark(view: View) -> View:
        NEEDS[view] = action
        return view

    return mark


def install(app: Flask) -> None:
    NEEDS[app.view_functions["static"]] = Action.OPEN
    app.before_request(refuse_other_sites)
    app.before_request(check_access)


def refuse_other_sites() -> None:
    """Refuse changes sent from another site's page, before anything is looked up."""
    if request.method in SAFE:
        return
    sent_from = request.headers.get("Sec-Fetch-Site")
    if sent_from is not None:
        if sent_from not in {"same-origin", "none"}:
            abort(403)
        return
    origin = request.headers.get("Origin")
    if origin is not None and origin != request.host_url.rstrip("/"):
        abort(403)


def check_access() -> Response | None:
    if request.endpoint is None:
        return None  # no such page; Flask answers 404
    if not all(map(_may_name_something, (request.view_args or {}).values())):
        abort(404)
    action = NEEDS.get(current_app.view_functions[request.endpoint])
    if action is Action.OPEN:
        return None
    if g.user is None:
        return redirect(url_for("sign_in.form", next=request.full_path.rstrip("?")))
    if action is None:
        abort(403)
    _resolve_place()
    if not allowed(action):
        abort(409 if _only_frozen_refuses(action) else 403)
    return None


def _may_name_something(part: object) -> bool:
    """Whether a part of an address could be in the database at all: no NUL, no endless number."""
    return part < LARGEST if isinstance(part, int) else str(part).isprintable()


def _resolve_place() -> None:
    """What the address names, if it exists and the user belongs there; another's is not found."""
    at = request.view_args or {}
    if "number" not in at:
        return
    found = read.place(g.session, at["number"], at["year"], at["slug"])
    if found is None or g.user is None or not g.user.roles(found.municipality.number):
        abort(404)
    g.place = found
    speak(found.municipality.language)


def _only_frozen_refuses(action: Action) -> bool:
    """A role that may change drafts met a version that nobody changes."""
    if action not in CHANGES_VERSION or g.place is None or not g.place.version.frozen:
        return False
    return may(g.user, action, g.place.municipality.number, g.place.budget_year.stage)
