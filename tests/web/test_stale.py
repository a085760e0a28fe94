"""A page that has grown old decides nothing: whoever was first is seen before anything is saved."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from climatebudget import db
from climatebudget.core.access import Role
from climatebudget.core.budget import Stage
from climatebudget.core.field import NBSP
from climatebudget.db import read, write
from tests import world
from tests.web.conftest import DRAFT, Client

VERSIONS, ONE = f"{DRAFT}/versions/", f"{DRAFT}/measures/1"

# Every form that saves, and what keeps an old page from saving over what is newer. A new form
# is added here together with its own test.
BY_COUNTER = {"measures.save", "measures.remove", "frame.save"}  # test_measures, test_frame, below
BY_COUNTER |= {"path.save", "boundary.save", "path_moves.move"}  # test_path, test_boundary, …
BY_COUNTER |= {"overlap.save", "overlap.remove"}  # test_overlap
BY_COUNTER |= {"adjustments.save"}  # test_adjustments
BY_WHAT_WAS_SEEN = {"versions.move", "versions.freeze", "versions.present"}  # below
BY_WHAT_WAS_SEEN |= {"acceptances.accept", "acceptances.withdraw"}  # test_acceptances
BY_WHAT_WAS_SEEN |= {"measure_undo.undo"}  # test_measure_undo
BY_PREVIEW = {
    *("imports.confirm", "imports.cancel"),  # test_imports
    *("measure_imports.sheet", "measure_imports.back", "measure_imports.preview"),
    *("measure_imports.confirm", "measure_imports.cancel"),  # test_measure_imports
    *("path_imports.sheet", "path_imports.answer"),
    *("path_imports.confirm", "path_imports.cancel"),  # test_path_imports
}
ONLY_ADDS = {
    *("measures.new", "measures.duplicate", "names.add", "overlap.new"),
    *("imports.upload", "measure_imports.upload", "path_imports.upload"),
}
OF_ONESELF = {"sign_in.enter", "sign_in.leave"}


def plain(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html).replace(NBSP, " "))


def hidden(page: str, url: str) -> dict[str, str]:
    """What stands hidden in the page's form to the address, without its token."""
    form = re.search(rf'<form[^>]*action="{url}".*?</form>', page, re.DOTALL)
    assert form, f"no form to {url}"
    found = re.findall(r'type="hidden" name="(lock|seen)" value="([^"]+)"', form[0])
    assert found, f"nothing in the form to {url} tells how old it is"
    return dict(found)


@pytest.fixture
def act(app):
    """Something that another person does meanwhile."""

    def act(what):
        with db.session(app.extensions["engine"], actor="en annen", writes=True) as session:
            what(session, world.at(session))
            session.commit()

    return act


def to(stage: Stage):
    return lambda session, place: write.move_stage(session, place, stage, "prøve")


def rename(session: db.Session, place: read.Place) -> None:
    one = read.measure(session, place, 1)
    assert one is not None
    write.save_measure(session, place, replace(one, name="Bytte ut tjue biler"))


@pytest.fixture
def seen(app):
    """What is stored: the stage, the versions and the first measure's name."""

    def seen():
        with db.session(app.extensions["engine"], actor="prøve") as session:
            place = world.at(session)
            one = read.measure(session, place, 1)
            versions = read.versions(session, place.municipality_id, world.YEAR)
            slugs = tuple(v.slug for v in versions)
            return place.budget_year.stage, slugs, one and one.name

    return seen


def opened(browser: Client, page: str, url: str, **fields: str) -> dict[str, str]:
    """The form as it stands in a browser: what is hidden in it, and what the person has typed."""
    return {**hidden(browser.get(page).text, url), **fields}


def test_a_stage_that_was_moved_meanwhile_is_not_moved_again(client, act, seen):
    mine = client(Role.FINANCE)
    form = opened(mine, VERSIONS, f"{VERSIONS}stage", stage="QUALITY")
    act(to(Stage.PREPARATION))
    answer = mine.send(f"{VERSIONS}stage", **form)
    assert answer.status_code == 409 and "<title>Feil:" in answer.text
    assert "Steg forberedelse kvalitetssikring" in plain(answer.text)
    assert seen()[0] is Stage.PREPARATION

    again = {**hidden(answer.text, f"{VERSIONS}stage"), "stage": "QUALITY"}
    assert mine.send(f"{VERSIONS}stage", **again).status_code == 303
    assert seen()[0] is Stage.QUALITY


def test_a_draft_that_was_changed_meanwhile_is_not_frozen_unseen(client, act, seen):
    act(to(Stage.PROPOSAL))
    mine, url = client(Role.FINANCE), f"{VERSIONS}freeze"
    form = opened(mine, VERSIONS, url, kind="PROPOSAL", decision="Sak 7/26")
    act(rename)
    answer = mine.send(url, **form)
    assert answer.status_code == 409 and "<title>Feil:" in answer.text
    assert "Utkastet er endret siden du åpnet siden" in answer.text
    assert 'value="Sak 7/26"' in answer.text
    assert seen()[1] == ("utkast", "vedtatt")

    again = {**form, **hidden(answer.text, url)}
    assert mine.send(url, **again).status_code == 303
    assert seen()[1] == ("utkast", "vedtatt", "forslag")


@pytest.mark.parametrize(("url", "role"), [("stage", Role.FINANCE), ("freeze", Role.FINANCE)])
def test_a_form_that_does_not_say_what_was_seen_is_old(client, act, seen, url, role):
    act(to(Stage.PROPOSAL))
    before = seen()
    for told in ({}, {"seen": ""}, {"seen": "x" * 5000}):
        answer = client(role).send(VERSIONS + url, stage="RECOMMENDATION", kind="PROPOSAL", **told)
        assert answer.status_code == 409
    assert seen() == before


def test_what_somebody_else_has_lagt_fram_is_not_lagt_fram_again(client, act, database):
    act(to(Stage.PROPOSAL))
    mine = client(Role.FINANCE)
    url = f"{VERSIONS}freeze"
    assert mine.send(url, **opened(mine, VERSIONS, url, kind="PROPOSAL")).status_code == 303
    present = f"/0301/{world.YEAR}/forslag/versions/present"
    first, second = client(Role.DIRECTOR), client(Role.DIRECTOR)
    assert first.get(present).status_code == second.get(present).status_code == 200
    assert first.send(present).status_code == 303
    before = database()
    answer = second.send(present)
    assert answer.status_code == 409 and "lagt fram fra før" in answer.text
    assert database() == before


def test_a_measure_that_was_changed_meanwhile_is_not_removed_unseen(client, act, seen):
    mine, url = client(Role.CLIMATE), f"{ONE}/remove"
    form = opened(mine, url, url)
    act(rename)
    answer = mine.send(url, **form)
    assert answer.status_code == 409 and "<title>Feil:" in answer.text
    assert "Ingenting er fjernet." in answer.text and "Bytte ut tjue biler" in answer.text
    assert seen()[2] == "Bytte ut tjue biler"

    assert mine.send(url, **hidden(answer.text, url)).status_code == 303
    assert seen()[2] is None


def test_every_form_that_saves_is_thought_of(app):
    known = BY_COUNTER | BY_WHAT_WAS_SEEN | BY_PREVIEW | ONLY_ADDS | OF_ONESELF
    saving = {r.endpoint for r in app.url_map.iter_rules() if "POST" in (r.methods or set())}
    assert saving <= known, f"what keeps an old page from saving? {sorted(saving - known)}"
