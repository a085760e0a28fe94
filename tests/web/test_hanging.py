"""While a file is read that never ends, the pages answer."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any

import pytest

from climatebudget.core.access import Role
from climatebudget.sheets import child
from tests.hostile import GOOD
from tests.web.conftest import DRAFT, Client

HANGS = 6  # seconds until the reading is given up
IN_TIME = 1  # second


def test_pages_are_read_and_written_to_while_a_child_hangs(
    client: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(child, "PROGRAM", "tests.hanging_child")
    monkeypatch.setattr(child, "WALL_SECONDS", HANGS)
    begun = threading.Event()
    real = subprocess.run

    def run(*args: Any, **more: Any) -> Any:
        begun.set()
        return real(*args, **more)

    monkeypatch.setattr(subprocess, "run", run)
    sender, reader = client(Role.CLIMATE), client(Role.FINANCE)
    token, own = sender.token(), reader.token()
    reader.get(f"{DRAFT}/measures/")  # its template is compiled
    form = {"csrf_token": token, "file": (BytesIO(GOOD.read_bytes()), "fil.xlsx")}
    with ThreadPoolExecutor(1) as pool:
        sent = pool.submit(sender.post, f"{DRAFT}/imports/", data=form)
        assert begun.wait(30)
        start = time.monotonic()
        page = reader.get(f"{DRAFT}/measures/")
        took = time.monotonic() - start
        start = time.monotonic()
        left = reader.post("/sign-out", data={"csrf_token": own})
        wrote = time.monotonic() - start
        assert not sent.done()
        answer = sent.result(60)
    assert page.status_code == 200 and took < IN_TIME
    assert left.status_code in (302, 303) and wrote < IN_TIME
    assert answer.status_code == 400 and "Lesingen er stanset" in answer.text
