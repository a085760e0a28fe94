"""The frame of a version as a form: edition, targets, allowance, horizon."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from flask import request
from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, HiddenField, RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError

from climatebudget.core.budget import Budget
from climatebudget.core.checks.words import runs
from climatebudget.core.field import LONGEST_TEXT
from climatebudget.core.inventory import Edition, Inventory
from climatebudget.core.paths import Allowance, Start, Target
from climatebudget.core.text import N_
from climatebudget.web.context import g
from climatebudget.web.differences import key
from climatebudget.web.forms import (
    THOUSANDTH,
    AtMost,
    LineField,
    NumberField,
    Problem,
    Said,
    YearField,
    problems,
    rows_posted,
    say,
)

InventoryOf = Callable[[str], Inventory | None]  # inside the boundary, by the edition's key
MOST_TARGETS = 20
HUNDRED = Decimal(100)
STARTS = {
    Start.REFERENCE: N_("Rett linje fra referanseåret gjennom hvert mål"),
    Start.LAST: N_("Rett linje fra siste år i utslippsregnskapet gjennom hvert mål"),
    Start.STATED: N_("Oppgitt prosent år for år"),
}
OUTSIDE = N_("Prosenten må være fra 0 til 100. Skriv 55 for 55 prosent lavere.")
TOO_FAR = N_("Prosenten må være fra −100 til 100. Skriv 52 for 52 prosent lavere.")


class FrameForm(FlaskForm):
    lock = HiddenField()
    horizon = YearField(N_("Siste år"), validators=[Said(N_("Skriv det siste året dere ser på."))])
    whole_percent = BooleanField(N_("Rund av prosent før tonn"))

    # What depends on the budget is given by `frame_form`.
    budget_year: int = 0
    targets: int = 0
    years: tuple[int, ...] = ()
    inventories: Mapping[str, Inventory | None]
    unexplained: Mapping[int, Decimal]  # stated percentages that stand without a reason

    def validate_horizon(self, field: Field) -> None:
        if field.data and field.data < self.budget_year:
            text = N_("Siste år kan ikke komme før budsjettåret. Skriv %(year)s eller senere.")
            raise ValidationError(say(text, year=self.budget_year))

    def validate_edition(self, field: Field) -> None:
        if field.data and field.data in self.inventories and not self.inventories[field.data]:
            raise ValidationError(say(N_("Utgaven har ikke tall for kommunen. Velg en annen.")))

    def validate_start(self, field: Field) -> None:
        stated = field.data == Start.STATED.name
        if stated and not self.stated and not self._misread("percent"):
            text = N_("Skriv prosent for minst ett år, eller velg rett linje.")
            raise ValidationError(say(text))

    def validate(self, extra_validators: Any = None) -> bool:
        fine = super().validate(extra_validators)
        return self._check_targets() and self._check_stated() and fine

    def _misread(self, name: str) -> bool:
        return any(field.process_errors for field in self.fields_of(name))

    @property
    def rows(self) -> list[Row]:
        """The targets, and last an empty one for one more."""
        keys = ("percent", "year", "reference", "decision")
        return [Row(i, *(self[f"target_{i}_{key}"] for key in keys)) for i in range(self.targets)]

    def fields_of(self, name: str) -> list[Field]:
        return [self[f"{name}_{y}"] for y in self.years]

    @property
    def stated(self) -> dict[int, Decimal]:
        """Stored as the change: −52 means 52 percent lower."""
        return {y: -v for y, v in self._figures("percent").items()}

    def _figures(self, name: str) -> dict[int, Decimal]:
        found = {y: self[f"{name}_{y}"].data for y in self.years}
        return {y: v for y, v in found.items() if v is not None}

    def _check_targets(self) -> bool:
        inventory = self.inventories.get(self.edition.data or "")
        rows = [row for row in self.rows if not row.empty]
        for row in rows:
            if not any(row.errors):
                _check_target(row, inventory, [r for r in rows if r.index < row.index])
        return not any(e for row in self.rows for e in row.errors)

    def _check_stated(self) -> bool:
        for row in self.stated_rows:
            if not row.errors:
                self._check_stated_year(row)
        return not any(row.errors for row in self.stated_rows)

    def _check_stated_year(self, row: StatedRow) -> None:
        """A year that leaves the line says why, unless it is as it was read or stored."""
        typed, why = row.percent.data, row.reason.data
        line = self.start.data != Start.STATED.name
        if typed is None:
            if why:
                row.percent.errors = [say(N_("Skriv prosenten, eller tøm begrunnelsen."))]
        elif abs(typed) > HUNDRED:
            row.percent.errors = [say(TOO_FAR)]
        elif line and not why and self.unexplained.get(row.year) != -typed:
            text = N_("Skriv hvorfor %(year)s ikke følger linjen, eller tøm prosenten.")
            row.reason.errors = [say(text, year=row.year)]

    @property
    def stated_rows(self) -> list[StatedRow]:
        return [StatedRow(y, self[f"percent_{y}"], self[f"reason_{y}"]) for y in self.years]

    def filled_targets(self, budget: Budget) -> list[Target]:
        """The targets by year; one whose figures stand keeps the place it was read from."""
        known = {(t.percent, t.year, t.reference_year): t.cites for t in budget.targets}
        found = [
            Target(p, y, r, row.decision.data or "", known.get((p, y, r), ""))
            for row in self.rows
            if not row.empty
            for p, y, r in [(row.percent.data, row.year.data, row.reference.data)]
        ]
        return sorted(found, key=lambda t: t.year)

    def filled_allowance(self, budget: Budget) -> Allowance:
        """As it was typed; a year whose percentage stands keeps the place it was read from."""
        before, stated = budget.allowance, self.stated
        cites = {y: t for y, t in before.cites.items() if stated.get(y) == before.stated.get(y)}
        reasons = {r.year: r.reason.data for r in self.stated_rows if r.reason.data}
        start = Start[self.start.data]
        return Allowance(stated, cites, start, bool(self.whole_percent.data), reasons)

    def problems(self) -> list[Problem]:
        return problems(self, {field.name: self._label(field) for field in self})

    def _label(self, field: Field) -> str:
        key, *rest = field.name.split("_")
        label = g.translate(str(field.label.text))
        if key == "target" and rest:
            return say(
                N_("Mål %(number)s, %(field)s"), number=int(rest[0]) + 1, field=label.lower()
            )
        if key == "percent" and rest:
            return say(N_("Utslippsramme %(year)s"), year=rest[0])
        if key == "reason" and rest:
            return say(N_("Begrunnelse %(year)s"), year=rest[0])
        return label


@dataclass(frozen=True)
class Row:
    """One target in the form."""

    index: int
    percent: Field
    year: Field
    reference: Field
    decision: Field

    @property
    def fields(self) -> tuple[Field, ...]:
        return self.percent, self.year, self.reference, self.decision

    @property
    def empty(self) -> bool:
        return not any(f.data not in (None, "") or f.errors for f in self.fields)

    @property
    def errors(self) -> list[str]:
        return [error for f in self.fields for error in f.errors]


@dataclass(frozen=True)
class StatedRow:
    """One year of the allowance, stated by hand."""

    year: int
    percent: Any
    reason: Any

    @property
    def errors(self) -> list[str]:
        return [*self.percent.errors, *self.reason.errors]


def _check_target(row: Row, inventory: Inventory | None, others: Sequence[Row]) -> None:
    """One sentence on the field that is wrong."""
    percent, year, reference = (f.data for f in row.fields[:3])
    for field in row.fields[:3]:
        if field.data is None:
            text = N_("Fyll ut prosent, målår og referanseår, eller tøm hele raden.")
            field.errors = [say(text)]
            return
    if not 0 <= percent <= HUNDRED:
        row.percent.errors = [say(OUTSIDE)]
    elif year <= reference:
        text = N_("Målåret må komme etter referanseåret. Skriv %(year)s eller senere.")
        row.year.errors = [say(text, year=reference + 1)]
    elif any(other.year.data == year for other in others):
        row.year.errors = [say(N_("Det står to mål for %(year)s. Tøm det ene."), year=year)]
    elif years := [y for r in others if (y := r.reference.data) not in (None, reference)]:
        text = N_("Alle mål må ha samme referanseår. Regn om prosenten til %(year)s.")
        row.reference.errors = [say(text, year=years[0])]
    elif inventory is not None and reference not in inventory.years:
        text = N_("Statistikkutgaven har ikke tall for %(year)s. Den har %(years)s.")
        row.reference.errors = [say(text, year=reference, years=runs(inventory.years))]


class Given(NamedTuple):
    """A field that depends on the budget, and what stands in it."""

    name: str
    field: Any
    value: Any


def frame_form(
    budget: Budget,
    editions: Iterable[Edition],
    inventory_of: InventoryOf,
    lock: str = "",
) -> FrameForm:
    """The form for a version's frame, with a row for one target more."""
    allowance = budget.allowance
    years = path_years(budget)
    targets = max(rows_posted("target", MOST_TARGETS), len(budget.targets) + 1)
    fields = [
        _edition(budget, editions),
        *_targets(budget, targets),
        _start(budget),
        *_yearly("percent", years, THOUSANDTH, {y: -v for y, v in allowance.stated.items()}),
        *_reasons(years, allowance.reasons),
    ]
    chosen = request.form.get("edition", key(budget.edition) if budget.edition else "")
    shape = {
        "budget_year": budget.budget_year.year,
        "targets": targets,
        "years": years,
        "inventories": {chosen: inventory_of(chosen)} if chosen in map(key, editions) else {},
        "unexplained": unexplained(allowance),
    }
    data = {
        "lock": lock,
        "horizon": budget.budget_year.horizon,
        "whole_percent": allowance.whole_percent,
        **{f.name: f.value for f in fields if f.value is not None},
    }
    form: FrameForm = type("FrameForm", (FrameForm,), {f.name: f.field for f in fields} | shape)(
        data=data
    )
    return form


def unexplained(allowance: Allowance) -> Mapping[int, Decimal]:
    """Years that leave a line, or are read from a source, and say no more than that."""
    line = allowance.start is not Start.STATED
    return {
        year: percent
        for year, percent in allowance.stated.items()
        if year not in allowance.reasons and (line or year in allowance.cites)
    }


def path_years(budget: Budget) -> tuple[int, ...]:
    """The years after the inventory to the horizon, and whatever year has a figure."""
    first = budget.budget_year.year
    if budget.inventory:
        first = min(first, budget.inventory.last_year + 1)
    given = budget.allowance.stated
    return tuple(sorted({*range(first, budget.budget_year.horizon + 1), *given}))


def _edition(budget: Budget, editions: Iterable[Edition]) -> Given:
    choices = [SelectChoice(key(e), e.name) for e in editions]
    field = RadioField(
        N_("Statistikkutgave"),
        choices=[SelectChoice("", say(N_("Ingen utgave ennå"))), *choices],
        invalid_choice_message=say(N_("Velg en av utgavene.")),
    )
    return Given("edition", field, key(budget.edition) if budget.edition else "")


def _targets(budget: Budget, count: int) -> Iterator[Given]:
    for i in range(count):
        t = budget.targets[i] if i < len(budget.targets) else None
        percent = NumberField(N_("Prosent lavere"), step=THOUSANDTH)
        yield Given(f"target_{i}_percent", percent, t and t.percent)
        yield Given(f"target_{i}_year", YearField(N_("Målår")), t and t.year)
        yield Given(f"target_{i}_reference", YearField(N_("Referanseår")), t and t.reference_year)
        decision = LineField(N_("Vedtak"), validators=[AtMost(LONGEST_TEXT)])
        yield Given(f"target_{i}_decision", decision, t.decision if t else "")


def _start(budget: Budget) -> Given:
    field = RadioField(
        N_("Utslippsramme"),
        choices=[SelectChoice(start.name, say(label)) for start, label in STARTS.items()],
        invalid_choice_message=say(N_("Velg rett linje eller oppgitt prosent.")),
    )
    return Given("start", field, budget.allowance.start.name)


def _reasons(years: Iterable[int], reasons: Mapping[int, str]) -> Iterator[Given]:
    for year in years:
        field = LineField(N_("Begrunnelse"), validators=[AtMost(LONGEST_TEXT)])
        yield Given(f"reason_{year}", field, reasons.get(year, ""))


def _yearly(
    name: str, years: Iterable[int], step: Decimal, values: Mapping[int, Decimal]
) -> Iterator[Given]:
    for year in years:
        yield Given(f"{name}_{year}", NumberField(str(year), step=step), values.get(year))
