"""Navn: the operator says once what a name in a file stands for, on the record."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from climatebudget import db
from climatebudget.core.access import Role
from climatebudget.db import read, write
from tests import world

PAGE = "/names/"
NAMED = {
    "sector": "Sjøfart",
    "source": "Fritidsbåter",
    "code": "sjofart/andre-aktiviteter",
}


@pytest.fixture
def operator(app: Flask, client):
    """Drift, who belongs to no municipality."""
    with db.session(app.extensions["engine"], actor="oppsett", writes=True) as session:
        write.add_person(session, world.email(Role.FINANCE, "drift"), "Drift", operator=True)
        session.commit()
    return client(Role.FINANCE, "drift")


def plain(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_a_name_told_once_is_what_every_file_is_read_with(app, operator):
    assert "Katalogen har klart seg" in operator.get(PAGE).text
    assert operator.send(PAGE, **NAMED).status_code == 303
    page = plain(operator.get(PAGE).text)
    assert "«Fritidsbåter» leses nå som Andre aktiviteter." in page
    assert "fritidsbåter sjøfart Andre aktiviteter Sjøfart, sjofart/andre-aktiviteter Drift" in page
    with db.session(app.extensions["engine"], actor="test") as session:
        assert read.added_aliases(session) == {("sjøfart", "fritidsbåter"): NAMED["code"]}
        line = read.record(session, 0)[0]
    assert "alias" in line.what and line.actor_name == "Drift"


def test_a_name_may_be_told_anew(operator):
    operator.send(PAGE, **NAMED)
    assert operator.send(PAGE, **{**NAMED, "code": "sjofart/passasjer"}).status_code == 303
    page = operator.get(PAGE).text
    assert "sjofart/passasjer</span>" in page and "sjofart/andre-aktiviteter</span>" not in page


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"sector": " "}, "Skriv utslippssektoren slik den står i filen."),
        ({"code": ""}, "Velg hvilken utslippskilde navnet står for."),
        ({"code": "finnes/ikke"}, "Velg et av alternativene."),
        ({"source": "x" * 201}, "Teksten er for lang"),
        ({"source": "Passasjer"}, "et navn katalogen kjenner"),
    ],
)
def test_bad_input_gets_a_sentence_and_is_not_stored(operator, database, fields, says):
    before = database()
    answer = operator.send(PAGE, **{**NAMED, **fields})
    assert answer.status_code == 400 and says in answer.text
    assert "<title>Feil:" in answer.text
    assert database() == before


def test_only_the_operator_is_let_in(client, database):
    browsers = [client(role) for role in Role]
    before = database()
    for browser in browsers:
        assert browser.get(PAGE).status_code == 403
        assert browser.send(PAGE, **NAMED).status_code == 403
    assert client(None).get(PAGE).status_code == 302
    assert database() == before


def test_what_a_person_writes_is_never_markup(operator):
    text = "<script>alert(1)</script> 100 %"
    assert operator.send(PAGE, **{**NAMED, "source": text}).status_code == 303
    page = operator.get(PAGE).text
    assert "<script>" not in page and "&lt;script&gt;" in page


def test_the_start_page_leads_the_operator_there(operator, client):
    assert f'href="{PAGE}"' in operator.get("/").text
    assert f'href="{PAGE}"' not in client(Role.CLIMATE).get("/").text
