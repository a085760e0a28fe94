"""The reference path of a version as a form: none, by rule, or given year by year."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, NamedTuple

from flask import request
from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional

from climatebudget import catalogue
from climatebudget.core.budget import Budget
from climatebudget.core.field import LONGEST_NAME, LONGEST_TEXT
from climatebudget.core.inventory import Inventory
from climatebudget.core.path_rule import LOOKS_BACK, Level, PathRule, Rule, by_rule
from climatebudget.core.paths import ReferencePath, first_year, level_of
from climatebudget.core.quantity import GRAM, tonnes
from climatebudget.core.text import N_
from climatebudget.web.forms import (
    CHOOSE,
    THOUSANDTH,
    AtMost,
    DateField,
    EnumField,
    LineField,
    LinesField,
    NumberField,
    Problem,
    WholeField,
    problems,
    say,
)

NONE, BY_RULE, GIVEN = "none", "rule", "given"
KINDS = {
    NONE: N_("Ingen bane: utslippene i siste år i utslippsregnskapet gjelder for årene etter"),
    BY_RULE: N_("Etter en regel: regnes ut av utslippsregnskapet"),
    GIVEN: N_("Oppgitte tall: tonn for hvert år"),
}
HUNDRED = Decimal(100)


@dataclass(frozen=True)
class PlaceRow:
    """The tonnes of one place, a field for each year."""

    code: str  # "" is the whole
    label: str
    outside: bool  # the boundary leaves it out
    fields: Mapping[int, Any]

    @property
    def errors(self) -> list[str]:
        return [error for field in self.fields.values() for error in field.errors]


class PathForm(FlaskForm):
    lock = HiddenField()
    years = WholeField(N_("Antall år"), validators=[Optional()])  # only some rules ask for it
    percent = NumberField(N_("Prosent i året"), step=THOUSANDTH)
    policy = LinesField(N_("Politikk som er med i banen"), validators=[AtMost(LONGEST_TEXT)])
    cut_off = DateField(N_("Vedtatt til og med, dag.måned.år"))
    author = LineField(N_("Laget av"), validators=[AtMost(LONGEST_NAME)])

    # What depends on the budget is given by `path_form`.
    budget: Budget
    level: Level = Level.WHOLE  # what the fields of tonnes are per
    ahead: tuple[int, ...] = ()
    places: tuple[tuple[str, str], ...] = ()

    @property
    def at_another_level(self) -> bool:
        """Whether the tonnes that were sent are for another level than the one chosen."""
        chosen = self.kind.data == GIVEN and request.method == "POST"
        return chosen and request.form.get("as_level", self.level.name) != self.level.name

    def validate_kind(self, field: Field) -> None:
        if field.data == BY_RULE and self.budget.inventory is None:
            text = N_("Velg en statistikkutgave først. Regelen regner fra utslippsregnskapet.")
            field.errors = [*field.errors, say(text)]

    def validate(self, extra_validators: Any = None) -> bool:
        fine = super().validate(extra_validators)
        if self.kind.data == BY_RULE:
            self._check_rule()
        if self.kind.data == GIVEN:
            self._check_given()
        return fine and not any(field.errors for field in self)

    def _check_rule(self) -> None:
        inventory = self.budget.inventory
        if inventory and self.rule.data in LOOKS_BACK and not self.years.errors:
            self._check_years(len(inventory.years))
        if self.rule.data is Rule.PERCENT and not self.percent.errors:
            self._check_percent()

    def _check_years(self, most: int) -> None:
        least = 2 if self.rule.data is Rule.TREND else 1
        if self.years.data is None or not least <= self.years.data <= most:
            text = N_("Skriv hvor mange år, fra %(least)s til %(most)s. Utgaven har %(most)s år.")
            self.years.errors = [say(text, least=least, most=most)]

    def _check_percent(self) -> None:
        if self.percent.data is None:
            self.percent.errors = [say(N_("Skriv hvor mange prosent utslippene endrer seg."))]
        elif not -HUNDRED <= self.percent.data <= HUNDRED:
            text = N_("Prosenten må være fra −100 til 100. Skriv −2 for 2 prosent mindre hvert år.")
            self.percent.errors = [say(text)]

    def _check_given(self) -> None:
        fields = [field for row in self.rows for field in row.fields.values()]
        for field in fields:
            if not field.errors and field.data is not None and field.data < 0:
                field.errors = [say(N_("Utslippene kan ikke være under null."))]
        if all(field.data is None and not field.errors for field in fields):
            text = N_("Skriv tonn for minst ett år, eller velg ingen bane.")
            self.kind.errors = [say(text)]

    @property
    def rows(self) -> list[PlaceRow]:
        holds = self.budget.boundary.holds
        return [
            PlaceRow(
                code,
                label,
                bool(code) and not holds(code),
                {year: self[f"path_{i}_{year}"] for year in self.ahead},
            )
            for i, (code, label) in enumerate(self.places)
        ]

    def filled(self) -> ReferencePath | None:
        """As it was typed; a figure that stands keeps the place it was read from."""
        if self.kind.data == NONE:
            return None
        told = self.policy.data or "", self.cut_off.data, self.author.data or ""
        if self.kind.data == BY_RULE:
            inventory = self.budget.inventory
            assert inventory is not None, "refused by validate_kind"
            rule = self._rule()
            figures = by_rule(rule, inventory, self.budget.budget_year.horizon)
            return ReferencePath(figures, *told, rule=rule)
        given = {
            row.code: tonnes({y: f.data for y, f in row.fields.items() if f.data is not None})
            for row in self.rows
        }
        figures = {code: yearly for code, yearly in given.items() if yearly}
        before = self.budget.path
        kept = {
            (code, year): text
            for (code, year), text in (before.cites if before else {}).items()
            if before
            and code in figures
            and figures[code][year] is not None
            and figures[code][year] == before.figures[code][year]
        }
        return ReferencePath(figures, *told, kept)

    def _rule(self) -> PathRule:
        """What the chosen rule does not ask for, stays as it was."""
        before = (self.budget.path.rule if self.budget.path else None) or PathRule(Rule.HELD)
        found = replace(before, rule=self.rule.data, level=self.rule_level.data)
        if found.rule in LOOKS_BACK and self.years.data is not None:
            found = replace(found, years=self.years.data)
        if found.rule is Rule.PERCENT and self.percent.data is not None:
            found = replace(found, percent=self.percent.data)
        return found

    def problems(self) -> list[Problem]:
        labels = {
            field.name: say(N_("%(place)s %(year)s"), place=row.label, year=year)
            for row in self.rows
            for year, field in row.fields.items()
        }
        return problems(self, labels)


class GivenField(NamedTuple):
    """A field that depends on the budget, and what stands in it."""

    name: str
    field: Any
    value: Any


def path_form(budget: Budget, lock: str = "") -> PathForm:
    """The form for a version's path, its fields of tonnes at the level that is stored or chosen."""
    path = budget.path
    rule = path.rule if path else None
    level = _level(path)
    ahead = path_years(budget)
    places = tuple(places_at(level, budget))
    fields = [
        *_choices(path),
        *_yearly(budget, places, ahead),
    ]
    shape = {"budget": budget, "level": level, "ahead": ahead, "places": places}
    data = {
        "lock": lock,
        "years": rule.years if rule else PathRule(Rule.MEAN).years,
        "percent": rule.percent if rule and rule.rule is Rule.PERCENT else None,
        "policy": path.policy if path else "",
        "cut_off": path.cut_off if path else None,
        "author": path.author if path else "",
        **{f.name: f.value for f in fields if f.value is not None},
    }
    form: PathForm = type("PathForm", (PathForm,), {f.name: f.field for f in fields} | shape)(
        data=data
    )
    return form


def _level(path: ReferencePath | None) -> Level:
    """The level of given figures: as it was sent, or as it is stored."""
    sent = request.form.get("given_level", "")
    if sent in Level.__members__:
        return Level[sent]
    return path.level if path and not path.rule else Level.WHOLE


def path_years(budget: Budget) -> tuple[int, ...]:
    """The years after the inventory to the horizon, and whatever year has a given figure."""
    first = first_year(budget.budget_year.year, budget.inventory)
    given: set[int] = set()
    if budget.path and not budget.path.rule:
        given = {year for yearly in budget.path.figures.values() for year in yearly.by_year}
    return tuple(sorted({*range(first, budget.budget_year.horizon + 1), *given}))


def places_at(level: Level, budget: Budget) -> Iterator[tuple[str, str]]:
    """(code, what it is called) of each place a path at this level may have figures for."""
    if level is Level.WHOLE:
        yield "", say(N_("Utslipp i alt"))
        return
    stored = budget.path.figures if budget.path and not budget.path.rule else {}
    known = _codes(level, budget.inventory)
    more = [code for code in stored if code not in known and level_of(stored) is level]
    for code in (*known, *more):
        yield code, called(code, budget)


def _codes(level: Level, inventory: Inventory | None) -> tuple[str, ...]:
    if inventory is not None:
        return tuple(inventory.sectors if level is Level.SECTOR else inventory.sources)
    sources = catalogue.sources().values()
    codes = [s.sector if level is Level.SECTOR else s.code for s in sources]
    return tuple(dict.fromkeys(codes))


def called(code: str, budget: Budget) -> str:
    """What a place of the path is called on the page."""
    if not code:
        return say(N_("Utslipp i alt"))
    known = {**catalogue.sources(), **(budget.inventory.sources if budget.inventory else {})}
    if "/" in code and code in known:
        return f"{known[code].sector_name}: {known[code].name}"
    return next((s.sector_name for s in known.values() if s.sector == code), code)


def _choices(path: ReferencePath | None) -> Iterator[GivenField]:
    rule = path.rule if path else None
    kind = RadioField(
        N_("Referansebane"),
        choices=[SelectChoice(value, say(label)) for value, label in KINDS.items()],
        invalid_choice_message=say(CHOOSE),
    )
    yield GivenField("kind", kind, NONE if path is None else BY_RULE if rule else GIVEN)
    yield GivenField("rule", EnumField(N_("Regel"), Rule), rule.rule if rule else Rule.HELD)
    level = rule.level if rule else Level.WHOLE
    yield GivenField("rule_level", EnumField(N_("Regelen gjelder"), Level), level)
    yield GivenField("given_level", EnumField(N_("Tallene gjelder"), Level), _level(path))


def _yearly(
    budget: Budget, places: tuple[tuple[str, str], ...], ahead: tuple[int, ...]
) -> Iterator[GivenField]:
    path = budget.path
    stored = path.figures if path and not path.rule else {}
    for i, (code, _label) in enumerate(places):
        for year in ahead:
            value = stored[code][year] if code in stored else None
            yield GivenField(f"path_{i}_{year}", NumberField(str(year), step=GRAM), value)
