"""Nynorsk for the sentences that are written in bokmål in place; what is missing stays bokmål."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

from climatebudget.core.text import Translate


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """The translated sentences of a language; none for bokmål, which the program speaks."""
    file = Path(__file__).with_name(f"{language}.po")
    if not file.exists():
        return {}
    with file.open("rb") as source:
        return {str(m.id): str(m.string) for m in read_po(source) if m.id and m.string}


def translator(language: str) -> Translate:
    """A function from a bokmål sentence to the same in the language."""
    sentences = catalogue(language)
    return lambda text: sentences.get(text, text)
