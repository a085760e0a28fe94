"""What an import of measures needs of the sheets: the reader, and the names it goes by."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from climatebudget.catalogue import (
    aliases,
    english_sectors,
    english_sources,
    klimakur,
    national_name,
    normalised,
    sector_codes,
    sources,
)
from climatebudget.core.findings import Choice
from climatebudget.core.inventory import UNALLOCATED, Source
from climatebudget.core.measure import Category
from climatebudget.core.measure_table import Names
from climatebudget.core.text import N_
from climatebudget.sheets.child import read_table

__all__ = ["names", "read_table"]

APART = re.compile(r" *[>:/] *")  # «Veitrafikk: Personbiler», «Road transport > Cars»
NOT_KNOWN = Choice(UNALLOCATED, N_("Vet ikke"))


@cache
def names() -> Names:
    """The catalogue's names of emission sectors, sources and national measures."""
    return Names(place, category, _places())


def place(name: str) -> str | None:
    """The code of a sector as a whole, or of a source; None for a name that is not certain.

    >>> place("Road transport"), place("Veitrafikk: Personbiler"), place("veitrafikk/personbiler")
    ('veitrafikk/ufordelt', 'veitrafikk/personbiler', 'veitrafikk/personbiler')
    """
    text = normalised(name)
    if text in sources():
        return text
    sector, *source = APART.split(text, maxsplit=1) if _sector(text) is None else [text]
    code = _sector(sector)
    if not source:
        return _whole(code) if code else _only(text)
    return _source(sector, code, source[0]) if code else None


def _sector(name: str) -> str | None:
    english = english_sectors().get(name)
    return sector_codes().get(name) or (english.code if english else None)


def _whole(sector: str) -> str:
    return sector if sector == UNALLOCATED else f"{sector}/{UNALLOCATED}"


def _source(sector: str, code: str, source: str) -> str | None:
    alias = aliases().get((sector, source)) or english_sources().get((code, source))
    return alias.code if alias and alias.certain else None


def _only(source: str) -> str | None:
    """A source named without its sector, where only one sector has it."""
    norwegian = [a for (_, name), a in aliases().items() if name == source]
    english = [a for (_, name), a in english_sources().items() if name == source]
    found = {a.code for a in (*norwegian, *english) if a.certain}
    return found.pop() if len(found) == 1 else None


def _places() -> tuple[Choice, ...]:
    """Each sector as a whole, then each source, and last that it is not known."""
    known = [s for s in sources().values() if s.code != UNALLOCATED]
    whole = [Choice(s.code, s.sector_name) for s in known if s.code.endswith(f"/{UNALLOCATED}")]
    parts = [Choice(s.code, _label(s)) for s in known if not s.code.endswith(f"/{UNALLOCATED}")]
    return (*whole, *parts, NOT_KNOWN)


def _label(source: Source) -> str:
    return f"{source.sector_name}: {source.name.lstrip('*')}"


@cache
def _national_names() -> Mapping[str, Category]:
    return {normalised(national_name(m.key)): Category(m.report, m.code) for m in klimakur()}


def category(name: str) -> Category | None:
    """«Klimakur 2030: T01», with its name or without, «klimakur2030/T01», or a code that only one
    report has."""
    if normalised(name) in _national_names():
        return _national_names()[normalised(name)]
    report, _, code = normalised(name).replace(" ", "").rpartition("/")
    report, _, code = (report, "", code) if report else code.rpartition(":")
    found = [
        Category(m.report, m.code)
        for m in klimakur()
        if m.code.casefold() == code and (not report or m.report == report)
    ]
    return found[0] if len(found) == 1 else None
