"""Pages in the hands of each role, and a client that looks at every page it is shown."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from climatebudget import db
from climatebudget.core.access import Role
from climatebudget.db import read, write
from climatebudget.web import create_app
from tests import world
from tests.conftest import POSTGRES, TEMPLATE, Clock, copy_of

ON_BOTH = 3  # tests of each file that `make test` runs on PostgreSQL too

DRAFT = f"/0301/{world.YEAR}/utkast"
ADOPTED = f"/0301/{world.YEAR}/vedtatt"
ELSEWHERE = f"/4014/{world.YEAR}/utkast"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """On PostgreSQL the first tests of each file of pages, and in `make soak` all of them.

    What speaks SQL is in `db/`, and each of its tests runs on both databases, every time.
    """
    seen: dict[Path, dict[str, None]] = {}
    for item in items:
        if item.path.parent != Path(__file__).parent or not item.get_closest_marker("postgres"):
            continue
        own = seen.setdefault(item.path, {})
        own[item.originalname if isinstance(item, pytest.Function) else item.name] = None
        if len(own) > ON_BOTH:
            item.add_marker(pytest.mark.soak)


@pytest.fixture(scope="session")
def settled_file(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the small installation, to copy."""
    file = Path(shutil.copy(migrated_file, tmp_path_factory.mktemp("settled") / "template.sqlite3"))
    engine = db.connect(f"sqlite:///{file}")
    world.build(engine)
    engine.dispose()
    return file


@pytest.fixture(scope="session")
def settled_database(postgres_url: sa.URL) -> str:
    """A PostgreSQL database with the small installation, to copy."""
    engine = db.connect(copy_of(postgres_url, TEMPLATE))
    world.build(engine)
    engine.dispose()
    assert engine.url.database is not None
    return engine.url.database


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=POSTGRES)])
def settled(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[sa.Engine]:
    """The small installation, on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        template = request.getfixturevalue("settled_file")
        made = db.connect(f"sqlite:///{shutil.copy(template, tmp_path / 'klima.sqlite3')}")
    else:
        template = request.getfixturevalue("settled_database")
        made = db.connect(copy_of(request.getfixturevalue("postgres_url"), template))
    yield made
    made.dispose()


@pytest.fixture(scope="session")
def made_app() -> Flask:
    """The application, made once: its addresses and templates take long to compile."""
    return create_app(
        {
            "TESTING": True,
            "PROPAGATE_EXCEPTIONS": False,
            "SECRET_KEY": "prøve " * 8,
            "SESSION_COOKIE_SECURE": False,
            "ENGINE": sa.create_engine("sqlite://"),
            # The clock stands, so a test's files are all of one minute. test_quotas has its own.
            "UPLOADS_PER_DAY": 1000,
            "EXPORTS_PER_MINUTE": 1000,
        }
    )


@pytest.fixture
def app(made_app: Flask, settled: sa.Engine, clock: Clock) -> Iterator[Flask]:
    """The application on the small installation; what a test changes of it is put back."""
    parts: tuple[dict[str, Any], ...] = (
        made_app.config,
        made_app.extensions,
        made_app.view_functions,
    )
    before = [dict(part) for part in parts]
    made_app.extensions["engine"] = settled
    made_app.config["CLOCK"] = clock
    yield made_app
    for part, was in zip(parts, before, strict=True):
        part.clear()
        part.update(was)


class Client(FlaskClient):
    """Looks at each page as a careful reader would, and sends the page's own token with a form."""

    def open(self, *args: object, **kwargs: object) -> TestResponse:
        kwargs.setdefault("buffered", True)  # read to the end and closed, as a server does
        answer = super().open(*args, **kwargs)  # type: ignore[arg-type]
        if answer.mimetype == "text/html" and not answer.location:
            look_at(answer.text)
        return answer

    def send(self, url: str, /, **fields: object) -> TestResponse:
        """POST a form with the token of the page it stands on."""
        return self.post(url, data={"csrf_token": self.token(), **fields})

    def token(self) -> str:
        """The token any form of this session carries."""
        for page in ("/accessibility", "/sign-in"):
            if found := re.search(r'name="csrf_token" value="([^"]+)"', self.get(page).text):
                return found[1]
        raise AssertionError("no form to take a token from")


class Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.headings: list[str] = []
        self.labels: set[str] = set()
        self.fields: list[dict[str, str | None]] = []
        self.cells: list[dict[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        own = dict(attrs)
        if own.get("id"):
            self.ids.append(str(own["id"]))
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(tag)
        if tag == "label" and own.get("for"):
            self.labels.add(str(own["for"]))
        if tag in ("input", "select", "textarea") and own.get("type") not in ("hidden", "submit"):
            self.fields.append(own)
        if tag == "th":
            self.cells.append(own)
        assert "style" not in own, f"a style of its own on <{tag}>"
        assert not [name for name in own if name.startswith("on")], f"a script on <{tag}>"


def look_at(html: str) -> None:
    """One h1, unique ids, a title, a label for every field, a scope for every heading cell."""
    page = Page()
    page.feed(html)
    assert page.headings.count("h1") == 1, page.headings
    assert len(page.ids) == len(set(page.ids)), [i for i in page.ids if page.ids.count(i) > 1]
    assert re.search(r"<title>\S.* – Klimabudsjett</title>", html), "no title"
    for field in page.fields:
        named = field.get("id") in page.labels or field.get("aria-label")
        assert named or field.get("aria-labelledby"), f"no label: {field}"
    assert all(cell.get("scope") for cell in page.cells), "a heading cell without scope"
    assert "Traceback" not in html and "sqlalchemy" not in html.lower()


@pytest.fixture
def client(app: Flask, clock: Clock) -> Callable[..., Client]:
    """A browser in the hands of a role, or with None of a stranger."""

    def client(role: Role | None, number: str = "0301") -> Client:
        app.test_client_class = Client
        browser = app.test_client()
        assert isinstance(browser, Client)
        if role is not None:
            with browser.session_transaction() as cookie:
                cookie["token"] = signed_in(app, world.email(role, number), clock())
        return browser

    return client


def signed_in(app: Flask, email: str, now: datetime) -> str:
    engine = app.extensions["engine"]
    with db.session(engine, actor="oppsett", writes=True, clock=lambda: now) as session:
        known = read.user_by_email(session, email)
        assert known is not None, email
        token = write.sign_in(session, known[0].id, now)
        session.commit()
    return token


@pytest.fixture
def database(app: Flask) -> Callable[[], list[tuple[str, int]]]:
    """How many rows each table has: what a refused act leaves as it was."""

    def count() -> list[tuple[str, int]]:
        engine = app.extensions["engine"]
        quiet = {"sign_in", "alembic_version", "upload_day"}
        with engine.connect() as connection:
            names = sorted(set(sa.inspect(connection).get_table_names()) - quiet)
            return [
                (name, connection.scalar(sa.text(f'SELECT count(*) FROM "{name}"')) or 0)
                for name in names
            ]

    return count
