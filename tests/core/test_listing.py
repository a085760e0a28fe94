"""Lists: what fits, in which order, on which page; and that an address says all of it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from climatebudget.core.listing import (
    PER_PAGE,
    Column,
    Filter,
    Kind,
    Listing,
    Query,
    Unknown,
    find,
    fits,
    in_order,
    read_query,
    sort_key,
)
from climatebudget.core.measure import Measure
from tests.tables import measures

ROWS = measures("""
    nr | klimatiltak           | sektor | utslippskilde          | 2027 | 2030
    1  | Bytte ut tolv biler   | Vei    | veitrafikk/personbiler | 120  | 480.5
    2  | Ås skole uten olje    | Bygg   | oppvarming/olje        | 0    | -20
    3  | Gjøre det lett å gå   | Vei    | veitrafikk/personbiler |      |
    4  | Ærlig energimerking   |        | oppvarming/olje        | 9    | 1000
""")
LIST: Listing[Measure] = Listing(
    columns=(
        Column("number", "Nr", lambda m: m.number, Kind.WHOLE, fixed=True),
        Column("name", "Klimatiltak", lambda m: m.name, fixed=True),
        Column("department", "Sektor", lambda m: m.department),
        Column("change", "Hva endres?", lambda m: m.change, usual=False),
        Column("2030", "2030", lambda m: m.effect(2030), Kind.TONNES),
    ),
    filters=(
        Filter(
            "department",
            "Sektor",
            {"Vei": "Vei", "Bygg": "Bygg", "-": "Ikke oppgitt"},
            lambda m: {m.department or "-"},
        ),
        Filter(
            "counted",
            "Regnet med",
            {"yes": "Ja", "no": "Nei"},
            lambda m: {"yes" if m.counted else "no"},
        ),
    ),
    searched=lambda m: (m.name, m.department),
    order="number",
)


def asked(text: str = "") -> Query:
    pairs = [tuple(part.split("=", 1)) for part in text.split("&") if part]
    return read_query(pairs, LIST)  # type: ignore[arg-type]


def numbers(text: str = "") -> list[int]:
    return [m.number for m in find(ROWS, LIST, asked(text)).rows]


@pytest.mark.parametrize(
    "address, found",
    [
        ("", [1, 2, 3, 4]),
        ("search=biler", [1]),
        ("search=BILER tolv", [1]),
        ("search=ås", [2]),
        ("search=A\u030as", [2]),  # the same letter in two characters
        ("search=vei", [1, 3]),
        ("search=biler skole", []),
        ("department=Vei", [1, 3]),
        ("department=-", [4]),
        ("department=Vei&counted=yes", [1]),
        ("counted=no&search=gå", [3]),
        ("sort=2030", [2, 1, 4, 3]),
        ("sort=-2030", [4, 1, 2, 3]),
        ("sort=-number", [4, 3, 2, 1]),
        ("sort=name", [1, 3, 4, 2]),
        ("sort=-name", [2, 4, 3, 1]),
        ("sort=department", [2, 1, 3, 4]),
        ("sort=-department", [1, 3, 2, 4]),
    ],
)
def test_an_address_decides_what_is_found_and_in_which_order(address, found):
    """What is unknown stands last both ways; what is equal stays as it came."""
    assert numbers(address) == found


def test_words_are_ordered_as_in_a_norwegian_dictionary():
    """æ, ø, å last, ä and ö beside æ and ø, aa as two a's, numbers by size."""
    words = ["Aasen", "abel", "Emil", "Émile", "Emilie", "Oslo", "Ühr", "Yngve", "Zoo"]
    words += ["Ängel", "Ærlig", "Øst", "Östlig", "Ål", "Åsane"]
    assert sorted(reversed(words), key=sort_key) == words
    numbered = ["Krets 2", "Krets 10", "Krets 010 b", "Krets a"]
    assert sorted(reversed(numbered), key=sort_key) == numbered


def test_amounts_are_ordered_by_size():
    amounts = [Decimal("-1000"), Decimal("-0.5"), 0, Decimal("2"), Decimal("10")]
    assert sorted(reversed(amounts), key=sort_key) == amounts


@pytest.mark.parametrize(
    "address",
    [
        "",
        "search=biler",
        "search=biler&department=Vei&counted=yes&sort=-2030&column=change&page=1",
        "sort=name",
        "sort=-number",
        "column=2030&column=change",
        "department=-",
    ],
)
def test_a_query_and_its_address_say_the_same(address):
    query = asked(address)
    assert read_query(query.pairs(), LIST) == query


def test_the_plain_list_has_the_empty_address():
    """Also when a form sends every field it has."""
    sent = "search=&department=&counted=&sort=number&column=department&column=2030&page=1"
    assert asked(sent) == Query()
    assert Query().pairs() == []


def test_columns_come_in_the_lists_order_and_the_fixed_ones_always():
    found = find(ROWS, LIST, asked("column=2030&column=change"))
    assert [c.key for c in found.columns] == ["number", "name", "change", "2030"]
    usual = find(ROWS, LIST, asked())
    assert [c.key for c in usual.columns] == ["number", "name", "department", "2030"]


@pytest.mark.parametrize(
    "address",
    [
        "sort=contact",
        "sort=-",
        "sort=--2030",
        "column=contact",
        "department=Havn",
        "counted=kanskje",
        "page=0",
        "page=-1",
        "page=1.5",
        "page=x",
        "page=9999999",
        "page=2",
    ],
)
def test_what_the_list_does_not_have_is_unknown(address):
    with pytest.raises(Unknown):
        find(ROWS, LIST, asked(address))


def test_names_that_mean_nothing_here_are_passed_over():
    assert asked("utm=1&=x&contact=Kari") == Query()


def test_the_first_of_a_name_stands():
    assert asked("department=Vei&department=Bygg").chosen == {"department": "Vei"}


def test_a_search_is_cleaned_and_not_endless():
    assert asked("search=a\0b \t c").search == "ab c"
    assert len(asked("search=" + "x" * 5000).search) == 200


@pytest.mark.parametrize("count, pages", [(0, 1), (1, 1), (100, 1), (101, 2), (1000, 10)])
def test_a_page_has_at_most_a_hundred_rows(count, pages):
    rows = [Measure(str(n), n, f"Klimatiltak {n}") for n in range(1, count + 1)]
    assert find(rows, LIST, Query()).pages == pages
    seen = [m for n in range(1, pages + 1) for m in find(rows, LIST, Query(page=n)).in_sight]
    assert seen == rows
    assert all(len(find(rows, LIST, Query(page=n)).in_sight) <= PER_PAGE for n in (1, pages))


def test_what_takes_a_filter_away_goes_back_to_the_first_page():
    query = Query("biler", {"department": "Vei", "counted": "yes"}, "2030", True, ("change",), 3)
    assert query.without("counted") == Query(
        "biler", {"department": "Vei"}, "2030", True, ("change",)
    )
    assert query.plain() == Query(sort="2030", falling=True, columns=("change",))
    assert query.narrows and not query.plain().narrows


def test_a_list_nobody_can_search_passes_the_search_over():
    mute = Listing(LIST.columns)
    assert read_query([("search", "biler")], mute) == Query()
    assert all(fits(row, mute, Query(search="finnes ikke")) for row in ROWS)


def test_an_order_nobody_asked_for_is_the_order_they_came_in():
    assert in_order(ROWS[::-1], LIST, Query()) == list(ROWS[::-1])
