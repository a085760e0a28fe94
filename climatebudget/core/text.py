"""Sentences for people: written in bokmål where they arise, translated where they are shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

Translate = Callable[[str], str]


def N_(text: str) -> str:  # gettext's own name, which the extraction looks for
    """Mark a bokmål sentence for translation; it is translated later."""
    return text


@dataclass(frozen=True)
class Text:
    """A bokmål sentence with ``%(name)s`` for its values; the strong one is what matters."""

    text: str
    values: Mapping[str, object] = field(default_factory=dict)
    strong: bool = False

    def __str__(self) -> str:
        return self.shown()

    def shown(self, translate: Translate = str) -> str:
        return filled(self.text, self.values, translate)


def filled(text: str, values: Mapping[str, object], translate: Translate = str) -> str:
    """The sentence with its values, in a language; a value that is a `Text` is translated too.

    A sentence without values may hold a bare percent sign.
    """
    if not values:
        return translate(text)
    said = {k: v.shown(translate) if isinstance(v, Text) else v for k, v in values.items()}
    return translate(text) % said


class Sentence(Exception):
    """Raised for the person who can act: ``str()`` says it in bokmål, `shown` in a language."""

    def __init__(self, text: str, **values: object) -> None:
        self.said = Text(text, values)
        super().__init__(str(self.said))

    def shown(self, translate: Translate = str) -> str:
        return self.said.shown(translate)
