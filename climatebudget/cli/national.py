"""The measures held against a national report."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import click

from climatebudget.cli.context import budget_of, json_wanted, main, one_version
from climatebudget.core.field import read_number, show_number
from climatebudget.core.national import KLIMAKUR, KLIMATILTAK, NAMES, YEARS
from climatebudget.core.unit_cost import HIGHEST_RATE, LONGEST_LIFE, USUAL_RATE, Terms, unit_cost
from climatebudget.terminal import Kind, as_json, heading, one_word, plain, shown, table

if TYPE_CHECKING:
    from climatebudget.core.budget import Budget
    from climatebudget.core.measure import Measure
    from climatebudget.core.national import Answer
    from climatebudget.core.unit_cost import UnitCost


def _life(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= LONGEST_LIFE):
        raise ValueError(f"«{text}» kan ikke være en levetid. Skriv hele år fra 1 til 100.")
    return int(text)


def _rate(text: str) -> Decimal:
    rate = read_number(text)
    if not 0 <= rate <= HIGHEST_RATE:
        raise ValueError(f"Renten er {text} prosent. Skriv et tall fra 0 til {HIGHEST_RATE}.")
    return rate


@main.command()
@one_version
@click.option(
    "--report",
    type=one_word("RAPPORT", KLIMAKUR, KLIMATILTAK),
    default=KLIMAKUR,
    show_default=True,
    help=f"{KLIMAKUR} eller {KLIMATILTAK}.",
)
@click.option("--life", type=Kind("ÅR", _life), help="Levetid for investeringene, for kr/tonn.")
@click.option(
    "--rate",
    type=Kind("PROSENT", _rate),
    default=str(USUAL_RATE),
    show_default=True,
    help="Kalkulasjonsrente, for kr/tonn.",
)
@json_wanted
def national(
    number: str,
    year: int,
    slug: str,
    report: str,
    life: int | None,
    rate: Decimal,
    wants_json: bool,
) -> None:
    """Vis hva klimatiltakene svarer på i Klimakur 2030 eller Klimatiltak i Norge 2025."""
    from climatebudget import catalogue
    from climatebudget.core.national import against, uncoupled, unknown

    budget, _ = budget_of(number, year, slug)
    answers = against([m for m in catalogue.klimakur() if m.report == report], budget)
    without, lost = uncoupled(budget), unknown(budget, catalogue.categories())
    terms = Terms(life, rate)
    if wants_json:
        return click.echo(
            as_json(
                {
                    "municipality": budget.municipality,
                    "budget_year": budget.budget_year,
                    "version": budget.version,
                    "edition": budget.edition and budget.edition.slug,
                    "report": report,
                    "terms": terms,
                    "answers": [_answer(a, budget, terms) for a in answers],
                    "uncoupled": [m.number for m in without],
                    "unknown": [m.number for m in lost],
                }
            )
        )
    click.echo(heading(budget))
    click.echo(_told(answers, budget, report, terms))
    click.echo(f"\nUten kobling: {_numbers(without)}\nUkjent kode: {_numbers(lost)}")


def _told(answers: tuple[Answer, ...], budget: Budget, report: str, terms: Terms) -> str:
    """What is answered, with our measures; then what nobody answers, the most emissions first."""
    from climatebudget.core.national import coverage, unanswered

    found, years = coverage(answers), YEARS[report]
    span = f"{years[0]}–{years[-1]}" if len(years) > 1 else str(years[0])
    own = [y for y in budget.budget_year.columns if y in years]
    answered = [
        (
            f"{a.national.code} {a.national.name}",
            show_number(a.national.kt),
            ", ".join(str(m.number) for m in a.measures),
            shown(a.cut) if a.years else "–",
            "; ".join(_price(m, unit_cost(m, budget, terms)) for m in a.measures),
        )
        for a in answers
        if a.measures
    ]
    missing = [
        (f"{a.national.code} {a.national.name}", shown(a.emitted, 1)) for a in unanswered(answers)
    ]
    head = (NAMES[report], f"kt {span}", "Klimatiltak", "Kutt, tonn", "Merutgift, kr/tonn")
    lines = [
        f"Besvart: {found.answered} av {found.emitting} som kommunen har utslipp for, "
        f"og {found.elsewhere} andre. Kuttene gjelder {len(own)} av {len(years)} år."
    ]
    lines += [table(head, answered)] if answered else []
    lines += [table(("Ubesvart", "Utslipp, tonn"), missing)] if missing else []
    return "\n\n".join(lines)


def _price(measure: Measure, found: UnitCost) -> str:
    if found.kroner is None:
        return f"{measure.number}: {found.lacks.value if found.lacks else ''}"
    exact = Decimal(found.kroner.numerator) / Decimal(found.kroner.denominator)
    return f"{measure.number}: {'minst ' * found.at_least}{show_number(exact)}"


def _numbers(measures: tuple[Measure, ...]) -> str:
    return ", ".join(str(m.number) for m in measures) or "ingen"


def _answer(answer: Answer, budget: Budget, terms: Terms) -> dict[str, Any]:
    """Exact figures; a measure by its number, with what its price is made of."""
    prices = {m.number: unit_cost(m, budget, terms) for m in answer.measures}
    return {**plain(answer), "measures": [{"number": n, **plain(p)} for n, p in prices.items()]}
