"""The measures of a national report as a list: columns, filters, and figures in words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from climatebudget.core.field import show_exact, show_number
from climatebudget.core.listing import Column, Filter, Kind, Listing, Value
from climatebudget.core.measure import Measure
from climatebudget.core.national import (
    KLIMAKUR,
    Answer,
    NationalMeasure,
    coverage,
)
from climatebudget.core.text import N_, Text
from climatebudget.core.unit_cost import UnitCost
from climatebudget.web.context import g
from climatebudget.web.forms import say
from climatebudget.web.measure_list import shown_effect
from climatebudget.web.national_held import Against
from climatebudget.web.show import tonnes

OF_REPORT, OF_MUNICIPALITY = N_("Rapporten"), N_("Kommunen")
STATES = {
    "answered": N_("Besvart"),
    "unanswered": N_("Ubesvart, med utslipp i kommunen"),
    "nowhere": N_("Uten kommunal kilde"),
    "nothing": N_("Uten utslipp i kommunen"),
}
COSTS = {"<": N_("under %(kr)s"), ">": N_("over %(kr)s"), "≤": N_("høyst %(kr)s")}
ABOUT_A_COST = re.compile(r"([<>≤]?)(\d+)(?:[-–](\d+))?")


# ---- in words ----------------------------------------------------------------------------------


def lead(against: Against) -> list[Text]:
    """How many of those one could answer are answered, and the largest that nobody answers."""
    found, inventory = coverage(against.answers), against.budget.inventory
    klimakur = against.report == KLIMAKUR
    what = Text(N_("Klimakur-tiltak") if klimakur else N_("klimatiltak i rapporten"))
    values = {"some": found.answered, "all": found.emitting, "what": what}
    if inventory is None:
        values |= {"some": found.all_answered, "all": len(against.answers)}
        return [
            Text(N_("Klimatiltakene svarer på %(some)s av %(all)s %(what)s."), values),
            Text(N_("Vi vet ikke hva kommunen har utslipp for: statistikkutgave er ikke valgt.")),
        ]
    if not found.emitting:
        return [Text(N_("Kommunen har ingen utslipp der rapportens klimatiltak virker."))]
    said = [Text(_answering(found.answered), values)]
    if against.unanswered:
        said.append(_largest(against.unanswered[0], inventory.last_year))
    return said


def _answering(some: int) -> str:
    if some:
        return N_(
            "Klimatiltakene svarer på %(some)s av %(all)s %(what)s som kommunen har utslipp for."
        )
    return N_("Klimatiltakene svarer på ingen av %(all)s %(what)s som kommunen har utslipp for.")


def _largest(answer: Answer, year: int) -> Text:
    values = {
        "code": answer.national.code,
        "name": answer.national.name,
        "tonnes": tonnes(answer.emitted or 0),
        "year": year,
    }
    text = N_(
        "Størst uten svar er %(code)s %(name)s: utslippene der var %(tonnes)s tonn i %(year)s."
    )
    return Text(text, values)


def cost_class(text: str) -> str:
    """The report's class in words, kroner per tonne to society."""
    found = ABOUT_A_COST.fullmatch(text)
    if not found:
        return say(N_("varierer")) if text else say(N_("ikke oppgitt"))
    sign, first, last = found.groups()
    low = show_number(Decimal(first))
    if last:
        return f"{low}–{show_number(Decimal(last))}"
    return say(COSTS[sign], kr=low) if sign else low


def per_tonne(found: UnitCost) -> str:
    """«1 250», «minst 1 250», or what is lacking; whole kroner, to 10 from a thousand up."""
    if found.kroner is None:
        return say(found.lacks.value) if found.lacks else ""
    exact = Decimal(found.kroner.numerator) / Decimal(found.kroner.denominator)
    number = show_number(exact, 10 if abs(exact) >= 1000 else 1)
    return say(N_("minst %(kr)s"), kr=number) if found.at_least else number


def years_of(found: UnitCost) -> str:
    """Which years a figure rests on: «kutt i 2035, drift i 2030»."""
    if found.kroner is None:
        return ""
    if found.operating_year in (None, found.year):
        return say(N_("kutt i %(year)s"), year=found.year)
    text = N_("kutt i %(year)s, drift i %(at)s")
    return say(text, year=found.year, at=found.operating_year)


# ---- the list ----------------------------------------------------------------------------------


def listing(against: Against) -> Listing[Answer]:
    return Listing(
        (*_of_report(against), *_of_municipality(against)),
        (
            Filter(
                "answer",
                say(N_("Svar")),
                {key: say(label) for key, label in STATES.items()},
                states,
            ),
            Filter(
                "sector",
                say(N_("Sektor i rapporten")),
                {sector: sector for sector in against.sectors},
                lambda a: {a.national.sector},
            ),
        ),
        searched=_searched,
    )


def states(answer: Answer) -> set[str]:
    found = {"answered"} if answer.measures else set()
    if answer.unanswered:
        found.add("unanswered")
    if not answer.places:
        found.add("nowhere")
    elif answer.emitted == 0:
        found.add("nothing")
    return found


def _searched(answer: Answer) -> Iterable[str]:
    own = answer.national
    return (own.code, own.name, *(m.name for m in answer.measures))


def _of_report(against: Against) -> Iterator[Column[Answer]]:
    group = say(OF_REPORT)
    unit = say(N_("kt, %(period)s"), period=against.period)
    yield Column("code", say(N_("Kode")), lambda a: a.national.code, fixed=True)
    yield Column("name", say(N_("Klimakur-tiltak")), lambda a: a.national.name, fixed=True)
    sector = Column("sector", say(N_("Sektor i rapporten")), _sector, group=group)
    yield replace(sector, usual=False)
    yield Column(
        "potential",
        say(N_("Potensial")),
        lambda a: a.national.kt,
        Kind.TONNES,
        show_exact,
        f"{say(N_('Potensial i hele landet'))} ({unit})",
        group,
    )
    yield Column(
        "cost",
        say(N_("Samfunnsøkonomisk kostnad")),
        lambda a: cost_class(a.national.cost),
        heading=say(N_("Rapportens samfunnsøkonomiske kostnad (kr/tonn)")),
        group=group,
    )


def _sector(answer: Answer) -> str:
    return answer.national.sector


def _of_municipality(against: Against) -> Iterator[Column[Answer]]:
    inventory, group = against.budget.inventory, say(OF_MUNICIPALITY)
    year = inventory.last_year if inventory else ""
    uncertain = Column("mapping", say(N_("Grunnlag for koblingen")), reason)
    yield Column(
        "places",
        say(N_("Utslippskilder")),
        lambda a: against.places(a) or say(N_("ingen kommunal kilde")),
        group=group,
        note=uncertain,
    )
    yield Column(
        "emitted",
        say(N_("Utslipp %(year)s"), year=year),
        lambda a: a.emitted,
        Kind.TONNES,
        tonnes,
        say(N_("Utslipp %(year)s (tonn CO₂e)"), year=year),
        group,
    )
    yield Column(
        "count",
        say(N_("Klimatiltak")),
        lambda a: len(a.measures),
        Kind.WHOLE,
        heading=say(N_("Antall klimatiltak")),
        group=group,
        note=Column("measures", say(N_("Meldt inn")), _named),
    )
    yield Column(
        "cut",
        say(N_("Kutt")),
        lambda a: a.cut.value,
        Kind.TONNES,
        shown_effect,
        f"{say(N_('Kutt %(period)s (tonn CO₂e)'), period=against.period)} {against.in_budget}",
        group,
        note=Column("lacks", say(N_("Forbehold")), _reservation),
    )
    yield Column(
        "unit",
        say(N_("Merutgift")),
        lambda a: "; ".join(_each(a, against)),
        heading=say(N_("Kommunens merutgift (kr/tonn), per klimatiltak")),
        group=group,
    )
    if against.shares:
        yield Column(
            "share",
            say(N_("Regneeksempel, ikke mål")),
            lambda a: a.share,
            Kind.TONNES,
            lambda value: tonnes(value, 10),
            say(N_("Regneeksempel, ikke mål: andel av potensialet etter utslipp (tonn CO₂e)")),
            group,
        )


def reason(answer: Answer) -> str:
    """Why it is laid where it is, marked where that is our guess."""
    own = answer.national
    text = own.reason(g.language)
    return f"{say(N_('Usikker:'))} {text}" if answer.places and not own.certain else text


def _named(answer: Answer) -> str:
    return "; ".join(_measure(m) for m in answer.measures)


def _measure(m: Measure) -> str:
    return f"{m.number} {m.name}" + (f" ({m.department})" if m.department else "")


def _each(answer: Answer, against: Against) -> Sequence[str]:
    return [f"{m.number}: {per_tonne(against.unit_costs[m.id])}" for m in answer.measures]


def _reservation(answer: Answer) -> Value:
    figure = answer.cut
    if figure.lacks and figure.value is not None:
        text = N_("%(bound)s, %(count)s tall mangler")
        return say(text, bound=say(figure.bound.value), count=figure.lacks)
    if answer.measures and not any(m.counted for m in answer.measures):
        return say(N_("ikke regnet med"))
    return ""


def uncertain_code(national: NationalMeasure) -> bool:
    return bool(national.note)
