"""A measure in words: for those who read it, and beside what another has saved meanwhile."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from climatebudget.catalogue import national_name
from climatebudget.core.adjustments import adjustment_of
from climatebudget.core.budget import Budget
from climatebudget.core.checks.words import listed
from climatebudget.core.field import show_exact
from climatebudget.core.inventory import UNALLOCATED, sector_of
from climatebudget.core.measure import CostKind, Effect, Measure
from climatebudget.core.overlap import OverlapGroup
from climatebudget.core.quantity import ZERO, Yearly
from climatebudget.core.reconcile import sector_name
from climatebudget.core.text import N_, Text
from climatebudget.web.forms import capitalised, say
from climatebudget.web.measure_form import code_label, own_effects
from climatebudget.web.show import number, tonnes


@dataclass(frozen=True)
class Line:
    """One field in words; ``nr`` is its number among the ten, 0 for the adviser's own."""

    nr: int
    label: str
    text: str


def overlaps(budget: Budget, measure: Measure) -> list[tuple[OverlapGroup, str]]:
    """The overlap groups that a measure is in, each with where it overlaps."""
    own = [(g, [m.code for m in g.members if m.measure == measure.id]) for g in budget.overlaps]
    return [(g, listed(code_label(budget, code) for code in codes)) for g, codes in own if codes]


def fields(budget: Budget, m: Measure) -> list[Line]:
    """Every field but the figures, in the form's order."""
    years = [str(y) if y else "" for y in (m.start, m.full)]
    adjusted = N_("Tallet er justert for overlapp")
    overlap = adjusted if m.adjusted else N_("Tallet er ikke justert for overlapp")
    adviser = {
        N_("Nummer"): str(m.number),
        N_("Klimakur-tiltak"): category(m),
        N_("Kontroll"): _called(m.control.value),
        N_("Aktør"): _called(m.actor.value),
        N_("Referansebane"): _called(m.in_path.value),
        N_("Overlapp"): say(overlap),
        N_("Beslutning"): _called(m.decision.value),
        N_("Virkemiddel"): m.instrument,
        N_("Flere ansvarlige"): m.responsible,
    }
    return [
        Line(1, say(N_("Klimatiltak")), m.name),
        Line(2, say(N_("Hva endres?")), m.change),
        Line(3, say(N_("Enhet")), m.department),
        Line(3, say(N_("Stilling")), m.position),
        *([Line(3, say(N_("Kontaktperson")), m.contact)] if budget.version.internal else []),
        Line(4, say(N_("Utslippskilde")), code_label(budget, m.code)),
        Line(5, say(N_("Oppstart")), years[0]),
        Line(5, say(N_("Full virkning")), years[1]),
        Line(6, say(N_("Tallgrunnlag")), _called(m.basis.value)),
        *_not_quantified(m),
        Line(8, say(N_("Slik er tallet funnet")), m.method),
        Line(9, say(N_("Finansiering")), _called(m.financing.value)),
        Line(10, say(N_("Resultatindikator")), m.indicator),
        Line(10, say(N_("Måltall")), m.target_value),
        *(Line(0, say(label), text) for label, text in adviser.items()),
    ]


def category(m: Measure) -> str:
    """«Klimakur 2030: S04 Landstrøm»; empty where it is not coupled."""
    return national_name(f"{m.category.report}/{m.category.code}") if m.category else ""


def _not_quantified(m: Measure) -> list[Line]:
    if m.quantified:
        return []
    return [
        Line(6, say(N_("Hvor stort er kuttet?")), _called(m.size.value)),
        Line(6, say(N_("Hvorfor er det ikke tallfestet?")), m.why),
    ]


def figures(budget: Budget, m: Measure) -> Iterator[Line]:
    """Every figure as a line of its own."""
    for effect in own_effects(m, budget):
        for year, value in sorted(effect.yearly.by_year.items()):
            label = N_("Utslippskutt %(year)s i %(place)s, tonn")
            place = code_label(budget, effect.code)
            yield Line(7, say(label, year=year, place=place), show_exact(value))
        yield from _ends(effect, code_label(budget, effect.code))
    for kind in CostKind:
        for year, value in m.cost(kind).by_year.items():
            label = f"{_called(kind.value)} {year}, 1\u00a0000 kr"
            yield Line(9, label, show_exact(value))


def _ends(effect: Effect, place: str) -> Iterator[Line]:
    low = N_("Laveste utslippskutt %(year)s i %(place)s, tonn")
    high = N_("Høyeste utslippskutt %(year)s i %(place)s, tonn")
    for label, end in ((low, effect.low), (high, effect.high)):
        for year, value in sorted(end.by_year.items()):
            yield Line(7, say(label, year=year, place=place), show_exact(value))


def differences(budget: Budget, stored: Measure, typed: Measure) -> list[tuple[str, str, str]]:
    """(field, what is stored, what was typed) for each field that is not the same in both."""
    sides = [
        {line.label: line.text for line in (*fields(budget, m), *figures(budget, m))}
        for m in (stored, typed)
    ]
    labels = dict.fromkeys([*sides[0], *sides[1]])
    return [
        (label, sides[0].get(label, ""), sides[1].get(label, ""))
        for label in labels
        if sides[0].get(label, "") != sides[1].get(label, "")
    ]


def _called(value: str) -> str:
    return capitalised(say(value))


@dataclass(frozen=True)
class Origin:
    """The emission source a measure cuts in: its history, and all that cuts in it."""

    name: str
    history: Yearly
    year: int
    tonnes: Decimal
    added: Mapping[int, Decimal]  # what the municipality adjusts it by, and when
    shared: Text | None = None


def origin(budget: Budget, measure: Measure) -> Origin | None:
    """None where no source is chosen, or the inventory has none."""
    inventory, code = budget.inventory, measure.code
    if inventory is None or code == UNALLOCATED:
        return None
    sector = sector_of(code)
    if code in inventory.sources and not code.endswith(f"/{UNALLOCATED}"):
        place, name = code, inventory.sources[code].name.lstrip("*")
        history = inventory.source(code)
    elif sector in inventory.sectors:
        place, name = sector, sector_name(budget, sector)
        history = inventory.sectors[sector]
    else:
        return None
    now = history[inventory.last_year] or ZERO
    added, shared = adjustment_of(inventory, place), _shared(budget, code, now)
    return Origin(name, history, inventory.last_year, now, added, shared)


def _shared(budget: Budget, code: str, now: Decimal) -> Text | None:
    """What several measures cut in the source together, the last year that is known."""
    cuts = [
        (m.number, e.yearly)
        for m in budget.measures
        if m.counted
        for e in own_effects(m, budget)
        if e.code == code and e.yearly
    ]
    years = set.intersection(*(set(y.by_year) for _, y in cuts)) if cuts else set()
    if len(cuts) < 2 or not years or not now:
        return None
    year = max(years)
    cut = sum((yearly.by_year[year] for _, yearly in cuts), ZERO)
    text = N_(
        "Klimatiltak %(numbers)s kutter til sammen %(cut)s tonn i %(year)s. Det er %(share)s "
        "prosent av utslippene i %(last)s."
    )
    much = N_(
        "Klimatiltak %(numbers)s kutter til sammen %(cut)s tonn i %(year)s. Det er %(share)s "
        "prosent av utslippene i %(last)s. Kontroller om de overlapper."
    )
    doubtful = cut * 2 >= now and not budget.version.frozen  # frozen, it can only be read
    assert budget.inventory is not None
    return Text(
        much if doubtful else text,
        {
            "numbers": listed(sorted(n for n, _ in cuts)),
            "cut": tonnes(cut, 10),
            "year": year,
            "share": number(cut / now * 100),
            "last": budget.inventory.last_year,
        },
        strong=doubtful,
    )
