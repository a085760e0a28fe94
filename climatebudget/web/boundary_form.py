"""The boundary of a version as a form: the book, what is left out, and facilities elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from flask_wtf import FlaskForm
from wtforms import Field, HiddenField

from climatebudget import catalogue
from climatebudget.core.adjustments import adjusted
from climatebudget.core.boundary import Boundary, Facility, inside
from climatebudget.core.budget import Budget
from climatebudget.core.field import LONGEST_NAME, LONGEST_TEXT
from climatebudget.core.inventory import UNALLOCATED, Inventory, Source, sector_of
from climatebudget.core.measure import Book
from climatebudget.core.quantity import GRAM, tonnes
from climatebudget.core.text import N_
from climatebudget.web.forms import (
    AtMost,
    ChoiceField,
    EnumRadioField,
    LineField,
    LinesField,
    NumberField,
    Problem,
    problems,
    rows_posted,
    say,
)

MOST_LEFT_OUT, MOST_FACILITIES = 80, 20
EMPTY = N_("Avgrensningen holder alle utslipp utenfor. Ta med minst én utslippskilde.")
NO_YEAR = N_(
    "Anleggene mangler tonn, så det er ikke ett år der alle utslippene er kjent. Skriv tonn for "
    "minst ett felles år."
)


@dataclass(frozen=True)
class OutRow:
    """One sector or source that is left out."""

    index: int
    code: Any
    reason: Any

    @property
    def fields(self) -> tuple[Any, ...]:
        return self.code, self.reason

    @property
    def empty(self) -> bool:
        return not any(_typed(field) for field in self.fields)

    @property
    def errors(self) -> list[str]:
        return [error for field in self.fields for error in field.errors]


@dataclass(frozen=True)
class FacilityRow:
    """One facility elsewhere, with the share of it that is ours, year by year."""

    index: int
    name: Any
    code: Any
    reason: Any
    yearly: Mapping[int, Any]

    @property
    def fields(self) -> tuple[Any, ...]:
        return self.name, self.code, *self.yearly.values(), self.reason

    @property
    def empty(self) -> bool:
        return not any(_typed(field) for field in self.fields)

    @property
    def errors(self) -> list[str]:
        return [error for field in self.fields for error in field.errors]

    @property
    def filled(self) -> Facility:
        figures = {y: f.data for y, f in self.yearly.items() if f.data is not None}
        return Facility(self.name.data, self.code.data, tonnes(figures), self.reason.data or "")


def _typed(field: Any) -> bool:
    return field.data not in (None, "") or bool(field.errors)


class BoundaryForm(FlaskForm):
    lock = HiddenField()

    # What depends on the budget is given by `boundary_form`.
    left_out: int = 0
    facilities: int = 0
    years: tuple[int, ...] = ()
    published: Inventory | None = None  # with our adjustments

    def validate(self, extra_validators: Any = None) -> bool:
        fine = super().validate(extra_validators)
        _check_left_out([row for row in self.out_rows if not row.empty])
        _check_facilities([row for row in self.facility_rows if not row.empty], self)
        fine = fine and not any(field.errors for field in self)
        return fine and self._leaves_something()

    def _leaves_something(self) -> bool:
        """What would leave nothing to budget for is not stored: no page could say anything."""
        boundary = self.boundary
        if self.published is None or not boundary:
            return True
        left = inside(self.published, boundary, catalogue.sources())
        out = [row for row in self.out_rows if not row.empty]
        if left is None:
            self.facility_rows[0].name.errors = [say(NO_YEAR)]
        elif out and not any(left.total.by_year.values()):
            out[0].code.errors = [say(EMPTY)]
        return not any(field.errors for field in self)

    @property
    def out_rows(self) -> list[OutRow]:
        """What is left out, and last an empty row for one more."""
        return [
            OutRow(i, self[f"out_{i}_code"], self[f"out_{i}_reason"]) for i in range(self.left_out)
        ]

    @property
    def facility_rows(self) -> list[FacilityRow]:
        return [
            FacilityRow(
                i,
                self[f"facility_{i}_name"],
                self[f"facility_{i}_code"],
                self[f"facility_{i}_reason"],
                {y: self[f"facility_{i}_{y}"] for y in self.years},
            )
            for i in range(self.facilities)
        ]

    @property
    def boundary(self) -> Boundary:
        """As it was typed; of a form that validates."""
        return Boundary(
            {r.code.data: r.reason.data or "" for r in self.out_rows if not r.empty},
            tuple(row.filled for row in self.facility_rows if not row.empty),
        )

    def problems(self) -> list[Problem]:
        return problems(self, {field.name: _label(field) for field in self})


def _label(field: Field) -> str:
    text = say(str(field.label.text))
    key, *rest = field.name.split("_")
    if key == "out" and rest:
        number = int(rest[0]) + 1
        return say(N_("Holdt utenfor %(number)s, %(field)s"), number=number, field=text.lower())
    if key == "facility" and rest:
        number = int(rest[0]) + 1
        return say(N_("Anlegg %(number)s, %(field)s"), number=number, field=text.lower())
    return text


def _check_left_out(rows: Sequence[OutRow]) -> None:
    """One sentence on the field that is wrong."""
    for row in rows:
        code, before = row.code.data, [r.code.data for r in rows if r.index < row.index]
        if row.errors:
            continue
        if not code:
            row.code.errors = [say(N_("Velg hva som holdes utenfor, eller tøm begge feltene."))]
        elif code in before:
            row.code.errors = [say(N_("Utslippene er holdt utenfor fra før. Tøm den ene raden."))]
        elif any(_overlaps(code, other) for other in before):
            text = N_("Både hele utslippssektoren og en kilde i den står her. Tøm den ene raden.")
            row.code.errors = [say(text)]
        elif not row.reason.data:
            row.reason.errors = [say(N_("Skriv hvorfor utslippene holdes utenfor."))]


def _overlaps(one: str, other: str) -> bool:
    """Whether one is the whole sector of the other."""
    return sector_of(one) == sector_of(other) and any(is_whole(code) for code in (one, other))


def is_whole(code: str) -> bool:
    return code.endswith(f"/{UNALLOCATED}")


def _check_facilities(rows: Sequence[FacilityRow], form: BoundaryForm) -> None:
    """One sentence on the field that is wrong."""
    codes = {row.code.data: "" for row in form.out_rows if row.code.data}
    outside = Boundary(codes)
    for row in rows:
        name = row.name.data or ""
        if row.errors:
            continue
        if not name:
            row.name.errors = [say(N_("Skriv hva anlegget heter, eller tøm hele raden."))]
        elif name in [r.name.data for r in rows if r.index < row.index]:
            row.name.errors = [say(N_("Anlegget står her fra før. Tøm den ene raden."))]
        elif not row.code.data:
            row.code.errors = [say(N_("Velg utslippskilden som anlegget hører til."))]
        elif not outside.holds(row.code.data):
            text = N_("Utslippskilden er holdt utenfor. Velg en annen, eller ta den med.")
            row.code.errors = [say(text)]
        elif not row.reason.data:
            text = N_("Skriv hvor stor andelen er, og hvorfor den regnes med.")
            row.reason.errors = [say(text)]
        else:
            _check_figures(row.yearly.values())


def _check_figures(fields: Iterable[Any]) -> None:
    fields = list(fields)
    for field in fields:
        if field.data is not None and field.data < Decimal(0):
            field.errors = [say(N_("Utslippene kan ikke være under null."))]
    if all(field.data is None for field in fields):
        fields[0].errors = [say(N_("Skriv tonn for minst ett år."))]


class Given(NamedTuple):
    """A field that depends on the budget, and what stands in it."""

    name: str
    field: Any
    value: Any


def boundary_form(budget: Budget, lock: str = "") -> BoundaryForm:
    """The form for a version's boundary, with a row more for what is left out and for facilities.

    Without an edition there are no years to give a facility's tonnes for, and no row for a new one.
    """
    years, boundary, published = facility_years(budget), budget.boundary, budget.published
    left_out = max(rows_posted("out", MOST_LEFT_OUT), len(boundary.left_out) + 1)
    stored = len(boundary.facilities)
    facilities = max(rows_posted("facility", MOST_FACILITIES), stored + 1) if years else stored
    fields = [
        Given("book", EnumRadioField(N_("Regnskap"), Book), budget.book),
        *_left_out(budget, left_out),
        *_facilities(budget, facilities, years),
    ]
    shape = {
        "left_out": left_out,
        "facilities": facilities,
        "years": years,
        "published": published and adjusted(published, budget.adjusting, catalogue.sources()),
    }
    data = {"lock": lock, **{f.name: f.value for f in fields if f.value is not None}}
    kind = type("BoundaryForm", (BoundaryForm,), {f.name: f.field for f in fields} | shape)
    form: BoundaryForm = kind(data=data)
    return form


def facility_years(budget: Budget) -> tuple[int, ...]:
    """The years of the edition, and whatever year has a figure."""
    published = set(budget.published.years) if budget.published else set()
    given = {y for f in budget.boundary.facilities for y in f.yearly.by_year}
    return tuple(sorted(published | given))


def _left_out(budget: Budget, count: int) -> Iterator[Given]:
    stored = [*budget.boundary.left_out.items()]
    for i in range(count):
        code, reason = stored[i] if i < len(stored) else ("", "")
        choices = _choices(_published(budget), code, sectors=True)
        field = ChoiceField(N_("Utslippssektor eller utslippskilde"), choices)
        yield Given(f"out_{i}_code", field, code)
        yield Given(f"out_{i}_reason", _reason(N_("Hvorfor")), reason)


def _facilities(budget: Budget, count: int, years: Iterable[int]) -> Iterator[Given]:
    stored = budget.boundary.facilities
    for i in range(count):
        known = stored[i] if i < len(stored) else Facility("", "")
        name = LineField(N_("Anlegg"), validators=[AtMost(LONGEST_NAME)])
        choices = _choices(catalogue.sources(), known.code, sectors=False)
        yield Given(f"facility_{i}_name", name, known.name)
        yield Given(f"facility_{i}_code", ChoiceField(N_("Utslippskilde"), choices), known.code)
        for year in years:
            field = NumberField(str(year), step=GRAM)
            yield Given(f"facility_{i}_{year}", field, known.yearly[year])
        reason = _reason(N_("Hvor stor andel, og hvorfor"))
        yield Given(f"facility_{i}_reason", reason, known.reason)


def _reason(label: str) -> LinesField:
    return LinesField(label, validators=[AtMost(LONGEST_TEXT)])


def _published(budget: Budget) -> Mapping[str, Source]:
    return budget.published.sources if budget.published else catalogue.sources()


def _choices(sources: Mapping[str, Source], chosen: str, sectors: bool) -> list[tuple[str, str]]:
    """The sources under their sectors, which may be chosen whole."""
    found = {"": say(N_("Ikke valgt"))}
    for sector in dict.fromkeys(s.sector for s in sources.values() if s.code != UNALLOCATED):
        own = [source for source in sources.values() if source.sector == sector]
        if sectors:
            found[f"{sector}/{UNALLOCATED}"] = whole_sector(own[0])
        found |= {source.code: source_name(source) for source in own if not is_whole(source.code)}
    found.setdefault(chosen, chosen)
    return list(found.items())


def whole_sector(source: Source) -> str:
    return say(N_("%(sector)s: hele utslippssektoren"), sector=source.sector_name)


def source_name(source: Source) -> str:
    """«Veitrafikk: Personbiler», without the star some names begin with."""
    return f"{source.sector_name}: {source.name.lstrip('*')}"


def called(budget: Budget, code: str) -> str:
    """What is left out or added to, by name; a code that nobody knows stands for itself."""
    known = {**catalogue.sources(), **(budget.published.sources if budget.published else {})}
    if is_whole(code):
        own = (source for source in known.values() if source.sector == sector_of(code))
        return next((whole_sector(source) for source in own), code)
    return source_name(known[code]) if code in known else code
