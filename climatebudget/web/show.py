"""How figures are written on a page: the one place where a page rounds."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from flask import Flask
from markupsafe import Markup

from climatebudget.core.budget import Budget
from climatebudget.core.checks.adjustments import told
from climatebudget.core.explain.figure import show_percent
from climatebudget.core.field import (
    NBSP,
    forecast_step,
    show_day,
    show_exact,
    show_moment,
    show_number,
)
from climatebudget.core.findings import Finding, Question
from climatebudget.core.quantity import Bound, Figure
from climatebudget.core.reading import Skipped
from climatebudget.core.text import Text
from climatebudget.web.context import g

Number = Decimal | Fraction | int


def install(app: Flask) -> None:
    numbers = (tonnes, tenth, exact, percent, exact_percent, number, figure, amount, added)
    filters = (*numbers, day, moment, said, adjusted, file_named)
    for function in filters:
        app.add_template_filter(function, function.__name__)


def tonnes(value: Number, step: int = 1) -> str:
    """History to the tonne; forecasts to 10 t in tables, 100 t in sentences, small ones finer."""
    return show_number(_decimal(value), forecast_step(_decimal(value), step))


def number(value: Number) -> str:
    return show_number(_decimal(value))


def tenth(value: Number) -> str:
    """A tenth of a tonne, as the statistics are published."""
    return show_number(_decimal(value), Decimal("0.1"))


def exact(value: Decimal) -> str:
    return show_exact(value)


def amount(value: Decimal | None) -> str:
    """A number as a form shows it again: exact, empty when unknown."""
    return "" if value is None else show_exact(value)


def added(value: Decimal) -> str:
    """What an adjustment adds, with its sign and every decimal somebody wrote."""
    return ("+" if value > 0 else "") + show_exact(value)


def percent(value: Number) -> str:
    return show_number(_decimal(value)) + NBSP + "%"


def exact_percent(value: Decimal | Fraction) -> str:
    """All its decimals, or four of one that has no end."""
    return show_percent(value) + NBSP + "%"


def figure(value: Figure, step: int = 10, sign: str = "") -> Markup:
    """A figure of the statement: the number, with «minst» or «høyst», or the word «ukjent»."""
    if value.value is None:
        return Markup('<span class="unknown">{}</span>').format(g.translate("ukjent"))
    shown = tonnes(value.value, step)
    if sign and shown.strip("0,"):
        shown = sign + shown
    if value.bound is Bound.EXACT:
        return Markup.escape(shown)
    return Markup('<span class="bound">{}</span> {}').format(g.translate(value.bound.value), shown)


def said(sentence: Text | Finding | Question | Skipped) -> str:
    """The sentence in the municipality's language."""
    return sentence.shown(g.translate)


def adjusted(budget: Budget) -> list[str]:
    """That the emissions are adjusted by the municipality, or that adjustments are left out."""
    return [said(sentence) for sentence in told(budget)]


def file_named(text: str) -> Markup:
    """What may hold the name of a file, which is broken after a line below and not in a word."""
    return Markup(str(Markup.escape(text)).replace("_", "_<wbr>"))


def day(value: date | datetime) -> str:
    return show_day(value)


def moment(value: datetime) -> str:
    return show_moment(value)


def _decimal(value: Number) -> Decimal:
    if isinstance(value, Fraction):
        return Decimal(value.numerator) / Decimal(value.denominator)
    return Decimal(value)
