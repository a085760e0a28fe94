"""Junk to every address, in every role: a page that says no, never a fault of ours."""

from __future__ import annotations

import json
import random
import re
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import encode_multipart

from climatebudget.core.access import Role
from tests import world
from tests.web.conftest import DRAFT, Client, look_at

CORPUS = Path(__file__).parents[1] / "data" / "corpus"
CASES: list[dict[str, Any]] = json.loads((CORPUS / "manifest.json").read_text(encoding="utf-8"))
FEW, MANY = 80, 1_000  # requests in each role

VALID = {
    "number": "0301",
    "year": str(world.YEAR),
    "slug": "utkast",
    "measure": "1",
    "owner": "installation",
    "edition_slug": "2024-tall",
}
JUNK = (
    *("", " ", "0", "-1", "1", "9" * 400, "1e400", "NaN", "1,5", "1.250", "²", "٣", "０", "true"),
    *("null", "[]", "{}", "\x00", "a\x00b", "\r\nSet-Cookie: x=y", "\u202e", "\ufeff", "\u200b"),
    *("ÆØÅ", "é" * 300, "a" * 20_000, "🚲", "%", "%s", "%(name)s", "{0}", "{{7*7}}", "<script>"),
    *(
        "' OR 1=1 --",
        '"; DROP TABLE measure',
        "../../etc/passwd",
        "..",
        "/",
        "\\",
        "=1+1",
        "|",
        "*",
    ),
    *(
        "0301",
        "4014",
        "2027",
        "utkast",
        "vedtatt",
        "31.2.2026",
        "2026-13-45",
        "0.0.0",
        "(",
        "[",
        "^",
    ),
    *("http://annet.example/", "//annet.example", "javascript:alert(1)", "DRAFT", "ADOPTED"),
)
# As bytes in an address: no UTF-8, half a percent sign, a surrogate, a NUL.
RAW = ("%ff", "%", "%ED%A0%80", "%00", "%2e%2e%2f", "%0d%0a", "%C0%AF")
NAMES = (
    *("page", "sort", "column", "search", "next", "lock", "seen", "stage", "kind", "reason"),
    *("name", "number", "year", "code", "edition", "horizon", "target_0_year", "cut_0_2027"),
    *("digest", "token", "email", "password", "answer0", "published", "area", "file", "x", ""),
    *("department", "decision", "basis", "effect_999_code", "cost_0_2027", "filter", "[", "a[b]"),
)
METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "BREW")
HEADERS = (
    {"Host": "annet.example"},
    {"Host": "[::1"},
    {"Host": "a b"},
    {"Cookie": "session=søppel; session=x"},
    {"Cookie": "session=" + "eyJ0b2tlbiI6" * 2000},
    {"Cookie": ";;;=;=\x01"},
    {"Accept-Language": "x" * 60_000},
    {"Origin": "http://annet.example"},
    {"Origin": "søppel"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Range": "bytes=9-1"},
    {"If-Modified-Since": "i går"},
    {"If-None-Match": '"'},
    {"Content-Type": "multipart/form-data; boundary="},
    {"Content-Type": "multipart/form-data; boundary=x"},
    {"Content-Type": "application/json"},
    {"Content-Type": "text/html; charset=finnes-ikke"},
    {"Content-Length": "-1"},
    {"Content-Length": "99999999999999"},
    {"Transfer-Encoding": "chunked"},
    {"X-Forwarded-For": "<script>", "X-Forwarded-Proto": "gopher"},
)
BODIES = (
    b"",
    b"\x00" * 100,
    b"--x\r\nContent-Disposition: form-data",
    b'{"a": ',
    b"=&=&a",
    b"\xff=1",
)


class Junk:
    """What a tireless person who means no good might send; the same for the same seed."""

    def __init__(self, seed: str) -> None:
        self.chance = random.Random(seed)

    def one(self, among: Any) -> Any:
        return self.chance.choice(among)

    def often(self, share: float) -> bool:
        return self.chance.random() < share

    def address(self, rule: Rule) -> str:
        """One of the application's own, with junk in some of its parts."""

        def part(match: re.Match[str]) -> str:
            name = match[1].rpartition(":")[2]
            if name in VALID and self.often(0.8):
                return VALID[name]
            return self.one(RAW) if self.often(0.2) else quote(self.one(JUNK)[:2000], safe="")

        # Two strokes at the start would name a host, which the test's own client stumbles over.
        path = "/" + re.sub(r"<([^>]+)>", part, str(rule)).lstrip("/")
        return path + ("?" + self.query() if self.often(0.6) else "")

    def query(self) -> str:
        pairs = [f"{quote(self.one(NAMES))}={self.value()}" for _ in range(self.one((1, 2, 6)))]
        return "&".join(pairs)

    def value(self) -> str:
        return self.one(RAW) if self.often(0.2) else quote(self.one(JUNK)[:2000])

    def form(self, names: list[str]) -> dict[str, Any]:
        fields: dict[str, Any] = {n: self.one(JUNK) for n in names if self.often(0.7)}
        fields |= {self.one(NAMES): self.one(JUNK) for _ in range(3)}
        if self.often(0.15):
            data = BytesIO(self.one(BODIES) * 10)
            fields["file"] = (data, self.one(JUNK)[:200].replace("\x00", "") or "x")
        return fields


def send(browser: Client, junk: Junk, rule: Rule, token: str) -> tuple[str, int]:
    """One request; what it was, and the status that came back."""
    address = junk.address(rule)
    method = junk.one(sorted(rule.methods or {"GET"}) if junk.often(0.8) else METHODS)
    request: dict[str, Any] = {"method": method}
    if junk.often(0.3):
        request["headers"] = junk.one(HEADERS)
    if method in ("POST", "PUT", "PATCH"):
        if junk.often(0.2):
            request["data"] = junk.one(BODIES)
        else:
            request["data"] = {**junk.form(fields_of(browser, rule)), "csrf_token": token}
    answer = FlaskClient.open(browser, address, **request)
    if method in ("GET", "POST") and answer.mimetype == "text/html" and not answer.location:
        look_at(answer.text)
    return f"{method} {address[:300]!r} {str(request)[:600]}", answer.status_code


FIELDS: dict[str, list[str]] = {}


def fields_of(browser: Client, rule: Rule) -> list[str]:
    """The names of the fields on the page that stands at the address."""
    path = re.sub(r"<([^>]+)>", lambda m: VALID.get(m[1].rpartition(":")[2], "x"), str(rule))
    if path not in FIELDS:
        page = browser.get(path).data.decode(errors="replace")
        found = re.findall(r'name="([^"]+)"', page)
        FIELDS[path] = sorted(set(found) - {"csrf_token"})
    return FIELDS[path]


def bombard(app: Flask, browser: Client, seed: str, times: int) -> None:
    junk, token = Junk(seed), browser.token()
    rules = sorted(app.url_map.iter_rules(), key=lambda r: (str(r), r.endpoint))
    rules = [rule for rule in rules if rule.endpoint != "sign_in.leave"]
    for n in range(times):
        rule = rules[n % len(rules)] if times > len(rules) else junk.one(rules)
        what, status = send(browser, junk, rule, token)
        assert status < 500 or status == 501, what


@pytest.mark.parametrize("role", [None, *Role], ids=str)
def test_junk_is_answered_and_never_a_fault(app, client, role):
    bombard(app, client(role), f"{role}", FEW)


@pytest.mark.soak
@pytest.mark.parametrize("role", [None, *Role], ids=str)
def test_much_junk_is_answered_and_never_a_fault(app, client, role):
    bombard(app, client(role), f"mye {role}", MANY)


@pytest.mark.parametrize("settled", ["sqlite"], indirect=True)
@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["id"]))
@pytest.mark.parametrize("where", ["measures", "path"])
def test_no_file_of_the_corpus_is_a_fault_as_a_table(client, database, where, case):
    """Previewed or refused with a sentence; only what is previewed waits, and nothing else."""
    browser, before = client(Role.CLIMATE), dict(database())
    file = CORPUS / case["file"]
    fields = {"csrf_token": browser.token(), "file": (BytesIO(file.read_bytes()), file.name)}
    boundary, body = encode_multipart(fields)
    kind = f"multipart/form-data; boundary={boundary}"
    answer = browser.post(f"{DRAFT}/{where}/import/", data=body, content_type=kind)
    assert answer.status_code in (200, 303, 400, 413), answer.text
    after = dict(database())
    changed = {table for table in after if after[table] != before[table]}
    if answer.status_code == 303:
        assert changed <= {"staging", "file_part", "record"}
        assert browser.get(answer.location).status_code in (200, 400)
    else:
        assert not changed
        assert case["verdict"] != "reject" or answer.status_code in (400, 413)
