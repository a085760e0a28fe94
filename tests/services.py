"""The servers and the browser that tests start: PostgreSQL and Chromium.

Plain context managers, so that fixtures, benchmarks and a developer's shell can use them alike.
A program that is missing is an error with an instruction and never a skipped test;
`make test-fast` is the way to do without them.
"""

from __future__ import annotations

import glob
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PG_OWNER = "climatebudget"
PG_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    # The data is thrown away afterwards, so it need not survive a power cut.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
}
PG_START_SECONDS = 30
PG_STOP_SECONDS = 20

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    # Without these Chromium looks for its maker's servers at every start.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class MissingProgramError(RuntimeError):
    """A program the tests need is not on this machine; the message says what to do."""


def free_port() -> int:
    """A port on 127.0.0.1 that nobody listens on at the moment."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def postgres_server() -> Iterator[str]:
    """Run a private PostgreSQL server and yield the SQLAlchemy URL of its empty database.

    It has its own data folder and its own port, listens on 127.0.0.1 only and is not run as root.
    """
    programs = postgres_programs()
    owner = unprivileged_user()
    with tempfile.TemporaryDirectory(prefix="climatebudget-pg-", ignore_cleanup_errors=True) as top:
        if owner:
            os.chown(top, owner["user"], owner["group"])
        data = create_data_folder(programs, Path(top), owner)
        port = free_port()
        with running_server(programs, data, port, owner):
            yield f"postgresql+psycopg://{PG_OWNER}@127.0.0.1:{port}/postgres"


def postgres_programs() -> Path:
    """The folder that holds both `initdb` and `postgres`; client tools alone do not count."""
    on_path = shutil.which("postgres")
    folders = [
        os.environ.get("CLIMATEBUDGET_PG_BIN"),
        *sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=version_of, reverse=True),
        on_path and os.path.dirname(on_path),
    ]
    for folder in filter(None, folders):
        if all(os.access(os.path.join(folder, name), os.X_OK) for name in ("initdb", "postgres")):
            return Path(folder)
    raise MissingProgramError(
        "Fant ikke PostgreSQL-tjeneren (initdb og postgres). Kjør scripts/system-deps.sh, "
        "pek på mappen med CLIMATEBUDGET_PG_BIN, eller kjør make test-fast uten."
    )


def version_of(folder: str) -> int:
    """15 for /usr/lib/postgresql/15/bin, so that 15 comes after 9."""
    name = Path(folder).parent.name
    return int(name) if name.isdigit() else 0


def unprivileged_user() -> dict[str, Any]:
    """Arguments to subprocess that step down from root, which PostgreSQL refuses to run as."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    raise MissingProgramError("PostgreSQL kan ikke kjøres som root. Opprett brukeren postgres.")


def create_data_folder(programs: Path, folder: Path, owner: dict[str, Any]) -> Path:
    """Let initdb make an empty database cluster in the folder."""
    data = folder / "data"
    options = ["--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]
    command = [str(programs / "initdb"), f"--pgdata={data}", f"--username={PG_OWNER}", *options]
    subprocess.run(command, check=True, capture_output=True, cwd=folder, **owner)
    return data


@contextmanager
def running_server(programs: Path, data: Path, port: int, owner: dict[str, Any]) -> Iterator[None]:
    """Start `postgres` on the data folder, wait until it answers, and stop it afterwards."""
    settings = [f"--{name}={value}" for name, value in PG_SETTINGS.items()]
    command = [str(programs / "postgres"), "-D", str(data), "-p", str(port), *settings]
    log = data.parent / "log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            command, cwd=data, stdin=subprocess.DEVNULL, stdout=output, stderr=output, **owner
        )
    try:
        wait_until_it_answers(server, port, log)
        yield
    finally:
        # An "immediate" shutdown: what it holds is thrown away, so nothing need be written out.
        server.send_signal(signal.SIGQUIT)
        try:
            server.wait(PG_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def wait_until_it_answers(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Return once a connection succeeds; raise with the server's own words if none does."""
    deadline = time.monotonic() + PG_START_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        try:
            psycopg.connect(host="127.0.0.1", port=port, user=PG_OWNER, dbname="postgres").close()
            return
        except psycopg.OperationalError:
            time.sleep(0.05)
    raise RuntimeError(f"PostgreSQL startet ikke:\n{log.read_text(errors='replace')}")


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run a headless Chromium and yield it; open a page with `browser.new_context(...)`."""
    # Imported here because it takes a third of a second that most tests have no use for.
    from playwright.sync_api import sync_playwright

    program = chromium_program()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, headless=True, args=list(CHROMIUM_FLAGS)
        )
        try:
            yield browser
        finally:
            browser.close()


def chromium_program() -> str:
    """Where the browser is: CLIMATEBUDGET_CHROMIUM, or the first that is on the path."""
    stated = os.environ.get("CLIMATEBUDGET_CHROMIUM")
    found = stated or next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if found is None:
        raise MissingProgramError(
            "Fant ikke Chromium. Kjør scripts/system-deps.sh, pek på den med "
            "CLIMATEBUDGET_CHROMIUM, eller kjør make test-fast uten."
        )
    return found
