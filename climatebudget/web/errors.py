"""What a person is told when something could not be done: what happened, what to do, one link."""

from __future__ import annotations

import logging
import secrets

from flask import Flask, render_template, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from climatebudget.core.text import N_
from climatebudget.db import give_room_back
from climatebudget.db.errors import Locked, Refused, Stale
from climatebudget.files import is_full
from climatebudget.web.context import engine, g, speak_outside
from climatebudget.web.quotas import NotNow

log = logging.getLogger("climatebudget")

SENTENCES = {
    400: (
        N_("Vi forstod ikke det du sendte"),
        N_("Gå tilbake, last siden på nytt og prøv igjen. Ingenting er lagret."),
    ),
    403: (
        N_("Du har ikke tilgang til dette"),
        N_("Rollen din, eller steget budsjettåret er i, åpner ikke for det. Ingenting er lagret."),
    ),
    404: (
        N_("Siden finnes ikke"),
        N_("Kontroller adressen. Kanskje har du ikke tilgang til kommunen siden hører til."),
    ),
    405: (
        N_("Siden kan ikke brukes slik"),
        N_("Gå tilbake og bruk knappene på siden. Ingenting er lagret."),
    ),
    409: (
        N_("Versjonen er låst"),
        N_("En låst versjon kan ikke endres. Gjør endringen i utkastet. Ingenting er lagret."),
    ),
    413: (
        N_("Filen er for stor"),
        N_("Filer kan være opptil 80 MB. Last opp en mindre fil. Ingenting er lagret."),
    ),
    429: (
        N_("Grensen er nådd"),
        N_("Vent litt, og prøv igjen. Ingenting er lagret."),
    ),
    503: (
        N_("Det er kø akkurat nå"),
        N_("Vent litt, og prøv igjen. Ingenting er lagret."),
    ),
    507: (
        N_("Det er ikke plass til mer"),
        N_(
            "Disken er full. Ingenting er lagret. Si fra til den som drifter programmet, og prøv "
            "igjen når det er ryddet plass. Det som er lagret fra før, er trygt og kan leses."
        ),
    ),
}
FAILED = (
    N_("Noe gikk galt hos oss"),
    N_("Ingenting er lagret. Prøv igjen, og oppgi nummeret under om det skjer på nytt."),
)


def install(app: Flask) -> None:
    app.register_error_handler(HTTPException, _known)
    app.register_error_handler(Locked, lambda error: page(409))
    app.register_error_handler(Stale, lambda error: page(409, error.shown(g.translate)))
    app.register_error_handler(NotNow, _not_now)
    app.register_error_handler(Refused, lambda error: page(400, error.shown(g.translate)))
    app.register_error_handler(Exception, _unforeseen)


def page(status: int, sentence: str = "", incident: str = "") -> tuple[str, int]:
    """The error page of a status, with the caller's own sentence on what to do if there is one."""
    title, what_to_do = SENTENCES.get(status, FAILED)
    if g.get("session") is not None:
        g.session.rollback()
        if g.place is None and status < 500:  # a database that fails is not asked again
            speak_outside()
    return (
        render_template(
            "error/error.html",
            title=g.translate(title),
            sentence=sentence or g.translate(what_to_do),
            incident=incident,
        ),
        status,
    )


def _known(error: HTTPException) -> tuple[str, int]:
    if isinstance(error, RequestEntityTooLarge):
        return page(413)
    return page(error.code or 500)


def _not_now(error: NotNow) -> tuple[str, int, dict[str, str]]:
    html, status = page(error.status, error.shown(g.translate))
    later = error.retry_after
    return html, status, {} if later is None else {"Retry-After": str(later)}


def _unforeseen(error: Exception) -> tuple[str, int]:
    """Never a traceback to the browser: an id here, the traceback in the log under the same id."""
    if is_full(error):
        return _no_room(error)
    incident = secrets.token_hex(4)
    log.exception("incident %s at %s", incident, request.url_rule)
    return page(500, incident=incident)


def _no_room(error: Exception) -> tuple[str, int]:
    """What was under way is undone, and the room it took is given back."""
    log.error("the disk is full at %s: %s", request.url_rule, getattr(error, "orig", error))
    answer = page(507)
    give_room_back(engine())
    return answer
