"""What a row of a table makes of a measure: only what it says is changed, the rest stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from climatebudget.core.budget import Budget
from climatebudget.core.field import LONGEST_NAME
from climatebudget.core.measure import (
    Basis,
    Cost,
    CostKind,
    Decision,
    Effect,
    Financing,
    InPath,
    Measure,
    with_figures,
)
from climatebudget.core.measure_lines import Figures, Line, Mapped
from climatebudget.core.measure_questions import (
    ADD,
    NOBODY,
    Draft,
    department_code,
    place_code,
    unit_of,
)
from climatebudget.core.measure_table import EFFECT, INVESTMENT, OPERATING
from climatebudget.core.quantity import Unit, Yearly, tonnes
from climatebudget.core.table import ANOTHER, Row, is_of, normal
from climatebudget.core.text import N_

TEXTS = (
    *("name", "change", "group", "instrument", "indicator", "target_value", "method"),
    *("position", "responsible"),
)
COSTS = ((OPERATING, CostKind.OPERATING), (INVESTMENT, CostKind.INVESTMENT))
BLANK = "Tom celle i kilden"  # why it is not quantified, as it is stored
OTHER = "another-municipality"


@dataclass(frozen=True)
class Read:
    """A row that is a measure: what it was in the draft, and what it becomes."""

    line: Line
    before: Measure | None
    after: Measure
    figures: tuple[Figures, ...]  # effects, operating, investment


def read_rows(rows: Iterable[Row], found: Mapped, draft: Draft) -> list[Read]:
    """Each row as a measure; of two rows that are the same one, the second has a problem."""
    read = [_read(Line(found, row), draft) for row in rows]
    first: dict[str, int] = {}
    for one in read:
        row = one.line.row
        known_by = str(one.line.number or "") if found.has("number") else normal(one.after.name)
        if known_by in first:
            _twice(one.line, known_by, first[known_by])
        elif known_by:
            first[known_by] = row.number
    return read


def _twice(line: Line, known_by: str, first: int) -> None:
    values = {"known_by": known_by, "first": first, "row": line.row.number}
    if line.found.has("number"):
        text = N_("Nummer %(known_by)s står i rad %(first)s og %(row)s. Et nummer kan stå én gang.")
        line.wrong("number-twice", "number", text, **values)
    else:
        text = N_("«%(known_by)s» står i rad %(first)s og %(row)s. Gi dem nummer i en kolonne.")
        line.wrong("name-twice", "name", text, **values)


def _read(line: Line, draft: Draft) -> Read:
    before = _stored(line, draft)
    was = before or Measure("", line.number, "")
    cuts = line.figures(EFFECT)
    costs = {kind: line.figures(key) for key, kind in COSTS}
    _check_municipality(line, draft.budget)
    code = _code(line, draft)
    changes: dict[str, Any] = {
        **_texts(line, before),
        **_choices(line),
        **_years(line, was),
        **_category(line, draft),
        **_department(line, draft, before),
        **({"code": code} if code else {}),
        "effects": _effects(line, was, code, cuts, draft.budget),
        "costs": _costs(was, costs),
    }
    after = _with_basis(line, before, replace(was, **changes), cuts, draft.budget)
    return Read(line, before, after, (cuts, *costs.values()))


def _stored(line: Line, draft: Draft) -> Measure | None:
    line.check_number()
    same = draft.stored(line)
    if len(same) > 1:
        text = N_("Utkastet har flere klimatiltak som heter «%(name)s». Ta med nummer i tabellen.")
        line.wrong("name-twice", "name", text, name=same[0].name)
    return same[0] if same else None


def _texts(line: Line, before: Measure | None) -> dict[str, Any]:
    """The texts that the row has; a blank cell leaves what is stored."""
    name = line.found.text(line.row, "name")
    if not name and line.found.has_figures(line.row):
        text = N_(
            "Raden har tall, men ikke navn på klimatiltaket. Skriv navnet, eller slett raden."
        )
        line.wrong("no-name-in-row", "name", text)
    elif not name and before is None:
        text = N_("Raden har ikke navn på klimatiltaket. Skriv navnet, eller slett raden.")
        line.wrong("no-name-in-row", "name", text)
    return {key: text for key in TEXTS if (text := line.text(key))}


def _choices(line: Line) -> dict[str, Any]:
    found = {
        "decision": line.choice("decision", Decision),
        "in_path": line.choice("in_path", InPath),
        "financing": line.choice("financing", Financing),
    }
    return {key: value for key, value in found.items() if value is not None}


def _years(line: Line, was: Measure) -> dict[str, Any]:
    found = {key: year for key in ("start", "full") if (year := line.year(key))}
    start, full = found.get("start", was.start), found.get("full", was.full)
    if found and start and full and full < start:
        text = N_("Full virkning kan ikke komme før oppstart. Skriv %(year)s eller et senere år.")
        line.wrong("full-before-start", "full", text, year=start)
    return found


def _check_municipality(line: Line, budget: Budget) -> None:
    text = line.text("municipality")
    if text and not is_of(text, budget.municipality):
        values = {"other": text[:40], "own": budget.municipality.name}
        line.wrong(OTHER, "municipality", ANOTHER, **values)


def _category(line: Line, draft: Draft) -> dict[str, Any]:
    text = line.text("category")
    found = draft.names.category(text) if text else None
    if text and found is None:
        sentence = N_(
            "«%(typed)s» er ikke et Klimakur-tiltak. Skriv for eksempel klimakur2030/T01."
        )
        line.wrong("unknown-word", "category", sentence, typed=text[:40])
    return {"category": found} if found else {}


def _code(line: Line, draft: Draft) -> str | None:
    """Where the cut happens, by the names we know and the answers; None where nothing is said."""
    text = line.text("place")
    if not text:
        return None
    return draft.names.place(text) or draft.answers.get(place_code(text))


def _department(line: Line, draft: Draft, before: Measure | None) -> dict[str, Any]:
    """The department, by those there are and the answers, where the row says one."""
    unit = unit_of(line, draft)
    if unit is None or (before and before.department == unit):
        return {}
    code = department_code(unit)
    known = draft.known_department(unit) or draft.answers.get(code)
    if known is None:
        return {}
    named = {ADD: draft.units.get(code, unit), NOBODY: ""}.get(known, known)
    if len(named) > LONGEST_NAME:
        key = "department" if line.found.has("department") else "responsible"
        line.too_long(key, named, LONGEST_NAME)
    return {"department": named}


def _effects(
    line: Line, was: Measure, code: str | None, figures: Figures, budget: Budget
) -> tuple[Effect, ...]:
    """The measure's cuts with the table's figures, which are the whole cut of their year."""
    own = [e for e in was.effects if e.book is budget.book]
    others = [e for e in was.effects if e.book is not budget.book]
    if len(own) > 1:
        _check_several(line, was, figures, budget)
        return was.effects
    old = own[0] if own else Effect(was.code, tonnes(), budget.book)
    new = with_figures(old, figures.known, figures.years)
    if new == old and (not code or code == old.code):
        return was.effects
    row, letters = line.row, dict(line.found.yearly(EFFECT))
    cites = {
        year: line.found.table.cites(row, letters[year])
        for year in figures.known
        if old.yearly[year] != figures.known[year]
    }
    new = replace(new, code=code or old.code, cites=dict(sorted({**new.cites, **cites}.items())))
    keeps = bool(new.yearly) or bool(new.cites) or (bool(own) and not old.yearly)
    return (*others, *([new] if keeps else []))


def _check_several(line: Line, was: Measure, figures: Figures, budget: Budget) -> None:
    """A cut that is divided on several places stands while the table says the same sum."""
    differs = [y for y in figures.years if was.effect(y, budget.book) != figures.known.get(y)]
    if differs and not figures.open:
        text = N_(
            "Klimatiltak %(number)s er fordelt på flere utslippskilder, og tabellen har et annet "
            "tall for %(year)s. Endre det på klimatiltaket, eller ta raden ut av tabellen."
        )
        year = differs[0]
        line.wrong("several-places", f"{EFFECT}-{year}", text, number=was.number, year=year)


def _costs(was: Measure, figures: Mapping[CostKind, Figures]) -> tuple[Cost, ...]:
    found = []
    for kind, new in figures.items():
        kept = {y: v for y, v in was.cost(kind).by_year.items() if y not in new.years}
        by_year = dict(sorted({**kept, **new.known}.items()))
        if by_year:
            found.append(Cost(kind, Yearly(Unit.KNOK, by_year)))
    return tuple(found)


def _with_basis(
    line: Line, before: Measure | None, after: Measure, figures: Figures, budget: Budget
) -> Measure:
    """The measure with what its figures rest on, and why it has none.

    A basis column decides; else figures make it calculated, and none make it not quantified.
    """
    has = any(e.yearly for e in after.effects if e.book is budget.book)
    said, why = line.choice("basis", Basis), line.text("why")
    if said is Basis.UNQUANTIFIED and has:
        text = N_(
            "Raden har utslippskutt, men tallgrunnlaget sier «ikke tallfestet». Rett en av dem."
        )
        line.wrong("basis-figures", "basis", text)
    basis = said or after.basis
    if not said and figures.years and not figures.open:
        quantified = after.basis if after.quantified else Basis.CALCULATED
        basis = quantified if has else Basis.UNQUANTIFIED
    if basis is not Basis.UNQUANTIFIED:
        return replace(after, basis=basis, why=why)
    unexplained = before is None or before.quantified or not before.why
    words = "; ".join(dict.fromkeys(figures.words))
    blank = BLANK if unexplained and figures.years and not figures.open else after.why
    return replace(after, basis=basis, why=why or words or blank)
