"""The pictures that the help and the README show, taken from the demo: `make pictures`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, FloatRect

from tests.browser.pages import (
    ADVISER,
    FINANCE,
    KRAGERO,
    NEW_HEAD,
    NEWCOMER,
    OSLO,
    WORKBOOK,
    Scene,
    upload,
)
from tests.browser.site import HEIGHT, WIDE, Site, Visit, demo_site, visiting
from tests.services import chromium

ROOT = Path(__file__).parents[2]
HELP, DOCS = "climatebudget/web/static/help", "docs"
AIR = 12  # px around what is cut out
LARGEST = 150_000  # bytes


@dataclass(frozen=True)
class Picture:
    """A part of a page: what is cut out is the least that holds all the elements.

    With the whole width, as much of the page as a window shows.
    """

    file: str
    scene: Scene
    shows: tuple[str, ...]
    whole: bool = False

    @property
    def name(self) -> str:
        return Path(self.file).stem


def aim(visit: Visit) -> None:
    for field, text in (("Prosent lavere", "55"), ("Målår", "2030"), ("Referanseår", "2009")):
        visit.page.get_by_label(field, exact=True).last.fill(text)


def propose(visit: Visit) -> None:
    visit.page.get_by_label("Nytt steg").select_option(label="Forslag")
    visit.page.get_by_role("button", name="Flytt").click()


HEAD, FIGURES = "main > .top-sentence", "main > .figures"
PICTURES = [
    Picture(
        f"{HELP}/target.png",
        Scene("mål", NEWCOMER, f"{KRAGERO}/frame/", aim),
        ("fieldset:has(> .target-row)",),
    ),
    Picture(
        f"{HELP}/findings.png",
        Scene("merknader", ADVISER, f"{OSLO}/reconciliation/"),
        (HEAD, FIGURES),
    ),
    Picture(
        f"{HELP}/form.png",
        Scene("skjema", NEW_HEAD, f"{KRAGERO}/measures/new"),
        ("form.fields > :nth-child(1)", "form.fields > :nth-child(3)"),
    ),
    Picture(
        f"{HELP}/unquantified.png",
        Scene("tallgrunnlag", NEW_HEAD, f"{KRAGERO}/measures/new"),
        ("#basis",),
    ),
    Picture(
        f"{HELP}/overview.png",
        Scene("hovedtall", ADVISER, f"{OSLO}/"),
        (HEAD, FIGURES),
    ),
    Picture(f"{HELP}/strip.png", Scene("linjen", ADVISER, f"{OSLO}/"), (".strip .wrap",)),
    Picture(
        f"{HELP}/annex.png",
        Scene("vedlegget", ADVISER, f"{OSLO}/annex/"),
        ("main > .lead", "main .actions .ds-button"),
    ),
    Picture(f"{DOCS}/oversikt.png", Scene("oversikten", ADVISER, f"{OSLO}/"), ("main h1",), True),
    Picture(
        f"{DOCS}/klimatiltak.png",
        Scene("listen", ADVISER, f"{OSLO}/measures/"),
        ("main table.measures",),
        True,
    ),
    Picture(
        f"{DOCS}/innlesing.png",
        Scene("forhåndsvisningen", NEWCOMER, f"{KRAGERO}/imports/", upload(WORKBOOK)),
        ("main h1", FIGURES),
        True,
    ),
    # Last: it moves Oslo's budget year to another stage.
    Picture(
        f"{HELP}/freeze.png",
        Scene("frys", FINANCE, f"{OSLO}/versions/", propose),
        ("section[aria-labelledby=frys] > p", "section[aria-labelledby=frys] > form"),
    ),
]


def taken(picture: Picture, browser: Browser, site: Site) -> bytes:
    """The picture as PNG. An element that the page does not show is an error."""
    with visiting(browser, site, picture.scene.email) as visit:
        picture.scene.enter(visit)
        visit.page.evaluate("document.fonts.ready")
        visit.page.evaluate("window.scrollTo(0, 0)")  # a box is measured from the window's corner
        boxes = [visit.page.locator(shown).first.bounding_box() for shown in picture.shows]
        clip: FloatRect = {"x": 0, "y": 0, "width": WIDE, "height": HEIGHT}
        return visit.page.screenshot(
            clip=clip if picture.whole else around([box for box in boxes if box]), full_page=True
        )


def around(boxes: list[FloatRect]) -> FloatRect:
    left, top = (min(box[side] for box in boxes) - AIR for side in ("x", "y"))
    right = max(box["x"] + box["width"] for box in boxes) + AIR
    bottom = max(box["y"] + box["height"] for box in boxes) + AIR
    top = max(top, 0)
    return {"x": left, "y": top, "width": right - left, "height": bottom - top}


def main() -> None:
    with demo_site() as site, chromium() as browser:
        for picture in PICTURES:
            content = taken(picture, browser, site)
            (ROOT / picture.file).write_bytes(content)
            print(f"{picture.file}  {len(content) // 1000} kB")


if __name__ == "__main__":
    main()
