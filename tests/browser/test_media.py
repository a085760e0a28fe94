"""On paper, in forced colours, and without movement."""

from __future__ import annotations

import pytest

from tests.browser.pages import ADVISER, OSLO, Scene

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
OVERVIEW = Scene("oversikt", ADVISER, f"{OSLO}/")
LIST = Scene("klimatiltak", ADVISER, f"{OSLO}/measures/")
FORM = Scene("skjema", ADVISER, f"{OSLO}/measures/1")
CUT = """() => [...document.querySelectorAll(".frame")]
    .filter(e => e.checkVisibility())
    .map(e => [getComputedStyle(e).overflowX, getComputedStyle(e).maxHeight])"""


@pytest.mark.parametrize("scene", [OVERVIEW, LIST], ids=lambda scene: scene.name)
def test_on_paper_the_page_says_which_budget_and_cuts_no_table(meet, scene):
    visit = meet(scene)
    page = visit.page
    page.emulate_media(media="print")
    for gone in (".nav", ".ds-skip-link", ".masthead .who", "main .ds-button", "main form"):
        assert not [e for e in page.locator(gone).all() if e.is_visible()], gone
    strip = page.locator(".strip")
    assert strip.is_visible() and strip.get_by_text("INTERNT UTKAST").is_visible()
    assert "static" in strip.evaluate("e => getComputedStyle(e).position")
    frames = page.evaluate(CUT)
    assert frames and {tuple(frame) for frame in frames} == {("visible", "none")}
    assert visit.faults == []


def test_what_is_chosen_shows_in_forced_colours(meet):
    page = meet(FORM).page
    page.emulate_media(forced_colors="active")
    here = page.locator(".nav a[aria-current]")
    assert here.evaluate("e => getComputedStyle(e).borderBottomStyle") == "solid"
    other = page.locator(".nav a:not([aria-current])").first
    colour = "e => getComputedStyle(e).borderBottomColor"
    assert here.evaluate(colour) != other.evaluate(colour)
    page.locator("#name").focus()
    assert page.locator("#name").evaluate("e => getComputedStyle(e).outlineStyle") == "solid"


def test_nothing_moves_for_those_who_ask_for_stillness(meet):
    page = meet(OVERVIEW).page
    page.emulate_media(reduced_motion="reduce")
    still = """() => [...document.querySelectorAll("*")].every(e => {
        const look = getComputedStyle(e);
        return look.animationName === "none" && parseFloat(look.transitionDuration) === 0
            && look.scrollBehavior === "auto";
    })"""
    assert page.evaluate(still)
