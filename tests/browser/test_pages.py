"""Every page, looked at in a real browser: usable by everybody, narrow and wide, light and dark."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.pages import NOT_PAGES, PAGES, REFUSALS, Scene
from tests.browser.site import NARROW, WIDE, Visit

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def looked_at() -> Iterator[Any]:
    """Every page narrow and wide; its further states narrow, and wide in the soak."""
    for scenes in (*PAGES.values(), REFUSALS):
        for n, scene in enumerate(scenes):
            for width in (NARROW, WIDE):
                soak = [pytest.mark.soak] if n and width == WIDE else []
                yield pytest.param(scene, width, marks=soak, id=f"{scene.name}-{width}")


def test_no_page_is_forgotten(demo):
    """To add a page, add the scene that shows it; to take one away, take its scenes away."""
    answers = {
        rule.endpoint for rule in demo.app.url_map.iter_rules() if "GET" in (rule.methods or ())
    }
    assert answers - NOT_PAGES == set(PAGES)
    assert answers >= NOT_PAGES


@pytest.mark.parametrize(("scene", "width"), [*looked_at()])
def test_every_page_can_be_used_by_everybody(meet, scene: Scene, width: int):
    """WCAG 2.2 AA in light and dark, no error in the log, no other host, no sideways scroll."""
    visit = meet(scene, width)
    assert visit.status == scene.status
    assert visit.page.locator("h1").count() == 1
    visit.check()
    if scene.in_a_version:
        says_which_budget(visit)


def says_which_budget(visit: Visit) -> None:
    """Municipality, year, version and stage stay in sight, and INTERNT UTKAST where it is one."""
    strip = visit.page.locator(".strip")
    visit.page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    box = strip.bounding_box()
    assert box is not None
    assert box["y"] >= 0, "the strip is out of sight"
    assert [item.is_visible() for item in strip.locator("li").all()] == [True] * 4
    internal = "/vedtatt/" not in visit.page.url
    assert strip.get_by_text("INTERNT UTKAST").is_visible() is internal
