"""Avstemming: sums beside each other, and a word for each that differs."""

from __future__ import annotations

from decimal import Decimal

from climatebudget import db
from climatebudget.core.access import Role
from climatebudget.core.budget import Control
from climatebudget.db import read, write
from tests import world
from tests.web.conftest import DRAFT
from tests.web.test_overview import plain


def test_a_budget_that_adds_up_says_so(client):
    page = plain(client(Role.AUDITOR).get(f"{DRAFT}/reconciliation/").text)
    assert "summer stemmer." in page
    assert "Alle" in page


def test_a_stated_sum_that_differs_is_said_with_its_source(app, client):
    with db.session(app.extensions["engine"], actor="oppsett", writes=True) as session:
        place = world.at(session)
        budget = read.budget(session, place)
        write.set_frame(
            session,
            place,
            edition_slug="2024-tall",
            targets=budget.targets,
            path=budget.path,
            allowance=budget.allowance,
            horizon=2030,
            controls=(Control(2027, Decimal(121), "tabell 2, rad 29"),),
        )
        session.commit()
    page = plain(client(Role.AUDITOR).get(f"{DRAFT}/reconciliation/").text)
    assert "Tabellen oppgir 121 tonn for 2027. Radene gir 120." in page
    assert "tabell 2, rad 29" in page
