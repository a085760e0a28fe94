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

    def shown(self, translate: Translate = str) -> str:
        return filled(translate(self.text), self.values)


def filled(text: str, values: Mapping[str, object]) -> str:
    """The sentence with its values; one without values may hold a bare percent sign."""
    return text % values if values else text
