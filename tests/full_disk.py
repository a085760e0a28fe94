"""A disk of a few megabytes that is full: what each act says then, and whether it recovers.

A program of its own (`python -m tests.full_disk FOLDER`), because a disk of one's own takes a
process of one's own. Where no disk can be mounted, SQLite's own limit on the number of pages and
the limit on a file's size stand for it; the acts and what is asked of them are the same.
"""

from __future__ import annotations

import errno
import json
import re
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from click.testing import CliRunner
from flask.testing import FlaskClient

from climatebudget import cli, db
from climatebudget.core.access import Role
from climatebudget.db import backup, engine, read, write
from climatebudget.db.upgrade import upgrade
from climatebudget.db.verify import verify
from climatebudget.web import create_app
from tests import world

Limit = Callable[[], AbstractContextManager[None]]
ROOT = Path(__file__).parents[1]
FILE = ROOT / "climatebudget/demo/sources/telemark_2024-tall_seen_2026-02-03.csv"
MEGABYTES = 12
LEFT = 8_000  # bytes on the full disk
LONG = "Et langt svar. " * 600
MOUNT = f'mount -t tmpfs -o size={MEGABYTES}m none "$0" && exec "$@"'
DISKS = (["unshare", "-m"], ["unshare", "-Urm"])  # as root; as anybody, where that is allowed


def report(folder: Path) -> dict[str, Any]:
    """What happened to the acts in a folder: on a disk of its own if the machine allows one."""
    program = [sys.executable, "-m", "tests.full_disk", str(folder)]
    for disk in DISKS:
        mounted = [*disk, "sh", "-c", MOUNT, str(folder)]
        if subprocess.run([*mounted, "true"], capture_output=True).returncode == 0:
            return answer([*mounted, *program, "mounted"])
    return answer([*program, "limited"])


def answer(command: list[str]) -> dict[str, Any]:
    ended = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert ended.returncode == 0, ended.stderr
    found: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    return found


# ---- in the child ------------------------------------------------------------------------------


class Mounted:
    """A disk that is filled with one file of no use."""

    def __init__(self, folder: Path) -> None:
        self.filler = folder / "fyll"

    @contextmanager
    def full(self, database: sa.Engine) -> Iterator[None]:
        database.dispose()  # or its log would have room of its own
        with database.connect() as connection:
            connection.exec_driver_sql("SELECT count(*) FROM measure").all()
        with self.filler.open("wb", buffering=0) as filler:
            try:
                while True:
                    filler.write(b"x" * 4096)
            except OSError as error:
                assert error.errno == errno.ENOSPC
            filler.truncate(max(0, filler.tell() - LEFT))
        yield
        self.filler.unlink()

    small_files = nullcontext


class Limited:
    """What SQLite and the kernel refuse by themselves when they are told to."""

    def __init__(self, folder: Path) -> None:
        pass

    @contextmanager
    def full(self, database: sa.Engine) -> Iterator[None]:
        database.dispose()
        with database.connect() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        database.dispose()
        engine.PRAGMAS["max_page_count"] = (str(pages + 1), pages + 1)
        try:
            yield
        finally:
            del engine.PRAGMAS["max_page_count"]
            database.dispose()

    @contextmanager
    def small_files(self) -> Iterator[None]:
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (LEFT, hard))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def main(folder: Path, kind: str) -> None:
    url = f"sqlite:///{folder / 'klima.sqlite3'}"
    database = db.connect(url)
    upgrade(database)
    world.build(database)
    browser = _browser(database)
    before = _contents(database)
    disk = Mounted(folder) if kind == "mounted" else Limited(folder)
    with disk.full(database):
        told = _acts(folder, url, browser, "full", disk.small_files)
        told["read"] = [browser.get(_measure()).status_code]
        told["damage"] = [] if kind == "limited" else _wrong(database)
    told["damage"] += _wrong(database)
    told["unchanged"] = _contents(database) == before
    told["parts"] = sorted(file.name for file in folder.glob(".*"))
    print(json.dumps({"kind": kind, "full": told, "again": _acts(folder, url, browser, "again")}))
    database.dispose()


def _acts(
    folder: Path, url: str, browser: FlaskClient, when: str, files: Limit = nullcontext
) -> dict[str, Any]:
    runner = CliRunner(env={"CLIMATEBUDGET_DATABASE_URL": url})

    def command(*words: str) -> list[object]:
        answer = runner.invoke(cli.main, words)
        return [answer.exit_code, answer.stderr.strip()]

    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get(_measure()).text)
    lock = re.search(r'name="lock" value="([^"]*)"', browser.get(_measure()).text)
    assert token and lock
    form = {"csrf_token": token[1], "lock": lock[1], "name": "Sykle mer"}
    texts = dict.fromkeys(("change", "method", "side_effects", "assumptions"), LONG)
    saved = browser.post(_measure(), data={**form, **texts})
    imported = command("inventory", "import", str(FILE))
    with files():
        copied = command("backup", str(folder / f"{when}.zip"))
    return {
        "save": [saved.status_code, saved.text if saved.status_code == 507 else ""],
        "import": imported,
        "backup": copied,
        "backup_file": (folder / f"{when}.zip").exists(),
    }


def _browser(database: sa.Engine) -> FlaskClient:
    config = {"ENGINE": database, "SECRET_KEY": "x" * 40, "SESSION_COOKIE_SECURE": False}
    app = create_app({**config, "CLOCK": lambda: world.NOW})
    with db.session(database, "oppsett", writes=True, clock=lambda: world.NOW) as session:
        known = read.user_by_email(session, world.email(Role.CLIMATE))
        assert known
        token = write.sign_in(session, known[0].id, world.NOW)
        session.commit()
    browser = app.test_client()
    with browser.session_transaction() as cookie:
        cookie["token"] = token
    return browser


def _measure() -> str:
    return f"/0301/{world.YEAR}/utkast/measures/1"


def _contents(database: sa.Engine) -> dict[str, Any]:
    with database.connect() as connection:
        return asdict(backup.contents(connection))


def _wrong(database: sa.Engine) -> list[str]:
    with database.connect() as connection:
        checked = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
    with db.session(database, "prøve") as session:
        return [*(line for line in checked if line != "ok"), *verify(session)]


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
