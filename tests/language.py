"""Which language a text is in: bokmål words, and a translator that leaves its mark."""

from __future__ import annotations

import re
from pathlib import Path

from climatebudget.core.text import Translate
from climatebudget.translations import translator

# Forms that are bokmål and never nynorsk.
BOKMAL = frozenset(
    (Path(__file__).parent / "translations" / "bokmal.txt").read_text(encoding="utf-8").split()
)
# Values, and what the file or another program calls a thing: it is quoted as it is.
QUOTED = re.compile(r"%\(\w+\)s|\w*_\w*|«Oversikt - detaljert»|Beskytt arbeidsbok|\u00ad")
WORD = re.compile(r"[^\W\d_]+")
OPEN, CLOSE = "⟦", "⟧"
INNERMOST = re.compile(f"{OPEN}[^{OPEN}{CLOSE}]*{CLOSE}")


def bokmal_in(text: str) -> list[str]:
    """The words of a text that are bokmål and nothing else."""
    return [word for word in WORD.findall(QUOTED.sub("", text.lower())) if word in BOKMAL]


def marking(language: str) -> Translate:
    """A translator that puts ⟦ ⟧ around all that it has translated."""
    translate = translator(language)
    return lambda text: f"{OPEN}{translate(text)}{CLOSE}"


def unmarked(text: str) -> str:
    """What no translator has seen."""
    while INNERMOST.search(text):
        text = INNERMOST.sub(" ", text)
    return text
