"""A municipality's budget years as one JSON file: what `export` writes and `load` reads.

A number is a text ("1250.5"), so that no reader rounds it; a kind is its bokmål word; a year that
is left out is unknown. What a file leaves out has the value a new budget year has. Contact persons
are never written. Each record below is described once, for both ways; what cannot be used is a
finding with its place, and then nothing is given back.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields, replace
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

from climatebudget.core.budget import Budget, Control, Municipality, Stage
from climatebudget.core.field import Ambiguous, Unreadable, clean, read_number
from climatebudget.core.findings import About, Finding, Level, may_go_on
from climatebudget.core.measure import (
    Actor,
    Basis,
    Book,
    Category,
    Cost,
    CostKind,
    Decision,
    Effect,
    Financing,
    InPath,
    Measure,
    Size,
)
from climatebudget.core.measure import Control as Controlled
from climatebudget.core.paths import Allowance, ReferencePath, Target
from climatebudget.core.quantity import Unit, Yearly
from climatebudget.core.text import N_

FORMAT = "climatebudget/1"
FIRST, LAST = 1990, 2100
LONGEST = 5000  # characters of a text


@dataclass(frozen=True)
class Draft:
    """What a file says of the draft of one budget year."""

    year: int
    horizon: int
    stage: Stage = Stage.PREPARATION
    edition: str = ""  # its slug; "" without one
    book: Book = Book.DIRECT
    departments: tuple[str, ...] = ()
    targets: tuple[Target, ...] = ()
    path: ReferencePath | None = None
    allowance: Allowance = field(default_factory=Allowance)
    controls: tuple[Control, ...] = ()
    measures: tuple[Measure, ...] = ()


@dataclass(frozen=True)
class Exchange:
    """What a file says of one municipality."""

    municipality: Municipality
    budget_years: tuple[Draft, ...] = ()


def draft_of(budget: Budget) -> Draft:
    """The part of a version that another installation can use; no contact persons."""
    used = (m.department for m in budget.measures if m.department)
    return Draft(
        year=budget.budget_year.year,
        horizon=budget.budget_year.horizon,
        stage=budget.budget_year.stage,
        edition=budget.edition.slug if budget.edition else "",
        book=budget.book,
        departments=tuple(dict.fromkeys([*budget.departments, *used])),
        targets=budget.targets,
        path=budget.path,
        allowance=budget.allowance,
        controls=budget.controls,
        measures=tuple(replace(m, contact="") for m in budget.measures),
    )


def to_json(budget: Budget, *others: Budget) -> dict[str, Any]:
    """One municipality's versions, each of its own budget year, as JSON values."""
    return written(Exchange(budget.municipality, tuple(draft_of(b) for b in (budget, *others))))


def written(exchange: Exchange) -> dict[str, Any]:
    return {"format": FORMAT, **EXCHANGE.write(exchange)}


def from_json(
    raw: Any, codes: Collection[str] | None = None
) -> tuple[Exchange | None, list[Finding]]:
    """What a file says, and what is wrong with it; None when anything is.

    ``codes`` are the emission sources that exist; without them a code is not checked.
    """
    found: list[Finding] = []
    place = Place("$", found)
    if not isinstance(raw, dict) or raw.get("format") != FORMAT:
        place.wrong(
            "format",
            N_("Filen er ikke laget for oss. Den skal begynne med «format»: «%(format)s»."),
            format=FORMAT,
        )
        return None, found
    try:
        exchange = EXCHANGE.read({k: v for k, v in raw.items() if k != "format"}, place)
    except Wrong:
        return None, found
    if may_go_on(found):
        _check(exchange, codes, place)
    return (exchange if may_go_on(found) else None), found


def loads(
    data: bytes, codes: Collection[str] | None = None
) -> tuple[Exchange | None, list[Finding]]:
    """`from_json` for the bytes of a file; a key written twice is refused, not half read."""
    try:
        raw = json.loads(data.decode("utf-8-sig"), object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        found: list[Finding] = []
        Place("$", found).wrong(
            "json", N_("Filen kan ikke leses som JSON: %(why)s."), why=str(error)
        )
        return None, found
    return from_json(raw, codes)


def dumps(raw: Mapping[str, Any]) -> str:
    return json.dumps(raw, ensure_ascii=False, indent=1) + "\n"


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    keys = [key for key, _ in pairs]
    if twice := next((key for key in keys if keys.count(key) > 1), None):
        raise ValueError(f"nøkkelen «{twice}» står to ganger på samme sted")
    return dict(pairs)


# ---- how a value is written and read ------------------------------------------------------------


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


def _read_text(raw: Any, place: Place) -> str:
    text: str = _text(raw, place)
    if len(text) > LONGEST:
        raise place.wrong(
            "long", N_("Teksten er for lang. Skriv høyst %(most)s tegn."), most=LONGEST
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


def _number(decimals: int) -> Shape:
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


def _word(kind: type[Enum]) -> Shape:
    words = {member.value: member for member in kind}

    def read(raw: Any, place: Place) -> Enum:
        word = _text(raw, place)
        if word not in words:
            raise place.wrong(
                "word",
                N_("«%(word)s» er ikke et av valgene. Skriv et av disse: %(words)s."),
                word=clean(word)[:40],
                words=", ".join(words),
            )
        return words[word]

    return Shape(lambda member: member.value, read)


def _same(value: Any) -> Any:
    return value


TEXT = Shape(_same, _read_text)
WHOLE = Shape(_same, _whole)
FLAG = Shape(_same, _of_type(bool, "true eller false"))
YEAR = Shape(_same, _read_year)
DATE = Shape(date.isoformat, _read_date)
TONNES, KNOK, PERCENT = _number(6), _number(5), _number(3)


def _or_null(shape: Shape) -> Shape:
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


def _many(shape: Shape) -> Shape:
    return Shape(
        lambda values: [shape.write(value) for value in values],
        lambda raw, place: tuple(
            _each(enumerate(_list(raw, place)), lambda i, value: shape.read(value, place.at(i)))
        ),
    )


def _by(shape: Shape, read_key: Callable[[str, Place], Any] = _read_key_year) -> Shape:
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


def _yearly(unit: Unit, number: Shape) -> Shape:
    by_year = _by(number)
    return Shape(
        lambda yearly: by_year.write(yearly.by_year),
        lambda raw, place: Yearly(unit, by_year.read(raw, place)),
    )


def _record(kind: Any, shapes: Mapping[str, Shape], **left_out: Any) -> Shape:
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


# ---- what the file holds ------------------------------------------------------------------------

TONNES_BY_YEAR, CITES = _yearly(Unit.TONNES, TONNES), _by(TEXT)

EFFECT = _record(
    Effect,
    {
        "code": TEXT,
        "book": _word(Book),
        "yearly": TONNES_BY_YEAR,
        "low": TONNES_BY_YEAR,
        "high": TONNES_BY_YEAR,
        "cites": CITES,
    },
)
COST = _record(Cost, {"kind": _word(CostKind), "yearly": _yearly(Unit.KNOK, KNOK)})
MEASURE = _record(
    Measure,
    {
        "id": TEXT,
        "number": WHOLE,
        "name": TEXT,
        "change": TEXT,
        "department": TEXT,
        "position": TEXT,
        "responsible": TEXT,
        "instrument": TEXT,
        "actor": _word(Actor),
        "control": _word(Controlled),
        "start": _or_null(YEAR),
        "full": _or_null(YEAR),
        "basis": _word(Basis),
        "why": TEXT,
        "size": _word(Size),
        "code": TEXT,
        "effects": _many(EFFECT),
        "method": TEXT,
        "adjusted": FLAG,
        "in_path": _word(InPath),
        "decision": _word(Decision),
        "financing": _word(Financing),
        "costs": _many(COST),
        "indicator": TEXT,
        "target_value": TEXT,
        "category": _or_null(_record(Category, {"report": TEXT, "code": TEXT})),
        "group": TEXT,
    },
    id="",  # the database gives a new measure one
)


def _write_path_cites(cites: Mapping[tuple[str, int], str]) -> dict[str, dict[str, str]]:
    codes = dict.fromkeys(code for code, _ in cites)
    return {code: {str(y): text for (c, y), text in cites.items() if c == code} for code in codes}


def _read_path_cites(raw: Any, place: Place) -> dict[tuple[str, int], str]:
    by_code = _by(CITES, _read_text).read(raw, place)
    return {(code, year): text for code, texts in by_code.items() for year, text in texts.items()}


PATH = _record(
    ReferencePath,
    {
        "figures": _by(TONNES_BY_YEAR, _read_text),
        "policy": TEXT,
        "cut_off": _or_null(DATE),
        "author": TEXT,
        "cites": Shape(_write_path_cites, _read_path_cites),
    },
)
DRAFT = _record(
    Draft,
    {
        "year": YEAR,
        "horizon": YEAR,
        "stage": _word(Stage),
        "edition": TEXT,
        "book": _word(Book),
        "departments": _many(TEXT),
        "targets": _many(
            _record(
                Target,
                {
                    "percent": PERCENT,
                    "year": YEAR,
                    "reference_year": YEAR,
                    "decision": TEXT,
                    "cites": TEXT,
                },
            )
        ),
        "path": _or_null(PATH),
        "allowance": _record(Allowance, {"stated": _by(PERCENT), "cites": CITES}),
        "controls": _many(_record(Control, {"year": YEAR, "tonnes": TONNES, "cites": TEXT})),
        "measures": _many(MEASURE),
    },
)
EXCHANGE = _record(
    Exchange,
    {
        "municipality": _record(Municipality, {"number": TEXT, "name": TEXT, "language": TEXT}),
        "budget_years": _many(DRAFT),
    },
)


# ---- what must hold between the values ----------------------------------------------------------


def _check(exchange: Exchange, codes: Collection[str] | None, place: Place) -> None:
    municipality = exchange.municipality
    if not re.fullmatch(r"[0-9]{4}", municipality.number):
        place.at("municipality").at("number").wrong(
            "municipality", N_("Skriv kommunenummeret med fire siffer, for eksempel «0301».")
        )
    if municipality.language not in ("nb", "nn"):
        place.at("municipality").at("language").wrong("language", N_("Skriv «nb» eller «nn»."))
    _once_each([d.year for d in exchange.budget_years], place.at("budget_years"), "year")
    for index, draft in enumerate(exchange.budget_years):
        _check_draft(draft, codes, place.at("budget_years").at(index))


def _check_draft(draft: Draft, codes: Collection[str] | None, place: Place) -> None:
    if draft.horizon < draft.year:
        place.at("horizon").wrong(
            "horizon", N_("Siste år kan ikke være før budsjettåret %(year)s."), year=draft.year
        )
    for index, target in enumerate(draft.targets):
        _check_target(target, place.at("targets").at(index))
    _once_each([t.year for t in draft.targets], place.at("targets"), "year")
    _once_each([c.year for c in draft.controls], place.at("controls"), "year")
    _once_each([m.number for m in draft.measures], place.at("measures"), "number")
    _once_each([m.id for m in draft.measures if m.id], place.at("measures"), "id")
    _once_each(draft.departments, place.at("departments"), "")
    for where, years in _years(draft, place) if draft.horizon >= draft.year else ():
        _within(years, draft.horizon, where)
    for where, code in _codes(draft, place):
        _check_code(code, codes, where)
    for index, measure in enumerate(draft.measures):
        _check_measure(measure, draft, place.at("measures").at(index))


def _check_target(target: Target, place: Place) -> None:
    if not 0 <= target.percent <= 100:
        place.at("percent").wrong(
            "percent",
            N_("Skriv hvor mange prosent lavere, uten minus: «52» betyr 52 prosent lavere."),
        )
    if target.year <= target.reference_year:
        place.at("year").wrong("target-year", N_("Målåret må komme etter referanseåret."))


def _check_measure(measure: Measure, draft: Draft, place: Place) -> None:
    if not measure.name.strip():
        place.at("name").wrong("name", N_("Klimatiltaket mangler navn. Skriv hva som skal gjøres."))
    if measure.number < 1:
        place.at("number").wrong("measure-number", N_("Nummeret må være 1 eller høyere."))
    if measure.department and measure.department not in draft.departments:
        place.at("department").wrong(
            "department",
            N_("«%(name)s» står ikke i «departments». Legg den til der, eller rett navnet."),
            name=clean(measure.department)[:80],
        )
    _once_each([(e.book.value, e.code) for e in measure.effects], place.at("effects"), "code")
    _once_each([c.kind.value for c in measure.costs], place.at("costs"), "kind")


def _years(draft: Draft, place: Place) -> Iterator[tuple[Place, Iterable[int]]]:
    """Every place that holds figures by year."""
    yield place.at("controls"), [c.year for c in draft.controls]
    for code, yearly in (draft.path.figures if draft.path else {}).items():
        yield place.at("path").at("figures").at(code), yearly
    for index, measure in enumerate(draft.measures):
        here = place.at("measures").at(index)
        for number, effect in enumerate(measure.effects):
            for name in ("yearly", "low", "high"):
                yield here.at("effects").at(number).at(name), getattr(effect, name)
        for number, cost in enumerate(measure.costs):
            yield here.at("costs").at(number).at("yearly"), cost.yearly


def _codes(draft: Draft, place: Place) -> Iterator[tuple[Place, str]]:
    for index, measure in enumerate(draft.measures):
        here = place.at("measures").at(index)
        yield here.at("code"), measure.code
        for number, effect in enumerate(measure.effects):
            yield here.at("effects").at(number).at("code"), effect.code


def _within(years: Iterable[int], horizon: int, place: Place) -> None:
    for year in years:
        if year > horizon:
            place.at(str(year)).wrong(
                "year",
                N_(
                    "%(year)s er etter siste år (%(horizon)s). Fjern tallet, eller flytt «horizon»."
                ),
                year=year,
                horizon=horizon,
            )


def _check_code(code: str, codes: Collection[str] | None, place: Place) -> None:
    if codes is not None and code not in codes:
        place.wrong(
            "source",
            N_("«%(source)s» er ikke en utslippskilde. Bruk en kode fra katalogen."),
            source=clean(code)[:80],
        )


def _once_each(values: Iterable[Any], place: Place, key: str) -> None:
    seen: set[Any] = set()
    for index, value in enumerate(values):
        if value in seen:
            where = place.at(index).at(key) if key else place.at(index)
            shown = value if isinstance(value, (int, str)) else "/".join(value)
            where.wrong("twice", N_("«%(value)s» står to ganger. Behold den ene."), value=shown)
        seen.add(value)
