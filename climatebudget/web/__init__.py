"""The web application: the only place that knows a request."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask, request
from flask import session as cookie
from flask_wtf.csrf import CSRFProtect
from jinja2 import StrictUndefined

from climatebudget import db
from climatebudget.core.access import Action
from climatebudget.db import read, write
from climatebudget.files import is_full
from climatebudget.web import (
    acceptances,
    access,
    adjustments,
    annex,
    boundary,
    differences,
    editions,
    errors,
    explain,
    frame,
    headers,
    help,
    home,
    imports,
    inventory,
    measure_imports,
    measure_undo,
    measures,
    names,
    national,
    observed,
    overlap,
    overview,
    path,
    path_imports,
    path_moves,
    quotas,
    reconciliation,
    show,
    sign_in,
    sources,
    versions,
)
from climatebudget.web.context import allowed, g, speak, speak_outside

ROOT = Path(__file__).parents[2]
MEBIBYTE = 2**20
PAGES = (
    sign_in,
    home,
    help,
    names,
    overview,
    measures,
    measure_imports,
    measure_undo,
    inventory,
    adjustments,
    imports,
    editions,
    sources,
    differences,
    reconciliation,
    overlap,
    acceptances,
    national,
    observed,
    explain,
    annex,
    frame,
    boundary,
    path,
    path_imports,
    path_moves,
    versions,
)


def create_app(config: dict[str, Any] | None = None) -> Flask:
    """The application, configured from CLIMATEBUDGET_* in the environment and by the caller.

    Raises ValueError with a sentence when the secret key is missing or too short, or a limit is no
    whole number.
    """
    app = Flask(__name__, template_folder=str(ROOT / "templates"))
    app.config.update(
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SECURE=True,
        MAX_CONTENT_LENGTH=81 * MEBIBYTE,
        MAX_FORM_MEMORY_SIZE=MEBIBYTE,
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session
        CLOCK=lambda: datetime.now(UTC),
        **quotas.DEFAULTS,
    )
    app.config.from_prefixed_env("CLIMATEBUDGET")
    app.config.update(config or {})
    _check_key(app)
    url = app.config.get("DATABASE_URL", db.DEFAULT_URL)
    app.extensions["engine"] = app.config.get("ENGINE") or db.connect(url)
    _prepare_templates(app)
    _open_sessions(app)
    CSRFProtect(app)
    for module in PAGES:
        app.register_blueprint(module.pages)
    quotas.install(app)
    access.install(app)
    errors.install(app)
    headers.install(app)
    return app


def _check_key(app: Flask) -> None:
    key = app.config.get("SECRET_KEY")
    if not key or len(str(key)) < 32:
        raise ValueError("CLIMATEBUDGET_SECRET_KEY må være satt til minst 32 tegn.")


def _open_sessions(app: Flask) -> None:
    """One database session a request; one that may write begins as a writer."""

    @app.before_request
    def open_session() -> None:
        g.user, g.place = None, None
        speak("nb")
        if request.endpoint == "static":
            return
        now = app.config["CLOCK"]()
        writes = request.method not in access.SAFE
        clock = app.config["CLOCK"]
        g.session = db.session(app.extensions["engine"], actor="", writes=writes, clock=clock)
        token = cookie.get("token", "")
        if token:
            g.user = read.user_for_session(g.session, token, now)
        if g.user is not None:
            g.session.info["actor"] = str(g.user.id)
            _stay_signed_in(app.extensions["engine"], g.session, token, now)
        if "number" not in (request.view_args or {}):
            speak_outside()

    @app.teardown_request
    def close_session(error: BaseException | None) -> None:
        if "session" in g:
            g.session.close()


def _stay_signed_in(engine: sa.Engine, session: db.Session, token: str, now: datetime) -> None:
    """Note, at most once a minute, that the person is there; apart from what the page does.

    A full disk keeps nobody from reading.
    """
    if not read.session_is_due(session, token, now):
        return
    try:
        _note_presence(engine, session, token, now)
    except sa.exc.OperationalError as error:
        if not is_full(error):
            raise
        session.rollback()


def _note_presence(engine: sa.Engine, session: db.Session, token: str, now: datetime) -> None:
    if session.info["writes"]:
        write.touch_session(session, token, now)
        session.commit()
        return
    session.rollback()
    with db.session(engine, actor=session.info["actor"], writes=True) as own:
        write.touch_session(own, token, now)
        own.commit()


def _prepare_templates(app: Flask) -> None:
    app.jinja_options = {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        lambda text: g.translate(text),
        lambda one, many, n: g.translate(one if n == 1 else many),
        newstyle=True,
    )
    show.install(app)

    @app.context_processor
    def always() -> dict[str, Any]:
        return {
            "user": g.user,
            "place": g.place,
            "allowed": allowed,
            "language": g.language,
            "translate": g.translate,
            "Action": Action,
        }
