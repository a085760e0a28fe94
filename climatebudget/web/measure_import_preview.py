"""What a preview says of a table of measures: counts, sentences, and the sums beside each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from climatebudget.core.budget import Budget
from climatebudget.core.findings import Finding
from climatebudget.core.measure import Measure
from climatebudget.core.measure_import import Change, Import
from climatebudget.core.measure_table import EFFECT
from climatebudget.core.text import N_, Text
from climatebudget.web import measure_text
from climatebudget.web.forms import capitalised, say
from climatebudget.web.measure_form import own_effects


@dataclass(frozen=True)
class Difference:
    """A measure that is changed, and each field of it that is: what it is called, before, after."""

    measure: Measure
    fields: list[tuple[str, str, str]]


def lead(done: Import, stops: int, open_questions: int) -> Text:
    """What the file leads to, in a sentence."""
    if stops:
        text = N_("Tabellen kan ikke leses inn slik den er: én ting må rettes.")
        several = N_("Tabellen kan ikke leses inn slik den er: %(stops)s ting må rettes.")
        return Text(text if stops == 1 else several, {"stops": stops})
    found = len(done.added) + len(done.changed) + len(done.untouched)
    if not found:
        return Text(N_("Vi fant ingen klimatiltak i filen."))
    if not done.added and not done.changed and not open_questions:
        return Text(N_("Alt i filen står i utkastet fra før."))
    return Text(
        N_("Vi fant ett klimatiltak i filen.")
        if found == 1
        else N_("Vi fant %(found)s klimatiltak i filen."),
        {"found": found},
    )


def differences(changed: Iterable[Change], budget: Budget) -> list[Difference]:
    return [
        Difference(change.after, measure_text.differences(budget, change.before, change.after))
        for change in changed
    ]


def years(measures: Iterable[Measure], mapping: Mapping[str, str], budget: Budget) -> list[int]:
    """The years that the table has cuts for, and those that some measure has a figure for."""
    effects = [e for m in measures for e in own_effects(m, budget)]
    columns = (key.removeprefix(f"{EFFECT}-") for key in mapping.values())
    return sorted({int(y) for y in columns if y.isdigit()} | {y for e in effects for y in e.yearly})


def ordered(findings: Iterable[Finding]) -> list[Finding]:
    """What must be put right stands first."""
    return sorted(findings, key=lambda finding: not finding.stops)


def told(done: Import, removed: bool) -> str:
    """What happened: «18 klimatiltak er lagt til, 3 er endret og 2 er fjernet.»"""
    counts = [
        (len(done.added), N_("%(count)s lagt til")),
        (len(done.changed), N_("%(count)s endret")),
        (len(done.gone) * removed, N_("%(count)s fjernet")),
        (len(done.untouched), N_("%(count)s uendret")),
    ]
    parts = [say(text, count=count) for count, text in counts if count]
    return say(N_("Tabellen er lest inn. Klimatiltak: %(parts)s."), parts=", ".join(parts))


def status(measure: Measure) -> str:
    return capitalised(say(measure.basis.value))
