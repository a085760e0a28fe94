"""What a table of measures does to a draft: Oslo's own, what stays, and all that stops it."""

from __future__ import annotations

import csv
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from climatebudget import catalogue
from climatebudget.core import exchange
from climatebudget.core.budget import Control
from climatebudget.core.findings import Level
from climatebudget.core.measure import Basis, Book, CostKind, Decision, Effect, InPath, effect_in
from climatebudget.core.measure_import import imported
from climatebudget.core.measure_table import proposed
from climatebudget.core.quantity import tonnes
from climatebudget.core.table import Row
from climatebudget.sheets.measure_sheets import read
from tests.measure_tables import (
    DATA,
    NAMES,
    OSLO,
    answers,
    done,
    draft,
    oslo,
    stops,
    stored,
    table,
)
from tests.tables import measures

CARS = "veitrafikk/personbiler"
DEMO = OSLO.parents[1] / "oslo-2023.json"


def of_the_demo():
    """The measures that scripts/make_demo.py made of the same table, by number."""
    found, wrong = exchange.loads(DEMO.read_bytes(), catalogue.sources())
    assert found, wrong
    return {m.number: m for m in found.budget_years[0].measures}


def with_cell(found, row, letter, value):
    """The table with one cell changed."""
    rows = tuple(
        replace(r, cells={**r.cells, letter: value}) if r.number == row else r for r in found.rows
    )
    return replace(found, rows=rows)


def codes(import_):
    return [finding.code for finding in import_.findings]


# ---- Oslo's own table ----------------------------------------------------------------------------


def test_oslos_published_table_gives_its_measures_to_the_tonne():
    found = done(oslo())
    assert (len(found.added), found.changed, found.gone, found.skipped) == (27, (), (), ())
    assert sum(m.effect(2023) or 0 for m in found.added) == 75_300
    assert sum(m.effect(2030) or 0 for m in found.added) == 336_350
    assert found.may_store


def test_what_is_quantified_is_what_the_demo_has_made_of_the_same_table():
    ours = {m.number: m for m in done(oslo()).added}
    demo = of_the_demo()
    assert ours.keys() == demo.keys()
    for number, theirs in demo.items():
        measure = ours[number]
        assert measure.quantified == theirs.quantified, number
        assert measure.effects == theirs.effects, number  # code, tonnes and where they stand
        assert (measure.code, measure.group) == (theirs.code, theirs.group), number
        assert measure.responsible == theirs.responsible, number


def test_texts_are_kept_as_the_source_wrote_them():
    with OSLO.open(encoding="utf-8", newline="") as file:
        rows = {row["no"]: row for row in csv.DictReader(file)}
    for measure in done(oslo()).added:
        row = rows[str(measure.number)]
        assert measure.name == row["measure"]
        assert measure.responsible == row["responsible_star_is_reporting"]
        assert measure.group == row["group_unreliable"]


def test_a_word_in_place_of_a_number_is_why_and_a_blank_is_not_explained():
    why = {m.number: m.why for m in done(oslo()).added if not m.quantified}
    assert why[3] == "Not calculated"
    assert why[7] == "Facilitating mitigation measures"
    assert why[8] == "Tom celle i kilden"
    assert len(why) == 10


def test_each_word_in_place_of_a_number_is_counted():
    words = {
        f.values["word"]: (f.values["count"], f.level)
        for f in done(oslo()).findings
        if f.code == "word"
    }
    assert words == {
        "Not calculated": (3, Level.INFO),
        "Facilitating mitigation measures": (2, Level.INFO),
    }


def test_it_is_asked_once_for_each_column_what_its_comma_means():
    asked = done(oslo(), given={}).questions
    marks = [q for q in asked if q.code.startswith("mark-")]
    assert [q.code for q in marks] == ["mark-F", "mark-G"]
    assert [c.label for c in marks[0].choices] == ["17\u00a0200", "17,2"]
    assert "«17,200»" in marks[0].message
    assert not [q for q in asked if q.code.startswith("place-")]


def test_nothing_is_stored_before_every_question_is_answered():
    found = done(oslo(), given={"mark-F": ".", "mark-G": "tusen"})
    assert not found.may_store
    assert "mark-G" in {q.code for q in found.questions}
    assert "mark-F" not in {q.code for q in found.questions}


def test_the_other_answer_gives_the_other_numbers():
    found = done(oslo(), given=answers(oslo(), draft(), mark=","))
    assert found.added[3].effect(2023) == Decimal("17.2")


def test_the_first_with_a_star_answers_and_everybody_is_nobody():
    departments = {m.number: m.department for m in done(oslo()).added}
    assert departments[1] == "REG"  # REG*, EBY
    assert departments[5] == "UKE"  # All*, UKE*
    assert departments[2] == "Hafslund Oslo Celsio/KON"
    assert departments[4] == ""
    assert len(done(oslo()).departments) == 10


def test_a_unit_may_be_a_department_that_is_there_or_none():
    budget = draft(departments=("Renovasjons- og gjenvinningsetaten", "uke"))
    given = answers(oslo(), budget)
    assert "department-uke" not in given  # known, however it is cased
    given |= {
        "department-reg": "Renovasjons- og gjenvinningsetaten",
        "department-bym": "-",
    }
    found = done(oslo(), budget, given)
    by_number = {m.number: m.department for m in found.added}
    assert by_number[1] == "Renovasjons- og gjenvinningsetaten"
    assert (by_number[5], by_number[12]) == ("uke", "")
    assert {"REG", "UKE", "BYM"}.isdisjoint(found.departments)


def test_the_sum_row_is_checked_and_not_imported():
    found = done(oslo())
    assert [(s.year, s.tonnes, s.stated, s.agrees) for s in found.sums] == [
        (2023, 75_300, 74_300, False),
        (2030, 336_350, 336_350, True),
    ]
    assert found.controls == (
        Control(2023, Decimal(74_300), "oslo_2023_measures.csv, rad 29, kolonne F"),
        Control(2030, Decimal(336_350), "oslo_2023_measures.csv, rad 29, kolonne G"),
    )
    [differs] = [f for f in found.findings if f.code == "stated-sum"]
    assert differs.message == (
        "Radene gir 75\u00a0300 tonn for 2023. Tabellens egen sum er 74\u00a0300. "
        "Forskjellen er 1\u00a0000 tonn."
    )
    assert str(differs.where) == "F29"


def test_the_same_table_over_itself_touches_nothing():
    first = done(oslo())
    budget = stored(first, draft())
    again = done(oslo(), budget)
    assert (len(again.untouched), again.added, again.changed) == (27, (), ())
    assert (again.departments, again.controls) == ((), first.controls)
    assert again.may_store


def test_the_same_table_under_another_name_touches_nothing():
    """Where a figure stands is told anew only when the figure is."""
    budget = stored(done(oslo()), draft())
    assert len(done(replace(oslo(), file_name="kopi.csv"), budget).untouched) == 27


def test_one_changed_cell_is_one_changed_measure():
    budget = stored(done(oslo()), draft())
    found = done(with_cell(oslo(), 2, "F", "201"), budget)
    [change] = found.changed
    assert len(found.untouched) == 26
    assert (change.before.effect(2023), change.after.effect(2023)) == (200, 201)
    assert change.after.effects[0].cites[2023] == "oslo_2023_measures.csv, rad 2, kolonne F"
    assert change.after == replace(change.before, effects=change.after.effects)


def test_a_word_over_a_stored_figure_makes_it_unknown():
    budget = stored(done(oslo()), draft())
    found = with_cell(with_cell(oslo(), 2, "F", "Not calculated"), 2, "G", "Not calculated")
    [change] = done(found, budget).changed
    assert (change.after.basis, change.after.why) == (Basis.UNQUANTIFIED, "Not calculated")
    assert change.after.effects == ()


def test_sub_rows_of_a_published_table_are_told_of_and_not_imported():
    file = DATA / "oslo_2022_tabell_2_2a_partial_published.csv"
    found = done(read(file, file.name))
    assert [m.number for m in found.added] == [1, 2, 3, 4]
    assert [(s.row, s.shown()) for s in found.skipped] == [
        (3, "Raden har verken nummer eller tall. Den hører til klimatiltak 1 over."),
        (6, "Raden har verken nummer eller tall. Den hører til klimatiltak 3 over."),
        (7, "Raden har verken nummer eller tall. Den hører til klimatiltak 3 over."),
    ]
    assert found.added[0].why == "Included in projection"
    assert (found.added[1].effect(2022), found.added[1].effect(2025)) == (2700, 2600)
    assert found.added[2].code == "avfall-og-avlop/avfallsdeponigass"


def test_a_place_nobody_knows_is_asked_about_once():
    file = DATA / "oslo_2022_tabell_2_2a_partial_published.csv"
    found = read(file, file.name)
    given = answers(found, draft()) | {"place-fossil fuel heating": "oppvarming/ufordelt"}
    assert done(found, given=given).added[0].code == "oppvarming/ufordelt"
    open_ = [q for q in done(found, given={}).questions if q.code.startswith("place-")]
    assert [q.values["count"] for q in open_] == [1, 1, 1]
    assert open_[0].choices[-1].label == "Vet ikke"
    assert len({c.value for c in open_[0].choices}) == len(open_[0].choices)


# ---- what stays and what is changed --------------------------------------------------------------

BUSES = measures("""
    nr | klimatiltak | sektor  | utslippskilde        | 2027 | 2030
    1  | Elbusser    | Bymiljø | veitrafikk/busser    | 120  | 240
    2  | Elbiler     | Bymiljø | veitrafikk/personbiler |    |
""")


def test_only_what_the_table_has_a_column_for_is_changed():
    full = replace(BUSES[0], position="Avdelingsleder", contact="Kari", method="Kjørelengde")
    found = done("nr | klimatiltak | 2027\n1 | Elektriske busser | 120", draft(full))
    assert found.changed[0].after == replace(full, name="Elektriske busser")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Sykkelvei til skolen", True),
        ("Nye biler for alle", True),
        ("Bytte til elbusser", False),
        ("elbusser", False),
    ],
)
def test_a_number_with_an_entirely_different_name_is_pointed_out(name, told):
    """Number 1 may be another measure in the file; a word they share says it is the same."""
    found = done(f"nr | klimatiltak | 2027\n1 | {name} | 120", draft(*BUSES))
    said = [f.message for f in found.findings if f.code == "other-name"]
    assert (
        said
        == [
            f"Nummer 1 har et helt annet navn i filen: «Elbusser» her, «{name}» i filen. "
            "Kontroller at det er samme klimatiltak."
        ]
        * told
    )
    assert found.may_store  # it is to be looked at, and may be right


def test_a_measure_whose_number_waits_for_an_answer_is_named_as_such():
    """«1.250» waits for what its mark means, and is not «not quantified» meanwhile."""
    rows = "nr | klimatiltak | 2027\n1 | Elbusser | 1.250\n2 | Elbiler |"
    assert done(rows, given={}).waits == {1}
    assert done(rows, given={"mark-C": "."}).waits == frozenset()


def test_a_blank_cell_leaves_a_text_and_empties_a_number():
    measure = replace(BUSES[0], change="Diesel blir strøm")
    [change] = done("nr | klimatiltak | hva endres | 2027\n1 | | |", draft(measure)).changed
    assert change.after.name == "Elbusser"
    assert change.after.change == "Diesel blir strøm"
    assert (change.after.effect(2027), change.after.effect(2030)) == (None, 240)
    assert change.after.basis is Basis.CALCULATED  # 2030 is still a figure


def test_what_the_draft_has_and_the_table_lacks_is_told_and_stays():
    found = done("nr | klimatiltak\n1 | Elbusser", draft(*BUSES))
    assert (found.untouched, found.gone) == ((BUSES[0],), (BUSES[1],))


def test_without_numbers_a_measure_is_known_by_its_name():
    found = done("klimatiltak | 2030\nELBUSSER  | 250\nSykkelvei | 3", draft(*BUSES))
    assert [c.after.number for c in found.changed] == [1]
    assert [(m.number, m.name) for m in found.added] == [(3, "Sykkelvei")]


def test_two_in_the_draft_of_one_name_need_a_number():
    twins = (BUSES[0], replace(BUSES[1], name="Elbusser"))
    assert stops(done("klimatiltak\nElbusser", draft(*twins))) == ["name-twice"]


def test_an_estimate_stays_an_estimate_until_the_table_says_otherwise():
    measure = replace(BUSES[0], basis=Basis.ESTIMATED)
    [change] = done("nr | klimatiltak | 2027\n1 | Elbusser | 130", draft(measure)).changed
    assert change.after.basis is Basis.ESTIMATED
    text = "nr | klimatiltak | tallgrunnlag | 2027\n1 | Elbusser | Beregnet | 130"
    assert done(text, draft(measure)).changed[0].after.basis is Basis.CALCULATED


def test_why_a_person_wrote_it_is_not_quantified_stands_while_the_cell_is_blank():
    measure = replace(BUSES[1], why="Vi mangler kjørelengder")
    text = "nr | klimatiltak | 2027\n2 | Elbiler | {}"
    assert done(text.format(""), draft(measure)).untouched == (measure,)
    assert done(text.format("Legger til rette"), draft(measure)).changed[0].after.why == (
        "Legger til rette"
    )


def test_the_range_and_source_of_a_figure_go_when_the_figure_does():
    told = Effect(
        CARS,
        tonnes({2027: Decimal(10), 2030: Decimal(20)}),
        low=tonnes({2027: Decimal(5), 2030: Decimal(15)}),
        cites={2027: "notat 1", 2030: "notat 2"},
    )
    measure = replace(BUSES[0], code=CARS, effects=(told,))
    [change] = done(
        "nr | klimatiltak | 2027 | 2030\n1 | Elbusser | 11 | 20", draft(measure)
    ).changed
    [after] = change.after.effects
    assert after.low.by_year == {2030: 15}
    assert after.cites == {2027: "tiltak.csv, rad 2, kolonne C", 2030: "notat 2"}


def test_a_cut_in_several_places_stands_while_the_table_has_their_sum():
    parts = tuple(effect_in(c, {2027: Decimal(v)}) for c, v in ((CARS, 30), ("sjofart/ferjer", 12)))
    measure = replace(BUSES[0], effects=parts)
    text = "nr | klimatiltak | 2027\n1 | Elbusser | {}"
    assert done(text.format(42), draft(measure)).untouched == (measure,)
    found = done(text.format(43), draft(measure))
    assert stops(found) == ["several-places"]
    assert "flere utslippskilder" in found.skipped[0].shown()


def test_another_book_than_the_budgets_is_left_alone():
    bought = replace(effect_in("ufordelt", {2027: Decimal(7)}), book=Book.INDIRECT)
    measure = replace(BUSES[0], effects=(*BUSES[0].effects, bought))
    [change] = done("nr | klimatiltak | 2027\n1 | Elbusser | 121", draft(measure)).changed
    assert bought in change.after.effects
    assert change.after.effect(2027) == 121


def test_a_new_place_takes_the_figures_with_it():
    text = "nr | klimatiltak | utslippskilde | 2027 | 2030\n1 | Elbusser | Personbiler | 120 | 240"
    [change] = done(text, draft(*BUSES)).changed
    assert change.after.code == CARS
    assert [(e.code, e.yearly[2030]) for e in change.after.effects] == [(CARS, 240)]


def test_costs_are_read_in_thousands_and_a_word_is_unknown():
    [measure] = done("""
        nr | klimatiltak | drift 2027 | investering 2028 | investering 2029
        1  | Elbusser    | 1 250,5    | -40              | avklares
    """).added
    assert measure.cost(CostKind.OPERATING).by_year == {2027: Decimal("1250.5")}
    assert measure.cost(CostKind.INVESTMENT).by_year == {2028: Decimal(-40)}
    assert measure.basis is Basis.UNQUANTIFIED


def test_choices_are_read_in_the_words_of_the_form():
    [measure] = done("""
        nr | klimatiltak | beslutning | referansebane | oppstart | full virkning | klimakur
        1  | Elbusser    | Vedtatt    | med i banen   | 2027     | 2029          | klimakur2030/T01
    """).added
    assert (measure.decision, measure.in_path) == (Decision.ADOPTED, InPath.INCLUDED)
    assert (measure.start, measure.full, measure.category.code) == (2027, 2029, "T01")


def test_another_cell_of_the_column_decides_what_a_mark_means():
    found = done("nr | klimatiltak | 2027\n1 | Elbusser | 1.250\n2 | Elbiler | 3,5", given={})
    assert found.questions == ()
    assert found.added[0].effect(2027) == 1250


def test_a_department_somebody_has_chosen_stands_while_the_responsible_do():
    """The demo calls REG Renovasjons- og gjenvinningsetaten; reading in again asks nothing."""
    measure = replace(BUSES[0], responsible="REG*, EBY", department="Renovasjonsetaten")
    text = "nr | klimatiltak | ansvarlig\n1 | Elbusser | {}"
    assert done(text.format("REG*, EBY"), draft(measure), given={}).untouched == (measure,)
    [asked] = done(text.format("EBY*, REG"), draft(measure), given={}).questions
    assert asked.code == "department-eby"


# ---- what stops it -------------------------------------------------------------------------------


def test_text_is_text():
    texts = ["=1+1", "<script>alert(1)</script>", "{{7*7}}", "@SUM(A1)", "+47 22", "%(x)s"]
    rows = "\n".join(f"{n} | {text} | {text}" for n, text in enumerate(texts, start=1))
    found = done(f"nr | klimatiltak | ansvarlig stilling\n{rows}")
    assert [m.name for m in found.added] == [m.position for m in found.added] == texts
    assert found.may_store


@pytest.mark.parametrize(
    "row, code, sentence",
    [
        (
            "x | Elbusser | 5",
            "number",
            "«x» er ikke et nummer. Skriv et helt tall, for eksempel 7.",
        ),
        ("0 | Elbusser | 5", "number", "«0» er ikke et nummer."),
        ("-3 | Elbusser | 5", "number", "«-3» er ikke et nummer."),
        ("1,5 | Elbusser | 5", "number", "«1,5» er ikke et nummer."),
        ("123456 | Elbusser | 5", "number", "«123456» er ikke et nummer."),
        (" | Elbusser | 5", "number", "Raden har tall, men ikke nummer."),
        ("1 | | 5", "no-name-in-row", "Raden har tall, men ikke navn på klimatiltaket."),
        ("1 | Elbusser | =1+1", "not-a-number", "«=1+1» er ikke et tall."),
        ("1 | Elbusser | 12..5", "not-a-number", "«12..5» er ikke et tall."),
        ("1 | Elbusser | 9999999999999", "not-a-number", "er ikke et tall vi kan bruke"),
    ],
)
def test_a_row_that_must_be_put_right_says_how_and_where(row, code, sentence):
    found = done(f"nr | klimatiltak | 2030\n{row}\n2 | Elbiler | 7")
    assert stops(found) == [code]
    [finding] = [f for f in found.findings if f.stops]
    assert sentence in finding.message
    assert finding.where.row == 2 and finding.where.column
    assert not found.may_store
    assert [m.number for m in found.added] == [2]
    assert [s.row for s in found.skipped] == [2]


@pytest.mark.parametrize(
    "heading, cell, code",
    [
        ("beslutning", "kanskje", "unknown-word"),
        ("referansebane", "ja", "unknown-word"),
        ("finansiering", "gratis", "unknown-word"),
        ("tallgrunnlag", "gjettet", "unknown-word"),
        ("tallgrunnlag", "ikke tallfestet", "basis-figures"),
        ("klimakur", "T999", "unknown-word"),
        ("oppstart", "snart", "year"),
        ("oppstart", "1066", "year"),
        ("kommune", "Bergen", "another-municipality"),
        ("kommune", "4601", "another-municipality"),
    ],
)
def test_a_cell_with_what_we_do_not_know_stops(heading, cell, code):
    assert stops(done(f"nr | klimatiltak | 2030 | {heading}\n1 | Elbusser | 5 | {cell}")) == [code]


def test_full_effect_before_the_start_stops():
    text = "nr | klimatiltak | oppstart | full virkning\n1 | Elbusser | 2029 | 2027"
    assert stops(done(text)) == ["full-before-start"]


@pytest.mark.parametrize("cell", ["Oslo", "oslo kommune", "0301", "301", "K-0301", "0301 Oslo"])
def test_ones_own_municipality_is_known_however_it_is_written(cell):
    assert done(f"nr | klimatiltak | kommune\n1 | Elbusser | {cell}").may_store


def test_another_municipality_is_told_of_once_for_all_its_rows():
    rows = "\n".join(f"{n} | Tiltak {n} | Bergen" for n in range(1, 40))
    found = done(f"nr | klimatiltak | kommune\n{rows}")
    assert stops(found) == ["another-municipality"]
    assert (len(found.skipped), found.added) == (39, ())


def test_a_number_twice_names_both_rows():
    found = done("nr | klimatiltak\n4 | Elbusser\n5 | Elbiler\n4 | Sykkelvei")
    [finding] = [f for f in found.findings if f.stops]
    assert (finding.code, str(finding.where)) == ("number-twice", "A4")
    assert "rad 2 og 4" in finding.message


def test_a_name_twice_needs_numbers():
    assert stops(done("klimatiltak | 2030\nElbusser | 1\nelbusser | 2")) == ["name-twice"]


def test_two_sum_rows_are_named_and_stop():
    found = done("""
        nr   | klimatiltak | 2030
        1    | Elbusser    | 5
        SUM  | Delsum      | 5
        Sum  | I alt       | 5
    """)
    [finding] = [f for f in found.findings if f.stops]
    assert finding.code == "two-sums"
    assert "rad 3 og 4" in finding.message
    assert found.controls == ()


@pytest.mark.parametrize(
    "name, is_sum",
    [
        ("Sum", True),
        ("SUM:", True),
        ("Totalt", True),
        ("I alt", True),
        ("Total effekt av klimatiltak", True),
        ("Aggregated effect of measures in the Climate Budget", True),
        ("Totalforbud mot fossile byggeplasser", False),
        ("Summere strømforbruket", False),
        ("Total rehabilitering av rådhuset", False),
    ],
)
def test_a_sum_is_known_by_its_name_where_there_is_no_number(name, is_sum):
    found = done(f"klimatiltak | 2030\nElbusser | 5\n{name} | 5")
    assert (len(found.total_rows), len(found.added)) == ((1, 1) if is_sum else (0, 2))


@pytest.mark.parametrize("code", ["no-name", "two-columns"])
def test_columns_that_cannot_be_so_stop_before_any_row_is_read(code):
    columns = {"B": ""} if code == "no-name" else {"C": "number"}
    found = done("nr | klimatiltak | 2030\n1 | Elbusser | 5", given={}, **columns)
    assert stops(found) == [code]
    assert (found.added, found.questions) == ((), ())


def test_a_deleted_heading_is_a_column_a_person_must_choose():
    found = table("nr | | 2030\n1 | Elbusser | 5")
    assert stops(done(found)) == ["no-name"]
    assert done(found, B="name").added[0].name == "Elbusser"


def test_a_column_there_is_not_is_a_mistake_of_ours():
    with pytest.raises(ValueError, match="no column Z"):
        done("nr | klimatiltak\n1 | Elbusser", given={}, Z="change")


@pytest.mark.parametrize(
    "key, most",
    [
        ("name", 200),
        ("position", 200),
        ("change", 10_000),
        ("responsible", 10_000),
        ("why", 10_000),
    ],
)
def test_a_text_may_be_as_long_as_in_the_form(key, most):
    found = table("nr | klimatiltak | tekst\n1 | Elbusser | x")
    columns = {"B": "", "C": "name"} if key == "name" else {"C": key}
    given = {"department-" + "x" * 200: "-"}
    fits = done(with_cell(found, 2, "C", "x" * most), given=given, **columns)
    assert stops(fits) == []
    over = done(with_cell(found, 2, "C", "x" * (most + 1)), given=given, **columns)
    assert "too-long" in stops(over)


def test_a_number_among_words_is_pointed_out():
    """«ca. 500» is no number and may be meant as one."""
    found = done("nr | klimatiltak | 2030\n1 | Elbusser | ca. 500")
    [finding] = [f for f in found.findings if f.code == "word-with-digits"]
    assert finding.level is Level.EXPLAIN
    assert found.added[0].effect(2030) is None


def test_a_table_without_measures_stops():
    assert stops(done("nr | klimatiltak | 2030\nSUM | I alt | 5")) == ["no-measures"]


# ---- sums that must close ------------------------------------------------------------------------

CELLS = st.sampled_from(
    [
        "",
        "1",
        "2",
        "3",
        "0",
        "SUM",
        "sum",
        "x",
        "Elbusser",
        "Elbiler",
        "5",
        "17,2",
        "1.250",
        "-",
        "ukjent",
    ]
)


@settings(deadline=None, max_examples=150)
@given(
    rows=st.lists(st.tuples(CELLS, CELLS, CELLS, CELLS), max_size=8),
    with_numbers=st.booleans(),
)
def test_every_row_of_a_table_is_accounted_for(rows, with_numbers):
    found = table("nr | klimatiltak | 2027 | 2030\n1 | Elbusser | 5 | 6")
    found = replace(
        found,
        rows=tuple(
            Row(n, {at: c for at, c in zip("ABCD", cells, strict=True) if c})
            for n, cells in enumerate(rows, start=2)
        ),
    )
    budget = draft(*BUSES)
    mapping = {"A": "number" if with_numbers else "group", "B": "name"}
    mapping |= {"C": "effect-2027", "D": "effect-2030"}
    for given_ in ({}, {"mark-C": ".", "mark-D": ","}):
        result = imported(found, mapping, given_, budget, NAMES)
        became = (*result.added, *result.changed, *result.untouched)
        assert len(became) + len(result.skipped) + len(result.total_rows) == len(found.rows)
        touched = len(result.changed) + len(result.untouched)
        if result.may_store:
            assert touched + len(result.gone) == len(budget.measures)


@settings(deadline=None, max_examples=60)
@given(cuts=st.lists(st.decimals(min_value=0, max_value=10**6, places=6), min_size=1, max_size=20))
def test_the_rows_make_the_sum_and_come_back_untouched(cuts):
    """To the gram, whatever the decimals."""
    whole = sum(cuts, Decimal(0))
    found = table("nr | klimatiltak | 2030\n1 | Elbusser | 5")
    lines = [Row(n + 1, {"A": Decimal(n), "B": f"T{n}", "C": v}) for n, v in enumerate(cuts, 1)]
    found = replace(found, rows=(*lines, Row(len(cuts) + 2, {"B": "Sum", "C": whole})))
    first = done(found)
    [total] = first.sums
    assert (total.tonnes, total.agrees) == (whole, True)
    again = done(found, stored(first, draft()))
    assert len(again.untouched) == len(cuts)
    assert proposed(found, draft(), NAMES)["C"] == "effect-2030"
