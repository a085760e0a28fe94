"""Closed unless stated: every address, every role, one's own municipality and another's."""

from __future__ import annotations

import ast
import inspect
import re
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from climatebudget import db
from climatebudget.core.access import Action, Membership, Role, User, may
from climatebudget.core.budget import Kind, Stage, Version
from climatebudget.db import read
from climatebudget.web.access import NEEDS
from tests import world
from tests.web.conftest import ADOPTED, DRAFT, ELSEWHERE

LISTED = Path(__file__).with_name("access.txt")


def who(action: Action) -> str:
    if may(None, action):
        return "anybody"
    if may(User(1, "", ""), action):
        return "signed-in"
    roles = [
        role.name.lower()
        for role in Role
        if may(User(1, "", "", (Membership("0301", role),)), action, "0301")
    ]
    return " ".join(roles) or "operator"


def test_who_may_do_what_is_as_agreed(app: Flask):
    """To change it, change access.txt; the difference is what the reviewer reads."""
    lines = []
    for rule in sorted(app.url_map.iter_rules(), key=lambda r: (str(r), sorted(r.methods or ()))):
        action = NEEDS[app.view_functions[rule.endpoint]]
        methods = " ".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
        lines.append(f"{methods:8} {rule!s:64} {action.name:14} {who(action)}\n")
    assert "".join(lines) == LISTED.read_text(encoding="utf-8")


def test_every_view_says_what_it_needs_where_it_stands(app: Flask):
    for endpoint, view in app.view_functions.items():
        if endpoint != "static":
            tree = ast.parse(inspect.getsource(view))
            decorators = [ast.unparse(d) for d in tree.body[0].decorator_list]  # type: ignore[attr-defined]
            assert any(d.startswith("needs(Action.") for d in decorators), endpoint


def addresses(app: Flask, number: str, slug: str = "utkast") -> list[tuple[str, str]]:
    """(method, address) of every page below a version."""
    values = {
        "number": number,
        "year": world.YEAR,
        "slug": slug,
        "measure": 1,
        "token": "ikke-et-merke",
        "edition": "2024-tall",
        "edition_slug": "2024-tall",
        "owner": "installation",
        "suffix": "csv",
        "sector": "veitrafikk",
        "source": "personbiler",
        "old_owner": "installation",
        "old": "2024-tall",
        "new_owner": "installation",
        "new": "2024-tall",
        "public_id": "ikke-en-gruppe",
        "column": "gap",
        "figure_year": world.YEAR,
    }
    found = []
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            if "number" in rule.arguments:
                built = rule.build({a: values[a] for a in rule.arguments})
                assert built is not None
                for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                    found.append((method, built[1]))
    return found


def test_a_stranger_is_asked_to_sign_in_wherever_they_knock(app, client, database):
    stranger, before = client(None), database()
    for method, address in addresses(app, "0301"):
        if method == "GET":
            answer = stranger.get(address)
            assert answer.status_code == 302, address
            assert answer.location.startswith("/sign-in?next="), address
        else:
            assert stranger.send(address).status_code == 302, address
    assert database() == before


@pytest.mark.parametrize("role", Role)
def test_another_municipality_is_not_there(app, client, database, role):
    """Nothing of Kragerø is shown to, or changed by, somebody from Oslo."""
    curious, before = client(role), database()
    for method, address in addresses(app, "4014"):
        answer = curious.get(address) if method == "GET" else curious.send(address)
        assert answer.status_code == 404, (method, address)
        assert world.CANARY not in answer.text
    assert database() == before


def needed(app: Flask, method: str, address: str) -> Action:
    endpoint, _ = app.url_map.bind("localhost").match(address, method=method)
    return NEEDS[app.view_functions[endpoint]]


@pytest.mark.parametrize("settled", ["sqlite"], indirect=True)  # no database has a say in it
@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("slug", ["utkast", "vedtatt"])
def test_role_stage_and_version_decide_on_every_page(app, client, database, role, slug):
    """403 exactly where the role may not, in the stage and version as they are; never a fault."""
    browser, before = client(role), database()
    known = User(1, "", "", (Membership("0301", role),))
    version = Version("v", slug, Kind.DRAFT, frozen=slug == "vedtatt")
    if slug == "vedtatt":
        version = replace(version, presented_at=world.NOW)
    for method, address in addresses(app, "0301", slug):
        action = needed(app, method, address)
        allowed = may(known, action, "0301", Stage.REGISTRATION, version)
        if allowed and method == "POST":
            continue  # what an allowed form does has its own tests
        status = (browser.get if method == "GET" else browser.send)(address).status_code
        locked = version.frozen and may(known, action, "0301", Stage.REGISTRATION)
        refused = {409} if locked else {403}
        expected = {200, 302, 404, 409} if allowed else refused
        assert status in expected, (method, address, status)
    assert database() == before


def test_every_form_needs_its_token(app, client, database):
    """Without the session's own token nothing is done, whoever asks and whatever for."""
    browsers = [client(role) for role in (Role.CLIMATE, Role.FINANCE, Role.DIRECTOR)]
    before = database()
    for browser in browsers:
        for method, address in addresses(app, "0301"):
            if method == "POST":
                assert browser.post(address).status_code == 400, address
    assert database() == before


EXTRA = {"frozen": "y", "municipality_id": "2", "version_id": "2", "role": "ADMINISTRATOR"}


def test_fields_that_are_not_in_the_form_change_nothing(app, client):
    """What a form takes is listed; the rest of what is sent is not looked at."""
    adviser = client(Role.CLIMATE)
    fields = {"name": "Bytte ut busser", **EXTRA, "id": "4014-m1", "public_id": "4014-m1"}
    assert adviser.send(f"{DRAFT}/measures/new", **fields).status_code == 303
    with db.session(app.extensions["engine"], actor="prøve") as session:
        here, there = world.at(session), world.at(session, "4014")
        assert not here.version.frozen
        added = next(m for m in read.measures(session, here) if m.name == "Bytte ut busser")
        assert added.id != "4014-m1"
        assert [m.name for m in read.measures(session, there)] == [world.MEASURES[0].name]


def test_a_politician_meets_only_what_is_lagt_fram(client):
    politician = client(Role.POLITICIAN)
    assert politician.get(f"{DRAFT}/").status_code == 403
    assert politician.get(f"{ADOPTED}/").status_code == 200


def test_a_form_posted_to_a_frozen_version_is_refused(app, client, database):
    adviser, before = client(Role.CLIMATE), database()
    answer = adviser.send(f"{ADOPTED}/measures/new", name="Bytte ut busser")
    assert answer.status_code == 409
    assert "Gjør endringen i utkastet" in answer.text
    assert database() == before


@pytest.mark.parametrize(
    "headers, refused",
    [
        ({"Sec-Fetch-Site": "same-origin"}, False),
        ({"Sec-Fetch-Site": "none"}, False),
        ({"Sec-Fetch-Site": "cross-site"}, True),
        ({"Sec-Fetch-Site": "same-site"}, True),
        ({"Origin": "http://localhost"}, False),
        ({"Origin": "https://elsewhere.example"}, True),
        ({"Origin": "null"}, True),
    ],
)
def test_a_change_sent_from_another_site_is_refused(client, headers, refused):
    adviser = client(Role.CLIMATE)
    form = {"csrf_token": adviser.token()}
    status = adviser.post("/sign-out", data=form, headers=headers).status_code
    assert (status == 403) is refused


def test_reading_changes_nothing(app, client, database):
    """A crawl of every page by GET leaves the database as it was."""
    adviser, before = client(Role.CLIMATE), database()
    for method, address in addresses(app, "0301"):
        if method == "GET":
            adviser.get(address)
    assert database() == before


def test_an_unknown_address_says_so(client):
    for address in ("/9999/2027/utkast/", "/0301/1999/utkast/", "/0301/2027/finnes-ikke/", "/tull"):
        answer = client(Role.FINANCE).get(address)
        assert answer.status_code == 404
        assert "Siden finnes ikke" in answer.text


def test_elsewhere_opens_for_its_own(client):
    assert client(Role.FINANCE, "4014").get(f"{ELSEWHERE}/").status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "/0301/99999999999999999999/utkast/",
        "/0301/2027/ut%00kast/",
        "/03%0001/2027/utkast/",
        f"{DRAFT}/measures/99999999999999999999",
        f"{DRAFT}/inventory/editions/installation/a%00b",
        f"{DRAFT}/imports/a%00b",
        "/%F0%9F%8C%8D/2027/utkast/",
        f"/0301/2027/{'x' * 5000}/",
    ],
)
def test_junk_in_the_address_is_a_page_that_does_not_exist(client, address):
    answer = client(Role.CLIMATE).get(address)
    assert answer.status_code == 404, answer.status_code


JUNK = ["\0", "a\0b", "1e999", "9" * 40, "%s %(x)s 100 %", "\ud7ff\u202e", "=1+1", "-", "🌍" * 300]


@pytest.mark.parametrize("junk", JUNK)
def test_junk_in_every_field_of_every_form_is_never_a_fault(app, client, junk):
    """Whatever is typed wherever: an answer in words, and no 500."""
    for role in (Role.CLIMATE, Role.FINANCE):
        browser = client(role)
        pages = [browser.get(at) for how, at in addresses(app, "0301") if how == "GET"]
        html = [page.text for page in pages if page.mimetype == "text/html"]
        names = set(re.findall(r'name="([^"]+)"', " ".join(html))) - {"csrf_token", "viewport"}
        assert len(names) > 20
        for method, address in addresses(app, "0301"):
            if method == "POST":
                status = browser.send(address, **dict.fromkeys(names, junk)).status_code
                assert status < 500, (address, status)
