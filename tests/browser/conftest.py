"""A real browser on a real server."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page
from werkzeug.serving import make_server

from climatebudget import db
from climatebudget.core.access import Role
from climatebudget.db import passwords, read, write
from climatebudget.db.upgrade import upgrade
from climatebudget.web import create_app
from tests import world
from tests.services import chromium

PASSWORD = "et langt passord til prøve"
AXE = Path(__file__).parents[1] / "vendor" / "axe" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture
def live(tmp_path: Path) -> Iterator[str]:
    """The address of a server with the small installation, on loopback."""
    engine = db.connect(f"sqlite:///{tmp_path}/klima.sqlite3")
    upgrade(engine)
    world.build(engine)
    _give_passwords(engine)
    app = _app(engine)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join(5)
    engine.dispose()


def _app(engine: sa.Engine) -> Flask:
    return create_app(
        {"SECRET_KEY": "prøve " * 8, "SESSION_COOKIE_SECURE": False, "ENGINE": engine}
    )


def _give_passwords(engine: sa.Engine) -> None:
    stored = passwords.hashed(PASSWORD)
    with db.session(engine, actor="oppsett", writes=True) as session:
        for number in ("0301", "4014"):
            for role in Role:
                known = read.user_by_email(session, world.email(role, number))
                assert known is not None
                write.set_password(session, known[0].id, stored)
        session.commit()


class Visit:
    """A person at a browser: what went wrong on the way is remembered."""

    def __init__(self, context: BrowserContext, base: str) -> None:
        self.context, self.base, self.page = context, base, context.new_page()
        self.faults: list[str] = []
        self.page.on("console", self._heard)
        self.page.on("request", self._asked)

    def _heard(self, message: object) -> None:
        if getattr(message, "type", "") == "error":
            self.faults.append(f"console: {getattr(message, 'text', '')}")

    def _asked(self, request: object) -> None:
        url = getattr(request, "url", "")
        if not url.startswith((self.base, "data:")):
            self.faults.append(f"asked {url}")

    def goto(self, path: str) -> Page:
        self.page.goto(self.base + path)
        return self.page

    def check(self) -> None:
        """No violation of WCAG 2.2 AA, no sideways scroll, nothing asked of another host."""
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        result = self.page.evaluate(f"axe.run({{runOnly: {RULES!r}}})")
        seen = [(v["id"], [n["html"] for n in v["nodes"]][:3]) for v in result["violations"]]
        assert not seen, (self.page.url, seen)
        width = self.page.evaluate("document.documentElement.scrollWidth")
        assert width <= self.page.viewport_size["width"], (self.page.url, width)
        assert not self.faults, self.faults


@pytest.fixture
def visit(live: str, browser: Browser) -> Iterator[Callable[..., Visit]]:
    """Sign in as a role with the keyboard's own fields, at a width."""
    contexts: list[BrowserContext] = []

    def visit(role: Role, number: str = "0301", width: int = 1280) -> Visit:
        size = {"width": width, "height": 900}
        context = browser.new_context(locale="nb-NO", viewport=size, accept_downloads=True)
        contexts.append(context)
        person = Visit(context, live)
        page = person.goto("/sign-in")
        page.get_by_label("E-post").fill(world.email(role, number))
        page.get_by_label("Passord").fill(PASSWORD)
        page.get_by_role("button", name="Logg inn").click()
        return person

    yield visit
    for context in contexts:
        context.close()
