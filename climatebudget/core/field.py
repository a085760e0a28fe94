"""How numbers are read from people, and numbers and dates shown: one grammar for all."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from climatebudget.core.quantity import rounded
from climatebudget.core.text import N_, Sentence

NBSP, MINUS = "\u00a0", "\u2212"
OSLO = ZoneInfo("Europe/Oslo")
SPACES = re.compile(r"[\s\u00a0\u2007\u2008\u2009\u200a\u202f\u205f\u3000]+")
MINUSES = str.maketrans(dict.fromkeys("\u2212\u2013\u2012\ufe63\uff0d", "-"))
MISSING = {
    "",
    "-",
    "–",
    "—",
    "..",
    ".",
    ":",
    "...",
    "i.a.",
    "ia",
    "n/a",
    "na",
    "null",
    "nan",
    "none",
    "#n/a",
}
# What a form and a file may hold: characters of a line and of a longer text, and years.
LONGEST_NAME, LONGEST_TEXT = 200, 10_000
FIRST_YEAR, LAST_YEAR = 1990, 2100
LIMIT = Decimal(10) ** 12  # the whole of Norway emits 5 · 10⁷ tonnes a year

# How an unambiguous number may be written, and the decimal mark it shows (None: no mark).
WRITTEN = [
    (re.compile(pattern), mark)
    for pattern, mark in (
        (r"\d+", None),
        (r"\d{1,3}([ '])\d{3}(\1\d{3})*", None),
        (r"\d{1,3}([ '])\d{3}(\1\d{3})*,\d+", ","),
        (r"\d{1,3}([ '])\d{3}(\1\d{3})*\.\d+", "."),
        (r"\d{1,3}(\.\d{3})+,\d+", ","),
        (r"\d{1,3}(\.\d{3}){2,}", ","),
        (r"\d{1,3}(,\d{3})+\.\d+", "."),
        (r"\d{1,3}(,\d{3}){2,}", "."),
        (r"\d+,\d{1,2}|\d+,\d{4,}|\d{4,},\d+|0,\d+", ","),
        (r"\d+\.\d{1,2}|\d+\.\d{4,}|\d{4,}\.\d+|0\.\d+", "."),
    )
]
TWO_MEANINGS = re.compile(r"\d{1,3}[.,]\d{3}")
NO_NUMBER = N_("«%(typed)s» er ikke et tall. Skriv for eksempel 1250,5.")


class Unreadable(Sentence, ValueError):
    """The text cannot be read as a number; the message is for its author."""


class Ambiguous(Unreadable):
    """The text could mean two numbers; only its column or its author can tell."""


def clean(text: str) -> str:
    """The text without control characters, Excel's ``_x000D_`` and repeated space, in NFC."""
    text = re.sub(r"_x([0-9A-Fa-f]{4})_", lambda m: chr(int(m[1], 16)), text)
    text = unicodedata.normalize("NFC", text)
    kept = (c for c in text if unicodedata.category(c) not in ("Cc", "Cf", "Cs") or c in "\n\t\r")
    return SPACES.sub(" ", "".join(kept)).strip()


def is_missing(value: Any) -> bool:
    """Whether the cell says that there is no number; missing is unknown, not zero."""
    return value is None or (isinstance(value, str) and clean(value).lower() in MISSING)


def read_number(value: Any, decimal_mark: str | None = None) -> Decimal:
    """Read a number as Norwegians write it; never guess.

    ``decimal_mark`` ("," or ".") is what the author, or the rest of the column, has said the marks
    mean. Raises `Ambiguous` for ``1.250``, `Unreadable` for what is no finite number.

    >>> read_number("1 250,5")
    Decimal('1250.5')
    >>> read_number("−17,2"), read_number("17,200", decimal_mark=".")
    (Decimal('-17.2'), Decimal('17200'))
    >>> read_number("1.250")
    Traceback (most recent call last):
    ...
    climatebudget.core.field.Ambiguous: «1.250» kan bety 1 250 eller 1,25. Skriv 1250 eller 1,25.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal, str)):
        raise Unreadable(NO_NUMBER, typed=value)
    number = (
        _from_text(value, decimal_mark)
        if isinstance(value, str)
        else Decimal(repr(value) if isinstance(value, float) else value)
    )
    if not number.is_finite() or abs(number) >= LIMIT:
        text = N_("«%(typed)s» er ikke et tall vi kan bruke. Skriv for eksempel 1250,5.")
        raise Unreadable(text, typed=value)
    return number


def _from_text(value: str, decimal_mark: str | None) -> Decimal:
    shown = clean(value)[:40]
    text = clean(value).translate(MINUSES)
    if re.fullmatch(r"\([^()-]*\)", text):  # (1 250): an accountant's minus
        text = "-" + text[1:-1]
    sign, digits = ("-", text[1:].lstrip()) if text.startswith("-") else ("", text)
    if not re.fullmatch(r"[0-9 .,']+", digits):
        text = N_("«%(typed)s» er ikke et tall. Skriv bare tallet, for eksempel 1250,5.")
        raise Unreadable(text, typed=shown)
    for pattern, mark in WRITTEN:
        if pattern.fullmatch(digits) and (mark is None or decimal_mark in (None, mark)):
            return Decimal(sign + _plain(digits, mark or ","))
    if TWO_MEANINGS.fullmatch(digits):
        if decimal_mark:
            return Decimal(sign + _plain(digits, decimal_mark))
        raise _two_meanings(shown, sign, digits)
    raise Unreadable(NO_NUMBER, typed=shown)


def _plain(digits: str, decimal_mark: str) -> str:
    thousands = "." if decimal_mark == "," else ","
    return re.sub("[ ']", "", digits).replace(thousands, "").replace(decimal_mark, ".")


def _two_meanings(shown: str, sign: str, digits: str) -> Ambiguous:
    whole = sign + re.sub("[.,]", "", digits)
    part = sign + digits.replace(".", ",").rstrip("0").rstrip(",")
    part += ",0" if "," not in part else ""
    return Ambiguous(
        N_("«%(typed)s» kan bety %(meant)s eller %(part)s. Skriv %(whole)s eller %(part)s."),
        typed=shown,
        meant=show_number(Decimal(whole)),
        whole=whole,
        part=part,
    )


def decimal_mark(column: Iterable[Any]) -> str | None:
    """The decimal mark a column of text numbers shows; None when it shows none, or both."""
    seen: set[str] = set()
    for value in column:
        if isinstance(value, str):
            digits = clean(value).translate(MINUSES).lstrip("- ")
            marks = [mark for pattern, mark in WRITTEN if pattern.fullmatch(digits)]
            seen.update(mark for mark in marks[:1] if mark)
    return seen.pop() if len(seen) == 1 else None


def read_year(value: Any) -> int:
    """A calendar year as four digits; raises `Unreadable`."""
    text = clean(str(value)).removesuffix(".0")
    if not re.fullmatch(r"(19|20|21)\d\d", text):
        text = N_("«%(typed)s» er ikke et årstall. Skriv fire siffer, for eksempel 2027.")
        raise Unreadable(text, typed=str(value)[:40])
    return int(text)


def read_near_year(value: Any) -> int:
    """A year that a budget may look at; raises `Unreadable`."""
    year = read_year(value)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        text = N_("%(year)s er for langt unna. Skriv et år fra %(first)s til %(last)s.")
        raise Unreadable(text, year=year, first=FIRST_YEAR, last=LAST_YEAR)
    return year


def show_number(value: Decimal | int, step: Decimal | int = 1) -> str:
    """Write a number the Norwegian way, rounded to the step.

    >>> show_number(Decimal("-1250.55"), Decimal("0.1"))
    '−1\\xa0250,6'
    """
    step = Decimal(step)
    number = rounded(Decimal(value), step)
    decimals = max(0, -int(step.normalize().as_tuple().exponent))
    text = f"{abs(number):,.{decimals}f}".replace(",", NBSP).replace(".", ",")
    return (MINUS if number < 0 else "") + text


def forecast_step(value: Decimal | int, step: int) -> int:
    """The step a forecast is rounded to: a finer one where the step would say next to nothing.

    >>> [forecast_step(value, 10) for value in (4, 96, 480)]
    [1, 1, 10]
    """
    while step > 1 and abs(Decimal(value)) < 10 * step:
        step //= 10
    return step


def show_day(value: date | datetime) -> str:
    """«2.2.2026», in Norway: without slashes and leading zeros, as both languages write it."""
    local = value.astimezone(OSLO).date() if isinstance(value, datetime) else value
    return f"{local.day}.{local.month}.{local.year}"


def show_moment(value: datetime) -> str:
    """«2.2.2026 kl. 09.30», in Norway."""
    return f"{show_day(value)} kl. {value.astimezone(OSLO):%H.%M}"


def show_exact(value: Decimal) -> str:
    """Every decimal the value has, and no more."""
    exponent = int(value.normalize().as_tuple().exponent)
    return show_number(value, Decimal(1).scaleb(min(exponent, 0)))
