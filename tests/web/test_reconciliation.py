"""Avstemming: sums beside each other, and a word for each that differs."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from climatebudget import db
from climatebudget.core.access import Role
from climatebudget.core.budget import Control
from climatebudget.core.measure import Book
from climatebudget.core.quantity import tonnes
from climatebudget.db import read, write
from climatebudget.db.write.budgets import set_controls
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


@pytest.fixture
def two_books(app):
    """The first measure cuts 7 tonnes of indirect emissions a year as well."""
    with db.session(app.extensions["engine"], actor="oppsett", writes=True) as session:
        place = world.at(session)
        measure = read.budget(session, place).measure(1)
        indirect = replace(
            measure.effects[0],
            book=Book.INDIRECT,
            yearly=tonnes(dict.fromkeys(range(2027, 2031), Decimal(7))),
        )
        write.save_measure(session, place, replace(measure, effects=(*measure.effects, indirect)))
        session.commit()


def test_each_book_has_its_differences_and_they_are_never_added_up(client, two_books):
    page = plain(client(Role.AUDITOR).get(f"{DRAFT}/reconciliation/").text)
    assert "Forskjeller for hvert regnskap, tonn" in page
    assert "Direkte utslipp i kommunen 20 av 20 0,0 0,0" in page
    assert "Indirekte utslipp 16 av 16 0,0 0,0" in page


def test_a_budget_in_one_book_needs_no_such_table(client):
    page = client(Role.AUDITOR).get(f"{DRAFT}/reconciliation/").text
    assert "Forskjeller for hvert regnskap" not in page


def test_what_matters_most_is_said_first(app, client):
    with db.session(app.extensions["engine"], actor="oppsett", writes=True) as session:
        place = world.at(session)
        sums = [Control(2027, Decimal(121), "a"), Control(2028, Decimal(1245), "b")]
        set_controls(session, place, sums)
        session.commit()
    page = plain(client(Role.AUDITOR).get(f"{DRAFT}/reconciliation/").text)
    assert "Det er 1 000 tonn forskjell i 2028: klimatiltakene gir 245 tonn, men kilden" in page
    assert "2 av 22 summer stemmer ikke." in page
