"""A real browser on a real server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, BrowserContext

from climatebudget import db
from climatebudget.core.access import Role
from climatebudget.db import passwords, read, write
from climatebudget.db.upgrade import upgrade
from tests import world
from tests.browser.pages import Scene
from tests.browser.site import WIDE, Site, Visit, build_demo, serving, visiting, window
from tests.services import chromium

PASSWORD = "et langt passord til prøve"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Site]:
    """A server with the small installation, on loopback."""
    file = tmp_path / "small.sqlite3"
    engine = db.connect(f"sqlite:///{file}")
    upgrade(engine)
    world.build(engine)
    _give_passwords(engine)
    engine.dispose()
    with serving(file, tmp_path) as site:
        yield site


def _give_passwords(engine: sa.Engine) -> None:
    stored = passwords.hashed(PASSWORD)
    with db.session(engine, actor="oppsett", writes=True) as session:
        for number in ("0301", "4014"):
            for role in Role:
                known = read.user_by_email(session, world.email(role, number))
                assert known is not None
                write.set_password(session, known[0].id, stored)
        session.commit()


@pytest.fixture(scope="session")
def demo_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo, to copy."""
    return build_demo(tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="session")
def demo(demo_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The demo on a server, to be looked at and left as it was."""
    with serving(demo_file, tmp_path_factory.mktemp("served")) as site:
        yield site


@pytest.fixture
def own_demo(demo_file: Path, tmp_path: Path) -> Iterator[Site]:
    """The demo on a server, to do with as one likes."""
    with serving(demo_file, tmp_path) as site:
        yield site


@pytest.fixture(scope="session")
def windows(browser: Browser, demo: Site) -> Iterator[Callable[..., BrowserContext]]:
    """The browser of each person and width, opened once."""
    opened: dict[tuple[str, int], BrowserContext] = {}

    def find(email: str, width: int) -> BrowserContext:
        if (email, width) not in opened:
            opened[email, width] = window(browser, demo, email, width)
        return opened[email, width]

    yield find
    for context in opened.values():
        context.close()


@pytest.fixture
def meet(windows: Callable[..., BrowserContext], demo: Site) -> Iterator[Callable[..., Visit]]:
    """A scene of the demo as its person meets it, at a width."""
    visits: list[Visit] = []

    def meet(scene: Scene, width: int = WIDE) -> Visit:
        visits.append(Visit(windows(scene.email, width), demo.address))
        scene.enter(visits[-1])
        return visits[-1]

    yield meet
    for visit in visits:
        visit.page.close()


@pytest.fixture
def visit(live: Site, browser: Browser) -> Iterator[Callable[..., Visit]]:
    """Sign in as a role with the keyboard's own fields."""
    with ExitStack() as opened:

        def visit(role: Role, number: str = "0301", width: int = WIDE) -> Visit:
            person = opened.enter_context(visiting(browser, live, width=width))
            page = person.goto("/sign-in")
            page.get_by_label("E-post").fill(world.email(role, number))
            page.get_by_label("Passord").fill(PASSWORD)
            page.get_by_role("button", name="Logg inn").click()
            return person

        yield visit
