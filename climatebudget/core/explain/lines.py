"""The lines a budget is held against: the reference path and the allowance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from climatebudget.core.budget import Budget
from climatebudget.core.explain.figure import (
    Column,
    Explanation,
    Key,
    Part,
    Scope,
    cited,
    has_end,
    named,
    place_name,
    place_of,
    said,
    show_percent,
    title,
)
from climatebudget.core.field import show_day, show_exact
from climatebudget.core.findings import About
from climatebudget.core.history import line_of
from climatebudget.core.inventory import sector_of
from climatebudget.core.path_rule import LOOKS_BACK, PathRule, Rule, in_year, trend
from climatebudget.core.paths import (
    ReferencePath,
    Start,
    Target,
    corners,
    percentages,
    share_of,
)
from climatebudget.core.quantity import GRAM, ZERO, Figure, Yearly, exactly, rounded
from climatebudget.core.statement import Line, Statement
from climatebudget.core.text import N_, Text

# ---- the reference path ------------------------------------------------------------------------


def path(budget: Budget, statement: Statement, line: Line | None, key: Key) -> Explanation:
    """Of the whole, a sector, or (where the path is given per source) a source."""
    if budget.path is None:
        return _stand_in(budget, line, key)
    figure = exactly(_figure(budget.path, key))
    if key.name in budget.path.figures:
        rule = budget.path.rule
        found = _ruled(budget, rule, figure, key) if rule else _given(budget, figure, key)
    else:
        parts = tuple(_places(budget, budget.path, key))
        known = N_("Summen av referansebanen for hver del.")
        of_whole = N_("Referansebanen er gitt for kommunen samlet, så delene er ukjent.")
        none = N_("Referansebanen har ingen tall her.")
        text = known if parts else of_whole if "" in budget.path.figures else none
        found = Explanation(key, _title(budget, key), figure, said(text), parts)
    return replace(found, notes=(*found.notes, *_policy(budget.path)))


def _title(budget: Budget, key: Key) -> Text:
    return title(key, place_of(budget, key))


def _stand_in(budget: Budget, line: Line | None, key: Key) -> Explanation:
    """Without a path the last inventory year stands in."""
    figure = exactly(line.path[key.year] if line else None)
    if budget.inventory is None:
        text = N_("Klimabudsjettet har verken referansebane eller utslippstall.")
        return Explanation(key, _title(budget, key), figure, said(text))
    last = budget.inventory.last_year
    parts = (_past(budget, key, last, "+"),) if figure.known else ()
    text = N_(
        "Klimabudsjettet har ingen referansebane. Siste år i utslippsregnskapet står i stedet."
    )
    return Explanation(key, _title(budget, key), figure, said(text), parts)


def _past(budget: Budget, key: Key, year: int, sign: str = "") -> Part:
    """What the same place emitted in a year of the inventory."""
    assert budget.inventory is not None
    history = line_of(budget.inventory, key.name)
    return Part(
        said(N_("Utslipp i %(year)s"), year=year),
        exactly(history[year] if history else None),
        sign,
        opens=Key(Column.INVENTORY, year, key.scope, key.name) if history else None,
        about=About("edition"),
    )


def _figure(path: ReferencePath, key: Key) -> Decimal | None:
    if key.scope is Scope.WHOLE:
        return path.whole[key.year]
    if key.name in path.figures:
        return path.figures[key.name][key.year]
    values = [path.figures[code][key.year] for code in _codes(path, key.name)]
    known = [value for value in values if value is not None]
    return sum(known, ZERO) if known and len(known) == len(values) else None


def _codes(path: ReferencePath, sector: str) -> list[str]:
    return [code for code in path.figures if code and sector in ("", sector_of(code))]


def _places(budget: Budget, path: ReferencePath, key: Key) -> Iterator[Part]:
    """The sectors of the whole, or the sources of a sector."""
    codes = _codes(path, key.name)
    whole = key.scope is Scope.WHOLE
    for code in dict.fromkeys(map(sector_of, codes)) if whole else codes:
        scope = Scope.SOURCE if "/" in code else Scope.SECTOR
        to = Key(Column.PATH, key.year, scope, code)
        yield Part(
            named(place_name(budget, code)),
            exactly(_figure(path, to)),
            opens=to,
            cites=cited(path.cites.get((code, key.year), "")),
        )


def _given(budget: Budget, figure: Figure, key: Key) -> Explanation:
    assert budget.path is not None
    cites = cited(budget.path.cites.get((key.name, key.year), ""))
    about = About("path", key.name, key.year)
    own = Part(named(place_name(budget, key.name)), figure, "", about=about, cites=cites)
    return Explanation(
        key, _title(budget, key), figure, said(N_("Referansebanen er ført inn.")), (own,)
    )


def _ruled(budget: Budget, rule: PathRule, figure: Figure, key: Key) -> Explanation:
    """Reckoned by a rule from what the same place has emitted."""
    history = line_of(budget.inventory, key.name) if budget.inventory else None
    text = said(N_("Regnet ut av utslippsregnskapet: %(rule)s."), rule=Text(str(rule.rule.value)))
    if not history or not figure.known:
        return Explanation(key, _title(budget, key), figure, text)
    looked = sorted(history)[-rule.years :] if rule.rule in LOOKS_BACK else sorted(history)[-1:]
    own = Part(
        said(N_("Regelen banen er regnet ut med")),
        about=About("path"),
        percent=rule.percent if rule.rule is Rule.PERCENT else None,
        details=(text,),
        sign="",
    )
    parts = (*(_past(budget, key, year) for year in looked), own)
    again = in_year(rule, history, key.year)
    notes = (*_steps(rule, history, looked, key.year), *_floor(again))
    return Explanation(key, _title(budget, key), figure, text, parts, notes, again)


def _steps(rule: PathRule, history: Yearly, looked: Sequence[int], year: int) -> Iterator[Text]:
    """The reckoning in words."""
    last = looked[-1]
    points = [(y, Fraction(history.by_year[y])) for y in looked]
    middle, mean, slope = trend(points)
    match rule.rule:
        case Rule.HELD:
            yield said(N_("Utslippet i %(last)s gjelder for alle årene etter."), last=last)
        case Rule.MEAN:
            whole = _shown(mean * len(points))
            text = N_("%(whole)s tonn til sammen, delt på %(count)s år.")
            yield said(text, whole=whole, count=len(points))
        case Rule.TREND:
            text = N_(
                "Midt i årene (%(middle)s) går linjen gjennom gjennomsnittet, %(mean)s tonn. "
                "Den endrer seg med %(slope)s tonn i året."
            )
            values = {"middle": middle, "mean": mean, "slope": slope}
            yield said(text, **{name: _shown(value) for name, value in values.items()})
        case Rule.PERCENT:
            text = N_("%(percent)s prosent i året i %(years)s år fra %(last)s.")
            yield said(text, percent=show_exact(rule.percent), years=year - last, last=last)


def _shown(value: Fraction) -> str:
    return show_exact(rounded(Decimal(value.numerator) / Decimal(value.denominator), GRAM))


def _floor(value: Decimal) -> Iterator[Text]:
    if not value:
        yield said(N_("Banen går aldri under null."))


def _policy(path: ReferencePath) -> Iterator[Text]:
    if path.author:
        yield said(N_("Utarbeidet av %(author)s."), author=path.author)
    if path.policy:
        yield said(N_("Politikk i banen: %(policy)s"), policy=path.policy)
    if path.cut_off:
        yield said(N_("Politikken er vedtatt til og med %(day)s."), day=show_day(path.cut_off))


# ---- the allowance -----------------------------------------------------------------------------


def allowance(budget: Budget, statement: Statement, line: Line, key: Key) -> Explanation:
    percent = statement.allowance_percent.get(key.year)
    figure = exactly(statement.allowance[key.year])
    if percent is None or budget.reference is None or budget.reference_year is None:
        return Explanation(key, title(key), figure, said(_why_unknown(budget)))
    values = {
        "share": show_percent(100 + Fraction(percent)),
        "reference": budget.reference_year,
    }
    return Explanation(
        key,
        title(key),
        figure,
        said(N_("%(share)s prosent av utslippene i %(reference)s."), **values),
        (*_share(budget, figure, percent), *_decided(budget, key.year)),
        (*_line(budget, key.year), *_ends(budget, percent)),
        share_of(budget.reference, 100 + Fraction(percent)),
    )


def _why_unknown(budget: Budget) -> str:
    if budget.reference_year is None:
        return N_("Klimabudsjettet har ikke noe mål, så rammen er ukjent.")
    if budget.reference is None:
        return N_("Utslippene i referanseåret er ukjent, så rammen er ukjent.")
    return N_("Rammen er ikke oppgitt for året, og ingen linje mot et mål går gjennom det.")


def _share(budget: Budget, figure: Figure, percent: Decimal | Fraction) -> Iterator[Part]:
    """The reference year's emissions, and what is taken off them."""
    reference, year = budget.reference, budget.reference_year
    assert reference is not None and year is not None and figure.value is not None
    yield Part(
        said(N_("Utslipp i referanseåret %(year)s"), year=year),
        exactly(reference),
        opens=Key(Column.INVENTORY, year),
        about=About("edition"),
    )
    text = N_("%(percent)s prosent av utslippene i %(year)s")
    what = said(text, percent=show_percent(percent), year=year)
    yield Part(what, exactly(figure.value - reference))


def _decided(budget: Budget, year: int) -> Iterator[Part]:
    """What the percentage follows from: the year's own, or where the line begins and ends."""
    own = budget.allowance
    if year in own.stated:
        reason = own.reasons.get(year, "")
        yield Part(
            said(N_("Oppgitt for %(year)s"), year=year),
            sign="",
            about=About("allowance", str(year), year),
            cites=cited(own.cites.get(year, "")),
            details=(named(reason),) if reason else (),
            percent=own.stated[year],
        )
        return
    (first, low), (last, _) = _around(budget, year)
    by_year = {t.year: (position, t) for position, t in enumerate(budget.targets)}
    if first in by_year and first != last:
        yield _target(*by_year[first])
    elif own.start is Start.LAST:
        text = N_("Siste år i utslippsregnskapet, %(year)s")
        to, about = Key(Column.INVENTORY, first), About("edition")
        yield Part(said(text, year=first), sign="", opens=to, about=about, percent=low)
    yield _target(*by_year[last])


def _around(budget: Budget, year: int) -> Sequence[tuple[int, Fraction]]:
    """The two corners of the line that a year is between."""
    found = corners(budget.allowance.start, budget.targets, budget.inventory)
    return next(two for two in pairwise(found) if two[0][0] <= year <= two[1][0])


def _target(position: int, target: Target) -> Part:
    return Part(
        said(N_("Mål for %(year)s"), year=target.year),
        sign="",
        about=About("target", str(position), target.year),
        cites=cited(target.cites),
        details=(named(target.decision),) if target.decision else (),
        percent=-target.percent,
    )


def _line(budget: Budget, year: int) -> Iterator[Text]:
    """The straight line, step by step; and what it would have been where a year is stated."""
    own = budget.allowance
    if year in own.stated:
        yield said(N_("Prosenten for %(year)s er oppgitt for hånd."), year=year)
        unstated = replace(own, stated={}, whole_percent=False)
        line = percentages(unstated, budget.targets, budget.inventory)
        if year in line:
            text = N_("Den rette linjen ville gitt %(percent)s prosent.")
            yield said(text, percent=show_percent(line[year]))
        return
    (first, low), (last, high) = _around(budget, year)
    yield said(
        N_("Rett linje fra %(low)s prosent i %(first)s til %(high)s prosent i %(last)s."),
        **{"low": show_percent(low), "high": show_percent(high), "first": first, "last": last},
    )
    if first < year < last:
        gone = low + (high - low) * Fraction(year - first, last - first)
        text = N_("%(year)s er %(gone)s av %(all)s år ut på linjen. Det gir %(percent)s prosent.")
        values = {"year": year, "gone": year - first, "all": last - first}
        yield said(text, **values, percent=show_percent(gone))


def _ends(budget: Budget, percent: Decimal | Fraction) -> Iterator[Text]:
    """How the percentage was rounded, and how it is shown."""
    if budget.allowance.whole_percent:
        yield said(N_("Prosenten er rundet av før den er regnet om til tonn."))
    if not has_end(percent):
        yield said(N_("Prosenten er vist med fire desimaler, og regnet uten avrunding."))
