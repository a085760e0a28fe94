"""An overlap group as a form: its members among what the measures cut, its rule and its reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from flask_wtf import FlaskForm
from wtforms import Field, HiddenField

from climatebudget.core.budget import Budget
from climatebudget.core.checks.words import listed
from climatebudget.core.field import LONGEST_NAME, LONGEST_TEXT
from climatebudget.core.inventory import sector_of
from climatebudget.core.measure import Measure
from climatebudget.core.overlap import Member, OverlapGroup, Rule
from climatebudget.core.overlap_groups import Effects, effects_of, shared, why_idle
from climatebudget.core.text import N_, Text
from climatebudget.web.forms import (
    THOUSANDTH,
    AtMost,
    EnumRadioField,
    LineField,
    LinesField,
    NumberField,
    Problem,
    Said,
    problems,
    say,
)
from climatebudget.web.overlap_text import in_order, place_label
from climatebudget.web.show import tonnes

HUNDRED = Decimal(100)
# What each rule makes of two cuts of 100 and 50 tonnes.
EXAMPLES = {
    Rule.SUM: N_("Dere har vurdert at kuttene ikke overlapper. 100 og 50 tonn blir 150 tonn."),
    Rule.LARGEST: N_("De mindre kuttene er med i det største. 100 og 50 tonn blir 100 tonn."),
    Rule.SEQUENCE: N_(
        "Hvert klimatiltak kutter sin andel av det de andre har latt være igjen. Slipper kilden "
        "ut 200 tonn, blir 100 og 50 tonn til 125 tonn."
    ),
    Rule.SHARE: N_(
        "Dere skriver hvor mange prosent av summen som trekkes fra. Med 20 prosent blir 100 og "
        "50 tonn til 120 tonn."
    ),
}
NAMED = N_("En annen overlappgruppe heter det samme. Velg et annet navn.")
GONE = N_(
    "Et klimatiltak du krysset av, finnes ikke lenger, eller det kutter et annet sted nå. Se over "
    "kryssene og lagre på nytt."
)
TWICE = N_(
    "Klimatiltak %(number)s er krysset av to ganger for samme utslippskilde. Kryss av én gang."
)
TOO_FEW = N_("Kryss av minst to klimatiltak. Overlapp er noe to klimatiltak har sammen.")
TOO_FEW_CUT = N_(
    "Bare ett av klimatiltakene du krysset av, kutter fortsatt i utslippskilden. Kryss av ett til."
)
ITSELF = N_(
    "Alle kryssene gjelder klimatiltak %(number)s. Et klimatiltak overlapper ikke med seg selv. "
    "Kryss av ett til."
)
SECTORS = N_(
    "Klimatiltakene kutter i flere utslippssektorer. Overlapp regnes bare innenfor én. Lag én "
    "gruppe for hver."
)
SHARED = N_(
    "Klimatiltak %(numbers)s står sammen i overlappgruppen «%(group)s» fra før. Det samme kuttet "
    "kan ikke trekkes fra to ganger. Ta dem ut av den ene gruppen."
)


class TicksField(Field):
    """Boxes to tick: the values that were ticked, as they were sent."""

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = list(valuelist)


@dataclass(frozen=True)
class Tick:
    """One measure's cut in one place."""

    id: str  # on the page
    value: str
    member: Member
    measure: Measure
    cut: Text  # in the horizon's year
    why: str  # it stands aside; "" where it takes part


@dataclass(frozen=True)
class Place:
    """A place with those who cut there; ``near`` if a group there makes sense as things are."""

    code: str
    label: str
    ticks: tuple[Tick, ...]
    near: bool


class OverlapForm(FlaskForm):
    lock = HiddenField()
    name = LineField(
        N_("Navn på gruppen"),
        validators=[
            Said(N_("Skriv hva gruppen heter, for eksempel «Bilreiser i sentrum».")),
            AtMost(LONGEST_NAME),
        ],
    )
    members = TicksField(N_("Klimatiltak som overlapper"))
    rule = EnumRadioField(N_("Slik regnes kuttene sammen"), Rule)
    percent = NumberField(N_("Prosent av summen som trekkes fra"), step=THOUSANDTH)
    reason = LinesField(
        N_("Begrunnelse"),
        validators=[
            Said(N_("Skriv hvorfor kuttene regnes sammen slik. Begrunnelsen følger saken.")),
            AtMost(LONGEST_TEXT),
        ],
    )

    # What depends on the budget and the group is given by `overlap_form`.
    budget: Budget
    stored: OverlapGroup
    ticks: Mapping[str, Tick]

    def validate(self, extra_validators: Any = None) -> bool:
        super().validate(extra_validators)
        others = [g for g in self.budget.overlaps if g.id != self.stored.id]
        wrong = self._what_is_wrong_with_the_ticks(others)
        self.members.errors = [say(wrong.text, **wrong.values)] if wrong else []
        if self.rule.data is Rule.SHARE and not self.percent.errors:
            self._check_percent()
        if self.rule.data is not Rule.SHARE:
            self.percent.errors = []  # of no matter: it is not kept
        if (self.name.data or "").casefold() in {g.name.casefold() for g in others if g.name}:
            self.name.errors = [say(NAMED)]
        return not any(field.errors for field in self)

    def _check_percent(self) -> None:
        if self.percent.data is None:
            text = N_("Skriv hvor mange prosent av summen som trekkes fra.")
            self.percent.errors = [say(text)]
        elif not 0 <= self.percent.data <= HUNDRED:
            self.percent.errors = [say(N_("Prosenten må være fra 0 til 100."))]

    def _what_is_wrong_with_the_ticks(self, others: Iterable[OverlapGroup]) -> Text | None:
        sent = self.members.data or []
        if any(value not in self.ticks for value in sent):
            return Text(GONE)
        ticked = [self.ticks[value] for value in sent]
        for n, tick in enumerate(ticked):
            if tick in ticked[:n]:
                return Text(TWICE, {"number": tick.measure.number})
        effects = effects_of(self.budget)
        cutting = [tick for tick in ticked if tick.member in effects]
        numbers = {tick.measure.number for tick in cutting}
        if len(ticked) > 1 and len({tick.measure.number for tick in ticked}) == 1:
            return Text(ITSELF, {"number": ticked[0].measure.number})
        if len(numbers) < 2:
            return Text(TOO_FEW if len(ticked) < 2 else TOO_FEW_CUT)
        if len({sector_of(tick.member.code) for tick in cutting}) > 1:
            return Text(SECTORS)
        return self._shared_with(others)

    def _shared_with(self, others: Iterable[OverlapGroup]) -> Text | None:
        own = replace(self.stored, members=self._members())
        number = {tick.member.measure: tick.measure.number for tick in self.ticks.values()}
        for other in others:
            if both := shared(own, other):
                its = listed(sorted({number[member.measure] for member in both}))
                return Text(SHARED, {"numbers": its, "group": other.name})
        return None

    def filled(self) -> OverlapGroup:
        """The group as it was typed; where the form says nothing, as it was."""
        rule = self.rule.data or self.stored.rule
        return replace(
            self.stored,
            name=self.name.data or "",
            rule=rule,
            members=self._members(),
            reason=self.reason.data or "",
            percent=self.percent.data if rule is Rule.SHARE else None,
        )

    def _members(self) -> tuple[Member, ...]:
        ticked = {self.ticks[v].member for v in self.members.data or [] if v in self.ticks}
        return tuple(sorted(ticked, key=lambda m: (m.measure, m.code)))

    @property
    def places(self) -> list[Place]:
        """Where the measures cut, those places first that a group is likely to be about."""
        by_code: dict[str, list[Tick]] = {}
        for tick in self.ticks.values():
            by_code.setdefault(tick.member.code, []).append(tick)
        ticked = set(self.members.data or [])
        return [
            Place(
                code,
                place_label(self.budget, code),
                tuple(by_code[code]),
                sum(not tick.why for tick in by_code[code]) > 1
                or any(tick.value in ticked for tick in by_code[code]),
            )
            for code in in_order(self.budget, by_code)
        ]

    def problems(self) -> list[Problem]:
        return problems(self)


def overlap_form(
    budget: Budget, stored: OverlapGroup, members: Iterable[Member] = (), lock: str = ""
) -> OverlapForm:
    """The form for a group; ``members`` are ticked beforehand, besides those it has."""
    ticks = {tick.value: tick for tick in _ticks(budget, stored)}
    wanted = {*stored.members, *members}
    shape = {"budget": budget, "stored": stored, "ticks": ticks}
    data = {
        "lock": lock,
        "name": stored.name,
        "members": [value for value, tick in ticks.items() if tick.member in wanted],
        "rule": stored.rule if stored.id else None,  # a new group's rule is for a person to say
        "percent": stored.percent,
        "reason": stored.reason,
    }
    form: OverlapForm = type("OverlapForm", (OverlapForm,), shape)(data=data)
    return form


def _ticks(budget: Budget, stored: OverlapGroup) -> Iterator[Tick]:
    """Each place that each measure cuts in, and the members that the group has from before."""
    effects = effects_of(budget)
    measures = {m.id: m for m in budget.measures}
    gone = [m for m in stored.members if m not in effects and m.measure in measures]
    order = sorted([*effects, *gone], key=lambda m: (measures[m.measure].number, m.code))
    for n, member in enumerate(order):
        yield Tick(
            f"member-{n}",
            f"{member.measure} {member.code}",
            member,
            measures[member.measure],
            _cut(member, effects, budget),
            why_idle(member, effects, budget),
        )


def _cut(member: Member, effects: Effects, budget: Budget) -> Text:
    year = budget.budget_year.horizon
    value = effects[member][1].yearly[year] if member in effects else None
    if value is None:
        return Text(N_("ukjent i %(year)s"), {"year": year})
    return Text(N_("%(tonnes)s tonn i %(year)s"), {"tonnes": tonnes(value, 10), "year": year})
