"""The annex is opened with a reader that is not its writer, and its formulas reckoned anew."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pytest

from climatebudget.core import path_rule
from climatebudget.core.acceptance import Acceptance, fingerprint, place_of
from climatebudget.core.budget import Budget, BudgetYear, Control, Kind, Municipality, Stage
from climatebudget.core.findings import Finding
from climatebudget.core.measure import Basis, Category, Decision, InPath, Size
from climatebudget.core.overlap import Member, OverlapGroup, Rule
from climatebudget.core.path_rule import PathRule
from climatebudget.core.paths import Allowance, Target
from climatebudget.core.quantity import tonnes
from climatebudget.core.reconcile import reconcile
from climatebudget.core.statement import statement
from climatebudget.sheets import annexes, writer
from tests.tables import budget, edition, history, measures, path, version

NOW = datetime(2026, 3, 1, 10, 5, tzinfo=UTC)
DIGEST = "0123456789abcdef" * 4
SHEETS = ["Kort fortalt", "Klimatiltak per sektor", "Veien til målet", "Avstemming", "Metode"]
SUMMARY, MEASURES, PATH, CHECKS, METHOD = SHEETS

OSLO = """
    nr | klimatiltak                    | sektor       | utslippskilde          | 2023  | 2030
    2  | Fange karbon på Klemetsrud     | Celsio       | energiforsyning/avfall | 0     | 164500
    4  | Innføre nye takster i bomringen|              | veitrafikk/ufordelt    | 17200 | 17200
    5  | Kjøpe utslippsfrie kjøretøy    | Utvikling    | veitrafikk/ufordelt    | 58100 | 154650
    7  | Gjøre det enklere å sykle      | Bymiljøetaten| veitrafikk/ufordelt    |       |
"""
OSLO_INVENTORY = """
    utslippskilde          | 2009     | 2011     | 2013     | 2020
    veitrafikk/biler       | 733702.3 | 800000   | 700000   | 564570.8
    energiforsyning/avfall | 709175.3 | 573772.2 | 608590.3 | 519661.3
"""


def oslo(**changes: Any) -> Budget:
    """Oslo's climate budget for 2023 in short: figures for 2023 and 2030, none between them."""
    return replace(
        budget(measures(OSLO)),
        budget_year=BudgetYear(2023, Stage.QUALITY, 2030),
        inventory=history(OSLO_INVENTORY),
        targets=(Target(Decimal(95), 2030, 2009),),
        path=path({2023: 1037300, 2030: 884650}),
        allowance=Allowance({2020: Decimal(-25), 2023: Decimal(-52), 2030: Decimal(-95)}),
        **changes,
    )


def annex(of: Budget, **changes: Any) -> bytes:
    reckoned = statement(of)
    found = reconcile(of, reckoned)
    return annexes.annex(of, reckoned, found, **{"now": NOW, "digest": DIGEST, **changes})


# ---- an independent reading ----------------------------------------------------------------------


def largest(*given: float | list[float]) -> float:
    """MAX as a spreadsheet has it, of cells and of blocks."""
    return max(v for one in given for v in (one if isinstance(one, list) else [one]))


Place = tuple[str, str]  # sheet, cell
SHEET_REF = re.compile(r"(?:'([^']+)'!|(\w+)!)?\$?([A-Z]{1,2})\$?(\d+)")
COLON = re.compile(r"\$?([A-Z]{1,2})\$?(\d+):\$?([A-Z]{1,2})\$?(\d+)")


class Workbook:
    """An annex as openpyxl sees it: formulas as text, and the values that stand beside them."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.formulas: dict[Place, str] = {}
        self.values: dict[Place, Any] = {}
        live = openpyxl.load_workbook(io.BytesIO(data))
        cached = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
        self.sheets = {sheet.title: sheet for sheet in live}
        for sheet in live:
            for cell in (cell for row in sheet.iter_rows() for cell in row):
                if cell.data_type == "f":
                    self.formulas[sheet.title, cell.coordinate] = cell.value
        for sheet in cached:
            for cell in (cell for row in sheet.iter_rows() for cell in row):
                if cell.value is not None:
                    self.values[sheet.title, cell.coordinate] = cell.value

    def row(self, sheet: str, label: str) -> list[Any]:
        """The known cells of the first row that begins with a label, left to right."""
        for cells in self.sheets[sheet].iter_rows():
            own = [self.values.get((sheet, c.coordinate)) for c in cells]
            if label in own[:2]:
                return [value for value in own if value is not None]
        raise AssertionError(f"{sheet}: no row {label!r}")

    def find(self, sheet: str, value: Any) -> str:
        return next(at for (own, at), v in self.values.items() if own == sheet and v == value)

    def text(self, sheet: str) -> str:
        return "\n".join(str(v) for (own, _), v in self.values.items() if own == sheet)

    def reckon(self, place: Place, changed: Mapping[Place, float] = {}) -> float:
        """A small spreadsheet: + − * /, SUM, MAX, MIN, ABS and ROUND over cells.

        Text in a sum is left out.
        """
        return float(self._value(place, changed))

    def _value(self, place: Place, changed: Mapping[Place, float]) -> Any:
        if place in changed:
            return changed[place]
        if place not in self.formulas:
            return self.values.get(place, 0)
        sheet = place[0]

        def cell(match: re.Match[str]) -> str:
            return repr(self._value((match[1] or match[2] or sheet, match[3] + match[4]), changed))

        def block(match: re.Match[str]) -> str:
            cells = self.sheets[sheet][match[0].replace("$", "")]
            known = [self._value((sheet, c.coordinate), changed) for row in cells for c in row]
            return repr([v for v in known if isinstance(v, (int, float))])

        text = SHEET_REF.sub(cell, COLON.sub(block, self.formulas[place].removeprefix("=")))
        functions = {"SUM": sum, "ABS": abs, "ROUND": round, "MAX": largest, "MIN": min}
        return eval(text, {**functions, "__builtins__": {}})


@pytest.fixture(scope="module")
def book() -> Workbook:
    return Workbook(annex(oslo()))


# ---- what it says --------------------------------------------------------------------------------


def test_the_sheets_come_in_order(book: Workbook) -> None:
    assert list(book.sheets) == SHEETS
    assert all(len(name) <= 31 for name in SHEETS)


def test_it_begins_with_the_answer(book: Workbook) -> None:
    assert book.values[SUMMARY, "A4"].startswith(
        "Med klimatiltakene i forslaget blir utslippene 62"
    )
    assert book.values[SUMMARY, "A5"] == "Det gjenstår å kutte 476\u00a0200 tonn."


def test_oslos_figures_stand_in_the_cells(book: Workbook) -> None:
    """Reference 2009, and path, cut, overlap, after in 2030."""
    years = {book.values.get((PATH, f"A{row}")): row for row in range(5, 30)}
    assert book.values[PATH, f"B{years[2009]}"] == 1442877.6
    figures = [book.values[PATH, f"{column}{years[2030]}"] for column in "CDEF"]
    assert figures == [884650, 336350, 0, 548300]
    assert book.values[PATH, f"J{years[2030]}"] == pytest.approx(548300 - 72143.88, abs=1e-6)
    assert book.row(MEASURES, "Alle sektorer, 3 av 4 klimatiltak regnet med")[-1] == 336350


def test_unknown_is_a_word_and_never_zero(book: Workbook) -> None:
    years = {book.values.get((PATH, f"A{row}")): row for row in range(5, 30)}
    unknown = [book.values[PATH, f"{column}{years[2025]}"] for column in "CDEFGJK"]
    assert unknown == ["ukjent"] * 7
    assert book.row(MEASURES, "Gjøre det enklere å sykle")[-6:] == [
        *["ukjent"] * 5,
        "Virkning: vet ikke.",
    ]


def test_a_sum_that_lacks_parts_says_at_least() -> None:
    own = measures("""
        nr | klimatiltak | sektor | utslippskilde          | 2026 | 2027 | 2028 | 2029 | 2030
        1  | Elbusser    | Teknisk| veitrafikk/personbiler | 100  | 100  | 100  | 100  | 100
        2  | Varebiler   | Teknisk| veitrafikk/tunge       |      | 50   | 50   | 50   | 50
    """)
    sheet = Workbook(annex(budget(own))).sheets[MEASURES]
    [row] = [r for r in sheet.iter_rows() if r[1].value == "Sum, 2 av 2 klimatiltak regnet med"]
    assert row[8].number_format == '"minst "#,##0'
    assert row[9].number_format == "#,##0"


def test_what_is_not_counted_stands_outside_the_sum_with_its_reason() -> None:
    own = measures("""
        nr | klimatiltak | sektor | utslippskilde          | 2026 | 2030
        1  | Elbusser    | Teknisk| veitrafikk/personbiler | 100  | 100
        2  | Varebiler   | Teknisk| veitrafikk/tunge       | 30   | 50
        3  | Drosjer     | Teknisk| veitrafikk/tunge       | 30   | 50
        4  | Sykkel      | Teknisk| veitrafikk             |      |
    """)
    inside = replace(own[1], in_path=InPath.INCLUDED)
    dropped = replace(own[2], decision=Decision.NOT_PRIORITISED)
    open_one = replace(own[3], why="Legger til rette", size=Size.SMALL)
    book = Workbook(annex(budget((own[0], inside, dropped, open_one))))
    assert book.row(MEASURES, "Sum, 1 av 4 klimatiltak regnet med")[1] == 100
    assert book.row(MEASURES, "Varebiler")[-1] == "Ikke regnet med: med i banen."
    assert book.row(MEASURES, "Drosjer")[-1] == "Ikke regnet med: ikke prioritert."
    assert book.row(MEASURES, "Sykkel")[-1] == "Legger til rette. Virkning: liten."


def test_an_internal_draft_is_stamped_everywhere(book: Workbook) -> None:
    assert "INTERNT UTKAST" in book.text(SUMMARY)
    for sheet in book.sheets.values():
        assert sheet.oddHeader.right.text == "INTERNT UTKAST"


def test_a_presented_version_has_no_stamp() -> None:
    shown = version(kind=Kind.ADOPTED, slug="vedtatt", frozen=True, presented_at=NOW)
    data = annex(oslo(version=shown))
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        assert not any(b"INTERNT" in parts.read(name) for name in parts.namelist())


def test_every_page_says_which_budget_this_is(book: Workbook) -> None:
    for sheet in book.sheets.values():
        assert sheet.oddHeader.left.text == "Oslo · Klimabudsjett 2023 · Versjon: utkast"
        assert sheet.oddFooter.left.text == "0123456789ab · 2024-tall"
        assert (sheet.page_setup.paperSize, sheet.page_setup.fitToHeight) == (9, 0)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
    for name in (MEASURES, PATH, CHECKS):
        assert book.sheets[name].print_title_rows and book.sheets[name].freeze_panes
    assert book.sheets[MEASURES].page_setup.orientation == "landscape"


def test_a_name_with_codes_in_it_stays_a_name_in_the_header() -> None:
    named = edition(name="2024 &P & 8% " + "lang " * 80)
    sheet = Workbook(annex(oslo(municipality=Municipality("0301", "Å & Å"), edition=named)))
    with zipfile.ZipFile(io.BytesIO(sheet.data)) as parts:
        xml = parts.read("xl/worksheets/sheet1.xml").decode()
    footer = re.search("<oddFooter>(.*)</oddFooter>", xml)
    assert "Å &amp;&amp; Å" in xml
    assert footer and "2024 &amp;&amp;P &amp;&amp; 8%" in footer[1]
    assert len(footer[1].replace("&amp;", "&")) <= 255


def test_the_chart_has_words_for_those_who_do_not_see_it(book: Workbook) -> None:
    with zipfile.ZipFile(io.BytesIO(book.data)) as parts:
        drawing = parts.read("xl/drawings/drawing1.xml").decode()
        chart = parts.read("xl/charts/chart1.xml").decode()
    assert 'descr="Linjer for utslippene år for år. Utslippene var 1\u00a0442\u00a0878' in drawing
    assert "scatterChart" in chart and chart.count("<c:ser>") == 4
    assert "ukjent" not in chart  # a chart would draw the word as zero


def test_the_method_cites_every_figure(book: Workbook) -> None:
    text = book.text(METHOD)
    for expected in ["tabell 2.2, linje 2, 2030", "e" * 64, "c" * 64, "oslo.xlsx", DIGEST]:
        assert expected in text
    assert "Inneholder data fra Miljødirektoratet (NLOD) og Statistisk sentralbyrå" in text


def test_kommunenummer_is_text(book: Workbook) -> None:
    assert book.row(SUMMARY, "Kommunenummer")[1] == "0301"


def test_measures_are_klimatiltak_never_bare_tiltak(book: Workbook) -> None:
    everything = "\n".join(map(book.text, SHEETS)).replace("Klimakur-tiltak", "")
    assert not re.search(r"\btiltak", everything, re.IGNORECASE)


# ---- formulas ------------------------------------------------------------------------------------


def test_every_formula_comes_to_the_value_beside_it(book: Workbook) -> None:
    assert len(book.formulas) > 80
    for place, formula in book.formulas.items():
        assert book.reckon(place) == pytest.approx(book.values[place], abs=2e-6), (place, formula)


def check_cells(book: Workbook) -> list[Place]:
    return [p for p, formula in book.formulas.items() if formula.startswith("=ROUND(")]


def test_the_checks_are_zero(book: Workbook) -> None:
    found = check_cells(book)
    assert len(found) == 2 * 4 + 3 * 2
    assert {book.values[place] for place in found} == {0}
    assert book.row(SUMMARY, "Avstemmingen: sum av absolutte differanser, tonn")[1] == 0


def test_a_changed_figure_shows_in_the_checks_and_in_the_gap(book: Workbook) -> None:
    """Somebody writes 1 000 tonnes more into a measure of 2030."""
    figure = (MEASURES, book.find(MEASURES, 164500))
    assert figure not in book.formulas
    changed = {figure: 165500.0}
    off = [place for place in check_cells(book) if book.reckon(place, changed)]
    assert len(off) == 2  # the departments, and the sheet itself
    row = book.find(PATH, 2030).removeprefix("A")
    after, gap = (PATH, f"F{row}"), (PATH, f"J{row}")
    assert book.reckon(after, changed) == pytest.approx(547300)
    assert book.reckon(gap) - book.reckon(gap, changed) == pytest.approx(1000)


def test_changes_that_cancel_still_show_as_absolute(book: Workbook) -> None:
    first = (CHECKS, book.find(CHECKS, 733702.3))
    second = (CHECKS, book.find(CHECKS, 564570.8))
    changed = {first: 733702.3 + 5, second: 564570.8 - 5}
    row = book.find(CHECKS, "Utslippssektorene mot totalen").removeprefix("A")
    columns = [at for s, at in book.formulas if s == CHECKS and at[1:] == row][-2:]
    net, absolute = ((CHECKS, at) for at in columns)
    assert book.reckon(net, changed) == pytest.approx(0)
    assert book.reckon(absolute, changed) == pytest.approx(10)


def test_a_check_turns_red_unless_it_is_zero(book: Workbook) -> None:
    rules = [r for found in book.sheets[CHECKS].conditional_formatting for r in found.rules]
    assert rules[0].formula == ["AND(ISNUMBER(B8),B8<>0)"]


def test_the_sources_own_sum_is_held_against_ours() -> None:
    of = oslo(controls=(Control(2023, Decimal(74300), "tabellen, rad SUM"),))
    assert Workbook(annex(of)).row(CHECKS, "Kutt 2023, tabellen, rad SUM")[1:] == [
        74300,
        75300,
        1000,
    ]


REASON = "=1+1 er ingen formel: tabellen har en trykkfeil."


def accepted(of: Budget, code: str, **changes: Any) -> Budget:
    """The budget with the findings of a code accepted as they are."""
    found = [f for f in reconcile(of, statement(of)) if f.code == code]
    given = [
        Acceptance(f.code, place_of(f), fingerprint(f), REASON, "klimarådgiver", NOW) for f in found
    ]
    assert given
    return replace(of, acceptances=tuple(replace(a, **changes) for a in given))


def checks_of(of: Budget) -> list[str]:
    """The texts of the sheet Avstemming, row by row."""
    book = Workbook(annex(of))
    cells = [(place, value) for place, value in book.values.items() if place[0] == CHECKS]
    return [value for _, value in cells if isinstance(value, str)]


def test_accepted_findings_stand_apart_with_reason_and_role() -> None:
    of = accepted(oslo(controls=(Control(2023, Decimal(74300), "tabell 2"),)), "stated-sum")
    told = checks_of(of)
    waiting, apart = told.index("Merknader"), told.index("Godtatte merknader")
    sentence = next(n for n, text in enumerate(told) if text.startswith("Tabellen oppgir 74"))
    assert waiting < apart < sentence
    assert told[sentence + 1 :] == ["Godtatt av klimarådgiver 1.3.2026", REASON]


def test_an_acceptance_of_other_figures_is_not_told() -> None:
    of = oslo(controls=(Control(2023, Decimal(74300), "tabell 2"),))
    told = checks_of(accepted(of, "stated-sum", fingerprint="0" * 16))
    assert "Godtatte merknader" not in told and REASON not in told


def test_klimakur_and_the_rest_make_the_total() -> None:
    own = oslo()
    first, *rest = own.measures
    placed = replace(first, category=Category("klimakur2030", "E01"))
    book = Workbook(annex(replace(own, measures=(placed, *rest))))
    named = "Klimakur 2030: E01 CCS på avfallsforbrenning: Fortum Oslo Varme (Klemetsrud)"
    assert book.row(CHECKS, named)[-1] == 164500
    assert {book.values[place] for place in check_cells(book)} == {0}


# ---- text stays text -----------------------------------------------------------------------------

FORMULA_LIKE = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1+1", "<r>=1</r>", "{=1}", "http://x.no"]


def disguised() -> Budget:
    """A budget in which every text a person can write looks like a formula."""
    rows = [f"{n} | {t} | {t} | veitrafikk/tunge | 10 | 20" for n, t in enumerate(FORMULA_LIKE, 1)]
    own = tuple(
        replace(m, name=t, department=t, why=t, position=t, responsible=t, method=t)
        for m, t in zip(
            measures("nr | klimatiltak | sektor | utslippskilde | 2026 | 2030\n" + "\n".join(rows)),
            FORMULA_LIKE,
            strict=True,
        )
    )
    cited = tuple(
        replace(m, effects=(replace(m.effects[0], cites={2026: m.name, 2030: m.name}),))
        for m in own
    )
    return replace(
        budget((*cited, replace(cited[0], number=99, basis=Basis.UNQUANTIFIED, effects=()))),
        edition=edition(name="=1+1", publisher="+1", file_name="-1", gwp="@SUM(A1)"),
        municipality=Municipality("0301", "=1+1"),
        version=version(slug="=1+1", decision="=1+1", record_head="=1"),
        path=path({2026: 990, 2030: 900}, policy="=1+1", author="@SUM(A1)"),
        targets=(Target(Decimal(55), 2030, 2009, "=1+1", "=1+1"),),
    )


def test_only_the_program_makes_formulas(monkeypatch: pytest.MonkeyPatch) -> None:
    made: set[Place] = set()
    write: Callable[..., None] = writer.Page._cell

    def watched(page: writer.Page, row: int, column: int, value: Any, style: Any) -> None:
        if isinstance(value, writer.Formula):
            made.add((page.title, value_place(page, row, column)))
        write(page, row, column, value, style)

    def value_place(page: writer.Page, row: int, column: int) -> str:
        return page.ref(row, column).seen_from(page.title)

    monkeypatch.setattr(writer.Page, "_cell", watched)
    book = Workbook(annex(disguised()))
    assert set(book.formulas) == made
    assert len(made) > 80
    for formula in book.formulas.values():
        assert not re.search(r'"|1\+1|SUM\(A1\)', formula)


@pytest.mark.parametrize("text", FORMULA_LIKE)
def test_a_text_that_looks_like_a_formula_comes_back_as_it_was(text: str) -> None:
    book = Workbook(annex(disguised()))
    [row] = [
        r for r in book.sheets[MEASURES].iter_rows() if r[1].value == text and r[0].value != 99
    ]
    assert row[2].value == row[3].value == text
    assert row[1].data_type == "s"
    assert bool(row[1].quotePrefix) == text.startswith(writer.SIGNS)


def test_a_formula_is_made_of_cells_only() -> None:
    with pytest.raises(TypeError):
        writer.live("={}", "A1", value=1)  # type: ignore[arg-type]


# ---- overlap -------------------------------------------------------------------------------------

CARS, LORRIES = "veitrafikk/personbiler", "veitrafikk/tunge"
TOWN = """
    nr | klimatiltak       | sektor | utslippskilde          | 2026 | 2027 | 2028 | 2029 | 2030
    1  | Innføre bomring   | Vei    | veitrafikk/personbiler | 100  | 200  | 200  | 200  | 250
    2  | Bygge sykkelveier | Plan   | veitrafikk/personbiler | 50   | 50   |      | 60   | 70
    3  | Lade lastebiler   | Vei    | veitrafikk/tunge       | 500  | 40   | 40   | 40   | 40
    4  | Flytte gods       | Plan   | veitrafikk/tunge       | 30   | 40   | 40   | 40   |
    5  | Telle sykler      | Plan   | veitrafikk/personbiler | 7    | 7    | 7    | 7    | 7
"""


def overlapping(rule: Rule, **changes: Any) -> Budget:
    """A town with two groups of one rule; measure 5 is adjusted, and 500 t of 400 t are cut."""
    own = measures(TOWN)
    own = (*own[:4], replace(own[4], adjusted=True))
    percent = Decimal("12.5") if rule is Rule.SHARE else None
    cars = tuple(Member(m, CARS) for m in ("m1", "m2", "m5"))
    lorries = Member("m3", LORRIES), Member("m4", LORRIES)
    groups = (
        OverlapGroup("o1", "Bilreiser", rule, cars, "De samme bilene, se notat 4.", percent),
        OverlapGroup("o2", "Gods", rule, lorries, "", percent),
    )
    return replace(budget(own, path=None, overlaps=groups), **changes)


@pytest.mark.parametrize("rule", Rule)
def test_every_overlap_formula_comes_to_the_deduction(rule: Rule) -> None:
    of = overlapping(rule)
    book = Workbook(annex(of))
    for place, formula in book.formulas.items():
        assert book.reckon(place) == pytest.approx(book.values[place], abs=2e-6), (place, formula)
    line = statement(of).total
    years = statement(of).columns
    assert book.row(MEASURES, "Overlapp i alt")[1:] == [
        pytest.approx(float(line.overlap[y].value or 0)) for y in years
    ]
    assert book.row(MEASURES, "Utslippskutt etter overlapp")[1:] == [
        pytest.approx(float(line.effect[y].value or 0)) for y in years
    ]


@pytest.mark.parametrize(
    ("rule", "begins"),
    [(Rule.LARGEST, "=MAX("), (Rule.SEQUENCE, "=MIN(0,ROUND("), (Rule.SHARE, "=-ROUND(SUM(")],
)
def test_a_deduction_is_a_live_formula_of_its_rule(rule: Rule, begins: str) -> None:
    book = Workbook(annex(overlapping(rule)))
    assert sum(formula.startswith(begins) for formula in book.formulas.values()) >= 8


def test_a_group_stands_with_its_rule_its_members_and_its_reason() -> None:
    book = Workbook(annex(overlapping(Rule.LARGEST)))
    text = book.text(MEASURES)
    assert "Regel: bare det største regnes." in text
    assert "Begrunnelse: De samme bilene, se notat 4." in text
    assert "Begrunnelse: ikke oppgitt" in text
    assert "Ikke trukket fra: justert for overlapp fra før." in text
    assert "Gruppene står med regel" in book.text(METHOD)
    sheet = book.sheets[MEASURES]
    at = [row[1].row for row in sheet.iter_rows() if row[1].value == "Fratrekk"]
    first = [book.values[MEASURES, f"{column}{at[0]}"] for column in "IJKLM"]
    assert first == [-50, -50, 0, -60, -70]
    assert book.values[MEASURES, f"K{at[0] - 2}"] == "ukjent"
    assert sheet[f"K{at[0]}"].number_format == '"høyst "#,##0'


def test_without_groups_the_annex_says_nothing_of_them(book: Workbook) -> None:
    assert "Fratrekk" not in book.text(MEASURES)
    assert "Overlappgruppene" not in book.text(CHECKS)


def test_the_overlap_line_is_fetched_from_the_groups_and_checked() -> None:
    book = Workbook(annex(overlapping(Rule.LARGEST)))
    row = book.find(PATH, 2027).removeprefix("A")
    assert book.formulas[PATH, f"E{row}"].startswith("='Klimatiltak per sektor'!")
    assert book.values[PATH, f"E{row}"] == -90
    stated = book.row(CHECKS, "Overlapp i klimabudsjettet")
    assert stated == ["Overlapp i klimabudsjettet", "–", "–", -80, -90, -40, -100, -70]
    checked = book.row(CHECKS, "Overlappgruppene mot overlapp i klimabudsjettet")
    assert checked[3:] == [0] * 7

    # Somebody writes 10 tonnes more into a measure: the sum, the deduction and the check follow.
    figure = (MEASURES, book.find(MEASURES, 60))
    changed = {figure: 70.0}
    off = [place for place in check_cells(book) if book.reckon(place, changed)]
    label = book.find(CHECKS, "Overlappgruppene mot overlapp i klimabudsjettet")
    assert any(at[1:] == label[1:] for _, at in off)


@pytest.mark.parametrize("text", ["=1+1", "@SUM(A1)", "<b>fet</b>", "{{7*7}}", "100 % sikkert"])
def test_what_a_person_writes_in_a_group_is_text(text: str) -> None:
    of = overlapping(Rule.SUM)
    book = Workbook(annex(replace(of, overlaps=(replace(of.overlaps[0], name=text, reason=text),))))
    [name] = [r[1] for r in book.sheets[MEASURES].iter_rows() if r[1].value == text]
    assert name.data_type == "s"
    assert f"Begrunnelse: {text}" in book.text(MEASURES)


def test_a_group_across_sectors_has_a_deduction_for_each() -> None:
    """Only a file can bring one; the checks say that it should be divided."""
    own = measures("""
        nr | klimatiltak   | sektor | utslippskilde          | 2026 | 2030
        1  | Innføre bom   | Vei    | veitrafikk/personbiler | 100  | 100
        2  | Bytte kjeler  | Bygg   | oppvarming/olje        | 10   | 10
        3  | Bygge stier   | Vei    | veitrafikk/tunge       | 50   | 50
    """)
    places = (("m1", CARS), ("m2", "oppvarming/olje"), ("m3", LORRIES))
    group = OverlapGroup("o", "Alt", Rule.LARGEST, tuple(Member(*m) for m in places))
    book = Workbook(annex(budget(own, overlaps=(group,))))
    assert book.row(MEASURES, "Fratrekk, Veitrafikk")[1] == -50
    assert book.row(MEASURES, "Fratrekk, Oppvarming")[1] == 0
    for place in book.formulas:
        assert book.reckon(place) == pytest.approx(book.values[place], abs=2e-6), place


def test_a_group_that_nobody_takes_part_in_has_dashes() -> None:
    of = overlapping(Rule.LARGEST)
    gone = replace(of.overlaps[0], members=(Member("m5", CARS), Member("borte", CARS)))
    book = Workbook(annex(replace(of, overlaps=(gone,))))
    assert book.row(MEASURES, "Fratrekk")[1:] == ["–"] * 5
    assert book.row(MEASURES, "Overlapp i alt")[1:] == [0] * 5


# ---- budgets that lack something -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("lacking", "said"),
    [
        ({"edition": None, "inventory": None}, "Klimabudsjettet har ingen utslippstall ennå."),
        ({"targets": ()}, "Klimabudsjettet har ikke noe mål."),
        ({"path": None}, "Klimabudsjettet har ingen referansebane. Siste år i"),
        ({"measures": ()}, "Klimabudsjettet har ingen klimatiltak ennå."),
    ],
)
def test_a_budget_that_lacks_something_says_so(lacking: dict[str, Any], said: str) -> None:
    book = Workbook(annex(replace(oslo(), **lacking)))
    assert said in "\n".join(map(book.text, SHEETS))
    for place in book.formulas:
        assert book.reckon(place) == pytest.approx(book.values[place], abs=2e-6)


def test_an_empty_budget_gives_an_annex_in_words() -> None:
    empty = replace(oslo(), edition=None, inventory=None, targets=(), path=None, measures=())
    book = Workbook(annex(replace(empty, allowance=Allowance()), digest=""))
    assert book.values[SUMMARY, "A4"] == "Klimabudsjettet har ingen utslippstall ennå."
    assert "Det er ingen tall å tegne ennå." in book.text(PATH)
    assert book.formulas == {}


def test_the_same_arguments_give_the_same_bytes() -> None:
    assert annex(oslo()) == annex(oslo())


def test_every_text_passes_the_translator() -> None:
    """What is not a name, a figure or a citation is asked for in the reader's language."""
    asked: set[str] = set()

    def translate(text: str) -> str:
        asked.add(text)
        return text.upper() if "%" not in text else text

    finding = Finding("a", "Se på %(what)s.", {"what": "dette"})
    of = oslo()
    data = annexes.annex(of, statement(of), [finding], translate=translate, now=NOW, digest=DIGEST)
    book = Workbook(data)
    assert list(book.sheets) == [name.upper() for name in SHEETS]
    assert {"ukjent", "minst", "beregnet", "Se på %(what)s.", "Må rettes"} - asked == {"Må rettes"}
    assert "ukjent" not in {v for v in book.values.values() if isinstance(v, str)}


# ---- how each figure came to be ------------------------------------------------------------------


def explained(book: Workbook, label: str, year: int) -> list[list[Any]]:
    """The row of a figure and the rows of its parts, without what is empty."""
    lines = [[cell.value for cell in row[:5]] for row in book.sheets[METHOD].iter_rows()]
    start = next(n for n, line in enumerate(lines) if line[:2] == [label, year])
    parts = []
    for line in lines[start + 1 :]:
        if line[0] is not None or not any(line):
            break
        parts.append([value for value in line if value is not None])
    return [[value for value in lines[start] if value is not None], *parts]


def test_the_method_explains_each_figure_with_its_parts(book: Workbook) -> None:
    """The same text as the page «Forklar tallet»."""
    gap, after, allowance = explained(book, "Gjenstående kutt", 2030)
    assert gap[2] == pytest.approx(476156.12)
    assert gap[3] == (
        "Utslipp etter klimatiltakene minus utslippsrammen. Under null er det en margin."
    )
    assert after == [548300, "Utslipp etter klimatiltakene"]
    assert allowance == [pytest.approx(-72143.88), "Utslippsramme"]
    ramp = explained(book, "Utslippsramme", 2030)
    assert ramp[1][1] == "Utslipp i referanseåret 2009"
    assert ramp[3] == ["Oppgitt for 2030: −95 prosent"]
    assert "Hvert tall er regnet ut på nytt av delene under det" in book.text(METHOD)


def test_a_measure_is_told_once_with_its_years(book: Workbook) -> None:
    *_, one, other, last = explained(book, "Utslippskutt hvert for seg", 2030)
    assert [one[0], other[0]] == [
        "2 Fange karbon på Klemetsrud",
        "4 Innføre nye takster i bomringen",
    ]
    assert one[1] == ("2023: 0; 2024: ukjent; 2025: ukjent; 2026: ukjent; 2030: 164\u00a0500")
    assert last[0] == "5 Kjøpe utslippsfrie kjøretøy"


def test_a_measure_whose_figure_lacks_a_place_is_told_so_in_the_method() -> None:
    (own,) = measures("""
        nr | klimatiltak | sektor | utslippskilde          | 2026 | 2030
        1  | Elbusser    | Teknisk| veitrafikk/personbiler | 100  | 100
    """)
    lacks = replace(own.effects[0], code="veitrafikk/tunge", yearly=tonnes({2026: Decimal(-5)}))
    book = Workbook(annex(budget((replace(own, effects=(*own.effects, lacks)),))))
    rows = explained(book, "Økte utslipp fra klimatiltak", 2026)
    assert rows[0][2] == 5 and rows[1] == ["1 Elbusser", "2026: 5"]
    cut = explained(book, "Utslippskutt hvert for seg", 2030)
    assert "2030: usikkert 100" in cut[1][1]


def test_a_figure_that_its_parts_do_not_make_is_named_in_the_method() -> None:
    wrong = path({2023: 1037300, 2030: 884650}, rule=PathRule(path_rule.Rule.HELD))
    text = Workbook(annex(replace(oslo(), path=wrong))).text(METHOD)
    assert "Referansebane i 2030: Regnet ut på nytt blir tallet" in text
    assert "Hvert tall er regnet ut på nytt" not in text


def test_the_method_is_as_short_with_many_measures() -> None:
    """A measure takes one line of the derivations, however many years there are."""

    def lines(count: int) -> int:
        table = "nr | klimatiltak | sektor | utslippskilde | 2026 | 2027 | 2028 | 2029 | 2030\n"
        line = "{} | Elbusser | Vei | veitrafikk/tunge | 1 | 1 | 1 | 1 | 1"
        own = measures(table + "\n".join(line.format(n) for n in range(count)))
        sheet = Workbook(annex(budget(own))).sheets[METHOD]
        heads = [row[0].row for row in sheet.iter_rows() if row[0].value == "Hvor tallene står"]
        return heads[0]

    assert lines(20) - lines(10) == 10
