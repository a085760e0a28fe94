"""What is known to be weak in the statistics, told beside the figures it concerns."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from climatebudget.catalogue import _rows
from climatebudget.core.inventory import sector_of

EVERYTHING = ""  # the code of what concerns every figure


@dataclass(frozen=True)
class Caveat:
    """A sentence about a sector, a source or everything, and the years it is true of."""

    code: str
    first: int | None  # None: every year
    last: int | None
    marks: tuple[str, str]  # beside each figure of those years, in bokmål and nynorsk; "" is none
    texts: tuple[str, str]
    source: str  # who says so

    def text(self, language: str) -> str:
        return self.texts[language == "nn"]

    def mark(self, language: str) -> str:
        return self.marks[language == "nn"]

    def concerns(self, year: int) -> bool:
        return (self.first or year) <= year <= (self.last or year)


def caveats(code: str) -> tuple[Caveat, ...]:
    """What concerns a source, a sector, or with "" the whole; the closest to it first."""
    codes = dict.fromkeys([code, sector_of(code), EVERYTHING])
    return tuple(c for wanted in codes for c in _all() if c.code == wanted)


@cache
def _all() -> tuple[Caveat, ...]:
    return tuple(
        Caveat(
            r["code"],
            int(r["first"]) if r["first"] else None,
            int(r["last"]) if r["last"] else None,
            (r["mark_nb"], r["mark_nn"]),
            (r["text_nb"], r["text_nn"]),
            r["source"],
        )
        for r in _rows("caveats.csv")
    )
