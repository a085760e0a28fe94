"""The municipality's adjustments as a form: a row for each, and an act for those that rest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, RadioField
from wtforms.fields.choices import SelectChoice

from climatebudget import catalogue
from climatebudget.core.adjustments import Adjustment, key_of
from climatebudget.core.budget import Budget
from climatebudget.core.checks.words import runs
from climatebudget.core.field import LONGEST_NAME, LONGEST_TEXT, show_exact
from climatebudget.core.inventory import Inventory, Source
from climatebudget.core.quantity import GRAM, ZERO
from climatebudget.core.text import N_
from climatebudget.web.boundary_form import called, is_whole, source_name
from climatebudget.web.forms import (
    CHOOSE,
    AtMost,
    ChoiceField,
    LineField,
    LinesField,
    NumberField,
    Problem,
    YearField,
    problems,
    rows_posted,
    say,
)

MOST = 200  # adjustments of one edition
KEEP, CARRY, DROP = "keep", "carry", "drop"
NOT_IN_EDITION = N_("Statistikkutgaven har ikke tall for %(year)s. Den har %(years)s.")
TWICE = N_("Utslippskilden er justert for %(year)s fra før. Slå de to justeringene sammen.")
TOO_MUCH = N_("Utslippskilden har %(left)s tonn i %(year)s. Det kan ikke trekkes fra mer enn det.")


@dataclass(frozen=True)
class Row:
    """One adjustment of the edition the version stands on."""

    index: int
    code: Any
    year: Any
    tonnes: Any
    reason: Any
    approved_by: Any

    @property
    def fields(self) -> tuple[Any, ...]:
        return self.code, self.year, self.tonnes, self.reason, self.approved_by

    @property
    def empty(self) -> bool:
        return not any(field.data not in (None, "") or field.errors for field in self.fields)

    @property
    def errors(self) -> list[str]:
        return [error for field in self.fields for error in field.errors]

    @property
    def key(self) -> tuple[str, int]:
        return self.code.data, self.year.data


class Resting(NamedTuple):
    """One adjustment of another edition, and what becomes of it."""

    adjustment: Adjustment
    act: Any


class AdjustmentsForm(FlaskForm):
    lock = HiddenField()

    # What depends on the budget is given by `adjustments_form`.
    count: int = 0
    budget: Budget

    @property
    def rows(self) -> list[Row]:
        """The adjustments, and last an empty row for one more."""
        names = ("code", "year", "tonnes", "reason", "approved_by")
        return [
            Row(i, *(self[f"adjustment_{i}_{name}"] for name in names)) for i in range(self.count)
        ]

    @property
    def resting(self) -> list[Resting]:
        return [Resting(a, self[_name(a)]) for a in self.budget.resting]

    def validate(self, extra_validators: Any = None) -> bool:
        super().validate(extra_validators)
        rows = [row for row in self.rows if not row.empty]
        if self.budget.published is not None:
            _check_rows(rows, self.budget.published)
            _check_carried(self.resting, rows, self.budget.published)
        return not any(field.errors for field in self)

    def filled(self) -> tuple[Adjustment, ...]:
        """As it was typed; of a form that validates."""
        here = key_of(self.budget.edition) if self.budget.edition else ("", False)
        own = [
            Adjustment(
                row.code.data,
                row.year.data,
                row.tonnes.data,
                row.reason.data,
                row.approved_by.data,
                *here,
            )
            for row in self.rows
            if not row.empty
        ]
        carried = [replace(a, edition=here[0], own=here[1]) for a in self._chosen(CARRY)]
        found = [*own, *carried, *self._chosen(KEEP)]
        return tuple(sorted(found, key=lambda a: (a.code, a.year, *a.lies_on)))

    def _chosen(self, act: str) -> list[Adjustment]:
        return [r.adjustment for r in self.resting if r.act.data == act]

    def problems(self) -> list[Problem]:
        return problems(self, {field.name: self._label(field) for field in self})

    def _label(self, field: Field) -> str:
        text = say(str(field.label.text))
        key, *rest = field.name.split("_")
        if key == "adjustment":
            number = int(rest[0]) + 1
            return say(N_("Justering %(number)s, %(field)s"), number=number, field=text.lower())
        return text


def _check_rows(rows: Sequence[Row], published: Inventory) -> None:
    """One sentence on the field that is wrong."""
    for row in rows:
        if not row.errors:
            _check_row(row, [r.key for r in rows if r.index < row.index], published)


def _check_row(row: Row, before: Iterable[tuple[str, int]], published: Inventory) -> None:
    year, tonnes = row.year.data, row.tonnes.data
    if not row.code.data:
        row.code.errors = [say(N_("Velg utslippskilden, eller tøm hele raden."))]
    elif year is None:
        row.year.errors = [say(N_("Skriv året justeringen gjelder."))]
    elif year not in published.years:
        row.year.errors = [_not_in_edition(year, published)]
    elif tonnes is None:
        text = N_("Skriv hvor mange tonn. Bruk minus når utslippet skal ned.")
        row.tonnes.errors = [say(text)]
    elif not tonnes:
        text = N_("0 tonn endrer ingenting. Skriv et annet tall, eller tøm hele raden.")
        row.tonnes.errors = [say(text)]
    elif row.key in before:
        row.code.errors = [say(TWICE, year=year)]
    elif sentence := too_much(row.key, tonnes, published):
        row.tonnes.errors = [sentence]
    elif not row.reason.data:
        row.reason.errors = [say(N_("Skriv hvorfor tallet justeres."))]
    elif not row.approved_by.data:
        text = N_("Skriv hvem som har godkjent justeringen: en stilling eller et organ.")
        row.approved_by.errors = [say(text)]


def _check_carried(resting: Iterable[Resting], rows: Iterable[Row], published: Inventory) -> None:
    """What is carried over must stand beside what is there, and inside the new edition."""
    taken = {row.key for row in rows if not row.errors}
    for adjustment, act in resting:
        key = adjustment.code, adjustment.year
        if act.errors or act.data != CARRY:
            continue
        if adjustment.year not in published.years:
            act.errors = [_not_in_edition(adjustment.year, published)]
        elif key in taken:
            act.errors = [say(TWICE, year=adjustment.year)]
        elif sentence := too_much(key, adjustment.tonnes, published):
            act.errors = [sentence]
        taken.add(key)


def _not_in_edition(year: int, published: Inventory) -> str:
    return say(NOT_IN_EDITION, year=year, years=runs(published.years))


def too_much(key: tuple[str, int], tonnes: Any, published: Inventory) -> str:
    """A sentence where an adjustment takes away more than is published; else nothing."""
    left = published.cells.get(key, ZERO)
    if tonnes > 0 or left + tonnes >= 0:
        return ""
    return say(TOO_MUCH, left=show_exact(left), year=key[1])


class Given(NamedTuple):
    """A field that depends on the budget, and what stands in it."""

    name: str
    field: Any
    value: Any


def adjustments_form(budget: Budget, lock: str = "") -> AdjustmentsForm:
    """The form for a version's adjustments, with a row for one more.

    Without figures to adjust there are no rows; what rests on another edition may still be dropped.
    """
    stored = len(budget.adjusting)
    posted = rows_posted("adjustment", MOST)
    count = min(max(posted, stored + 1), MOST) if budget.published else 0
    fields = [*_rows(budget, count), *_resting(budget)]
    shape = {"count": count, "budget": budget}
    data = {"lock": lock, **{f.name: f.value for f in fields if f.value is not None}}
    kind = type("AdjustmentsForm", (AdjustmentsForm,), {f.name: f.field for f in fields} | shape)
    form: AdjustmentsForm = kind(data=data)
    return form


def _rows(budget: Budget, count: int) -> Iterator[Given]:
    stored = budget.adjusting
    known = places(budget)
    for i in range(count):
        one = stored[i] if i < len(stored) else None
        code = one.code if one else ""
        name = f"adjustment_{i}_"
        choices = _choices(known, code)
        yield Given(name + "code", ChoiceField(N_("Utslippskilde"), choices), code)
        yield Given(name + "year", YearField(N_("År")), one and one.year)
        yield Given(name + "tonnes", NumberField(N_("Tonn"), step=GRAM), one and one.tonnes)
        reason = LinesField(N_("Hvorfor"), validators=[AtMost(LONGEST_TEXT)])
        yield Given(name + "reason", reason, one.reason if one else "")
        approved = LineField(N_("Godkjent av"), validators=[AtMost(LONGEST_NAME)])
        yield Given(name + "approved_by", approved, one.approved_by if one else "")


def places(budget: Budget) -> Mapping[str, Source]:
    """Where something can be adjusted: every source, also one the edition has nothing for."""
    own = budget.published.sources if budget.published else {}
    known = catalogue.sources().items()
    return {code: s for code, s in known if "/" in code and not is_whole(code)} | dict(own)


def _choices(known: Mapping[str, Source], chosen: str) -> list[tuple[str, str]]:
    found = {"": say(N_("Ikke valgt"))}
    for sector in dict.fromkeys(source.sector for source in known.values()):
        own = (source for source in known.values() if source.sector == sector)
        found |= {source.code: source_name(source) for source in own}
    found.setdefault(chosen, chosen)
    return list(found.items())


def _resting(budget: Budget) -> Iterator[Given]:
    for one in budget.resting:
        choices = [SelectChoice(KEEP, say(N_("La den ligge")))]
        if budget.published is not None and budget.edition is not None:
            text = N_("Før den over til %(edition)s")
            choices.append(SelectChoice(CARRY, say(text, edition=budget.edition.name)))
        choices.append(SelectChoice(DROP, say(N_("Slett den"))))
        label = say(N_("%(source)s i %(year)s"), source=called(budget, one.code), year=one.year)
        field = RadioField(label, choices=choices, invalid_choice_message=say(CHOOSE))
        yield Given(_name(one), field, KEEP)


def _name(adjustment: Adjustment) -> str:
    """The name of the field that decides about it: the same whatever else is saved meanwhile."""
    owner = "own" if adjustment.own else "shared"
    return f"resting_{owner}_{adjustment.edition}_{adjustment.year}_{adjustment.code}"
