"""`make bench`: the table of what is measured, with the bars it is held against."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import sqlalchemy as sa
import xlsxwriter
from flask.testing import FlaskClient
from openpyxl import load_workbook

from climatebudget import db
from climatebudget.core.access import Role
from climatebudget.core.budget import Budget, Kind
from climatebudget.core.reconcile import reconcile
from climatebudget.core.statement import statement
from climatebudget.db import read, write
from climatebudget.sheets import annexes
from tests.bench import generated, imports, installation, tables
from tests.bench.clock import Row, cpu, extra_memory, side_by_side, wall

OSLO = Path(__file__).parents[1] / "data" / "inventory" / "oslo_2009-2024.xlsx"
SLUGS = count(1)


def main() -> None:
    print(f"Python {sys.version.split()[0]}, SQLAlchemy {sa.__version__}, {os.cpu_count()} cores\n")
    print("| what | measured | bar |")
    print("| --- | --- | --- |")
    with tempfile.TemporaryDirectory() as folder:
        for row in rows(Path(folder)):
            print(f"| {row.what} | {row.found} | {row.bar} |", flush=True)


def rows(folder: Path) -> Iterator[Row]:
    small, large = installation.build(folder, 300), installation.build(folder, 3000)
    yield preview(small)
    yield from overview(small)
    yield reckoning()
    yield from annex()
    yield from freezing(small, large)
    yield growth()
    yield resident(folder)
    yield tables.importing(folder, small)
    yield from imports.rows(folder, small)
    small.dispose()
    large.dispose()


def browser(engine: sa.Engine, role: Role) -> FlaskClient:
    client = installation.app(engine).test_client()
    with client.session_transaction() as cookie:
        cookie["token"] = installation.token(engine, role)
    return client


def preview(engine: sa.Engine) -> Row:
    """From the upload to the page that shows it: gate, child, staging, preview."""
    client = browser(engine, Role.CLIMATE)

    def upload() -> None:
        form = {"file": (io.BytesIO(OSLO.read_bytes()), OSLO.name)}
        answer = client.post("/0301/2027/utkast/imports/", data=form, follow_redirects=True)
        assert answer.status_code == 200 and "1\u00a0346" in answer.text, answer.status_code

    found = f"{wall(upload):.2f} s"
    return Row("one municipality's workbook (1 346 rows), preview in the browser", found, "≤ 1 s")


def overview(engine: sa.Engine) -> Iterator[Row]:
    client = browser(engine, Role.FINANCE)
    address = "/0301/2027/utkast/"
    seen: list[str] = []
    assert client.get(address).status_code == 200
    listen = (engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
    sa.event.listen(*listen)
    client.get(address)
    sa.event.remove(*listen)
    asked = len([s for s in seen if not s.startswith(("BEGIN", "PRAGMA"))])
    what = "overview, 300 measures × 10 years, 357 municipalities"
    yield Row(f"{what}: SQL statements, sign-in included", str(asked), "≤ 16")

    def bare() -> None:
        with db.session(engine, actor="bench") as session:
            budget = read.budget(session, installation.draft(session))
        reconcile(budget, statement(budget))

    page, floor = side_by_side(lambda: client.get(address), bare)
    found = f"{page / floor:.2f} × ({page * 1000:.0f} ms against {floor * 1000:.0f} ms)"
    yield Row(f"{what}: against bare read + statement + reconciliation", found, "≤ 1.5 ×")


def reckoning() -> Row:
    budget = generated.budget(300)
    found = cpu(lambda: reconcile(budget, statement(budget)), runs=15) * 1000
    what = "statement + reconciliation, 300 measures × 10 years × 50 sources"
    return Row(what, f"{found:.0f} ms", "≤ 30 ms")


def written(budget: Budget) -> bytes:
    ledger = statement(budget)
    findings = reconcile(budget, ledger)
    return annexes.annex(budget, ledger, findings, now=installation.NOW, digest="d" * 64)


def annex() -> Iterator[Row]:
    budget = generated.budget(300)
    book = load_workbook(io.BytesIO(written(budget)))
    cells = [
        (page.title, cell.row - 1, cell.column - 1, cell.value, cell.style_id)
        for page in book
        for line in page.iter_rows()
        for cell in line
        if cell.value is not None
    ]
    looks = sorted({cell[4] for cell in cells})

    def bare(with_looks: bool) -> None:
        with xlsxwriter.Workbook(io.BytesIO(), {"strings_to_urls": False}) as target:
            pages = {title: target.add_worksheet(title) for title in book.sheetnames}
            look = {s: target.add_format({"indent": n % 15}) for n, s in enumerate(looks)}
            for title, row, column, value, style in cells:
                pages[title].write(row, column, value, look[style] if with_looks else None)

    ledger = statement(budget)
    findings = reconcile(budget, ledger)

    def ours() -> None:
        annexes.annex(budget, ledger, findings, now=installation.NOW, digest="d" * 64)

    for what, with_looks in (("the same cells", True), ("their values alone", False)):
        taken, floor = side_by_side(ours, lambda w=with_looks: bare(w))
        found = f"{taken / floor:.2f} × ({taken:.2f} s against {floor:.2f} s, {len(cells)} cells)"
        bar = "≤ 1.5 ×" if with_looks else ""
        yield Row(f"annex, 300 measures: against XlsxWriter writing {what}", found, bar)
    yield Row("annex, 300 measures", f"{taken:.2f} s", "≤ 1 s")
    yield Row(
        "annex, 300 measures: memory above start", f"{extra_memory(ours):.0f} MiB", "≤ 40 MiB"
    )


def frozen(engine: sa.Engine) -> None:
    with db.session(engine, actor="bench", writes=True) as session:
        place = installation.draft(session)
        write.freeze(session, place, Kind.ADOPTED, f"Sak {next(SLUGS)}", installation.NOW)
        session.commit()


def freezing(small: sa.Engine, large: sa.Engine) -> Iterator[Row]:
    few, many = wall(lambda: frozen(small)), wall(lambda: frozen(large), runs=3)
    yield Row("freeze a version, 300 measures", f"{few:.2f} s", "≤ 1 s")
    yield Row("freeze, 10 × the measures", f"{many / few:.1f} ×", "≤ 11 ×")


def growth() -> Row:
    few, many = generated.budget(300), generated.budget(3000)
    reckon = [cpu(lambda b=b: reconcile(b, statement(b)), runs=5) for b in (few, many)]
    write_out = [cpu(lambda b=b: written(b), runs=3) for b in (few, many)]
    found = f"{reckon[1] / reckon[0]:.1f} × statement, {write_out[1] / write_out[0]:.1f} × annex"
    return Row("10 × the measures", found, "≤ 11 ×")


def resident(folder: Path) -> Row:
    """A served process at rest, after it has shown its first page."""
    database = f"sqlite:///{folder}/at-rest.sqlite3"
    environment = {**os.environ, "CLIMATEBUDGET_DATABASE_URL": database}
    program = Path(sys.executable).with_name("climatebudget")
    command = [str(program), "run", "--port", "8765"]
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _first_page("http://127.0.0.1:8765/sign-in")
        status = Path(f"/proc/{process.pid}/status").read_text()
    finally:
        process.terminate()
        process.wait(20)
    found = int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024  # type: ignore[index]
    return Row("resident memory of a web process at rest", f"{found:.0f} MiB", "≤ 120 MiB")


def _first_page(address: str) -> None:
    for _ in range(100):
        try:
            urllib.request.urlopen(address, timeout=5).read()
            return
        except OSError:
            time.sleep(0.2)
    raise TimeoutError(address)


if __name__ == "__main__":
    main()
