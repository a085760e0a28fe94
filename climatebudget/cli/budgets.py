"""What one version says: to read, to mend, and as the annex of the politicians."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from climatebudget.cli.context import budget_of, json_wanted, main, now, one_version
from climatebudget.core.field import show_exact
from climatebudget.files import written_whole
from climatebudget.terminal import (
    WORKBOOK,
    answered,
    as_json,
    heading,
    plain,
    table,
    totals,
    working,
)

if TYPE_CHECKING:
    from climatebudget.core.acceptance import Remark
    from climatebudget.core.budget import Budget


@main.command()
@one_version
@json_wanted
def statement(number: str, year: int, slug: str, wants_json: bool) -> None:
    """Vis klimabudsjettet: bane, kutt, ramme og det som gjenstår."""
    from climatebudget.core.sentence import top

    budget, ledger = budget_of(number, year, slug)
    sentences = [text.shown() for text in top(budget, ledger)]
    if wants_json:
        said = {"top": sentences, "adjustments": budget.adjustments, "statement": ledger}
        return click.echo(as_json({**_which(budget), **said}))
    click.echo(heading(budget))
    click.echo(" ".join(sentences) + "\n")
    click.echo(totals(ledger))
    if budget.adjustments:
        click.echo("\n" + _adjusted(budget))


def _adjusted(budget: Budget) -> str:
    """What the municipality adds to the published inventory, in a column of its own, and what
    rests on another edition; only the years that are adjusted."""
    from climatebudget.core.adjustments import adjustment_of
    from climatebudget.core.checks.adjustments import told

    sentences = " ".join(text.shown() for text in told(budget))
    if budget.inventory is None or not budget.inventory.adjustments:
        return sentences
    added, whole = adjustment_of(budget.inventory), budget.inventory.total
    rows = [
        (year, *map(show_exact, (whole.by_year[year] - value, value, whole.by_year[year])))
        for year, value in added.items()
    ]
    head = ("Utslipp, tonn CO₂e", "Før justering", "Justering", "Sum")
    return f"{sentences}\n{table(head, rows)}"


def _which(budget: Budget) -> dict[str, Any]:
    return {
        "municipality": budget.municipality,
        "budget_year": budget.budget_year,
        "version": budget.version,
        "edition": budget.edition and budget.edition.slug,
        "reference_year": budget.reference_year,
    }


@main.command()
@one_version
@json_wanted
def reconcile(number: str, year: int, slug: str, wants_json: bool) -> None:
    """Vis hva som ikke går opp eller mangler."""
    from climatebudget.core.acceptance import remarks
    from climatebudget.core.reconcile import reconcile

    budget, ledger = budget_of(number, year, slug)
    found = remarks(reconcile(budget, ledger), budget.acceptances)
    if wants_json:
        return click.echo(as_json({**_which(budget), "findings": [_answered(r) for r in found]}))
    click.echo(heading(budget))
    click.echo(answered(found) or "Alt går opp.")


def _answered(remark: Remark) -> dict[str, Any]:
    """A finding with its acceptance: null where there is none, or the figures are others."""
    return {**plain(remark.finding), "accepted": remark.accepted, "lapsed": remark.lapsed}


@main.command()
@one_version
@click.option("--out", type=WORKBOOK, required=True, help="Arbeidsboken som skal skrives, .xlsx.")
def annex(number: str, year: int, slug: str, out: Path) -> None:
    """Skriv vedlegget til politikerne som Excel-arbeidsbok."""
    from climatebudget.core import canonical
    from climatebudget.core.reconcile import reconcile
    from climatebudget.sheets import annexes
    from climatebudget.translations import translator

    budget, ledger = budget_of(number, year, slug)
    with working("Skriver vedlegget"):
        data = annexes.annex(
            budget,
            ledger,
            reconcile(budget, ledger),
            translate=translator(budget.municipality.language),
            now=budget.version.frozen_at or now(),
            digest=budget.version.sha256 or canonical.digest(canonical.canonical(budget)),
        )
    with written_whole(out, replace=True) as part:
        part.write_bytes(data)
    click.echo(f"{out} er skrevet.")
