"""Signing in and out: e-mail and password; the session lives on the server."""

from __future__ import annotations

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask import session as cookie
from flask_wtf import FlaskForm
from werkzeug import Response
from wtforms import EmailField, PasswordField

from climatebudget.core.access import Action
from climatebudget.core.field import clean
from climatebudget.core.text import N_
from climatebudget.db import passwords, read, write
from climatebudget.web.access import needs
from climatebudget.web.context import g
from climatebudget.web.forms import Said

pages = Blueprint("sign_in", __name__)


class SignInForm(FlaskForm):
    email = EmailField(N_("E-post"), validators=[Said(N_("Skriv e-postadressen din."))])
    password = PasswordField(N_("Passord"), validators=[Said(N_("Skriv passordet ditt."))])


@pages.get("/sign-in")
@needs(Action.OPEN)
def form() -> str | Response:
    if g.user is not None:
        return redirect(url_for("home.start"))
    return render_template("sign_in/form.html", form=SignInForm(), problem="")


@pages.post("/sign-in")
@needs(Action.OPEN)
def enter() -> str | Response | tuple[str, int]:
    """One answer for an unknown address and a wrong password, after the same work."""
    filled = SignInForm()
    if not filled.validate():
        return render_template("sign_in/form.html", form=filled, problem=""), 400
    known = read.user_by_email(g.session, clean(filled.email.data))
    person, stored = known or (None, None)
    if not passwords.fits(stored, filled.password.data) or person is None:
        problem = g.translate(N_("E-postadressen og passordet passer ikke sammen. Prøv igjen."))
        return render_template("sign_in/form.html", form=filled, problem=problem), 400
    cookie.clear()  # nothing from before the sign-in lives on
    cookie["token"] = write.sign_in(g.session, person.id, current_app.config["CLOCK"]())
    g.session.commit()
    return redirect(safe_next(request.args.get("next", "")) or url_for("home.start"))


@pages.post("/sign-out")
@needs(Action.SIGNED_IN)
def leave() -> Response:
    write.sign_out(g.session, cookie["token"])
    g.session.commit()
    cookie.clear()
    return redirect(url_for("sign_in.form"))


def safe_next(target: str) -> str:
    """The address if it is a path on this server, else nothing."""
    inside = target.startswith("/") and not target.startswith("//") and "\\" not in target
    return target if inside and target.isprintable() else ""
