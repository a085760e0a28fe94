"""Accepting a finding: it holds for the figures it was given for, and lapses with them."""

from __future__ import annotations

from dataclasses import replace

from climatebudget.core.acceptance import Acceptance, accepted, fingerprint, place_of, remarks
from climatebudget.core.findings import About, Cell, Finding, Level

FINDING = Finding(
    "stated-sum",
    "Tabellen oppgir %(stated)s tonn. Radene gir %(found)s.",
    {"stated": "74 300", "found": "75 300"},
    where=About("version", year=2023),
)
REASON = "Tabellen har en trykkfeil."


def given(finding: Finding) -> Acceptance:
    return Acceptance(finding.code, place_of(finding), fingerprint(finding), REASON)


def test_an_accepted_finding_carries_its_reason():
    assert accepted([FINDING], [given(FINDING)])[0].reason == REASON


def test_it_lapses_when_a_figure_changes():
    moved = replace(FINDING, values={"stated": "74 300", "found": "75 400"})
    assert accepted([moved], [given(FINDING)]) == {}


def test_another_wording_changes_nothing():
    reworded = replace(FINDING, text="%(found)s tonn, ikke %(stated)s.")
    assert list(accepted([reworded], [given(FINDING)])) == [0]


def test_the_same_figures_elsewhere_are_another_finding():
    elsewhere = replace(FINDING, where=About("version", year=2030))
    assert accepted([elsewhere], [given(FINDING)]) == {}


def test_what_stops_the_next_step_cannot_be_explained_away():
    stopping = replace(FINDING, level=Level.STOPS)
    assert accepted([stopping], [given(stopping)]) == {}


def test_a_place_is_written_out():
    assert place_of(FINDING) == "version//2023"
    assert place_of(replace(FINDING, where=About("measure", "12"))) == "measure/12"
    assert place_of(replace(FINDING, where=Cell("Ark", 3, "B"))) == "«Ark», B3"
    assert place_of(replace(FINDING, where=None)) == ""


def test_each_finding_has_its_acceptance_or_the_one_that_lapsed():
    moved = replace(FINDING, where=About("version", year=2030))
    lapsed = replace(given(moved), fingerprint="0" * 16)
    silent = replace(FINDING, level=Level.INFO, where=None)
    stopping = replace(FINDING, level=Level.STOPS, where=About("edition"))
    found = remarks([FINDING, moved, silent, stopping], [given(FINDING), lapsed])
    assert [(r.accepted, r.lapsed) for r in found] == [
        (given(FINDING), None),
        (None, lapsed),
        (None, None),
        (None, None),
    ]
    assert [r.open for r in found] == [False, True, False, True]
