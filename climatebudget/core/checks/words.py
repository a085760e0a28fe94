"""How the checks write lists and places."""

from __future__ import annotations

from collections.abc import Iterable


def listed(names: Iterable[str | int]) -> str:
    """«1, 2 og 3»: «og» is the same word in bokmål and nynorsk."""
    *first, last = [str(name) for name in names]
    return f"{', '.join(first)} og {last}" if first else last
