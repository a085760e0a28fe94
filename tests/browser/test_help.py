"""The pictures of the help and the README are there, and show what is still on the pages."""

from __future__ import annotations

import re
import struct
from pathlib import Path

import pytest

from tests.browser.pictures import HELP, LARGEST, PICTURES, ROOT, taken

BROWSER = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
# A renewed picture may be a line of text taller than the last, on a machine with other fonts.
CLOSE = 0.15


def referred() -> set[str]:
    """The pictures that a help page or the README shows."""
    templates = sorted((ROOT / "templates" / "help").glob("*.html"))
    named = [n for t in templates for n in re.findall(r'h\.picture\("(\w+)"', t.read_text("utf-8"))]
    shown = re.findall(r"\]\((docs/\w+\.png)\)", (ROOT / "README.md").read_text("utf-8"))
    return {f"{HELP}/{name}.png" for name in named} | set(shown)


def test_every_picture_that_is_shown_is_one_we_take():
    assert referred() == {picture.file for picture in PICTURES}


def test_no_picture_is_left_behind():
    kept = {f"{HELP}/{file.name}" for file in (ROOT / HELP).iterdir()}
    assert kept == {file for file in referred() if file.startswith(HELP)}


@pytest.mark.parametrize("file", sorted(referred()))
def test_a_picture_is_there_and_not_heavy(file):
    content = Path(ROOT, file).read_bytes()
    assert content.startswith(b"\x89PNG") and len(content) <= LARGEST


@pytest.mark.parametrize(
    "pictures",
    [
        pytest.param([p for p in PICTURES if p.scene.address.startswith("/0301")], marks=BROWSER),
        pytest.param([p for p in PICTURES if p.scene.address.startswith("/4014")], marks=BROWSER),
    ],
    ids=["oslo", "kragero"],
)
def test_a_picture_shows_what_is_on_the_page(pictures, browser, own_demo):
    """`make pictures` renews them when a page has changed."""
    for picture in pictures:
        now, then = (
            size(taken(picture, browser, own_demo)),
            size((ROOT / picture.file).read_bytes()),
        )
        assert now[0] == pytest.approx(then[0], rel=CLOSE), picture.file
        assert now[1] == pytest.approx(then[1], rel=CLOSE), picture.file


def size(png: bytes) -> tuple[int, int]:
    width, height = struct.unpack(">II", png[16:24])
    return width, height
