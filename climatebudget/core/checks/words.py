"""How the checks write lists and places."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise

from climatebudget.core.budget import Budget


def listed(names: Iterable[str | int]) -> str:
    """«1, 2 og 3»: «og» is the same word in bokmål and nynorsk."""
    *first, last = [str(name) for name in names]
    return f"{', '.join(first)} og {last}" if first else last


def runs(numbers: Iterable[int]) -> str:
    """Years, or rows of a file, with those that follow each other drawn together.

    >>> runs([2009, 2011, 2013, 2015, 2016, 2017])
    '2009, 2011, 2013 og 2015–2017'
    """
    ordered = sorted(set(numbers))
    starts = [b for a, b in pairwise([-2, *ordered]) if b != a + 1]
    ends = [a for a, b in pairwise([*ordered, -2]) if b != a + 1]
    spans = zip(starts, ends, strict=True)
    return listed(str(a) if a == b else f"{a}–{b}" for a, b in spans)


def sector_names(budget: Budget) -> Mapping[str, str]:
    """Emission sectors as the edition names them, by code."""
    sources = budget.inventory.sources.values() if budget.inventory else ()
    return {s.sector: s.sector_name for s in sources}


def sector_name(budget: Budget, code: str) -> str:
    return sector_names(budget).get(code, code)


def place_name(budget: Budget, code: str) -> str:
    """A source or a sector as the edition names it, else its code."""
    sources = budget.inventory.sources if budget.inventory else {}
    return sources[code].name if code in sources else sector_name(budget, code)
