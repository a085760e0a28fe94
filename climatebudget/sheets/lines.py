"""What the rows of a table say, kept as numbers: a national workbook has half a million of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable
from typing import NamedTuple, TypeVar

from climatebudget.core.emissions import Columns

Key = TypeVar("Key", bound=Hashable)
Place = tuple[str, str]  # number and name; both empty where the file does not say it per row
NOWHERE: Place = ("", "")


class Wording(NamedTuple):
    """What many rows say alike, with the names as they were written."""

    sector: str
    source: str
    gas: str
    year: int


class Spelled(NamedTuple):
    """How many figures a name has, and in which row it stands first."""

    figures: int
    row: int


class Lines:
    """Every figure of a table: a wording, a place, a row and grams."""

    def __init__(self) -> None:
        self.wordings: dict[Wording, int] = {}  # in the order they are met, and their number
        self.places: dict[Place, Columns] = {}
        self.rows: list[int] = []  # the first row of each wording
        self.first: dict[Place, int] = {}

    def __len__(self) -> int:
        return sum(len(columns.kind) for columns in self.places.values())

    def wording(self, wording: Wording, row: int) -> int:
        number = self.wordings.setdefault(wording, len(self.rows))
        if number == len(self.rows):
            self.rows.append(row)
        return number

    def place(self, place: Place, row: int) -> Columns:
        self.first.setdefault(place, row)
        return self.places.setdefault(place, Columns())

    def stand_in(self, place: Place) -> None:
        """Give the one place that no row names its name."""
        if NOWHERE in self.places:
            self.places = {place: self.places[NOWHERE]}
            self.first = {place: self.first[NOWHERE]}

    def spelled(self, name: Callable[[Wording], Key]) -> dict[Key, Spelled]:
        """Each name as it is written, in the order of the rows."""
        counts = self._counts()
        found: dict[Key, Spelled] = {}
        for wording, number in self.wordings.items():
            key, row = name(wording), self.rows[number]
            had = found.get(key, Spelled(0, row))
            found[key] = Spelled(had.figures + counts[number], min(had.row, row))
        return dict(sorted(found.items(), key=lambda item: item[1].row))

    def placed(self, name: Callable[[Place], Key]) -> dict[Key, Spelled]:
        """Each name of a place as it is written, in the order of the rows."""
        found: dict[Key, Spelled] = {}
        for place, columns in self.places.items():
            key, row = name(place), self.first[place]
            had = found.get(key, Spelled(0, row))
            found[key] = Spelled(had.figures + len(columns.kind), min(had.row, row))
        return dict(sorted(found.items(), key=lambda item: item[1].row))

    def sums(self, key: Callable[[Wording], Key]) -> dict[tuple[Place, Key], int]:
        """Grams of each place by a part of the wording."""
        keys = [key(wording) for wording in self.wordings]
        sums: dict[tuple[Place, Key], int] = defaultdict(int)
        for place, columns in self.places.items():
            for kind, grams in zip(columns.kind, columns.grams, strict=True):
                sums[place, keys[kind]] += grams
        return sums

    def count(self, odd: Callable[[str], bool]) -> int:
        """How many figures have an odd name, of a source or of a place."""
        wordings = {n for w, n in self.wordings.items() if odd(w.sector) or odd(w.source)}
        return sum(
            len(columns.kind)
            if odd(place[0]) or odd(place[1])
            else sum(count for n, count in Counter(columns.kind).items() if n in wordings)
            for place, columns in self.places.items()
        )

    def _counts(self) -> Counter[int]:
        counts: Counter[int] = Counter()
        for columns in self.places.values():
            counts.update(columns.kind)
        return counts
