"""One file holds a municipality's budget years, whole, or says where it cannot be used."""

import json
import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from climatebudget import catalogue
from climatebudget.core.budget import (
    Budget,
    BudgetYear,
    Control,
    Kind,
    Municipality,
    Stage,
    Version,
)
from climatebudget.core.exchange import (
    FORMAT,
    Draft,
    Exchange,
    draft_of,
    dumps,
    from_json,
    loads,
    to_json,
    written,
)
from climatebudget.core.findings import About
from climatebudget.core.measure import Basis, Category, Cost, CostKind, Effect, InPath, Measure
from climatebudget.core.paths import Allowance, ReferencePath, Target
from climatebudget.core.quantity import Unit, Yearly, tonnes

OSLO = Path(__file__).parents[2] / "climatebudget" / "demo" / "oslo-2023.json"

words = st.text(st.characters(blacklist_categories=("Cc", "Cs")), max_size=12)
names = words.filter(str.strip)
years = st.integers(2024, 2035)


def decimals(places: int) -> st.SearchStrategy[Decimal]:
    return st.integers(-(10**12), 10**12).map(lambda whole: Decimal(whole).scaleb(-places))


def amounts(unit: Unit) -> st.SearchStrategy[Yearly]:
    places = 6 if unit is Unit.TONNES else 5
    by_year = st.dictionaries(years, decimals(places), max_size=3)
    return by_year.map(lambda values: Yearly(unit, values))


in_tonnes, in_knok = amounts(Unit.TONNES), amounts(Unit.KNOK)
texts_by_year = st.dictionaries(years, words, max_size=2)
effects = st.builds(Effect, words, in_tonnes, low=in_tonnes, high=in_tonnes, cites=texts_by_year)
measures = st.builds(
    Measure,
    id=words,
    number=st.integers(1, 10**6),
    name=names,
    why=words,
    start=st.none() | years,
    basis=st.sampled_from(Basis),
    in_path=st.sampled_from(InPath),
    effects=st.lists(effects, max_size=2, unique_by=lambda e: e.code).map(tuple),
    costs=st.builds(Cost, st.sampled_from(CostKind), in_knok).map(lambda cost: (cost,)),
    adjusted=st.booleans(),
    category=st.none() | st.builds(Category, words, words),
    group=words,
)
paths = st.builds(
    ReferencePath,
    st.dictionaries(words, in_tonnes, max_size=2),
    policy=words,
    cut_off=st.none() | st.dates(date(1990, 1, 1)),
    cites=st.dictionaries(st.tuples(words, years), words, max_size=3),
)
drafts = st.builds(
    Draft,
    year=st.integers(2020, 2030),
    horizon=st.just(2035),
    stage=st.sampled_from(Stage),
    departments=st.lists(words, max_size=3, unique=True).map(tuple),
    targets=st.builds(
        Target, st.integers(0, 100_000).map(lambda n: Decimal(n).scaleb(-3)), years, st.just(2009)
    ).map(lambda t: (t,)),
    path=st.none() | paths,
    allowance=st.builds(Allowance, st.dictionaries(years, decimals(3), max_size=3), texts_by_year),
    controls=st.builds(Control, years, decimals(6), words).map(lambda c: (c,)),
    measures=st.lists(measures, max_size=3, unique_by=(lambda m: m.number, lambda m: m.id)).map(
        tuple
    ),
)


@given(drafts)
@settings(max_examples=60, deadline=None)
def test_what_is_written_is_read_again(draft: Draft):
    exchange = Exchange(Municipality("4014", "Kragerø", "nn"), (draft,))
    assert loads(dumps(written(exchange)).encode()) == (exchange, [])


def budget(*measures: Measure, year: int = 2027) -> Budget:
    return Budget(
        Municipality("4014", "Kragerø"),
        BudgetYear(year, Stage.REGISTRATION, 2030),
        Version("v1", "utkast", Kind.DRAFT),
        departments=("Teknisk",),
        measures=measures,
    )


def test_a_contact_person_is_never_exported():
    stored = budget(Measure("m1", 1, "Bytte biler", department="Helse", contact="Kari Nordmann"))
    text = dumps(to_json(stored))
    assert "Kari" not in text and "contact" not in text
    read, found = loads(text.encode())
    assert read and not found
    assert read.budget_years == (draft_of(stored),)
    assert read.budget_years[0].departments == ("Teknisk", "Helse")


def test_several_budget_years_lie_in_one_file():
    read, found = from_json(to_json(budget(), budget(year=2028)))
    assert read and not found
    assert [draft.year for draft in read.budget_years] == [2027, 2028]


def test_a_number_is_written_so_that_it_means_one_thing():
    """12.345 tonnes could be read as twelve thousand; it is written 12.3450."""
    effect = Effect("ufordelt", tonnes({2027: Decimal("12.345"), 2028: Decimal("1E+3")}))
    raw = to_json(budget(Measure("m1", 1, "Bytte biler", effects=(effect,))))
    yearly = raw["budget_years"][0]["measures"][0]["effects"][0]["yearly"]
    assert yearly == {"2027": "12.3450", "2028": "1000"}


def test_what_is_left_out_has_the_value_of_a_new_budget_year():
    raw = {
        "format": FORMAT,
        "municipality": {"number": "4014", "name": "Kragerø"},
        "budget_years": [
            {"year": 2027, "horizon": 2030, "measures": [{"number": 1, "name": "Sykle"}]}
        ],
    }
    read, found = from_json(raw)
    assert read and not found
    assert read.budget_years == (Draft(2027, 2030, measures=(Measure("", 1, "Sykle"),)),)


# ---- what cannot be used ------------------------------------------------------------------------

Y = "budget_years[0]"
M = f"{Y}.measures[0]"
NUMBER = f"{M}.effects[0].yearly.2030"


def oslo_with(**values: Any) -> Any:
    """Oslo's file with a value put in at each of these places."""
    raw = json.loads(OSLO.read_text(encoding="utf-8"))
    for path, value in values.items():
        *steps, last = [
            int(s) if s.isdigit() and len(s) < 3 else s for s in re.findall(r"\w+", path)
        ]
        place = raw
        for step in steps:
            place = place[step]
        place[last] = value
    return raw


@pytest.mark.parametrize(
    ("path", "value", "code", "sentence"),
    [
        ("extra", 1, "unknown-key", "Feltet «extra» er ukjent"),
        ("municipality.number", "301", "municipality", "fire siffer"),
        ("municipality.language", "en", "language", "«nb» eller «nn»"),
        ("budget_years", {}, "type", "en liste"),
        (f"{Y}.year", "2023", "type", "uten anførselstegn"),
        (f"{Y}.year", 23, "year", "utenfor årene"),
        (f"{Y}.horizon", 2022, "horizon", "ikke være før"),
        (f"{Y}.stage", "ferdig", "word", "forberedelse, innmelding"),
        (f"{Y}.targets[0].percent", "-52", "percent", "uten minus"),
        (f"{Y}.targets[1].year", 2023, "twice", "to ganger"),
        (f"{Y}.path.cut_off", "31.12.2021", "date", "2021-12-31"),
        (f"{M}.contact", "Kari", "unknown-key", "Fjern det"),
        (f"{Y}.measures[1].number", 1, "twice", "«1» står to ganger"),
        (f"{M}.number", True, "type", "helt tall"),
        (f"{M}.number", 0, "measure-number", "1 eller høyere"),
        (f"{M}.name", " ", "name", "mangler navn"),
        (f"{M}.name", "a\x00b", "text", "tegn som ikke kan vises"),
        (f"{M}.department", "Ukjent etat", "department", "«departments»"),
        (f"{M}.basis", "gjettet", "word", "beregnet, anslått"),
        (f"{M}.code", "veitrafikk/fly", "source", "ikke en utslippskilde"),
        (f"{M}.adjusted", "ja", "type", "true eller false"),
        (NUMBER, "1.250", "number", "Skriv 1250 eller 1,25"),
        (NUMBER, "ca. 12", "number", "ikke et tall"),
        (NUMBER, "12 %", "number", "ikke et tall"),
        (NUMBER, "", "number", "ikke et tall"),
        (NUMBER, None, "type", "anførselstegn"),
        (NUMBER, 12.5, "type", "anførselstegn"),
        (NUMBER, float("nan"), "type", "anførselstegn"),
        (NUMBER, "0,0000001", "decimals", "høyst 6"),
        (f"{M}.effects[0].yearly.2031", "1", "year", "etter siste år"),
        (f"{M}.effects[0].yearly.x30", "1", "year", "fire siffer"),
    ],
)
def test_bad_input_is_a_finding_with_its_place(path: str, value: Any, code: str, sentence: str):
    """One sentence says what to do, at the place it is about, and nothing is given back."""
    read, found = from_json(oslo_with(**{path: value}), catalogue.sources())
    assert read is None
    assert [(f.code, f.where, f.stops) for f in found] == [(code, About("json", f"$.{path}"), True)]
    assert sentence in found[0].message


def test_a_missing_key_is_named():
    read, found = from_json({"format": FORMAT, "municipality": {"number": "4014"}})
    assert read is None
    assert [f.message for f in found] == ["Feltet «name» mangler. Legg det til."]


def test_one_wrong_value_does_not_hide_the_next():
    read, found = from_json(oslo_with(**{f"{M}.basis": "ja", f"{Y}.controls[0].tonnes": "mange"}))
    assert read is None
    assert sorted(f.code for f in found) == ["number", "word"]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"format": "climatebudget/1", "format": "x"}',
        b"[]",
    ],
)
def test_what_is_no_file_of_ours_is_one_finding(data: bytes):
    read, found = loads(data)
    assert read is None
    assert len(found) == 1 and found[0].stops
