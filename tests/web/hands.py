"""A browser's hands in tests that have none: the forms of a page, and its buttons."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

from werkzeug.test import TestResponse

from tests.web.conftest import Client


@dataclass
class Form:
    action: str
    fields: dict[str, str] = field(default_factory=dict)


class Forms(HTMLParser):
    """The forms of a page as a browser would send them, and the address behind each button."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.form = Form("")
        self.buttons: dict[str, tuple[str, Form]] = {}
        self.choices: dict[str, list[str]] = {}
        self._select = self._action = self._said = self._area = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        own = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.form = Form(own.get("action", ""))
        elif tag == "input" and own.get("type") in ("radio", "checkbox"):
            self.choices.setdefault(own["name"], []).append(own["value"])
            if "checked" in own:
                self.form.fields[own["name"]] = own["value"]
        elif tag == "input" and own.get("name"):
            self.form.fields[own["name"]] = own.get("value", "")
        elif tag == "textarea":
            self._area = own["name"]
            self.form.fields[self._area] = ""
        elif tag == "select":
            self._select = own["name"]
        elif tag == "option" and self._select:
            self.choices.setdefault(self._select, []).append(own.get("value", ""))
            if "selected" in own or self._select not in self.form.fields:
                self.form.fields[self._select] = own.get("value", "")
        elif tag == "button":
            self._action, self._said = own.get("formaction", self.form.action), ""

    def handle_data(self, data: str) -> None:
        if self._said is not None:
            self._said += data
        if self._area is not None:
            self.form.fields[self._area] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = None
        elif tag == "textarea":
            self._area = None
        elif tag == "button" and self._said is not None:
            self.buttons[self._said.strip()] = (str(self._action), self.form)
            self._said = None


def press(browser: Client, page: TestResponse, button: str, **changes: str) -> TestResponse:
    """Press a button of the page, with the fields as they stand or these."""
    address, form = Forms(page.text).buttons[button]
    return browser.send(address, **{**form.fields, "csrf_token": browser.token(), **changes})
