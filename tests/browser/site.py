"""The demo, served at a time that stands still, and people who visit it in a real browser.

Shared by the browser tests, by `make pictures` and by `make screens`.
"""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from flask import Flask
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Response,
    ViewportSize,
)
from werkzeug.serving import WSGIRequestHandler, make_server

from climatebudget import db, demo
from climatebudget.core.access import Role
from climatebudget.core.adjustments import Adjustment
from climatebudget.core.budget import Kind, Stage
from climatebudget.core.measure import Basis, Measure, effect_in
from climatebudget.core.overlap import Member, OverlapGroup, Rule
from climatebudget.core.paths import Allowance, Target
from climatebudget.db import read, write
from climatebudget.db.upgrade import upgrade
from climatebudget.sheets.child import read_inventory
from climatebudget.web import create_app

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
DATA = Path(__file__).parents[1] / "data"
OLDER = DATA / "inventory" / "telemark_2023-tall_seen_2025-01-24.csv"
PROPOSED = 2024
CARS, GROUP = "veitrafikk/personbiler", "bilreiser"
AUDITOR = "revisor@oslo.example"
AXE = Path(__file__).parents[1] / "vendor" / "axe" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# Only what is wrong comes back: the rest of a long page's result takes longer than the rules.
RUN = """runOnly => axe.run({runOnly, resultTypes: ["violations"], selectors: false})
    .then(r => r.violations.map(v => [v.id, v.nodes.slice(0, 3).map(n => n.html)]))"""
# The words in sight of a chart that reach outside its frame or the window, and how many pixels.
CUT = """() => [...document.querySelectorAll("svg text")].flatMap(text => {
    const box = text.getBoundingClientRect(), frame = text.ownerSVGElement.getBoundingClientRect();
    const over = Math.max(frame.left - box.left, box.right - frame.right, frame.top - box.top,
        box.bottom - frame.bottom, -box.left, box.right - document.documentElement.clientWidth);
    return box.width && over > 0.5 ? [[text.textContent, over]] : [];
})"""
HEIGHT = 900
NARROW, WIDE = 320, 1280
LISTEN = """document.addEventListener("securitypolicyviolation",
    e => console.error(`policy: ${e.violatedDirective} ${e.blockedURI}`))"""


@dataclass(frozen=True)
class Site:
    """A server on loopback, and the accounts that may sign in to it."""

    app: Flask
    address: str
    password: str = ""

    def cookie(self, email: str) -> Any:
        """What the browser of somebody who has signed in carries."""
        with db.session(self.app.extensions["engine"], actor="oppsett", writes=True) as session:
            known = read.user_by_email(session, email)
            assert known is not None, email
            token = write.sign_in(session, known[0].id, self.app.config["CLOCK"]())
            session.commit()
        signer = self.app.session_interface.get_signing_serializer(self.app)  # type: ignore[attr-defined]
        return {"name": "session", "value": signer.dumps({"token": token}), "url": self.address}


def build_demo(folder: Path) -> Path:
    """The demo as a SQLite file, to copy; its password lies beside it.

    With an older edition for Telemark to compare with, an auditor of both municipalities, and a
    budget year in Oslo whose proposal is frozen and not yet presented, and whose draft has overlap
    and is adjusted.
    """
    file = folder / "demo.sqlite3"
    engine = db.connect(f"sqlite:///{file}")
    upgrade(engine)
    demo.build(engine, folder, NOW)
    with db.session(engine, actor="oppsett", writes=True, clock=lambda: NOW) as session:
        write.store_edition(
            session,
            read_inventory(OLDER, OLDER.name),
            name="2023-tall, Telemark",
            slug="2023-tall",
            publisher="Miljødirektoratet",
            file_bytes=OLDER.read_bytes(),
            now=NOW,
            by="oppsett",
        )
        auditor = read.user_by_email(session, AUDITOR)
        kragero = read.municipality(session, demo.KRAGERO)
        assert auditor is not None and kragero is not None
        write.add_membership(session, kragero[0], auditor[0].id, Role.AUDITOR)
        _proposal(session)
        session.commit()
    engine.dispose()
    return file


def _proposal(session: db.Session) -> None:
    oslo = read.municipality(session, demo.OSLO)
    assert oslo is not None
    write.open_budget_year(session, oslo[0], PROPOSED, demo.HORIZON)
    place = read.place(session, demo.OSLO, PROPOSED, "utkast")
    assert place is not None
    write.move_stage(session, place, Stage.PROPOSAL)
    write.freeze(session, place, Kind.PROPOSAL, "", NOW)
    _overlap(session, place)
    _adjusted(session, place)


def _overlap(session: db.Session, place: read.Place) -> None:
    """Three measures in one source, made up; a group of two of them."""
    cuts = {"Innføre bomring": 120, "Bygge sykkelveier": 60, "Øke antall avganger": 40}
    for number, (name, cut) in enumerate(cuts.items(), start=1):
        figures = dict.fromkeys(range(PROPOSED, demo.HORIZON + 1), Decimal(cut))
        measure = Measure(f"overlapp-{number}", number, name, basis=Basis.ESTIMATED, code=CARS)
        write.save_measure(session, place, replace(measure, effects=(effect_in(CARS, figures),)))
    members = Member("overlapp-1", CARS), Member("overlapp-2", CARS)
    group = OverlapGroup(GROUP, "Bilreiser", Rule.LARGEST, members, "De samme bilreisene.")
    write.save_overlap(session, place, group)


def _adjusted(session: db.Session, place: read.Place) -> None:
    """The draft goes on, with adjustments of its edition and one that rests on another."""
    write.set_frame(
        session,
        place,
        edition_slug="2020-tall",
        targets=(Target(Decimal(52), 2030, 2009, "Bystyret"),),
        path=None,
        allowance=Allowance(),
        horizon=demo.HORIZON,
    )
    cars, buses = "veitrafikk/personbiler", "veitrafikk/busser"
    by = "Byrådet, sak 1012/23"
    write.set_adjustments(
        session,
        place,
        (
            Adjustment(cars, 2009, Decimal("-1250.5"), "Målt på nytt", by, "2020-tall"),
            Adjustment(buses, 2020, Decimal(310), "Ekspressbusser manglet", by, "2020-tall"),
            Adjustment(buses, 2024, Decimal(-12), "Busser ble solgt", by, "2024-tall-oslo"),
        ),
    )


class Quiet(WSGIRequestHandler):
    def log_request(self, *_: object) -> None:
        """Nothing: what is asked for is in the tests."""


@contextmanager
def serving(template: Path, folder: Path) -> Iterator[Site]:
    """Serve a copy of the database, whose clock stands at `NOW`."""
    engine = db.connect(f"sqlite:///{shutil.copy(template, folder / 'klima.sqlite3')}")
    settings = {"SECRET_KEY": "prøve " * 8, "SESSION_COOKIE_SECURE": False, "ENGINE": engine}
    # At a time that stands still, all that is sent or fetched is of one day and one minute.
    limits = {"UPLOADS_PER_DAY": 1000, "EXPORTS_PER_MINUTE": 1000}
    app = create_app({**settings, **limits, "CLOCK": lambda: NOW})
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Site(app, f"http://127.0.0.1:{server.server_port}", demo.password(template.parent))
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
        engine.dispose()


@contextmanager
def demo_site() -> Iterator[Site]:
    """The demo, made and served for as long as it lasts."""
    with (
        tempfile.TemporaryDirectory() as made,
        tempfile.TemporaryDirectory() as served,
        serving(build_demo(Path(made)), Path(served)) as site,
    ):
        yield site


class Visit:
    """A person at a browser: what went wrong on the way is remembered."""

    def __init__(self, context: BrowserContext, base: str) -> None:
        self.context, self.base, self.page = context, base, context.new_page()
        self.faults: list[str] = []
        self.status = 0  # of the page in sight
        self.refused = 0  # answers that the browser itself will report as errors
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        self.page.on("request", self._asked)
        self.page.on("response", self._answered)

    def _heard(self, message: ConsoleMessage) -> None:
        text = message.text
        if message.type != "error":
            return
        if "Failed to load resource" in text and self.refused:
            self.refused -= 1
        else:
            self.faults.append(f"console: {text}")

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self.base, "data:")):
            self.faults.append(f"asked {request.url}")

    def _answered(self, response: Response) -> None:
        if response.request.is_navigation_request():
            self.status = response.status
            self.refused += response.status >= 400

    def goto(self, path: str) -> Page:
        self.page.goto(self.base + path)
        return self.page

    def check(self) -> None:
        """No violation of WCAG 2.2 AA in light and dark, no sideways scroll, nothing in the log."""
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        self._axe("tag", RULES)
        size = self.page.viewport_size
        if size and size["width"] == WIDE:  # what is dark is as dark in a narrow window
            self.page.emulate_media(color_scheme="dark")
            self._axe("rule", ["color-contrast"])
            self.page.emulate_media(color_scheme="light")
        self.fits()
        assert not self.faults, (self.page.url, self.faults)

    def _axe(self, kind: str, values: list[str]) -> None:
        seen = self.page.evaluate(RUN, {"type": kind, "values": values})
        assert not seen, (self.page.url, seen)

    def fits(self) -> None:
        """The page is no wider than the window, and no chart's words leave its frame."""
        width, size = (
            self.page.evaluate("document.documentElement.scrollWidth"),
            self.page.viewport_size,
        )
        assert size and width <= size["width"], (self.page.url, width)
        cut = self.page.evaluate(CUT)
        assert not cut, (self.page.url, cut)


def window(
    browser: Browser, site: Site, email: str = "", width: int = WIDE, **options: Any
) -> BrowserContext:
    """A browser of this width, signed in when the e-mail of an account is given."""
    size: ViewportSize = {"width": width, "height": HEIGHT}
    context = browser.new_context(locale="nb-NO", viewport=size, accept_downloads=True, **options)
    context.add_init_script(LISTEN)
    if email:
        context.add_cookies([site.cookie(email)])
    return context


@contextmanager
def visiting(
    browser: Browser, site: Site, email: str = "", width: int = WIDE, **options: Any
) -> Iterator[Visit]:
    """Somebody at a browser of their own."""
    context = window(browser, site, email, width, **options)
    try:
        yield Visit(context, site.address)
    finally:
        context.close()
