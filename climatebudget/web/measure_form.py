"""The ten fields of a measure: as a form, and back to a measure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, NamedTuple

from flask import request
from flask_wtf import FlaskForm
from wtforms import Field, HiddenField
from wtforms.validators import ValidationError

from climatebudget import catalogue
from climatebudget.core.access import Role, User
from climatebudget.core.budget import Budget
from climatebudget.core.field import LONGEST_NAME, LONGEST_TEXT, show_exact
from climatebudget.core.inventory import UNALLOCATED, Source
from climatebudget.core.measure import (
    Actor,
    Basis,
    Category,
    Control,
    Cost,
    CostKind,
    Decision,
    Effect,
    Financing,
    InPath,
    Measure,
    Size,
    with_figures,
)
from climatebudget.core.quantity import GRAM, ORE, Unit, Yearly, tonnes
from climatebudget.core.text import N_
from climatebudget.web.context import g
from climatebudget.web.forms import (
    AtMost,
    ChoiceField,
    EnumField,
    EnumRadioField,
    LineField,
    LinesField,
    NumberField,
    Problem,
    Said,
    WholeField,
    YearField,
    problems,
    rows_posted,
    say,
)

MOST_PLACES = 50
EDITS_ALL = {Role.CLIMATE, Role.FINANCE}
TEXTS = (
    *("name", "change", "position", "contact", "responsible", "instrument", "start", "full"),
    *("basis", "why", "size", "method", "financing", "indicator", "target_value", "number"),
    *("actor", "control", "in_path", "decision", "code", "department"),
)
# Where each field stands among the ten; the adviser's own have no number.
NUMBERS = {
    **{"name": 1, "change": 2, "department": 3, "position": 3, "contact": 3, "code": 4},
    **{"start": 5, "full": 5, "basis": 6, "size": 6, "why": 6, "place": 7, "cut": 7, "method": 8},
    **{"low": 7, "high": 7},
    **{"financing": 9, "operating": 9, "investment": 9, "indicator": 10, "target_value": 10},
}


ENDS = {
    "low": N_("Laveste utslippskutt %(year)s"),
    "high": N_("Høyeste utslippskutt %(year)s"),
}


class MeasureForm(FlaskForm):
    lock = HiddenField()
    name = LineField(
        N_("Klimatiltak"),
        validators=[Said(N_("Skriv hva klimatiltaket heter.")), AtMost(LONGEST_NAME)],
    )
    change = LinesField(N_("Hva endres?"), validators=[AtMost(LONGEST_TEXT)])
    position = LineField(N_("Stilling"), validators=[AtMost(LONGEST_NAME)])
    contact = LineField(N_("Kontaktperson, valgfritt"), validators=[AtMost(LONGEST_NAME)])
    start = YearField(N_("Oppstart"))
    full = YearField(N_("Full virkning"))
    basis = EnumRadioField(N_("Tallgrunnlag"), Basis)
    size = EnumField(N_("Hvor stort er kuttet?"), Size)
    why = LineField(N_("Hvorfor er det ikke tallfestet?"), validators=[AtMost(LONGEST_TEXT)])
    method = LinesField(N_("Slik er tallet funnet"), validators=[AtMost(LONGEST_TEXT)])
    financing = EnumField(N_("Finansiering"), Financing)
    indicator = LineField(N_("Resultatindikator"), validators=[AtMost(LONGEST_TEXT)])
    target_value = LineField(N_("Måltall"), validators=[AtMost(LONGEST_TEXT)])
    number = WholeField(N_("Nummer"))
    control = EnumField(N_("Kontroll"), Control)
    actor = EnumField(N_("Aktør"), Actor)
    in_path = EnumField(N_("Referansebane"), InPath)
    decision = EnumField(N_("Beslutning"), Decision)
    instrument = LineField(N_("Virkemiddel"), validators=[AtMost(LONGEST_TEXT)])
    responsible = LineField(N_("Flere ansvarlige"), validators=[AtMost(LONGEST_TEXT)])

    # What depends on the budget and the measure is given by `measure_form`.
    years: tuple[int, ...] = ()
    cost_years: tuple[int, ...] = ()
    places: int = 0
    apart: bool = False

    def validate_full(self, field: Field) -> None:
        start, full = self.start.data, field.data
        if start and full and full < start:
            text = N_(
                "Full virkning kan ikke komme før oppstart. Skriv %(year)s eller et senere år."
            )
            raise ValidationError(say(text, year=start))

    def validate_basis(self, field: Field) -> None:
        years = sorted({y for i in range(self.places) for y in self.figures(i)})
        if field.data is Basis.UNQUANTIFIED and years:
            text = N_(
                "Klimatiltaket har utslippskutt for %(year)s. Velg beregnet eller anslått, "
                "eller tøm tallene i felt 7."
            )
            raise ValidationError(say(text, year=years[0]))

    @property
    def rows(self) -> list[Row]:
        """The places the measure cuts in, and last an empty one for one more."""
        return [
            Row(i, self[f"place_{i}"], *(self._of(name, i) for name in ("cut", *ENDS)))
            for i in range(self.places)
        ]

    def _of(self, name: str, i: int) -> list[tuple[int, Field]]:
        return [(y, self[f"{name}_{i}_{y}"]) for y in self.years]

    @property
    def money(self) -> list[tuple[CostKind, list[tuple[int, Field]]]]:
        return [
            (kind, [(y, self[_cost_name(kind, y)]) for y in self.cost_years]) for kind in CostKind
        ]

    def place(self, i: int) -> str:
        """The code of a row; the only row of a measure with one place follows field 4."""
        return str(self.code.data if i == 0 and not self.apart else self[f"place_{i}"].data)

    def figures(self, i: int) -> dict[int, Decimal]:
        found = {y: self[f"cut_{i}_{y}"].data for y in self.years}
        return {y: value for y, value in found.items() if value is not None}

    def filled(self, stored: Measure, budget: Budget) -> Measure:
        """The measure as the form has it; what the form does not show stays as stored."""
        report, _, code = (self.category.data or "").partition("/")
        return replace(
            stored,
            **{name: self[name].data for name in TEXTS},
            adjusted=self.adjusted.data == "yes",
            category=Category(report, code) if code else None,
            effects=(
                *(e for e in stored.effects if e.book is not budget.book),
                *self._effects(own_effects(stored, budget), budget),
            ),
            costs=tuple(self._costs(stored)),
        )

    def _effects(self, stored: list[Effect], budget: Budget) -> Iterator[Effect]:
        """A place that was chosen stays without figures too: the cut there is unknown."""
        chosen = self.apart or any(self.place(i) for i in range(1, self.places))
        for i in range(self.places):
            code, figures = self.place(i), self.figures(i)
            before = stored[i] if i < len(stored) else Effect(code, tonnes(), budget.book)
            effect = self._ranged(i, with_figures(replace(before, code=code), figures, self.years))
            if code and (chosen or figures or effect.cites):
                yield effect

    def _ranged(self, i: int, effect: Effect) -> Effect:
        """With the lowest and the highest cut as they were sent."""
        low, high = self._end("low", i, effect.low), self._end("high", i, effect.high)
        return replace(effect, low=low, high=high)

    def _end(self, name: str, i: int, stored: Yearly) -> Yearly:
        sent = {y: f.data for y, f in self._of(name, i) if f.name in request.form}
        kept = {y: v for y, v in stored.by_year.items() if y not in sent}
        given = {y: v for y, v in sent.items() if v is not None}
        return tonnes(dict(sorted({**kept, **given}.items())))

    def _costs(self, stored: Measure) -> Iterator[Cost]:
        for kind, fields in self.money:
            rest = {y: v for y, v in stored.cost(kind).by_year.items() if y not in self.cost_years}
            given = {y: field.data for y, field in fields if field.data is not None}
            if by_year := dict(sorted({**rest, **given}.items())):
                yield Cost(kind, Yearly(Unit.KNOK, by_year))

    def validate(self, extra_validators: Any = None) -> bool:
        fine = super().validate(extra_validators)
        return self._check_places() and self._check_ranges() and fine

    def _check_ranges(self) -> bool:
        """The lowest and the highest cut stand on each side of the cut they belong to."""
        for row in self.rows:
            for (year, cut), (_, low), (_, high) in zip(row.cuts, row.lows, row.highs, strict=True):
                if not (cut.errors or low.errors or high.errors):
                    _check_range(year, cut.data, low, high)
        return not any(row.errors for row in self.rows)

    def _check_places(self) -> bool:
        """Each row with figures says where, and no place stands twice."""
        seen: set[str] = set()
        for row in self.rows:
            code = self.place(row.index)
            if not code and self.figures(row.index):
                sentence = N_("Velg utslippskilden tallene gjelder, eller tøm tallene.")
                row.place.errors = [say(sentence)]
            elif code and code in seen:
                sentence = N_(
                    "Utslippskilden står på to rader. Velg en annen, eller slå radene sammen."
                )
                row.place.errors = [say(sentence)]
            seen.add(code)
        return not any(row.place.errors for row in self.rows)

    def problems(self) -> list[Problem]:
        """What is wrong, in the order of the ten fields."""
        found = problems(self, {field.name: self._label(field) for field in self})
        order = {field.id: _number(field.name) or len(NUMBERS) for field in self}
        return sorted(found, key=lambda p: order[p.id])

    def _label(self, field: Field) -> str:
        key, *rest = field.name.split("_")
        label = g.translate(str(field.label.text))
        if key == "cut":
            label = say(N_("Utslippskutt %(year)s"), year=rest[-1])
        elif key in ENDS:
            label = say(ENDS[key], year=rest[-1])
        elif key in ("operating", "investment"):
            label = f"{g.translate(COSTS[key].value).capitalize()} {rest[-1]}"
        return f"{_number(field.name) or ''} {label}".strip()


@dataclass(frozen=True)
class Row:
    """One place in the form, with a field for each year."""

    index: int
    place: Field
    cuts: list[tuple[int, Field]]
    lows: list[tuple[int, Field]]
    highs: list[tuple[int, Field]]

    @property
    def ends(self) -> list[tuple[str, list[tuple[int, Field]]]]:
        return [(N_("Laveste"), self.lows), (N_("Høyeste"), self.highs)]

    @property
    def ranged(self) -> bool:
        """Whether anything stands in the fields of the range."""
        fields = [field for _, field in (*self.lows, *self.highs)]
        return any(field.data is not None or field.errors for field in fields)

    @property
    def errors(self) -> list[str]:
        fields = [field for _, field in (*self.cuts, *self.lows, *self.highs)]
        return [*self.place.errors, *(error for field in fields for error in field.errors)]


def _check_range(year: int, cut: Decimal | None, low: Field, high: Field) -> None:
    if cut is None:
        for field in (low, high):
            if field.data is not None:
                text = N_("Skriv utslippskuttet for %(year)s, eller tøm feltet.")
                field.errors = [say(text, year=year)]
        return
    if low.data is not None and low.data > cut:
        text = N_("Laveste kutt i %(year)s kan ikke være over utslippskuttet. Skriv høyst %(cut)s.")
        low.errors = [say(text, year=year, cut=show_exact(cut))]
    if high.data is not None and high.data < cut:
        text = N_(
            "Høyeste kutt i %(year)s kan ikke være under utslippskuttet. Skriv minst %(cut)s."
        )
        high.errors = [say(text, year=year, cut=show_exact(cut))]


COSTS = {kind.name.lower(): kind for kind in CostKind}


def _cost_name(kind: CostKind, year: int) -> str:
    return f"{kind.name.lower()}_{year}"


def _number(name: str) -> int | None:
    return NUMBERS.get(name) or NUMBERS.get(name.split("_")[0])


def own_effects(measure: Measure, budget: Budget) -> list[Effect]:
    return [e for e in measure.effects if e.book is budget.book]


def measure_form(budget: Budget, measure: Measure, user: User, lock: str = "") -> MeasureForm:
    """The form for a measure: a row of years for each place it cuts in, and one for one more."""
    effects = own_effects(measure, budget)
    cost_years = tuple(sorted({*budget.budget_year.plan, *_cost_years(measure)}))
    shape = {
        "years": shown_years(budget, measure),
        "cost_years": cost_years,
        "places": _places(effects),
        "apart": "place_0" in request.form or _apart(measure, effects),
    }
    fields = [
        *_choices(budget, measure, user),
        *_cuts(budget, measure, effects, range(_places(effects))),
        *_costs(measure, cost_years),
    ]
    data = {name: getattr(measure, name) for name in TEXTS} | {"lock": lock}
    data |= {f.name: f.value for f in fields if f.value is not None}
    kind = type("MeasureForm", (MeasureForm,), {f.name: f.field for f in fields} | shape)
    form: MeasureForm = kind(data=data)
    return form


class Given(NamedTuple):
    """A field that depends on the budget, and what stands in it."""

    name: str
    field: Any
    value: Any


def _choices(budget: Budget, measure: Measure, user: User) -> Iterator[Given]:
    overlap = [
        ("", say(N_("Tallet er ikke justert for overlapp"))),
        ("yes", say(N_("Tallet er justert for overlapp"))),
    ]
    category = measure.category
    key = f"{category.report}/{category.code}" if category else ""
    sources = _codes(budget, measure, N_("Vet ikke"))
    yield Given("code", ChoiceField(N_("Utslippskilde"), sources), measure.code)
    yield _department(budget, measure, user)
    yield Given("category", ChoiceField(N_("Klimakur-tiltak"), _categories(key)), key)
    yield Given("adjusted", ChoiceField(N_("Overlapp"), overlap), "yes" * measure.adjusted)


def _cuts(
    budget: Budget, measure: Measure, effects: list[Effect], places: Iterable[int]
) -> Iterator[Given]:
    for i in places:
        effect = effects[i] if i < len(effects) else None
        code = effect.code if effect else ""
        yield Given(f"place_{i}", _place_field(budget, measure, code), code)
        for year in shown_years(budget, measure):
            value = effect.yearly[year] if effect else None
            yield Given(f"cut_{i}_{year}", NumberField(str(year), step=GRAM), value)
            for name in ENDS:
                end = getattr(effect, name)[year] if effect else None
                yield Given(f"{name}_{i}_{year}", NumberField(str(year), step=GRAM), end)


def _costs(measure: Measure, years: Iterable[int]) -> Iterator[Given]:
    for kind in CostKind:
        for year in years:
            field = NumberField(str(year), step=ORE)
            yield Given(_cost_name(kind, year), field, measure.cost(kind)[year])


def shown_years(budget: Budget, measure: Measure) -> tuple[int, ...]:
    """The økonomiplan's years, the horizon, and whatever year has a figure."""
    own = {y for e in own_effects(measure, budget) for y in [*e.yearly.by_year, *e.cites]}
    return tuple(sorted({*budget.budget_year.columns, *own}))


def _apart(measure: Measure, effects: list[Effect]) -> bool:
    """Whether the places are chosen row by row, and not by field 4."""
    return len(effects) > 1 or any(e.code != measure.code for e in effects)


def _places(effects: list[Effect]) -> int:
    posted = max(rows_posted("cut", MOST_PLACES), rows_posted("place", MOST_PLACES))
    return max(posted, len(effects) + 1, 2)


def _cost_years(measure: Measure) -> set[int]:
    return {y for cost in measure.costs for y in cost.yearly.by_year}


def _place_field(budget: Budget, measure: Measure, code: str) -> Any:
    codes = _codes(budget, measure, N_("Ikke fordelt på kilde"))
    if code and code not in dict(codes):
        codes.append((code, code))
    return ChoiceField(N_("Utslippskilde"), [("", say(N_("Velg utslippskilde"))), *codes])


def _codes(budget: Budget, measure: Measure, unallocated: str) -> list[tuple[str, str]]:
    """Where a cut can happen: the inventory's sources, each sector as a whole, and not known."""
    known = catalogue.sources()
    used = budget.inventory.sources if budget.inventory else known
    sectors = {source.sector for source in used.values()}
    codes = [
        (s.code, source_label(s))
        for s in known.values()
        if s.code in used or (s.sector in sectors and s.code.endswith(f"/{UNALLOCATED}"))
    ]
    codes = [(code, label) for code, label in codes if code != UNALLOCATED]
    codes.insert(0, (UNALLOCATED, say(unallocated)))
    if measure.code not in dict(codes):
        codes.append((measure.code, measure.code))
    return codes


def source_label(source: Source) -> str:
    if source.code.endswith(f"/{UNALLOCATED}"):
        return say(N_("%(sector)s, ikke fordelt på kilde"), sector=source.sector_name)
    if source.name == source.sector_name:
        return source.name
    return f"{source.sector_name}: {source.name.lstrip('*')}"


def code_label(budget: Budget, code: str) -> str:
    """What a code is called; one that nobody knows stands for itself."""
    sources = {**catalogue.sources(), **(budget.inventory.sources if budget.inventory else {})}
    if code == UNALLOCATED:
        return say(N_("Vet ikke"))
    return source_label(sources[code]) if code in sources else code


def own_departments(user: User, budget: Budget) -> list[str] | None:
    """The departments whose measures the user may edit; None for all of them."""
    number = budget.municipality.number
    return None if user.roles(number) & EDITS_ALL else sorted(user.departments(number))


def _department(budget: Budget, measure: Measure, user: User) -> Given:
    """A list where the municipality has one; bound roles have their own, filled in."""
    own = own_departments(user, budget)
    if own is None and not budget.departments:
        text = LineField(N_("Enhet"), validators=[AtMost(LONGEST_NAME)])
        return Given("department", text, measure.department)
    names = list(budget.departments if own is None else own)
    if measure.department and measure.department not in names:
        names.append(measure.department)
    nobody = [("", say(N_("Ikke bestemt")))] if own is None or not names else []
    field = ChoiceField(N_("Enhet"), [*nobody, *((n, n) for n in names)])
    return Given("department", field, measure.department or (own or [""])[0])


def _categories(key: str) -> list[tuple[str, str]]:
    codes = [("", say(N_("Ikke koblet")))]
    for m in catalogue.klimakur():
        codes.append((m.key, catalogue.national_name(m.key)))
    if key not in dict(codes):
        codes.append((key, key))
    return codes
