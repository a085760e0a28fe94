"""How values are written as JSON and read again, each shape described once for both ways.

What cannot be used is a finding with its place; reading goes on, so that all of them are found.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

from climatebudget.core.field import LONGEST_TEXT, Ambiguous, Unreadable, clean, read_number
from climatebudget.core.findings import About, Finding, Level
from climatebudget.core.quantity import Unit, Yearly
from climatebudget.core.text import N_

FIRST, LAST = 1990, 2100


class Wrong(Exception):
    """The value cannot be used; a finding says so already."""


@dataclass(frozen=True)
class Place:
    """A place in the file, as a JSON path, and the findings so far."""

    path: str
    found: list[Finding]

    def at(self, key: str | int) -> Place:
        step = f"[{key}]" if isinstance(key, int) else f".{clean(key)[:40]}"
        return Place(self.path + step, self.found)

    def wrong(self, code: str, text: str, **values: str | int) -> Wrong:
        self.found.append(Finding(code, text, values, Level.STOPS, About("json", self.path)))
        return Wrong(code)


@dataclass(frozen=True)
class Shape:
    """How one kind of value is written and read; reading raises `Wrong` after its finding."""

    write: Callable[[Any], Any]
    read: Callable[[Any, Place], Any]


def _of_type(kind: type, wanted: str) -> Callable[[Any, Place], Any]:
    def read(raw: Any, place: Place) -> Any:
        if not isinstance(raw, kind) or (kind is int and isinstance(raw, bool)):
            raise place.wrong("type", N_("Skriv %(wanted)s her."), wanted=wanted)
        return raw

    return read


_text = _of_type(str, "en tekst i anførselstegn")
_list = _of_type(list, "en liste i hakeparenteser")
_dict = _of_type(dict, "felter i krøllparenteser")
_whole = _of_type(int, "et helt tall uten anførselstegn")


def read_text(raw: Any, place: Place) -> str:
    text: str = _text(raw, place)
    if len(text) > LONGEST_TEXT:
        raise place.wrong(
            "long", N_("Teksten er for lang. Skriv høyst %(most)s tegn."), most=LONGEST_TEXT
        )
    if re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]", text):
        raise place.wrong("text", N_("Teksten har tegn som ikke kan vises. Skriv den på nytt."))
    return text


def _read_year(raw: Any, place: Place) -> int:
    year: int = _whole(raw, place)
    if not FIRST <= year <= LAST:
        raise place.wrong(
            "year",
            N_("%(year)s er utenfor årene vi bruker. Skriv et år fra %(first)s til %(last)s."),
            **{"year": year, "first": FIRST, "last": LAST},
        )
    return year


def _read_key_year(raw: str, place: Place) -> int:
    if not re.fullmatch(r"[0-9]{4}", raw):
        raise place.wrong(
            "year", N_("«%(year)s» er ikke et årstall. Skriv fire siffer."), year=clean(raw)[:40]
        )
    return _read_year(int(raw), place)


def _read_date(raw: Any, place: Place) -> date:
    try:
        return date.fromisoformat(_text(raw, place))
    except ValueError:
        raise place.wrong(
            "date", N_("«%(date)s» er ikke en dato. Skriv den slik: 2021-12-31."), date=raw[:40]
        ) from None


def _write_number(value: Decimal) -> str:
    text = f"{value:f}"
    try:
        read_number(text)
    except Ambiguous:
        text += "0"  # 12.345 could be twelve thousand; 12.3450 could not
    return text


def number(decimals: int) -> Shape:
    def read(raw: Any, place: Place) -> Decimal:
        if isinstance(raw, float) or (isinstance(raw, int) and not isinstance(raw, bool)):
            shown = "et tall" if isinstance(raw, float) and not math.isfinite(raw) else f"«{raw}»"
            raise place.wrong(
                "type", N_("Skriv %(number)s som tekst i anførselstegn."), number=shown
            )
        try:
            value = read_number(_text(raw, place))
        except Unreadable as why:
            raise place.wrong("number", "%(why)s", why=str(why)) from None
        if value.scaleb(decimals) % 1:
            raise place.wrong(
                "decimals",
                N_("Tallet er finere enn vi lagrer. Skriv høyst %(most)s desimaler."),
                most=decimals,
            )
        return value

    return Shape(_write_number, read)


def word(kind: type[Enum]) -> Shape:
    words = {member.value: member for member in kind}

    def read(raw: Any, place: Place) -> Enum:
        said = _text(raw, place)
        if said not in words:
            raise place.wrong(
                "word",
                N_("«%(word)s» er ikke et av valgene. Skriv et av disse: %(words)s."),
                word=clean(said)[:40],
                words=", ".join(words),
            )
        return words[said]

    return Shape(lambda member: member.value, read)


def _same(value: Any) -> Any:
    return value


TEXT = Shape(_same, read_text)
WHOLE = Shape(_same, _whole)
FLAG = Shape(_same, _of_type(bool, "true eller false"))
YEAR = Shape(_same, _read_year)
DATE = Shape(date.isoformat, _read_date)
TONNES, KNOK, PERCENT = number(6), number(5), number(3)


def or_null(shape: Shape) -> Shape:
    return Shape(
        lambda value: None if value is None else shape.write(value),
        lambda raw, place: None if raw is None else shape.read(raw, place),
    )


def _each(items: Iterable[tuple[Any, Any]], read: Callable[[Any, Any], Any]) -> Iterator[Any]:
    """Read all of them, so that one wrong value does not hide the next; then stop."""
    wrong = None
    for key, value in items:
        try:
            yield read(key, value)
        except Wrong as error:
            wrong = error
    if wrong:
        raise wrong


def many(shape: Shape) -> Shape:
    return Shape(
        lambda values: [shape.write(value) for value in values],
        lambda raw, place: tuple(
            _each(enumerate(_list(raw, place)), lambda i, value: shape.read(value, place.at(i)))
        ),
    )


def by(shape: Shape, read_key: Callable[[str, Place], Any] = _read_key_year) -> Shape:
    """A value for each year, or for each code."""
    return Shape(
        lambda values: {str(key): shape.write(value) for key, value in values.items()},
        lambda raw, place: dict(
            _each(
                _dict(raw, place).items(),
                lambda key, value: (read_key(key, place.at(key)), shape.read(value, place.at(key))),
            )
        ),
    )


def yearly(unit: Unit, figure: Shape) -> Shape:
    by_year = by(figure)
    return Shape(
        lambda yearly: by_year.write(yearly.by_year),
        lambda raw, place: Yearly(unit, by_year.read(raw, place)),
    )


def record(kind: Any, shapes: Mapping[str, Shape], **left_out: Any) -> Shape:
    """A dataclass by its fields; one with a default, here or there, may be left out."""
    needed = [
        f.name
        for f in fields(kind)
        if f.name in shapes.keys() - left_out.keys()
        and f.default is MISSING
        and f.default_factory is MISSING
    ]

    def read(raw: Any, place: Place) -> Any:
        for key in [key for key in _dict(raw, place) if key not in shapes]:
            place.at(key).wrong(
                "unknown-key",
                N_("Feltet «%(key)s» er ukjent. Fjern det, eller skriv et av disse: %(keys)s."),
                key=clean(key)[:40],
                keys=", ".join(shapes),
            )
        for key in [key for key in needed if key not in raw]:
            place.wrong("missing-key", N_("Feltet «%(key)s» mangler. Legg det til."), key=key)
        known = ((key, raw[key]) for key in shapes if key in raw)
        values = dict(
            _each(known, lambda key, value: (key, shapes[key].read(value, place.at(key))))
        )
        if any(key not in values for key in needed):
            raise Wrong("missing-key")
        return kind(**{**left_out, **values})

    return Shape(lambda value: {k: s.write(getattr(value, k)) for k, s in shapes.items()}, read)
