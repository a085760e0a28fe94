"""What the chart macros are given: points, ticks and labels that are ready to be drawn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import ROUND_CEILING, Decimal
from itertools import pairwise
from typing import Any

from climatebudget.core.budget import Budget
from climatebudget.core.field import NBSP, show_number
from climatebudget.core.quantity import Yearly
from climatebudget.core.statement import Cut, Statement
from climatebudget.core.text import N_, Translate

Size = Mapping[str, int]
WIDE: Size = {"w": 1120, "h": 470, "left": 84, "right": 190, "top": 34, "bottom": 34}
NARROW: Size = {"w": 340, "h": 380, "left": 46, "right": 124, "top": 34, "bottom": 32}
WIDE_BARS: Size = {"w": 1120, "label": 290, "value": 120}
NARROW_BARS: Size = {"w": 340, "label": 0, "value": 60}


def scale(highest: Decimal, narrow: bool) -> dict[str, Any]:
    """The axis from zero to a round number above the highest, with at most four grid lines."""
    highest = max(highest, Decimal(1))
    step = _round_step(highest)
    top = (highest / step).to_integral_value(ROUND_CEILING) * step
    values = [step * n for n in range(int(top / step) + 1)]
    divide, unit = _unit(top) if narrow else (Decimal(1), N_("tonn"))
    return {
        "ymax": float(top),
        "yticks": [(float(v), _tick(v / divide, narrow)) for v in values],
        "unit": unit,
    }


def _round_step(highest: Decimal) -> Decimal:
    """The smallest of 1, 2 or 5 times a power of ten that needs no more than four lines.

    No less than a whole tonne: the ticks are written as whole numbers.
    """
    size = Decimal(10) ** (max(highest, Decimal(1)).adjusted() - 1)
    fitting = next(s for f in (1, 2, 5, 10, 20, 50, 100) if (s := size * f) * 4 >= highest)
    return max(fitting, Decimal(1))


def _unit(top: Decimal) -> tuple[Decimal, str]:
    if top >= 1_000_000:
        return Decimal(1_000_000), N_("mill. t")
    return (Decimal(1000), f"1{NBSP}000 t") if top >= 10_000 else (Decimal(1), N_("tonn"))


def _tick(value: Decimal, narrow: bool) -> str:
    return show_number(value, Decimal("0.1") if narrow and value != int(value) else 1)


def road(
    budget: Budget, statement: Statement, translate: Translate, narrow: bool
) -> dict[str, Any]:
    """Veien til målet: history, reference path, after measures, allowance and targets."""
    history = statement.total.inventory
    path = _after(history, statement.total.path)
    after = _after(history, _known(statement))
    highest = max(
        (v for y in (history, path, after, statement.allowance) for v in y.by_year.values()),
        default=Decimal(1),
    )
    axis = scale(highest, narrow)
    first = min((*history, budget.budget_year.year))
    target = budget.last_target
    series = [
        _series("limit", statement.allowance, ""),
        _series("path", path if statement.has_path else Yearly(path.unit, {}), "ring"),
        _series("after", after, "square"),
        _series("history", history, "small"),
    ]
    return {
        "years": (first, budget.budget_year.horizon),
        "xticks": _xticks(budget, first, narrow),
        **axis,
        "unit": translate(axis["unit"]),
        "series": [s for s in series if s["points"]],
        "ends": _ends(budget, statement, translate, narrow),
        "gap": _bracket(statement, target.year) if target else None,
        "band": _band(budget, translate, narrow),
        "targets": _targets(budget, statement, translate, narrow),
        "notes": _notes(history, translate, narrow),
        "size": NARROW if narrow else WIDE,
    }


def _known(statement: Statement) -> Yearly:
    after = statement.total.after
    known = {y: f.value for y, f in after.items() if f.value is not None}
    return Yearly(statement.total.path.unit, known)


def _after(history: Yearly, line: Yearly) -> Yearly:
    """The line from where the history ends, when it has any year after that."""
    last = max(history, default=None)
    later = {y: v for y, v in line.by_year.items() if last is None or y > last}
    if later and last is not None:
        later = {last: history.by_year[last], **later}
    return Yearly(line.unit, dict(sorted(later.items())))


def _series(cls: str, line: Yearly, mark: str) -> dict[str, Any]:
    years = list(line)
    gaps = cls != "history" and any(b - a > 1 for a, b in pairwise(years))
    points = [(y, float(line.by_year[y])) for y in years]
    return {"cls": cls, "points": points, "mark": mark, "sparse": gaps}


def _xticks(budget: Budget, first: int, narrow: bool) -> list[int]:
    """As many years as there is room for, those that matter most first."""
    history = list(budget.inventory.years) if budget.inventory else []
    wanted = [first, budget.budget_year.horizon, *history[-1:], budget.budget_year.year]
    wanted += [] if narrow else [budget.budget_year.plan[-1], *history]
    room = (budget.budget_year.horizon - first) / (5 if narrow else 16)
    chosen: list[int] = []
    for year in wanted:
        if all(abs(year - other) > room for other in chosen):
            chosen.append(year)
    return sorted(chosen)


def _ends(
    budget: Budget, statement: Statement, translate: Translate, narrow: bool
) -> list[dict[str, Any]]:
    last = budget.budget_year.horizon
    gap, after = statement.gap.get(last), statement.total.after.get(last)
    limit = statement.allowance[last]
    names = {
        "path": translate("Referansebane"),
        "after": translate("Etter tiltakene" if narrow else "Etter klimatiltakene"),
        "limit": translate("Ramme og mål" if narrow else "Utslippsramme og mål"),
    }
    values = {
        "path": statement.total.path[last] if statement.has_path else None,
        "after": after.value if after else None,
        "limit": limit,
    }
    ends = [
        {"value": float(v), "cls": cls, "lines": [names[cls], _label(statement, v, narrow)]}
        for cls, v in values.items()
        if v is not None
    ]
    if gap and gap.value is not None and gap.value > 0 and after and after.value and limit:
        text = show_number(gap.value, 100) + ("" if narrow else f"{NBSP}tonn")
        middle = float((after.value + limit) / 2)
        ends.append({"value": middle, "cls": "", "lines": [translate("Gjenstår"), text]})
    return ends


def _label(statement: Statement, value: Decimal, narrow: bool) -> str:
    tonnes = show_number(value, 10)
    change = statement.change(value)
    if narrow or change is None:
        return tonnes
    return f"{tonnes} tonn, {show_number(change)}{NBSP}%"


def _bracket(statement: Statement, year: int) -> dict[str, Any] | None:
    gap, limit = statement.gap.get(year), statement.allowance[year]
    if gap is None or gap.value is None or gap.value <= 0 or limit is None:
        return None
    return {"year": year, "low": float(limit), "high": float(limit + gap.value)}


def _band(budget: Budget, translate: Translate, narrow: bool) -> dict[str, Any]:
    plan = budget.budget_year.plan
    text = translate("Øk.plan") if narrow else f"{translate('Økonomiplan')} {plan[0]}–{plan[-1]}"
    return {"from": plan[0], "to": plan[-1], "text": text}


def _targets(
    budget: Budget, statement: Statement, translate: Translate, narrow: bool
) -> list[dict[str, Any]]:
    marks = []
    for target in budget.targets:
        value = statement.allowance[target.year]
        if value is not None:
            last = target.year == budget.budget_year.horizon
            text = f"{translate('Mål')} {target.year}: {show_number(-target.percent)}{NBSP}%"
            mark = {"year": target.year, "value": float(value), "text": "" if last else text}
            marks.append({**mark, "anchor": "end", "dx": -12, "dy": 14})
    return marks


def _notes(history: Yearly, translate: Translate, narrow: bool) -> list[dict[str, Any]]:
    """The history's own label stands on its line: at the highest year, clear of what follows."""
    years = list(history)
    if not years:
        return []
    year = years[0] if narrow else max(years[1:-2] or years[:1], key=lambda y: history.by_year[y])
    text = translate("Regnskapet" if narrow else "Utslippsregnskapet")
    at = {"year": year, "value": float(history.by_year[year]), "dx": 8, "dy": -12}
    return [{**at, "anchor": "start", "text": text, "cls": "note--strong"}]


def department_bars(
    departments: Mapping[str, Cut], year: int, translate: Translate, narrow: bool
) -> dict[str, Any]:
    """A bar for each department's cut in a year; unknown ones last, with the word and no bar."""
    cuts = {name: cut.gross[year].value for name, cut in departments.items()}
    known = sorted(((n, v) for n, v in cuts.items() if v is not None), key=lambda c: -c[1])
    rows = [_bar(name, value, translate) for name, value in known]
    rows += [_bar(name, None, translate) for name in sorted(n for n in cuts if cuts[n] is None)]
    highest = max((float(v) for _, v in known), default=1.0) or 1.0
    return {"rows": rows, "vmax": highest * 1.1, "size": NARROW_BARS if narrow else WIDE_BARS}


def sector_bars(sectors: Mapping[str, Decimal], narrow: bool) -> dict[str, Any]:
    """A bar for each emission sector that emits anything, the largest first."""
    emitting = sorted(((n, v) for n, v in sectors.items() if v > 0), key=lambda s: -s[1])
    rows = [_bar(name, value, str) for name, value in emitting]
    highest = max((float(v) for _, v in emitting), default=1.0)
    return {"rows": rows, "vmax": highest * 1.1, "size": NARROW_BARS if narrow else WIDE_BARS}


def _bar(name: str, value: Decimal | None, translate: Translate) -> dict[str, Any]:
    label = name or translate("Ikke oppgitt")
    if value is None:
        return {"label": label, "value": None, "text": translate("ukjent")}
    return {"label": label, "value": float(value), "text": show_number(value)}


def years_of_table(history: Iterable[int], statement: Statement) -> list[int]:
    """Every year the chart shows something for, known or not."""
    return sorted({*history, *statement.years})


def key_years(budget: Budget) -> list[tuple[int, str]]:
    """The years whose gap is shown large, each once, and what each is to the reader."""
    year, target = budget.budget_year, budget.last_target
    at_target = target is not None and target.year == year.horizon
    last = N_("målåret") if at_target else N_("siste år vi ser på")
    named = {year.year: N_("budsjettåret"), year.plan[-1]: N_("siste år i økonomiplanen")}
    return sorted({**named, year.horizon: last}.items())
