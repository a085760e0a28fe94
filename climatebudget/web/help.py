"""Help inside the program: a page for each of the three groups, and the words explained."""

from __future__ import annotations

from flask import Blueprint, render_template

from climatebudget.core.access import Action
from climatebudget.web.access import needs

pages = Blueprint("help", __name__, url_prefix="/help")


@pages.get("/")
@needs(Action.SIGNED_IN)
def all() -> str:
    return render_template("help/all.html")


@pages.get("/<any(finance, sectors, council, words):topic>")
@needs(Action.SIGNED_IN)
def topic(topic: str) -> str:
    return render_template(f"help/{topic}.html")
