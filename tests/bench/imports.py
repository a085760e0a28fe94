"""Reading in files of national size: against the bare parts, in memory, beside other writers."""

from __future__ import annotations

import os
import re
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from python_calamine import CalamineWorkbook

from climatebudget import db
from climatebudget.core.access import Role
from climatebudget.core.reading import Reading
from climatebudget.db.models import EmissionRow, table
from climatebudget.db.upgrade import upgrade
from climatebudget.db.write.bulk import insert_many
from climatebudget.db.write.intake import COLUMNS, begin_intake
from climatebudget.sheets.child import Request, read_in_child
from climatebudget.sheets.gate import check
from tests.bench import installation, national
from tests.bench.clock import Row, extra_memory
from tests.services import postgres_server

PROGRAM = Path(sys.executable).with_name("climatebudget")


def rows(folder: Path, installed: sa.Engine) -> Iterator[Row]:
    # In a process of its own, or its memory would be counted with every child's.
    subprocess.run([sys.executable, "-m", "tests.bench.national", str(folder)], check=True)
    book, text, million = (folder / name for name in national.FILES)
    reading = Reading.from_bytes(read_in_child(Request(str(book), book.name)))
    gate, iteration = once(lambda: check(book)), once(lambda: iterate(book))
    with on_sqlite(folder) as url:
        yield from imported(url, book, gate + iteration, reading)
    with on_postgresql() as url:
        yield from imported(url, book, gate + iteration, reading)
    with on_sqlite(folder) as url:
        command(url, "db", "upgrade")
        yield plain_file(url, text)
    yield web_process(installed, book)
    yield million_rows(million)


def imported(url: str, book: Path, floor: float, reading: Reading) -> Iterator[Row]:
    kind = sa.make_url(url).get_backend_name()
    bare = bare_insert(url, reading)
    taken, wall, child = run(url, book)
    waits = with_another_writer(url, book)
    what = f"national workbook, {len(reading.emissions)} rows, ten sheets, into {kind}"
    ratio = taken / (floor + bare)
    found = f"{ratio:.2f} × ({taken:.1f} s CPU against {floor + bare:.1f} s; {wall:.0f} s wall)"
    yield Row(f"{what}: against bare gate + calamine + insert", found, "≤ 1.5 ×")
    yield Row(f"{what}: the reader's memory", f"{child:.0f} MiB", "≤ 900 MiB")
    longest = f"{max(waits):.2f} s of {len(waits)} writes"
    yield Row(f"{what}: longest wait of another writer", longest, "≤ 2 s (target 0.1 s)")


def plain_file(url: str, text: Path) -> Row:
    taken, wall, child = run(url, text)
    what = "the same rows as CSV, into sqlite"
    return Row(what, f"{taken:.1f} s CPU, {wall:.0f} s wall, {child:.0f} MiB", "")


@contextmanager
def on_sqlite(folder: Path) -> Iterator[str]:
    with tempfile.TemporaryDirectory(dir=folder) as own:
        yield f"sqlite:///{own}/klima.sqlite3"


@contextmanager
def on_postgresql() -> Iterator[str]:
    with postgres_server() as url:
        yield str(url)


def once(work: Callable[[], object]) -> float:
    """CPU seconds of one run."""
    start = time.process_time()
    work()
    return time.process_time() - start


def iterate(book: Path) -> None:
    for _ in CalamineWorkbook.from_path(book).get_sheet_by_name(national.DETAILS).iter_rows():
        pass


def bare_insert(url: str, reading: Reading) -> float:
    """CPU seconds of the driver's fastest way in, the server's included, in one transaction."""
    engine = db.connect(url)
    upgrade(engine)
    packed = reading.packed
    with db.session(engine, "bench", writes=True) as session:
        areas = dict(session.execute(sa.text("SELECT number, id FROM area")).all())  # type: ignore[arg-type]
        codes = dict(session.execute(sa.text("SELECT code, id FROM source")).all())  # type: ignore[arg-type]
        intake = begin_intake(session)
        lines = [
            (intake, areas[b.area], k.year, codes[k.code], row, k.gas, grams)
            for b in packed.blocks
            for number, row, grams in zip(*b.columns(), strict=True)
            for k in (packed.kinds[number],)
        ]
        before = server_cpu(url)
        taken = once(lambda: insert_many(session, table(EmissionRow), COLUMNS, lines))
        taken += once(session.rollback)
        taken += server_cpu(url) - before
    engine.dispose()
    return taken


def run(url: str, file: Path, *more: str) -> tuple[float, float, float]:
    """An import by the program: CPU and wall seconds, and MiB of the largest process."""
    before, start, served = used(), time.perf_counter(), server_cpu(url)
    command(url, "inventory", "import", str(file), *more)
    wall, taken = time.perf_counter() - start, used() - before + server_cpu(url) - served
    return taken, wall, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def command(url: str, *words: str) -> None:
    environment = {**os.environ, "CLIMATEBUDGET_DATABASE_URL": url}
    quiet = subprocess.DEVNULL
    subprocess.run([str(PROGRAM), *words], env=environment, check=True, stdout=quiet)


def with_another_writer(url: str, file: Path) -> list[float]:
    """How long somebody else's small changes waited while the file was read in once more."""
    command(url, "municipality", "add", "0301")
    done, waits = threading.Event(), list[float]()
    other = threading.Thread(target=write_meanwhile, args=(url, done, waits))
    other.start()
    run(url, file, "--owner", "0301")
    done.set()
    other.join()
    return waits


def used() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return children.ru_utime + children.ru_stime


def write_meanwhile(url: str, done: threading.Event, waits: list[float]) -> None:
    """Somebody else's small changes, in the same chain of the record as the import's."""
    engine = db.connect(url)
    while not done.is_set():
        start = time.perf_counter()
        with engine.execution_options(writes=True).begin() as connection:
            connection.exec_driver_sql("UPDATE municipality SET name = name WHERE id = 0")
            if engine.dialect.name == "postgresql":
                connection.exec_driver_sql("SELECT pg_advisory_xact_lock(0)")
        waits.append(time.perf_counter() - start)
        time.sleep(0.02)
    engine.dispose()


def server_cpu(url: str) -> float:
    """CPU seconds of the PostgreSQL server and its processes, those that have ended included."""
    if not url.startswith("postgresql"):
        return 0.0
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        server = parent_of(connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one())
    engine.dispose()
    own = [int(f.name) for f in Path("/proc").glob("[0-9]*") if parent_of(int(f.name)) == server]
    ticks = sum(fields(server)[11:15]) + sum(sum(fields(process)[11:13]) for process in own)
    return ticks / os.sysconf("SC_CLK_TCK")


def parent_of(process: int) -> int:
    return (fields(process) or [0, 0])[1]


def fields(process: int) -> list[int]:
    """What /proc says of a process behind its name and state; nothing when it has ended."""
    try:
        text = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return []
    return [0, *map(int, text.rpartition(")")[2].split()[1:])]


def in_the_browser(url: str, book: Path, token: str) -> None:
    """The upload, the preview and the confirmation, as the web process meets them."""
    client = installation.app(db.connect(url)).test_client()
    with client.session_transaction() as cookie:
        cookie["token"] = token
    with book.open("rb") as file:
        form = {"file": (file, book.name)}
        answer = client.post("/0301/2027/utkast/imports/", data=form)
    assert answer.status_code == 303, answer.status_code
    address = str(answer.headers["Location"])
    digest = re.search(r'name="digest" value="(\w+)"', client.get(address).text)
    assert digest
    said = {"digest": digest[1], "name": "Nasjonal", "publisher": "Miljødirektoratet"}
    answer = client.post(address, data={**said, "published": ""})
    assert answer.status_code == 303, answer.text


def web_process(engine: sa.Engine, book: Path) -> Row:
    url = engine.url.render_as_string(hide_password=False)
    token = installation.token(engine, Role.CLIMATE)
    engine.dispose()
    found = extra_memory(lambda: in_the_browser(url, book, token))
    what = "national workbook in the browser: memory of the web process"
    return Row(what, f"{found:.0f} MiB more", "≤ 40 MiB more")


def million_rows(book: Path) -> Row:
    """L01 of the corpus: a million rows of twelve columns, which is a file like any other."""
    start = time.perf_counter()
    check(book)
    reading = Reading.from_bytes(read_in_child(Request(str(book), book.name)))
    taken = time.perf_counter() - start
    assert len(reading.emissions) == 1_000_000
    return Row("L01 of the corpus: 1 000 000 rows × 12 columns, read", f"{taken:.0f} s", "≤ 60 s")
