"""Pictures of every page at both widths, light and dark, to be looked at one by one.

python -m tests.browser.screens FOLDER [NAME …]
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.browser.pages import PAGES
from tests.browser.site import NARROW, WIDE, demo_site, visiting
from tests.services import chromium


def main(target: Path, wanted: list[str]) -> None:
    target.mkdir(parents=True, exist_ok=True)
    scenes = [s for found in PAGES.values() for s in found if not wanted or s.name in wanted]
    with demo_site() as site, chromium() as browser:
        for scene in scenes:
            for width in (WIDE, NARROW):
                with visiting(browser, site, scene.email, width) as visit:
                    scene.enter(visit)
                    for scheme in ("light", "dark"):
                        visit.page.emulate_media(color_scheme=scheme)
                        visit.page.evaluate("document.fonts.ready")
                        file = target / f"{scene.name}-{width}-{scheme}.png"
                        visit.page.screenshot(path=file, full_page=True)
                        print(file, visit.faults or "")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
