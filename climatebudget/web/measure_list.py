"""The list of measures: its columns, its filters, and what the rows in it add up to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from enum import Enum
from functools import cache, partial

from climatebudget.core.budget import Budget
from climatebudget.core.field import show_exact
from climatebudget.core.inventory import UNALLOCATED, sector_of
from climatebudget.core.listing import Column, Filter, Kind, Listing, Value, sort_key
from climatebudget.core.measure import (
    FIELDS,
    Basis,
    CostKind,
    Decision,
    InPath,
    Measure,
    Size,
    lacking,
)
from climatebudget.core.quantity import Bound, Figure
from climatebudget.core.reconcile import sector_names
from climatebudget.core.sentence import in_sentence
from climatebudget.core.statement import Counts, Statement, statement
from climatebudget.core.text import N_, Text
from climatebudget.web.forms import capitalised, say
from climatebudget.web.listing import Shown
from climatebudget.web.measure_form import code_label, own_effects
from climatebudget.web.measure_text import category
from climatebudget.web.show import tonnes

NONE = "-"  # the choice of those that say nothing
MEASURE, CUT, COST = N_("Klimatiltaket"), N_("Utslippskutt, tonn"), N_("Merutgift, 1 000 kr")
YES, NO = N_("Ja"), N_("Nei")


def listing(budget: Budget) -> Listing[Measure]:
    return Listing(
        (*_facts(budget), *_cuts(budget), *_costs(budget)),
        tuple(_filters(budget)),
        searched=_searched,
        order="number",
    )


def _searched(m: Measure) -> Iterable[str]:
    """What a reader of the version may see; never a contact person."""
    return (
        *(str(m.number), m.name, m.change, m.department, m.position, m.responsible),
        *(m.instrument, m.method, m.indicator, m.group),
    )


# ---- columns ----------------------------------------------------------------------------------


def _facts(budget: Budget) -> Iterator[Column[Measure]]:
    sectors = cache(partial(_sectors, budget))
    places = cache(partial(_place, budget))

    def text(
        key: str, label: str, of: Callable[[Measure], Value], usual: bool = False, heading: str = ""
    ) -> Column[Measure]:
        heading = say(heading) if heading else ""
        return Column(key, say(label), of, heading=heading, group=say(MEASURE), usual=usual)

    def whole(key: str, label: str, of: Callable[[Measure], Value]) -> Column[Measure]:
        return replace(text(key, label, of), kind=Kind.WHOLE)

    number = whole("number", N_("Nr"), lambda m: m.number)
    yield replace(number, heading=say(N_("Nummer")), fixed=True)
    yield replace(text("name", N_("Klimatiltak"), lambda m: m.name), fixed=True)
    yield text("change", N_("Hva endres?"), lambda m: m.change)
    own = N_("Sektor i kommunen")
    yield text("department", own, lambda m: m.department, True, heading=N_("Sektor"))
    yield text("position", N_("Stilling"), lambda m: m.position)
    yield text(
        "responsible", N_("Flere ansvarlige"), lambda m: m.responsible, heading=N_("Ansvarlige")
    )
    yield text(
        "sector", N_("Utslippssektor"), lambda m: ", ".join(sectors(_codes(budget, m))), True
    )
    yield text("source", N_("Utslippskilde"), lambda m: places(_codes(budget, m)))
    yield whole("start", N_("Oppstart"), lambda m: m.start)
    yield whole("full", N_("Full virkning"), lambda m: m.full)
    basis = text("basis", N_("Tallgrunnlag"), lambda m: _called(m.basis), True)
    yield replace(basis, note=text("remark", N_("Merknad"), remark))
    yield text("counted", N_("Regnet med"), lambda m: say(YES if m.counted else NO))
    yield text("decision", N_("Beslutning"), lambda m: _called(m.decision))
    yield text("path", N_("Referansebane"), lambda m: _called(m.in_path))
    yield text("method", N_("Slik er tallet funnet"), lambda m: m.method)
    yield text("financing", N_("Finansiering"), lambda m: _called(m.financing))
    yield text("indicator", N_("Resultatindikator"), lambda m: m.indicator)
    yield text("target", N_("Måltall"), lambda m: m.target_value)
    yield text("control", N_("Kontroll"), lambda m: _called(m.control))
    yield text("actor", N_("Aktør"), lambda m: _called(m.actor))
    yield text("instrument", N_("Virkemiddel"), lambda m: m.instrument)
    yield text("category", N_("Klimakur-tiltak"), category)
    yield text("missing", N_("Mangler"), lambda m: _missing(budget, m))


def _cuts(budget: Budget) -> Iterator[Column[Measure]]:
    """One column for each year; the heading in a file says what the figure is."""
    for year in budget.budget_year.columns:
        yield Column(
            str(year),
            str(year),
            partial(_effect, budget=budget, year=year),
            Kind.TONNES,
            shown_effect,
            say(N_("Utslippskutt %(year)s (tonn CO₂e)"), year=year),
            say(CUT),
        )


def _costs(budget: Budget) -> Iterator[Column[Measure]]:
    for kind in CostKind:
        for year in budget.budget_year.plan:
            label = f"{_called(kind)} {year}"
            yield Column(
                f"{kind.name.lower()}-{year}",
                label,
                partial(_cost, kind=kind, year=year),
                Kind.KNOK,
                show_exact,
                f"{label} (1\u00a0000 kr)",
                say(COST),
                usual=False,
            )


def _effect(m: Measure, budget: Budget, year: int) -> Value:
    return m.effect(year, budget.book)


def _cost(m: Measure, kind: CostKind, year: int) -> Value:
    return m.cost(kind)[year]


def _codes(budget: Budget, m: Measure) -> tuple[str, ...]:
    """Where a measure cuts; nothing while that is not known."""
    codes = [e.code for e in own_effects(m, budget)] or [m.code]
    return tuple(code for code in dict.fromkeys(codes) if code != UNALLOCATED)


def _sectors(budget: Budget, codes: Iterable[str]) -> list[str]:
    names = sector_names(budget)
    return [_sector(budget, names, s) for s in dict.fromkeys(map(sector_of, codes))]


def _sector(budget: Budget, names: Mapping[str, str], sector: str) -> str:
    """As the edition names it, else as the catalogue does."""
    return names.get(sector) or code_label(budget, f"{sector}/{UNALLOCATED}").partition(",")[0]


def _place(budget: Budget, codes: Iterable[str]) -> str:
    return "; ".join(code_label(budget, code) for code in codes)


def _missing(budget: Budget, m: Measure) -> str:
    keys = lacking(m, budget.budget_year.columns)
    return ", ".join(say(FIELDS[key]) for key in keys) or say(N_("Ingenting"))


def _called(member: Enum) -> str:
    return capitalised(say(str(member.value)))


def remark(m: Measure) -> str:
    """How large a cut without figures is and why it has none; or why they are not in the sums."""
    if m.quantified:
        return left_out(m)
    size = "" if m.size is Size.UNKNOWN else _called(m.size)
    return ". ".join(filter(None, [size, m.why]))


def left_out(measure: Measure) -> str:
    """Why a measure with figures is not in the sums; empty when it is."""
    if measure.counted or not measure.quantified:
        return ""
    reason = measure.in_path if measure.in_path is not InPath.ADDITIONAL else measure.decision
    texts = {
        InPath.PARTLY: N_("Ikke i summen: delvis med i banen"),
        InPath.INCLUDED: N_("Ikke i summen: med i banen"),
        Decision.NOT_PRIORITISED: N_("Ikke i summen: ikke prioritert"),
    }
    return say(texts.get(reason, N_("Ikke i summen: ikke vedtatt")))


def shown_effect(value: Decimal) -> str:
    """Forecasts to 10 t; a small cut as it is, for rounded it would say nothing."""
    size = abs(value)
    return show_exact(value) if size < 1 else tonnes(value, 10 if size >= 1000 else 1)


# ---- filters ----------------------------------------------------------------------------------


def _filters(budget: Budget) -> Iterator[Filter[Measure]]:
    nobody, yes_no = say(N_("Ikke oppgitt")), {"yes": say(YES), "no": say(NO)}
    yield Filter(
        "department",
        say(N_("Sektor i kommunen")),
        {**{name: name for name in _departments(budget)}, NONE: nobody},
        lambda m: {m.department or NONE},
    )
    yield Filter(
        "basis",
        say(N_("Tallgrunnlag")),
        {"quantified": say(N_("Tallfestet")), **{_key(b): _called(b) for b in Basis}},
        lambda m: {_key(m.basis), "quantified" if m.quantified else ""},
    )
    yield Filter(
        "sector",
        say(N_("Utslippssektor")),
        {**_used_sectors(budget), NONE: nobody},
        lambda m: {sector_of(code) for code in _codes(budget, m)} or {NONE},
    )
    yield Filter(
        "decision",
        say(N_("Beslutning")),
        {_key(d): _called(d) for d in _decisions(budget)},
        lambda m: {_key(m.decision)},
    )
    yield Filter(
        "counted",
        say(N_("Regnet med i summene")),
        yes_no,
        lambda m: {"yes" if m.counted else "no"},
    )
    whole = {"nothing": say(N_("Ingenting")), "something": say(N_("Mangler noe"))}
    yield Filter(
        "missing",
        say(N_("Mangler")),
        {**whole, **{key: say(label) for key, label in FIELDS.items()}},
        lambda m: _lacks(lacking(m, budget.budget_year.columns)),
    )


def _key(member: Enum) -> str:
    return member.name.lower().replace("_", "-")


def _lacks(keys: list[str]) -> set[str]:
    return {"something", *keys} if keys else {"nothing"}


def _departments(budget: Budget) -> list[str]:
    """The municipality's own, in its order; after them others that the measures name."""
    used = {m.department for m in budget.measures if m.department} - {*budget.departments}
    return [*budget.departments, *sorted(used, key=sort_key)]


def _used_sectors(budget: Budget) -> dict[str, str]:
    names = sector_names(budget)
    codes = [*names, *(sector_of(c) for m in budget.measures for c in _codes(budget, m))]
    return {s: _sector(budget, names, s) for s in dict.fromkeys(codes)}


def _decisions(budget: Budget) -> list[Decision]:
    """What is lagt fram shows nothing that was not prioritised."""
    hidden = set() if budget.version.internal else {Decision.NOT_PRIORITISED}
    return [d for d in Decision if d not in hidden]


# ---- what it adds up to -----------------------------------------------------------------------


def lead(reckoned: Statement) -> list[Text]:
    """How many measures there are, and what they cut: the answer first."""
    counts = reckoned.counts
    if counts.all == 1:
        return _lead_of_one(reckoned)
    parts = [
        Text(
            N_("%(all)s klimatiltak, %(some)s tallfestet."),
            {"all": counts.all, "some": counts.quantified},
        )
    ]
    if counts.counted < counts.quantified:
        parts.append(
            Text(N_("%(counted)s av dem er regnet med i summene."), {"counted": counts.counted})
        )
    if not counts.counted:
        return parts
    what = _what_is_cut(reckoned)
    if not what:
        return [*parts, Text(N_("Hvor mye de kutter, er ukjent."))]
    return [*parts, Text(N_("De kutter %(what)s."), {"what": what})]


def _lead_of_one(reckoned: Statement) -> list[Text]:
    counts = reckoned.counts
    if not counts.quantified:
        return [Text(N_("Ett klimatiltak, og det er ikke tallfestet."))]
    lead = Text(N_("Ett klimatiltak, og det er tallfestet."))
    if not counts.counted:
        return [lead, Text(N_("Det er ikke regnet med i summene."))]
    what = _what_is_cut(reckoned)
    if not what:
        return [lead, Text(N_("Hvor mye det kutter, er ukjent."))]
    return [lead, Text(N_("Det kutter %(what)s."), {"what": what})]


def _what_is_cut(reckoned: Statement) -> str:
    """The first and the last known year's cut in words; "" where no year is known."""
    cut = reckoned.total.cut.net
    known = [y for y in reckoned.columns if cut[y].value is not None]
    years = dict.fromkeys((known[0], known[-1])) if known else ()
    return f" {say(N_('og'))} ".join(_phrase(reckoned, y) for y in years)


def _phrase(reckoned: Statement, year: int) -> str:
    cut = reckoned.total.cut.net[year]
    text = {
        Bound.EXACT: N_("%(tonnes)s tonn i %(year)s"),
        Bound.AT_LEAST: N_("minst %(tonnes)s tonn i %(year)s"),
    }.get(cut.bound, N_("usikkert %(tonnes)s tonn i %(year)s"))
    value = cut.value or Decimal(0)
    return say(text, tonnes=("−" if value < 0 else "") + in_sentence(value), year=year)


def of_those_shown(budget: Budget, reckoned: Statement, shown: Shown[Measure]) -> Statement:
    """The statement of the rows that fit, on every page; the whole where nothing is left out."""
    if not shown.query.narrows:
        return reckoned
    return statement(replace(budget, measures=shown.found.rows))


def sums(reckoned: Statement, shown: Shown[Measure]) -> Mapping[str, Figure]:
    """What the counted measures cut together, by the key of each year's column in sight."""
    keys = {column.key for column in shown.found.columns}
    return {str(y): reckoned.total.cut.net[y] for y in reckoned.columns if str(y) in keys}


def sum_label(counts: Counts, narrowed: bool) -> str:
    """What the line of sums is the sum of; a part is never taken for the budget's total."""
    if narrowed:
        text = N_("Sum av de viste: %(counted)s av %(all)s klimatiltak er regnet med")
        return say(text, counted=counts.counted, all=counts.all)
    if counts.counted == counts.quantified == 1:
        return say(N_("Sum av det ene tallfestede klimatiltaket"))
    if counts.counted == counts.quantified:
        return say(N_("Sum av %(count)s tallfestede klimatiltak"), count=counts.counted)
    return say(N_("Sum av %(count)s klimatiltak som er regnet med"), count=counts.counted)


def facts(reckoned: Statement, shown: Shown[Measure]) -> Iterator[tuple[str, str]]:
    """The sums once more, for a file that has rows alone."""
    yield say(N_("Summer, tonn")), sum_label(reckoned.counts, shown.query.narrows)
    for year, figure in sums(reckoned, shown).items():
        known = say(N_("ukjent")) if figure.value is None else show_exact(figure.value)
        yield year, f"{say(figure.bound.value)} {known}" if figure.bound.value else known
