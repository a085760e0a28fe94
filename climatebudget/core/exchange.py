"""A municipality's budget years as one JSON file: what `export` writes and `load` reads.

A number is a text ("1250.5"), so that no reader rounds it; a kind is its bokmål word; a year that
is left out is unknown. What a file leaves out has the value a new budget year has. Contact persons
are never written. Each record below is described once, for both ways; what cannot be used is a
finding with its place, and then nothing is given back.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from climatebudget.core.adjustments import Adjustment
from climatebudget.core.boundary import Boundary, Facility
from climatebudget.core.budget import Budget, Control, Municipality, Stage
from climatebudget.core.field import clean
from climatebudget.core.findings import Finding, may_go_on
from climatebudget.core.inventory import UNALLOCATED
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
from climatebudget.core.overlap import Member, OverlapGroup
from climatebudget.core.overlap import Rule as Overlapping
from climatebudget.core.path_rule import Level, PathRule
from climatebudget.core.path_rule import Rule as Ruled
from climatebudget.core.paths import Allowance, ReferencePath, Start, Target
from climatebudget.core.quantity import Unit
from climatebudget.core.shapes import (
    DATE,
    FLAG,
    KNOK,
    PERCENT,
    TEXT,
    TONNES,
    WHOLE,
    YEAR,
    Place,
    Shape,
    Wrong,
    by,
    many,
    or_null,
    read_text,
    record,
    word,
    yearly,
)
from climatebudget.core.text import N_

FORMAT = "climatebudget/1"


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
    boundary: Boundary = field(default_factory=Boundary)
    overlaps: tuple[OverlapGroup, ...] = ()
    adjustments: tuple[Adjustment, ...] = ()


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
        path=budget.path and _as_entered(budget.path),
        allowance=budget.allowance,
        controls=budget.controls,
        measures=tuple(replace(m, contact="") for m in budget.measures),
        boundary=budget.boundary,
        overlaps=budget.overlaps,
        adjustments=budget.adjustments,
    )


def _as_entered(path: ReferencePath) -> ReferencePath:
    """A path by rule is its rule: the figures are reckoned from the edition where it is read."""
    return replace(path, figures={}) if path.rule else path


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
        Place("$", found).wrong("json", N_("Filen kan ikke leses: %(why)s."), why=_why(error))
        return None, found
    return from_json(raw, codes)


def _why(error: ValueError | RecursionError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"linje {error.lineno}, tegn {error.colno} er ikke JSON"
    if isinstance(error, Twice):
        return str(error)
    return "den er ikke JSON i UTF-8"


class Twice(ValueError):
    """A key stands twice in one object."""


def dumps(raw: Mapping[str, Any]) -> str:
    return json.dumps(raw, ensure_ascii=False, indent=1) + "\n"


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    keys = [key for key, _ in pairs]
    if twice := next((key for key in keys if keys.count(key) > 1), None):
        raise Twice(f"«{twice}» står to ganger på samme sted")
    return dict(pairs)


# ---- what the file holds ------------------------------------------------------------------------

TONNES_BY_YEAR, CITES = yearly(Unit.TONNES, TONNES), by(TEXT)

EFFECT = record(
    Effect,
    {
        "code": TEXT,
        "book": word(Book),
        "yearly": TONNES_BY_YEAR,
        "low": TONNES_BY_YEAR,
        "high": TONNES_BY_YEAR,
        "cites": CITES,
    },
)
COST = record(Cost, {"kind": word(CostKind), "yearly": yearly(Unit.KNOK, KNOK)})
MEASURE = record(
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
        "actor": word(Actor),
        "control": word(Controlled),
        "start": or_null(YEAR),
        "full": or_null(YEAR),
        "basis": word(Basis),
        "why": TEXT,
        "size": word(Size),
        "code": TEXT,
        "effects": many(EFFECT),
        "method": TEXT,
        "adjusted": FLAG,
        "in_path": word(InPath),
        "decision": word(Decision),
        "financing": word(Financing),
        "costs": many(COST),
        "indicator": TEXT,
        "target_value": TEXT,
        "category": or_null(record(Category, {"report": TEXT, "code": TEXT})),
        "group": TEXT,
    },
    id="",  # the database gives a new measure one
)


def _write_path_cites(cites: Mapping[tuple[str, int], str]) -> dict[str, dict[str, str]]:
    codes = dict.fromkeys(code for code, _ in cites)
    return {code: {str(y): text for (c, y), text in cites.items() if c == code} for code in codes}


def _read_path_cites(raw: Any, place: Place) -> dict[tuple[str, int], str]:
    by_code = by(CITES, read_text).read(raw, place)
    return {(code, year): text for code, texts in by_code.items() for year, text in texts.items()}


PATH = record(
    ReferencePath,
    {
        "figures": by(TONNES_BY_YEAR, read_text),
        "policy": TEXT,
        "cut_off": or_null(DATE),
        "author": TEXT,
        "cites": Shape(_write_path_cites, _read_path_cites),
        "rule": or_null(
            record(
                PathRule,
                {"rule": word(Ruled), "level": word(Level), "years": WHOLE, "percent": PERCENT},
            )
        ),
    },
)
DRAFT = record(
    Draft,
    {
        "year": YEAR,
        "horizon": YEAR,
        "stage": word(Stage),
        "edition": TEXT,
        "book": word(Book),
        "departments": many(TEXT),
        "targets": many(
            record(
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
        "path": or_null(PATH),
        "allowance": record(
            Allowance,
            {
                "stated": by(PERCENT),
                "cites": CITES,
                "start": word(Start),
                "whole_percent": FLAG,
                "reasons": CITES,
            },
        ),
        "controls": many(record(Control, {"year": YEAR, "tonnes": TONNES, "cites": TEXT})),
        "measures": many(MEASURE),
        "boundary": record(
            Boundary,
            {
                "left_out": by(TEXT, read_text),
                "facilities": many(
                    record(
                        Facility,
                        {"name": TEXT, "code": TEXT, "yearly": TONNES_BY_YEAR, "reason": TEXT},
                    )
                ),
            },
        ),
        "overlaps": many(
            record(
                OverlapGroup,
                {
                    "id": TEXT,
                    "name": TEXT,
                    "rule": word(Overlapping),
                    "members": many(record(Member, {"measure": TEXT, "code": TEXT})),
                    "reason": TEXT,
                    "percent": or_null(PERCENT),
                },
            )
        ),
        "adjustments": many(
            record(
                Adjustment,
                {
                    "code": TEXT,
                    "year": YEAR,
                    "tonnes": TONNES,
                    "reason": TEXT,
                    "approved_by": TEXT,
                    "edition": TEXT,
                    "own": FLAG,
                },
            )
        ),
    },
)
EXCHANGE = record(
    Exchange,
    {
        "municipality": record(Municipality, {"number": TEXT, "name": TEXT, "language": TEXT}),
        "budget_years": many(DRAFT),
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
    for index, group in enumerate(draft.overlaps):
        _check_overlap(group, draft, place.at("overlaps").at(index))
    _once_each([f.name for f in draft.boundary.facilities], place.at("boundary"), "name")
    for index, adjustment in enumerate(draft.adjustments):
        _check_adjustment(adjustment, place.at("adjustments").at(index))
    keys = [(a.edition, str(a.own), a.code, str(a.year)) for a in draft.adjustments]
    _once_each(keys, place.at("adjustments"), "")


def _check_adjustment(adjustment: Adjustment, place: Place) -> None:
    if adjustment.code == UNALLOCATED:
        _check_code(adjustment.code, (), place.at("code"))
    if not adjustment.tonnes:
        place.at("tonnes").wrong("zero", N_("0 tonn endrer ingenting. Fjern justeringen."))
    for name in ("reason", "approved_by", "edition"):
        if not getattr(adjustment, name).strip():
            place.at(name).wrong(
                "adjustment",
                N_("Justeringen mangler «%(field)s». Legg det til."),
                field=name,
            )


def _check_overlap(group: OverlapGroup, draft: Draft, place: Place) -> None:
    known = {m.id for m in draft.measures}
    for index, member in enumerate(group.members):
        if not member.measure or member.measure not in known:
            place.at("members").at(index).wrong(
                "overlap-member",
                N_("Gruppen viser til et klimatiltak som ikke er i filen: «%(id)s»."),
                id=clean(member.measure)[:80],
            )
    _once_each([(m.measure, m.code) for m in group.members], place.at("members"), "")
    if (group.percent is None) == (group.rule is Overlapping.SHARE):
        place.at("percent").wrong(
            "overlap-percent", N_("Prosent hører til regelen om en oppgitt andel, og bare den.")
        )
    elif group.percent is not None and not 0 <= group.percent <= 100:
        place.at("percent").wrong("overlap-percent", N_("Andelen må være fra 0 til 100 prosent."))


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
    for code, figures in (draft.path.figures if draft.path else {}).items():
        yield place.at("path").at("figures").at(code), figures
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
    for code in draft.boundary.left_out:
        yield place.at("boundary").at("left_out").at(code), code
    for index, facility in enumerate(draft.boundary.facilities):
        yield place.at("boundary").at("facilities").at(index).at("code"), facility.code
    for index, adjustment in enumerate(draft.adjustments):
        yield place.at("adjustments").at(index).at("code"), adjustment.code


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
