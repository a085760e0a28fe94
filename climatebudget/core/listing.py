"""Lists: search, filter, sort and divide rows that are loaded already.

A `Listing` describes what a list has, a `Query` what somebody asks of it. A query and the pairs of
an address (``sort=-2030``) are two ways to write the same; the plain list is the empty address.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import Enum
from functools import cached_property
from typing import Any, Generic, TypeVar

from climatebudget.core.field import clean
from climatebudget.core.quantity import ZERO

PER_PAGE = 100
LONGEST_SEARCH = 200  # characters
SEARCH, SORT, COLUMN, PAGE = "search", "sort", "column", "page"  # names in an address

Row = TypeVar("Row")
Value = str | int | Decimal | None  # None is unknown, and so is a text without characters


class Kind(Enum):
    """What a column holds, and so how it is written."""

    TEXT = "text"
    WHOLE = "whole"  # a year, or the number of a measure: never grouped
    TONNES = "tonnes"
    KNOK = "1 000 kr"
    PERCENT = "percent"


@dataclass(frozen=True)
class Column(Generic[Row]):
    """One column. Its texts are in the reader's language."""

    key: str
    label: str
    of: Callable[[Row], Value]
    kind: Kind = Kind.TEXT
    show: Callable[[Any], str] = str  # how a page writes a value that is known
    heading: str = ""  # in a file, where it stands alone; the label where that is enough
    group: str = ""  # the heading it is chosen under
    fixed: bool = False  # always shown, and first
    usual: bool = True  # shown until somebody has chosen
    note: Column[Row] | None = (
        None  # small below its value on a page, a column of its own in a file
    )

    @property
    def number(self) -> bool:
        return self.kind is not Kind.TEXT


@dataclass(frozen=True)
class Filter(Generic[Row]):
    """One way to narrow a list; ``of`` says which of the choices a row belongs to."""

    key: str
    label: str
    choices: Mapping[str, str]
    of: Callable[[Row], Collection[str]]


@dataclass(frozen=True)
class Listing(Generic[Row]):
    """What a list has. ``order`` is the column its rows come ordered by, "" for none."""

    columns: Sequence[Column[Row]]
    filters: Sequence[Filter[Row]] = ()
    searched: Callable[[Row], Iterable[str]] | None = None
    order: str = ""

    @cached_property
    def usual(self) -> tuple[str, ...]:
        return tuple(c.key for c in self.columns if c.usual and not c.fixed)

    def column(self, key: str) -> Column[Row] | None:
        return next((c for c in self.columns if c.key == key), None)


@dataclass(frozen=True)
class Query:
    """What is asked of a list; the default is all of it, as it comes."""

    search: str = ""
    chosen: Mapping[str, str] = field(default_factory=dict)  # filter → choice
    sort: str = ""
    falling: bool = False
    columns: tuple[str, ...] = ()  # () the usual ones
    page: int = 1

    @property
    def narrows(self) -> bool:
        return bool(self.search or self.chosen)

    def plain(self) -> Query:
        """Neither searched nor filtered; the columns and the order stay."""
        return replace(self, search="", chosen={}, page=1)

    def without(self, key: str) -> Query:
        return replace(self, chosen={k: v for k, v in self.chosen.items() if k != key}, page=1)

    def pairs(self) -> list[tuple[str, str]]:
        """The address: each part that differs from the plain list, in one order."""
        parts = [(SEARCH, self.search), *self.chosen.items()]
        parts.append((SORT, "-" * self.falling + self.sort))
        parts += [(COLUMN, key) for key in self.columns]
        parts.append((PAGE, str(self.page) if self.page > 1 else ""))
        return [(name, value) for name, value in parts if value]


class Unknown(LookupError):
    """An address asks for a column, a choice or a page that the list does not have."""


def read_query(pairs: Iterable[tuple[str, str]], listing: Listing[Row]) -> Query:
    """What an address asks; names that mean nothing here are passed over. Raises `Unknown`."""
    given = [(name, value) for name, value in pairs if value]
    one = dict(reversed(given))  # the first of a name stands
    sort, falling = _order(listing, one.get(SORT, ""))
    return Query(
        search=clean(one.get(SEARCH, "")[:LONGEST_SEARCH]) if listing.searched else "",
        chosen={f.key: _choice(f, one[f.key]) for f in listing.filters if f.key in one},
        sort=sort,
        falling=falling,
        columns=_columns(listing, [value for name, value in given if name == COLUMN]),
        page=_page_number(one.get(PAGE, "1")),
    )


def _choice(narrowing: Filter[Row], value: str) -> str:
    if value not in narrowing.choices:
        raise Unknown(narrowing.key)
    return value


def _order(listing: Listing[Row], text: str) -> tuple[str, bool]:
    key, falling = text.removeprefix("-"), text.startswith("-")
    if text and listing.column(key) is None:
        raise Unknown(SORT)
    return ("", False) if key == listing.order and not falling else (key, falling)


def _columns(listing: Listing[Row], keys: Collection[str]) -> tuple[str, ...]:
    if any(listing.column(key) is None for key in keys):
        raise Unknown(COLUMN)
    found = tuple(c.key for c in listing.columns if c.key in keys and not c.fixed)
    return () if found == listing.usual else found


def _page_number(text: str) -> int:
    if not re.fullmatch("[1-9][0-9]{0,5}", text):
        raise Unknown(PAGE)
    return int(text)


@dataclass(frozen=True)
class Found(Generic[Row]):
    """What a query gives: every row that fits, in order, and the page of them in sight."""

    rows: tuple[Row, ...]
    columns: tuple[Column[Row], ...]
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-len(self.rows) // PER_PAGE))

    @property
    def first(self) -> int:
        """The place of the first row in sight, from 0."""
        return (self.page - 1) * PER_PAGE

    @property
    def in_sight(self) -> tuple[Row, ...]:
        return self.rows[self.first : self.first + PER_PAGE]


def find(rows: Iterable[Row], listing: Listing[Row], query: Query) -> Found[Row]:
    """Raises `Unknown` for a page after the last."""
    kept = in_order([r for r in rows if fits(r, listing, query)], listing, query)
    wanted = query.columns or listing.usual
    columns = tuple(c for c in listing.columns if c.fixed or c.key in wanted)
    found = Found(tuple(kept), columns, query.page)
    if query.page > found.pages:
        raise Unknown(PAGE)
    return found


def fits(row: Row, listing: Listing[Row], query: Query) -> bool:
    """Whether the row has every choice, and every word of the search somewhere."""
    if not all(query.chosen[f.key] in f.of(row) for f in listing.filters if f.key in query.chosen):
        return False
    if not query.search or listing.searched is None:
        return True
    text = _folded(" ".join(listing.searched(row)))
    return all(word in text for word in _folded(query.search).split())


def in_order(rows: Sequence[Row], listing: Listing[Row], query: Query) -> list[Row]:
    """The rows by the column asked for; equal ones as they came, unknown ones last both ways."""
    column = listing.column(query.sort)
    if column is None:
        return list(rows)
    keyed = [(column.of(row), row) for row in rows]
    known = [(sort_key(value), row) for value, row in keyed if value not in (None, "")]
    known.sort(key=lambda pair: pair[0], reverse=query.falling)
    return [row for _, row in known] + [row for value, row in keyed if value in (None, "")]


def sort_key(value: Value) -> tuple[Decimal, tuple[str, ...]]:
    """Numbers by size, text as in a Norwegian dictionary: the same on every database.

    Letters are compared without regard to case or accent, first a–z, then æ, ø, å; ä goes as æ,
    ö as ø and ü as y; aa is two a's. Digits are read as numbers: «Krets 2» before «Krets 10».
    """
    if isinstance(value, (int, Decimal)):
        return Decimal(value), ()
    text = value or ""
    parts = re.findall(r"[0-9]+|[^0-9]+", _folded(text).translate(NEIGHBOURS))
    return ZERO, (*map(_part_key, parts), "", text)


NEIGHBOURS = str.maketrans({"ä": "æ", "ö": "ø", "ü": "y", "ð": "d", "đ": "d", "þ": "th"})
LAST = {"æ": "{", "ø": "|", "å": "}"}  # the characters after z


def _part_key(part: str) -> str:
    if part[0] in "0123456789":
        size = part.lstrip("0")
        return f"0{len(size):05}{size}"
    return "".join(LAST.get(letter) or _without_accent(letter) for letter in part)


def _without_accent(letter: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", letter) if not unicodedata.combining(c))


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()
