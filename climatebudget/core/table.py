"""A table of a workbook or a CSV file as its one reading left it: headings, and cells below."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from hashlib import sha256
from typing import Any

from climatebudget.core.budget import Municipality
from climatebudget.core.field import clean
from climatebudget.core.findings import Cell, Finding, Level
from climatebudget.core.reading import finding_from, finding_to
from climatebudget.core.text import N_

LISTED = 20  # words counted one by one
ANOTHER = N_(
    "Tabellen gjelder «%(other)s», men dette er klimabudsjettet til %(own)s. "
    "Velg riktig fil, eller ta bort radene."
)
SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉_", "0123456789 ")


@dataclass(frozen=True)
class Column:
    letter: str
    heading: str  # "" where the cell is blank
    example: str  # the first cell that is not blank, as text


@dataclass(frozen=True)
class Row:
    """A row below the headings; ``cells`` by column letter, without the blank ones."""

    number: int  # in the file, as a person sees it
    cells: Mapping[str, str | Decimal]

    def text(self, letter: str) -> str:
        """The cell in one line; a number as it is written without decimals it does not have."""
        return clean(self.lines(letter))

    def lines(self, letter: str) -> str:
        """The cell with its line breaks."""
        value = self.cells.get(letter, "")
        return value if isinstance(value, str) else f"{value.normalize():f}"


@dataclass(frozen=True)
class Table:
    file_name: str
    sha256: str
    sheet: str  # "" for a CSV file
    sheets: tuple[str, ...]  # those to choose from
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    findings: tuple[Finding, ...] = ()
    above: tuple[str, ...] = ()  # what stands over the headings

    @property
    def signature(self) -> str:
        """A sha256 of the headings and where they stand: what a mapping is remembered under."""
        headings = [[c.letter, normal(c.heading)] for c in self.columns]
        return sha256(json.dumps(headings).encode()).hexdigest()

    def column(self, letter: str) -> Column:
        return next(c for c in self.columns if c.letter == letter)

    def cell(self, row: Row, letter: str) -> Cell:
        return Cell(self.sheet, row.number, letter)

    def cites(self, row: Row, letter: str) -> str:
        """Where a figure stands, as a budget cites it."""
        sheet = f", ark «{self.sheet}»" if self.sheet else ""
        return f"{self.file_name}{sheet}, rad {row.number}, kolonne {letter}"

    def remembered(self, mapping: Mapping[str, str]) -> dict[str, str]:
        """The mapping by heading, as it is kept for the next table of the same headings."""
        named = self._by_heading()
        return {heading: mapping.get(letter, "") for heading, letter in named.items()}

    def mapped(self, by_heading: Mapping[str, str]) -> dict[str, str]:
        """Letter → key, of a mapping by heading."""
        named = self._by_heading()
        return {named[h]: key for h, key in by_heading.items() if h in named}

    def _by_heading(self) -> dict[str, str]:
        """Heading → letter, for headings that tell their column apart."""
        count = Counter(c.heading for c in self.columns)
        return {c.heading: c.letter for c in self.columns if c.heading and count[c.heading] == 1}

    def to_bytes(self) -> bytes:
        """JSON, with numbers as exact texts in a list of one."""
        plain = asdict(self) | {
            "rows": [[r.number, {k: _plain(v) for k, v in r.cells.items()}] for r in self.rows],
            "findings": [finding_to(f) for f in self.findings],
        }
        return json.dumps(plain, ensure_ascii=False, sort_keys=True).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> Table:
        raw: dict[str, Any] = json.loads(data)
        rows = ((n, {k: _value(v) for k, v in cells.items()}) for n, cells in raw["rows"])
        return cls(
            **{
                **raw,
                "sheets": tuple(raw["sheets"]),
                "columns": tuple(Column(**c) for c in raw["columns"]),
                "rows": tuple(Row(n, cells) for n, cells in rows),
                "findings": tuple(finding_from(f) for f in raw["findings"]),
                "above": tuple(raw["above"]),
            }
        )


def _plain(value: str | Decimal) -> str | list[str]:
    return value if isinstance(value, str) else [str(value)]


def _value(plain: str | list[str]) -> str | Decimal:
    return plain if isinstance(plain, str) else Decimal(plain[0])


def normal(heading: str) -> str:
    """A heading or a name as it is compared.

    >>> normal("Effect_2023  [tonnes CO₂e]:")
    'effect 2023 [tonnes co2e]'
    """
    return clean(clean(heading).translate(SUBSCRIPTS)).casefold().strip(" .:*?")


def texts_of(table: Table, letter: str) -> Iterator[str]:
    """Each cell of a column that is not blank."""
    return (row.text(letter) for row in table.rows if letter in row.cells)


def is_of(text: str, own: Municipality) -> bool:
    """Whether what a table calls a municipality is this one: «0301», «K-301», «Oslo kommune»."""
    number = text.upper().removeprefix("K-").partition(" ")[0].zfill(4)
    names = {normal(own.name), normal(f"{own.name} kommune")}
    return number == own.number or normal(text) in names


def words_told(words: Iterable[str]) -> Iterator[Finding]:
    """Each word that stands where a number should, and how often; with a digit it may be one."""
    count = Counter(words)
    for word, cells in count.most_common(LISTED):
        digits = any(c.isdigit() for c in word)
        yield Finding(
            "word-with-digits" if digits else "word",
            _of_word(digits, cells),
            {"word": word, "count": cells},
            Level.EXPLAIN if digits else Level.INFO,
        )
    if len(count) > LISTED:
        one = N_("Ett annet ord står også der det skal stå et tall. Det blir ukjent.")
        many = N_("%(count)s andre ord står også der det skal stå et tall. De blir ukjent.")
        more = len(count) - LISTED
        yield Finding("words-more", one if more == 1 else many, {"count": more}, Level.EXPLAIN)


def _of_word(digits: bool, cells: int) -> str:
    if digits and cells == 1:
        return N_(
            "«%(word)s» står i én celle der det skal stå et tall, og er ikke lest som "
            "tall. Skriv bare tallet i cellen hvis det er et tall."
        )
    if digits:
        return N_(
            "«%(word)s» står i %(count)s celler der det skal stå et tall, og er ikke lest som "
            "tall. Skriv bare tallet i cellen hvis det er et tall."
        )
    if cells == 1:
        return N_("«%(word)s» står i én celle der det skal stå et tall. Den blir ukjent.")
    return N_("«%(word)s» står i %(count)s celler der det skal stå et tall. De blir ukjent.")
