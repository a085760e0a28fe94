"""Two ways to use a page: with the keyboard alone, and with a mouse where no script runs.

Both know a control by the words a person reads on it.
"""

from __future__ import annotations

import re
from pathlib import Path

from tests.browser.site import Visit

MANY = 250  # presses of Tab; no page has more controls
# What has focus: its name, what kind it is, and whether a person can see where they are.
FOCUSED = """() => {
    const e = document.activeElement, look = getComputedStyle(e), box = e.getBoundingClientRect();
    const said = e.labels?.length ? e.labels[0] : e;
    const strip = document.querySelector(".strip")?.getBoundingClientRect();
    const covered = strip && strip.top <= 0 ? strip.bottom : 0;  // what scrolls goes below it
    return {
        name: (e.getAttribute("aria-label") || said.innerText || "").replace(/\\s+/g, " ").trim(),
        tag: e.tagName, id: e.id, type: e.type || "",
        outlined: look.outlineStyle !== "none" && parseFloat(look.outlineWidth) >= 2
            || look.boxShadow !== "none",
        inSight: box.bottom > covered && box.top < innerHeight || !!e.closest(".strip"),
    };
}"""


class Keyboard:
    """Tab, Enter, Space, arrow keys and letters; nothing else."""

    javascript = True

    def __init__(self, visit: Visit) -> None:
        self.visit, self.page = visit, visit.page

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)

    def focused(self) -> dict[str, str]:
        found: dict[str, str] = self.page.evaluate(FOCUSED)
        return found

    def to(self, name: str, tags: str) -> None:
        """Tab on until the control that bears the name has focus, in plain sight all the way."""
        wanted = re.escape(" ".join(name.split()))
        for _ in range(MANY):
            self.press("Tab")
            now = self.focused()
            if now["tag"] == "BODY":
                continue  # the end of the page: the next Tab begins at the top
            assert now["outlined"], f"nothing shows that {now} has focus"
            assert now["inSight"], f"{now} has focus out of sight"
            if now["tag"] in tags.split() and re.search(rf"(^|\d\s?){wanted}$", now["name"]):
                return
        raise AssertionError(f"Tab does not reach «{name}» on {self.page.url}")

    def skip(self) -> None:
        """The first link of the page leads past the navigation."""
        self.press("Tab")
        assert self.focused()["name"] == "Hopp til innholdet"
        self.press("Enter")
        assert self.focused()["id"] == "innhold"

    def follow(self, name: str) -> None:
        self.to(name, "A")
        with self.page.expect_navigation():
            self.press("Enter")

    def write(self, name: str, text: str) -> None:
        self.to(name, "INPUT TEXTAREA")
        self.press("Control+a")
        self.page.keyboard.type(text)

    def choose(self, name: str, option: str) -> None:
        self.to(name, "SELECT")
        self.page.keyboard.type(option[:4])  # as one finds a line in a list

    def push(self, name: str) -> None:
        self.to(name, "BUTTON")
        with self.page.expect_navigation():
            self.press("Enter")

    def give(self, name: str, file: Path) -> None:
        self.to(name, "INPUT")
        with self.page.expect_file_chooser() as chooser:
            self.press("Space")
        chooser.value.set_files(file)

    def fetch(self, name: str, target: Path) -> None:
        self.to(name, "A")
        with self.page.expect_download() as download:
            self.press("Enter")
        download.value.save_as(target)


class Mouse:
    """A browser that runs no script."""

    javascript = False

    def __init__(self, visit: Visit) -> None:
        self.visit, self.page = visit, visit.page

    def skip(self) -> None:
        """A mouse goes straight to what it points at."""

    def follow(self, name: str) -> None:
        self.page.get_by_role("link", name=name, exact=True).first.click()

    def write(self, name: str, text: str) -> None:
        self.page.get_by_label(re.compile(rf"^\d*\s*{re.escape(name)}$")).first.fill(text)

    def choose(self, name: str, option: str) -> None:
        self.page.get_by_label(name, exact=True).select_option(label=option)

    def push(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).first.click()

    def give(self, name: str, file: Path) -> None:
        self.page.get_by_label(name, exact=True).set_input_files(file)

    def fetch(self, name: str, target: Path) -> None:
        with self.page.expect_download() as download:
            self.page.get_by_role("link", name=name, exact=True).click()
        download.value.save_as(target)
