"""Each check has a case that fires and one that does not."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from climatebudget.core import reconcile
from climatebudget.core.acceptance import place_of
from climatebudget.core.budget import Control
from climatebudget.core.checks import words
from climatebudget.core.checks.sums import lead, sums_by_book
from climatebudget.core.checks.sums import sums as sums_of
from climatebudget.core.findings import Finding, Level
from climatebudget.core.inventory import Inventory
from climatebudget.core.measure import (
    FIELDS,
    Basis,
    Book,
    Category,
    Cost,
    CostKind,
    Decision,
    Financing,
    InPath,
)
from climatebudget.core.paths import Target
from climatebudget.core.quantity import Unit, Yearly, tonnes
from climatebudget.core.statement import statement
from tests.tables import budget, edition, history, measures, path

LORRIES = "veitrafikk/tunge"
YEARS = "2026 | 2027 | 2028 | 2029 | 2030"
WHOLE = {
    "change": "Tolv dieselbiler blir elektriske.",
    "position": "seksjonsleder",
    "start": 2026,
    "full": 2030,
    "method": "Antall biler ganger utslipp per bil.",
    "financing": Financing.WITHIN_FRAME,
    "indicator": "Elektriske biler",
}
GOOD = budget(
    measures(
        f"""
        nr | klimatiltak | sektor | utslippskilde          | {YEARS}
        1  | Bytte biler | Vei    | veitrafikk/personbiler | 10 | 20 | 30 | 40 | 50
        2  | Telle gods  | Vei    | veitrafikk/tunge       | 0  | 0  | 0  | 0  | 0
        """,
        **WHOLE,
    )
)


def codes(town) -> list[str]:
    return [f.code for f in reconcile.reconcile(town, statement(town))]


def found(town, code) -> Finding:
    return next(f for f in reconcile.reconcile(town, statement(town)) if f.code == code)


def test_a_budget_that_adds_up_has_no_findings():
    assert codes(GOOD) == []


def without_department(town):
    return replace(town, measures=tuple(replace(m, department="") for m in town.measures))


def in_the_path(town):
    inside = tuple(replace(m, in_path=InPath.INCLUDED) for m in town.measures)
    return replace(town, measures=inside, path=None)


LACKING = measures("""
    nr | klimatiltak | sektor | utslippskilde          | 2026 | 2030
    1  | Bytte biler | Vei    | veitrafikk/personbiler | 10   | 50
""")
GREEDY = measures(f"""
    nr | klimatiltak | sektor | utslippskilde   | {YEARS}
    1  | Bytte kjel  | Bygg   | oppvarming/olje | 0 | 0 | 0 | 0 | 21
""")
LOST = measures(f"""
    nr | klimatiltak | sektor | utslippskilde | {YEARS}
    1  | Spare       | Bygg   | ufordelt      | 1 | 2 | 3 | 4 | 5
""")
OIL = history("""
    utslippskilde          | 2009 | 2024
    veitrafikk/personbiler | 1000 | 600
    oppvarming/olje        | 250  | 20
""")
OPEN_SUM = Finding("stated-total", "Energiforsyning i 2013", where=None)


def test_published_statistics_are_direct_emissions():
    """A municipality's own account may be of another book, and says itself what it holds."""
    own = replace(GOOD, book=Book.OWN)
    assert "gjelder kommunens egen virksomhet, men" in found(own, "edition-other-book").message
    imported = replace(own, edition=edition(owner="0301"))
    assert "edition-other-book" not in codes(imported) and "edition-other-book" not in codes(GOOD)


@pytest.mark.parametrize(
    "town, code, level",
    [
        (replace(GOOD, edition=None, inventory=None), "no-edition", Level.STOPS),
        (replace(GOOD, targets=()), "no-target", Level.EXPLAIN),
        (
            replace(GOOD, targets=(Target(Decimal(55), 2030, 2010),)),
            "no-reference-year",
            Level.STOPS,
        ),
        (
            replace(GOOD, controls=(Control(2030, Decimal(60), "tabell 2, rad 29"),)),
            "stated-sum",
            Level.EXPLAIN,
        ),
        (replace(GOOD, edition=edition(findings=(OPEN_SUM,))), "edition-totals", Level.EXPLAIN),
        (replace(GOOD, inventory=OIL, measures=GREEDY), "below-zero", Level.EXPLAIN),
        (replace(GOOD, measures=LACKING), "effects-missing", Level.EXPLAIN),
        (replace(GOOD, path=path({2026: 990, 2030: 900})), "path-missing", Level.EXPLAIN),
        (without_department(GOOD), "no-department", Level.EXPLAIN),
        (in_the_path(GOOD), "in-no-path", Level.EXPLAIN),
        (replace(GOOD, measures=LOST), "no-source", Level.EXPLAIN),
        (replace(GOOD, inventory=OIL), "sector-without-measures", Level.INFO),
    ],
)
def test_a_check_fires_when_it_should(town, code, level):
    assert found(town, code).level is level
    assert code not in codes(GOOD)


def test_the_source_of_the_measures_may_state_its_sums():
    agrees = replace(GOOD, controls=(Control(2030, Decimal(50), "rad 29"),))
    assert "stated-sum" not in codes(agrees)


def test_oslos_sum_row_is_a_thousand_tonnes_off():
    oslo = budget(
        measures("""
            nr | klimatiltak | sektor | utslippskilde       | 2023
            1  | Resten      | KLI    | veitrafikk/ufordelt | 75300
        """),
        year=2023,
        controls=(Control(2023, Decimal(74_300), "oslo_2023_measures.csv, rad 29, kolonne F"),),
    )
    assert found(oslo, "stated-sum").message.replace("\u00a0", " ") == (
        "Tabellen oppgir 74 300 tonn for 2023. Radene gir 75 300. Forskjellen er 1 000 tonn. "
        "Kilde: oslo_2023_measures.csv, rad 29, kolonne F."
    )


def test_measures_may_cut_all_there_is_but_no_more():
    to_the_last = replace(GREEDY[0], effects=(replace(GREEDY[0].effects[0], yearly=LIMIT),))
    assert "below-zero" not in codes(replace(GOOD, inventory=OIL, measures=(to_the_last,)))


LIMIT = replace(GREEDY[0].effects[0].yearly, by_year=dict.fromkeys(range(2026, 2031), Decimal(20)))


def test_what_stops_comes_first():
    town = replace(without_department(GOOD), edition=None, inventory=None)
    findings = reconcile.reconcile(town, statement(town))
    assert [f.stops for f in findings] == sorted((f.stops for f in findings), reverse=True)


def test_a_broken_total_stops(monkeypatch):
    """The engine's own sums are checked too: a cut that no sector holds is found."""
    ledger = statement(GOOD)
    broken = replace(ledger, sectors={})
    found = [f for f in reconcile.reconcile(GOOD, broken) if f.code == "sum-of-parts"]
    assert found and all(f.stops for f in found)


def test_a_broken_inventory_stops():
    class Leaking(Inventory):
        @property
        def sectors(self):
            return {code: line - line for code, line in super().sectors.items()}

    leaking = Leaking(**vars(history()))
    town = replace(GOOD, inventory=leaking)
    assert found(town, "inventory-sum").stops


def test_errors_do_not_cancel_in_silence():
    off = (Control(2026, Decimal(5), "a"), Control(2027, Decimal(25), "b"))
    sums = sums_of(replace(GOOD, controls=off), statement(replace(GOOD, controls=off)))
    assert (sums.net, sums.absolute) == (0, 10)
    assert len(sums.checks) - sums.agreeing == 2


@pytest.mark.parametrize(
    "names, expected", [([1], "1"), ([1, 2], "1 og 2"), ([1, 2, 3], "1, 2 og 3")]
)
def test_a_list_in_words(names, expected):
    assert words.listed(names) == expected


def test_the_largest_difference_comes_first_and_in_words():
    stated = (Control(2026, Decimal(5), "a"), Control(2030, Decimal(1050), "b"))
    town = replace(GOOD, controls=stated)
    first, after = lead(sums_of(town, statement(town)))
    assert first.shown().replace("\u00a0", " ") == (
        "Det er 1 000 tonn forskjell i 2030: klimatiltakene gir 50 tonn, men kilden oppgir 1 050."
    )
    assert first.strong and "2 av 28 summer stemmer ikke" in after.shown()


@pytest.mark.parametrize(
    "stated, said",
    [
        ((), "Alle 26 summer stemmer."),
        ((Control(2026, Decimal(5), "a"),), "De 26 andre summene stemmer."),
    ],
)
def test_the_sums_that_agree_are_told_too(stated, said):
    town = replace(GOOD, controls=stated)
    assert lead(sums_of(town, statement(town)))[-1].shown() == said


def test_nothing_to_hold_together_is_said():
    town = replace(GOOD, inventory=None, measures=())
    [said] = lead(sums_of(town, statement(town)))
    assert said.shown() == "Det er ingen summer å avstemme ennå."


# ---- books ------------------------------------------------------------------------------------


def in_two_books(town):
    """A measure that cuts 7 tonnes a year of indirect emissions beside its direct ones."""
    car, *rest = town.measures
    indirect = replace(
        car.effects[0],
        book=Book.INDIRECT,
        yearly=tonnes(dict.fromkeys(range(2026, 2031), Decimal(7))),
    )
    return replace(town, measures=(replace(car, effects=(*car.effects, indirect)), *rest))


def test_each_book_has_sums_of_its_own():
    town = in_two_books(GOOD)
    books = sums_by_book(town, statement(town))
    assert list(books) == [Book.DIRECT, Book.INDIRECT]
    assert [c.whole for c in books[Book.INDIRECT].checks if c.year == 2030] == [7, 7, 7, 7]
    assert books[Book.DIRECT] == sums_of(GOOD, statement(GOOD))


def test_a_budget_in_one_book_has_one():
    assert list(sums_by_book(GOOD, statement(GOOD))) == [Book.DIRECT]


# ---- arithmetic -------------------------------------------------------------------------------


def test_the_cuts_are_counted_anew_by_source():
    """A cut that the statement lost is found, though sectors and departments agree."""
    ledger = statement(GOOD)
    lost = replace(GOOD, measures=GOOD.measures[1:])
    [wrong] = [
        f
        for f in reconcile.reconcile(lost, ledger)
        if f.code == "sum-of-parts" and f.where.year == 2030
    ]
    assert wrong.stops
    assert wrong.message == (
        "Utslippskildene = utslippskutt stemmer ikke i 2030. Forskjellen er −50,0 tonn. "
        "Meld fra til den som drifter programmet."
    )


def test_departments_increases_and_overlap_make_the_effect():
    more = measures(
        """
        nr | klimatiltak | sektor | utslippskilde    | 2030
        3  | Bygge vei   | Plan   | veitrafikk/tunge | -8
        """,
        **WHOLE,
    )
    town = replace(GOOD, measures=(*GOOD.measures, *more))
    together = [c for c in sums_of(town, statement(town)).checks if "økninger" in c.name]
    assert [(c.year, c.parts, c.whole) for c in together] == [(2030, 42, 42)]


def test_an_emission_without_a_source_is_found():
    """A figure whose source is not among the sources is in the total and in no line."""
    whole = history()
    kept = {code: s for code, s in whole.sources.items() if code != "veitrafikk/tunge"}
    town = replace(GOOD, inventory=replace(whole, sources=kept))
    stopping = [f for f in reconcile.reconcile(town, statement(town)) if f.code == "inventory-sum"]
    assert [f.where.year for f in stopping] == [2009, 2022, 2024]
    assert "Utslippskildene = utslippssektorene" in stopping[0].message


# ---- size -------------------------------------------------------------------------------------


def cutting(figure: str, code: str = "veitrafikk/personbiler", before: str = "40"):
    own = measures(
        f"""
        nr | klimatiltak | sektor | utslippskilde | {YEARS}
        1  | Bytte biler | Vei    | {code}        | 10 | 20 | 30 | {before} | {figure}
        """,
        **WHOLE,
    )
    return replace(GOOD, measures=(*own, GOOD.measures[1]))


@pytest.mark.parametrize(
    "figure, code, fires",
    [
        ("539.9", "nearly-all", False),
        ("540", "nearly-all", True),
        ("600", "nearly-all", True),
        ("601", "nearly-all", False),
        ("600", "larger-than-source", False),
        ("601", "larger-than-source", True),
        ("1751", "larger-than-source", False),
        ("1750.5", "larger-than-all", False),
        ("1751", "larger-than-all", True),
    ],
)
def test_a_cut_is_held_against_its_source_and_against_all_there_is(figure, code, fires):
    assert (code in codes(cutting(figure))) is fires


def test_a_cut_of_nearly_all_there_is_says_how_much():
    assert found(cutting("550"), "nearly-all").message == (
        "Klimatiltak 1 kutter 550 tonn i Personbiler i 2030. Det er 92 prosent av utslippene der. "
        "Kontroller at ikke noe er regnet med to ganger."
    )


def test_a_cut_without_a_source_is_held_against_its_sector():
    """Of 1 000 tonnes in road traffic; a cut in one of the sector's sources is looked at there."""
    town = cutting("950", "veitrafikk/ufordelt", before="900")
    spread = replace(town, measures=town.measures[:1])
    assert found(spread, "nearly-all").values["place"] == "Veitrafikk"
    assert "nearly-all" not in codes(replace(town, measures=town.measures[1:]))


def test_more_than_everybody_emits_stops():
    message = found(cutting("601000"), "larger-than-all")
    assert message.stops
    assert message.message.replace("\u00a0", " ") == (
        "Klimatiltak 1 kutter 601 000 tonn i 2030. Det er mer enn alle utslippene i "
        "klimabudsjettet, som på det meste er 1 751 tonn. Rett tallet. Er det ført i kilo?"
    )


@pytest.mark.parametrize(
    "before, figure, fires",
    [("0.5", "500", True), ("0.5", "499", False), ("500", "0.4", True), ("0", "500", False)],
)
def test_a_figure_a_thousand_times_its_neighbour_is_asked_about(before, figure, fires):
    assert ("figures-jump" in codes(cutting(figure, before=before))) is fires


def test_zero_between_two_figures_hides_no_jump():
    own = measures(
        """
        nr | klimatiltak | sektor | utslippskilde          | 2026 | 2027 | 2028
        1  | Bytte biler | Vei    | veitrafikk/personbiler | 0.2  | 0    | 300
        """
    )
    assert found(replace(GOOD, measures=own), "figures-jump").message == (
        "Klimatiltak 1 går fra 0,2 tonn i 2026 til 300 tonn i 2028. Kontroller at begge tallene "
        "er i tonn og ikke i kilo."
    )


# ---- completeness -----------------------------------------------------------------------------


@pytest.mark.parametrize("field", ["change", "position", "start", "full", "indicator"])
def test_what_a_registration_lacks_is_told_by_field(field):
    empty = replace(GOOD.measures[1], **{field: None if field in ("start", "full") else ""})
    town = replace(GOOD, measures=(GOOD.measures[0], empty))
    [told] = reconcile.reconcile(town, statement(town))
    assert (told.code, told.level) == ("incomplete", Level.INFO)
    assert told.message == (
        f"Klimatiltak 2 har felt som ikke er fylt ut. Det mangler «{FIELDS[field]}» (1)."
    )


def test_many_that_lack_something_are_counted():
    nine = tuple(
        replace(GOOD.measures[1], id=f"m{n}", number=n, indicator="", start=n % 2 or None)
        for n in range(2, 11)
    )
    town = replace(GOOD, measures=(GOOD.measures[0], *nine))
    assert found(town, "incomplete").message == (
        "9 av 10 klimatiltak har felt som ikke er fylt ut. Det mangler «Oppstart» (5) og "
        "«Resultatindikator» (9)."
    )


def test_what_is_lacking_is_named_in_the_readers_language():
    town = replace(GOOD, measures=(replace(GOOD.measures[0], start=None), GOOD.measures[1]))
    words = {"Oppstart": "Start", "Klimatiltak %(numbers)s": "Tiltaket %(numbers)s"}
    assert found(town, "incomplete").shown(lambda text: words.get(text, text)) == (
        "Tiltaket 1 har felt som ikke er fylt ut. Det mangler «Start» (1)."
    )


@pytest.mark.parametrize(
    "changes, fires",
    [({"method": ""}, True), ({"method": "", "basis": Basis.UNQUANTIFIED, "effects": ()}, False)],
)
def test_a_figure_says_how_it_was_found(changes, fires):
    town = replace(GOOD, measures=(replace(GOOD.measures[1], **changes), GOOD.measures[0]))
    assert ("no-method" in codes(town)) is fires


def test_nothing_is_asked_of_what_was_not_prioritised():
    """It is internal: a version that is lagt fram has the same findings as before."""
    left_out = replace(
        GOOD.measures[1], number=3, method="", department="", decision=Decision.NOT_PRIORITISED
    )
    assert codes(replace(GOOD, measures=(*GOOD.measures, left_out))) == []


# ---- the kroner -------------------------------------------------------------------------------


def paying(kind=CostKind.OPERATING, amount: str = "1200", **fields):
    cost = Cost(kind, Yearly(Unit.KNOK, {2027: Decimal(amount)}))
    return replace(
        GOOD, measures=(replace(GOOD.measures[0], costs=(cost,), **fields), GOOD.measures[1])
    )


def unpaid(**fields):
    return replace(GOOD, measures=(replace(GOOD.measures[0], **fields), GOOD.measures[1]))


@pytest.mark.parametrize(
    "town, code",
    [
        (unpaid(financing=Financing.IN_BUDGET), "budget-without-amount"),
        (paying(amount="0", financing=Financing.IN_BUDGET), "budget-without-amount"),
        (paying(financing=Financing.UNSTATED), "amount-without-financing"),
        (paying(financing=Financing.OUTSIDE), "amount-outside"),
        (unpaid(financing=Financing.UNFUNDED, decision=Decision.ADOPTED), "adopted-unfunded"),
        (paying(CostKind.INVESTMENT, "-1"), "investment-below-zero"),
        (paying(amount="1000000"), "amount-in-kroner"),
        (paying(amount="-1000000"), "amount-in-kroner"),
    ],
)
def test_kroner_that_do_not_hang_together_are_asked_about(town, code):
    assert found(town, code).level is Level.EXPLAIN


@pytest.mark.parametrize(
    "town",
    [
        paying(financing=Financing.IN_BUDGET),
        paying(financing=Financing.WITHIN_FRAME),
        paying(amount="-1200"),  # innsparing
        paying(CostKind.INVESTMENT, "999999.99999"),
        unpaid(financing=Financing.OUTSIDE),
        unpaid(financing=Financing.UNFUNDED),
        unpaid(decision=Decision.ADOPTED),
    ],
)
def test_kroner_that_do_are_left_alone(town):
    assert codes(town) == []


def test_an_amount_that_looks_like_kroner_is_said_in_millions():
    assert found(paying(amount="2500000"), "amount-in-kroner").message.replace("\u00a0", " ") == (
        "Klimatiltak 1 koster 2 500 millioner kroner i 2027. Kontroller at beløpet er ført i "
        "1 000 kr og ikke i kroner."
    )


def test_a_measure_coupled_to_what_no_report_has_is_asked_about():
    """«T05» is in Klimakur 2030; the same code of a report we do not have is not."""
    known, lost = Category("klimakur2030", "T05"), Category("klimakur2020", "T05")

    def coupled(category, **told):
        own = (replace(GOOD.measures[0], category=category), *GOOD.measures[1:])
        return replace(GOOD, measures=own, **told)

    told = {"categories": frozenset({known})}
    assert codes(coupled(None, **told)) == codes(coupled(known, **told)) == []
    assert codes(coupled(lost)) == []  # nobody has told which there are
    assert codes(coupled(lost, **told)) == ["unknown-category"]
    assert found(coupled(lost, **told), "unknown-category").message == (
        "Klimatiltak 1 er koblet til klimakur2020/T05, som ikke står i rapportene vi har. "
        "Velg Klimakur-tiltak på nytt, eller fjern koblingen."
    )


def test_two_findings_never_share_code_and_place():
    """An acceptance is kept under the two."""
    own = measures(f"""
        nr | klimatiltak | sektor | utslippskilde          | {YEARS}
        1  | Bytte alt   |        | veitrafikk/personbiler | 0.1 | 700 | 0 | 1 | 601
        2  | Bytte mer   |        | veitrafikk/personbiler | 0.1 | 700 | 0 | 1 | 601
        3  | Spare       | Bygg   | ufordelt               | 0.1 | 700 | 0 | 1 | 90000
    """)
    twice = replace(own[0], effects=(own[0].effects[0], replace(own[0].effects[0], code=LORRIES)))
    town = replace(GOOD, measures=(twice, *own[1:]), path=None)
    keys = [(f.code, place_of(f)) for f in reconcile.reconcile(town, statement(town))]
    assert len(keys) > 8 and len(keys) == len(set(keys))
