"""What stands in the cells of a path's table: numbers, and in what they are counted."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from climatebudget.core.field import Ambiguous, Unreadable, clean, is_missing, read_number
from climatebudget.core.table import normal
from climatebudget.core.text import N_


class Counted(Enum):
    """What the figures of a path count."""

    TONNES = N_("tonn")
    PERCENT = N_("prosent")


class Meaning(Enum):
    """What a percentage says of the reference year's emissions."""

    CHANGE = N_("Endring fra referanseåret: −28 er 28 prosent lavere")
    LOWER = N_("Nedgang fra referanseåret: 28 er 28 prosent lavere")
    SHARE = N_("Andel av referanseåret: 72 er 72 prosent av utslippene")


PERCENT = re.compile(r"(.*\S)\s*(?:%|prosent|percent|pst\.?)", re.IGNORECASE)
UNITS = {
    Counted.TONNES: re.compile(r"\btonn(?:es?)?\b|\bt ?co2|\bco2[- ]?e"),
    Counted.PERCENT: re.compile(r"%|\bprosent\b|\bpercent\b|\bpst\b"),
}
# What of a heading says what is counted, and not of what.
UNIT_WORDS = re.compile(
    r"\bi(?= (?:tonn|prosent))|\btonn(?:es?)?\b|\bt(?= ?co2)|\bco2[^\s()]*|\bekv\w*|\beq\w*|%"
    r"|\bprosent\b|\bpercent\b|\bpst\b"
)
EMPTY = re.compile(r"[(\[]\s*[)\]]")
OTHER_UNIT = re.compile(
    r"\bkt\b|kilotonn|\bktonn|\b1[ .]?000 t(?:onn)?\b|\btusen tonn|\bmill\b|\bmillion|\bkg\b"
)
DOWN = re.compile(r"reduksjon|nedgang|kutt|lavere|lågare|reduction|\bcuts?\b|lower")
SHARE = re.compile(r"\bandel|\bshare\b|\b(?:prosent|percent|%) (?:av|of)\b")
CHANGE = re.compile(r"endring|change|\bmot\b|compared|\bvs\b")
AGAINST = re.compile(
    r"(?:\b(?:mot|siden|sidan|since|vs|against|compared (?:to|with))\b"
    r"|(?:%|\b(?:prosent|percent|endring|change|nedgang|reduksjon|andel)) (?:av|of|fra|frå|from))"
    r"\.? ((?:19|20)\d\d)\b|\b((?:19|20)\d\d) ?\((?:referanse|basis|base)"
)


@dataclass(frozen=True)
class Written:
    """What a cell says: a number, one that may mean two things, a word, or nothing."""

    number: Decimal | None = None
    ambiguous: bool = False
    word: str = ""
    percent: bool = False  # it has the sign itself

    @property
    def is_figure(self) -> bool:
        return self.number is not None or self.ambiguous


def look(value: str | Decimal | None, mark: str | None = None) -> Written:
    """The cell; ``mark`` is the decimal mark that the others show, or somebody has said.

    >>> look("−28 %").number, look("1.250").ambiguous, look("Included").word, look("..").is_figure
    (Decimal('-28'), True, 'Included', False)
    """
    if value is None or is_missing(value):
        return Written()
    found = PERCENT.fullmatch(clean(value)) if isinstance(value, str) else None
    percent = found is not None
    try:
        return Written(read_number(found[1] if found else value, mark), percent=percent)
    except Ambiguous:
        return Written(ambiguous=True, percent=percent)
    except Unreadable:
        return Written(word=clean(str(value))[:40])


def without_sign(value: str | Decimal | None) -> str | None:
    """The text of a number as it is written, without its percent sign; None for what is no text."""
    if not isinstance(value, str):
        return None
    found = PERCENT.fullmatch(clean(value))
    return found[1] if found else value


def step_of(number: Decimal) -> Decimal:
    """The last digit that is written: 0.1 for 1250.0."""
    return Decimal(1).scaleb(min(0, int(number.as_tuple().exponent)))


def units_said(texts: Iterable[str]) -> frozenset[Counted]:
    """What some headings or names say that figures count."""
    plain = [normal(text) for text in texts]
    return frozenset(unit for unit, said in UNITS.items() if any(map(said.search, plain)))


def names_a_unit(text: str) -> bool:
    """Whether a text says what is counted, and nothing else.

    >>> names_a_unit("Tonn CO₂-ekvivalenter"), names_a_unit("Veitrafikk, tonn"), names_a_unit("")
    (True, False, False)
    """
    return bool(units_said([text])) and not without_unit(text)


def without_unit(text: str) -> str:
    """What a name says when its unit is taken away.

    >>> without_unit("Referansebane (tonn CO2ekv.)*"), without_unit("Tonn")
    ('referansebane', '')
    """
    text = normal(text)
    if not units_said([text]):
        return text.strip("* ")
    return normal(EMPTY.sub(" ", UNIT_WORDS.sub(" ", text))).strip(" ,.:;/*–-")


def meaning_said(texts: Iterable[str], numbers: Iterable[Decimal]) -> Meaning | None:
    """What the percentages mean where it is certain: emissions are never below zero.

    A cut may be written with minus or without, so words of a cut decide only when every figure
    goes the same way.
    """
    said = " ".join(map(normal, texts))
    signs = {number > 0 for number in numbers if number}
    if signs == {False}:
        return Meaning.CHANGE
    if DOWN.search(said):
        return None
    if False in signs:
        return Meaning.CHANGE
    return Meaning.SHARE if SHARE.search(said) and not CHANGE.search(said) else None


def against(texts: Iterable[str]) -> set[int]:
    """The years that some texts say percentages are reckoned from.

    >>> against(["Endring mot 2009", "2009 (baseline year)"])
    {2009}
    """
    found = [match for text in texts for match in AGAINST.finditer(normal(text))]
    return {int(match[1] or match[2]) for match in found}
