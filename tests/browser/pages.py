"""Every page of the program, as somebody in the demo meets it: who, where, and what they do first.

A page that is not listed here fails the tests: add a line when you add a page. Addresses that
answer with a file, or only lead on, stand in `NOT_PAGES`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import FilePayload

from tests.browser.site import CARS, DATA, GROUP, PROPOSED, Visit

Act = Callable[[Visit], None]
WORKBOOK = DATA / "inventory" / "telemark_2023-tall_seen_2025-01-10.csv"
TABLE = Path(__file__).parents[2] / "climatebudget/demo/sources/oslo_2023_measures.csv"
STATEMENT = TABLE.with_name("oslo_2023_statement_2030_published.csv")
GARBAGE = DATA / "corpus" / "s03_garbage.xlsx"


# A path as somebody may have it: sectors with a sum that closes in one year of two; and a bad one.
PATH = (
    "Tonn;2023;2030\nVeitrafikk;520000;430000\nSjøfart;64000;60000\n"
    "Avfall og avløp;212000;190000\nSum;796000;690000\n"
)
WRONG_PATH = "Tonn;1990;2030\nVeitrafikk;520000;-4\n"


@dataclass(frozen=True)
class Scene:
    """A page in the state it is looked at; `status` is what the server answers."""

    name: str
    who: str
    address: str
    act: Act | None = None
    status: int = 200

    @property
    def email(self) -> str:
        return f"{self.who}.example" if self.who else ""

    @property
    def in_a_version(self) -> bool:
        """Whether the page says which budget it is about."""
        return self.address[1:5].isdigit() and self.status != 404

    def enter(self, visit: Visit) -> None:
        visit.goto(self.address)
        if self.act:
            self.act(visit)


def send(visit: Visit) -> None:
    """Press the first button of the page's own form."""
    visit.page.locator("main form button[type=submit]").first.click()


def upload(file: Path) -> Act:
    def act(visit: Visit) -> None:
        visit.page.set_input_files("input[type=file]", str(file))
        send(visit)

    return act


def uploaded(text: str) -> Act:
    """Send a CSV file that says this."""

    def act(visit: Visit) -> None:
        file: FilePayload = {"name": "bane.csv", "mimeType": "text/csv", "buffer": text.encode()}
        visit.page.set_input_files("input[type=file]", file)
        send(visit)

    return act


def typed(**fields: str) -> Act:
    """Write in the fields that bear these names, and send the form."""

    def act(visit: Visit) -> None:
        for name, text in fields.items():
            visit.page.fill(f"[name={name}]", text)
        send(visit)

    return act


def stale(visit: Visit) -> None:
    """Send a form that was opened before somebody else saved."""
    visit.page.evaluate("document.querySelector('[name=lock]').value = 0")
    visit.page.fill("[name=name]", "Et navn som ble skrevet samtidig")
    send(visit)


def ticked(value: str) -> Act:
    """Choose this of the page's radio buttons, and send the form."""

    def act(visit: Visit) -> None:
        visit.page.check(f"[type=radio][value={value}]")
        send(visit)

    return act


def preview(visit: Visit) -> None:
    """Fill in a group and look at what it would take off."""
    visit.page.check("[value=SEQUENCE]")
    visit.page.fill("[name=reason]", "De samme bilreisene.")
    visit.page.click("[name=show]")


def tried(visit: Visit) -> None:
    """Write an adjustment, and see what it would do without saving it."""
    page = visit.page
    page.select_option("[name=adjustment_0_code]", "veitrafikk/personbiler")
    for name, text in (
        ("year", "2009"),
        ("tonnes", "−1250,5"),
        ("reason", "Kjørelengdene er målt på nytt"),
        ("approved_by", "Byrådet, sak 1012/23"),
    ):
        page.fill(f"[name=adjustment_0_{name}]", text)
    page.locator("main button[name=show]").click()


ADJUSTED = f"/0301/{PROPOSED}/utkast"
OSLO, ADOPTED, KRAGERO = "/0301/2023/utkast", "/0301/2023/vedtatt", "/4014/2027/utkast"
ADVISER, FINANCE, HEAD, POLITICIAN = (
    "klimaradgiver@oslo",
    "okonomi@oslo",
    "sektorleder@oslo",
    "folkevalgt@oslo",
)
NEWCOMER, NEW_HEAD = "klimaradgiver@kragero", "sektorleder@kragero"


def pair(old: str, new: str) -> str:
    return f"installation/{old}/installation/{new}/"


OVERLAPPING = f"/0301/{PROPOSED}/utkast/overlap"
FLUOR = f"{KRAGERO}/sources/produkter-med-fluorgasser"
ENERGY = f"{KRAGERO}/sources/energiforsyning"
DISTRICT_HEATING = "energiforsyning/fjernvarme-unntatt-avfallsforbrenning"
ELECTRICITY = "elektrisitetsproduksjon-og-annen-energiforsyning"
TELEMARK = f"{KRAGERO}/differences/{pair('2023-tall', '2024-tall')}"

STATED = f"{OSLO}/reconciliation/accept?code=stated-sum&place=version//2023"

# endpoint → the scenes that show it
PAGES: dict[str, list[Scene]] = {
    "sign_in.form": [
        Scene("innlogging", "", "/sign-in"),
        Scene("innlogging-feil", "", "/sign-in", typed(email="noen@kommune.example"), 400),
    ],
    "home.start": [
        Scene("start", "revisor@oslo", "/"),
        Scene("start-operator", "operator@installasjon", "/"),
    ],
    "help.all": [Scene("hjelp", HEAD, "/help/")],
    "help.topic": [
        Scene("hjelp-okonomi", FINANCE, "/help/finance"),
        Scene("hjelp-sektor", HEAD, "/help/sectors"),
        Scene("hjelp-folkevalgt", POLITICIAN, "/help/council"),
        Scene("hjelp-ord", POLITICIAN, "/help/words"),
    ],
    "home.accessibility": [Scene("tilgjengelighet", "", "/accessibility")],
    "overview.page": [
        Scene("oversikt", ADVISER, f"{OSLO}/"),
        Scene("oversikt-vedtatt", POLITICIAN, f"{ADOPTED}/"),
        Scene("oversikt-justert", FINANCE, f"{ADJUSTED}/"),
        Scene("oversikt-tom", NEWCOMER, f"{KRAGERO}/"),
    ],
    "measures.all": [
        Scene("klimatiltak", ADVISER, f"{OSLO}/measures/"),
        Scene("klimatiltak-tom", NEW_HEAD, f"{KRAGERO}/measures/"),
    ],
    "measures.new": [
        Scene("klimatiltak-nytt", NEW_HEAD, f"{KRAGERO}/measures/new"),
        Scene(
            "klimatiltak-feil",
            NEWCOMER,
            f"{KRAGERO}/measures/new",
            typed(start="snart", full="1.250"),
            400,
        ),
    ],
    "measures.edit": [
        Scene("klimatiltak-skjema", ADVISER, f"{OSLO}/measures/1"),
        Scene("klimatiltak-tekst", POLITICIAN, f"{ADOPTED}/measures/1"),
        Scene("klimatiltak-samtidig", ADVISER, f"{OSLO}/measures/1", stale, 409),
    ],
    "measures.confirm_remove": [Scene("klimatiltak-fjern", ADVISER, f"{OSLO}/measures/1/remove")],
    "inventory.page": [
        Scene("utslipp", ADVISER, f"{OSLO}/inventory/"),
        Scene("utslipp-justert", FINANCE, f"{ADJUSTED}/inventory/"),
        Scene("utslipp-kragero", NEW_HEAD, f"{KRAGERO}/inventory/"),
    ],
    "inventory.edition": [
        Scene("utgave", ADVISER, f"{OSLO}/inventory/editions/installation/2020-tall")
    ],
    "sources.whole": [Scene("kilder", POLITICIAN, f"{ADOPTED}/sources/")],
    "sources.sector": [
        Scene("kilder-sektor", ADVISER, f"{OSLO}/sources/veitrafikk/"),
        Scene("kilder-justert", FINANCE, f"{ADJUSTED}/sources/veitrafikk/"),
        Scene("kilder-sektor-langt-navn", NEW_HEAD, f"{FLUOR}/"),
    ],
    "sources.source": [
        Scene("kilde", ADVISER, f"{OSLO}/sources/veitrafikk/personbiler/"),
        Scene("kilde-kort-navn", NEW_HEAD, f"{FLUOR}/bruk-av-hfk/"),
        Scene("kilde-langt-navn", ADVISER, f"{OSLO}/sources/{DISTRICT_HEATING}/"),
        Scene("kilde-uten-utslipp", NEW_HEAD, f"{ENERGY}/{ELECTRICITY}/"),
    ],
    "differences.choose": [Scene("forskjeller-velg", NEW_HEAD, f"{KRAGERO}/differences/")],
    "differences.page": [
        Scene("forskjeller", ADVISER, f"{OSLO}/differences/{pair('2020-tall', '2024-tall-oslo')}")
    ],
    "differences.cells": [Scene("forskjeller-celler", NEW_HEAD, f"{TELEMARK}cells/")],
    "differences.municipalities": [
        Scene("forskjeller-kommuner", NEW_HEAD, f"{TELEMARK}municipalities/")
    ],
    "measure_imports.form": [
        Scene("tabell", NEWCOMER, f"{KRAGERO}/measures/import/"),
        Scene("tabell-feil", NEWCOMER, f"{KRAGERO}/measures/import/", upload(GARBAGE), 400),
    ],
    "measure_undo.confirm": [
        Scene("tabell-angre-ingen", ADVISER, f"{OSLO}/measures/undo/", status=409),
    ],
    "measure_imports.columns": [
        Scene("tabell-kolonner", ADVISER, f"{OSLO}/measures/import/", upload(TABLE)),
    ],
    "path_imports.form": [
        Scene("bane-fil", ADVISER, f"{OSLO}/path/import/"),
        Scene("bane-fil-feil", NEWCOMER, f"{KRAGERO}/path/import/", upload(GARBAGE), 400),
    ],
    "path_imports.preview": [
        Scene("bane-fil-spor", ADVISER, f"{OSLO}/path/import/", upload(STATEMENT)),
        Scene("bane-fil-sett", ADVISER, f"{OSLO}/path/import/", uploaded(PATH)),
        Scene("bane-fil-rett", ADVISER, f"{OSLO}/path/import/", uploaded(WRONG_PATH), 400),
    ],
    "imports.form": [
        Scene("innlesing", ADVISER, f"{OSLO}/imports/"),
        Scene("innlesing-feil", ADVISER, f"{OSLO}/imports/", upload(GARBAGE), 400),
    ],
    "imports.preview": [Scene("innlesing-sett", NEWCOMER, f"{KRAGERO}/imports/", upload(WORKBOOK))],
    "acceptances.form": [
        Scene("merknad-godta", ADVISER, STATED),
        Scene("merknad-godta-feil", ADVISER, STATED, typed(reason=""), 400),
    ],
    "reconciliation.page": [
        Scene("avstemming", ADVISER, f"{OSLO}/reconciliation/"),
        Scene("avstemming-tom", NEWCOMER, f"{KRAGERO}/reconciliation/"),
    ],
    "national.page": [
        Scene("klimakur", ADVISER, f"{OSLO}/national/"),
        Scene("klimakur-2035", POLITICIAN, f"{ADOPTED}/national/?report=klimatiltak2025"),
        Scene("klimakur-kragero", NEW_HEAD, f"{KRAGERO}/national/"),
        Scene("klimakur-feil", ADVISER, f"{OSLO}/national/?life=lenge&rate=21", status=400),
    ],
    "observed.page": [
        Scene("hvordan-gikk-det", POLITICIAN, f"{ADOPTED}/observed/"),
        Scene("hvordan-gikk-det-ukjent", ADVISER, f"{OSLO}/observed/?gone=2024"),
        Scene("hvordan-gikk-det-tom", NEWCOMER, f"{KRAGERO}/observed/"),
    ],
    "explain.page": [
        Scene("forklar-gjenstar", ADVISER, f"{OSLO}/explain/gap/2030/"),
        Scene("forklar-kutt", ADVISER, f"{OSLO}/explain/cut/2030/"),
        Scene("forklar-ramme", POLITICIAN, f"{ADOPTED}/explain/allowance/2030/"),
        Scene("forklar-ukjent", ADVISER, f"{OSLO}/explain/effect/2025/"),
        Scene(
            "forklar-kilde",
            POLITICIAN,
            f"{ADOPTED}/explain/inventory/2009/?scope=source&name=veitrafikk/personbiler",
        ),
    ],
    "annex.page": [Scene("vedlegg", FINANCE, f"{OSLO}/annex/")],
    "frame.page": [
        Scene("rammer", FINANCE, f"{OSLO}/frame/"),
        Scene("rammer-lest", HEAD, f"{ADOPTED}/frame/"),
        Scene("rammer-tom", NEWCOMER, f"{KRAGERO}/frame/"),
    ],
    "names.page": [Scene("navn", "operator@installasjon", "/names/")],
    "versions.confirm_present": [
        Scene("legg-fram", "kommunedirektor@oslo", f"/0301/{PROPOSED}/forslag/versions/present")
    ],
    "boundary.page": [
        Scene("avgrensning", ADVISER, f"{OSLO}/boundary/"),
        Scene("avgrensning-lese", POLITICIAN, f"{ADOPTED}/boundary/"),
        Scene(
            "avgrensning-feil", ADVISER, f"{OSLO}/boundary/", typed(out_0_reason="Uten kilde"), 400
        ),
    ],
    "path.page": [
        Scene("bane", ADVISER, f"{OSLO}/path/"),
        Scene("bane-lese", POLITICIAN, f"{ADOPTED}/path/"),
        Scene("bane-tom", NEWCOMER, f"{KRAGERO}/path/"),
        Scene("bane-feil", ADVISER, f"{OSLO}/path/", typed(cut_off="i fjor"), 400),
    ],
    "path_moves.form": [
        Scene("bane-flytt", ADVISER, f"{OSLO}/path/measures/1"),
        Scene("bane-flytt-feil", ADVISER, f"{OSLO}/path/measures/1", typed(reason=""), 400),
    ],
    "overlap.page": [
        Scene("overlapp", FINANCE, f"{OVERLAPPING}/"),
        Scene("overlapp-justert", POLITICIAN, f"{ADOPTED}/overlap/"),
        Scene("overlapp-tom", NEWCOMER, f"{KRAGERO}/overlap/"),
    ],
    "overlap.new": [
        Scene("overlapp-ny", FINANCE, f"{OVERLAPPING}/new?code={CARS}"),
        Scene("overlapp-feil", ADVISER, f"{OSLO}/overlap/new", ticked("SHARE"), 400),
        Scene("overlapp-vis", FINANCE, f"{OVERLAPPING}/new?code={CARS}", preview),
    ],
    "overlap.edit": [
        Scene("overlapp-endre", FINANCE, f"{OVERLAPPING}/{GROUP}"),
        Scene("overlapp-samtidig", FINANCE, f"{OVERLAPPING}/{GROUP}", stale, 409),
    ],
    "overlap.confirm_remove": [
        Scene("overlapp-fjern", FINANCE, f"{OVERLAPPING}/{GROUP}/remove"),
    ],
    "adjustments.page": [
        Scene("justeringer", ADVISER, f"{OSLO}/adjustments/"),
        Scene("justeringer-lese", POLITICIAN, f"{ADOPTED}/adjustments/"),
        Scene("justeringer-prøvd", ADVISER, f"{OSLO}/adjustments/", tried),
        Scene("justeringer-lagret", FINANCE, f"{ADJUSTED}/adjustments/"),
        Scene(
            "justeringer-feil",
            ADVISER,
            f"{OSLO}/adjustments/",
            typed(adjustment_0_year="2010", adjustment_0_tonnes="1.250"),
            400,
        ),
    ],
    "versions.page": [
        Scene("versjoner", FINANCE, f"{OSLO}/versions/"),
        Scene("versjoner-tom", NEW_HEAD, f"{KRAGERO}/versions/"),
    ],
}
# Answers that are files, and addresses that only lead on.
NOT_PAGES = {
    "static",
    "annex.workbook",
    "measures.table",
    "measures.workbook",
    "inventory.table",
    "inventory.workbook",
    "reconciliation.table",
    "reconciliation.workbook",
    "national.table",
    "national.workbook",
    "editions.rows",
    "editions.whole",
    "editions.original",
    "differences.cells_table",
    "differences.cells_workbook",
    "differences.municipalities_table",
    "differences.municipalities_workbook",
}

# What a person is told when something could not be done.
REFUSALS = [
    Scene("finnes-ikke", ADVISER, "/0301/1999/utkast/", status=404),
    Scene("ikke-tilgang", POLITICIAN, f"{OSLO}/", status=403),
    Scene("forklar-finnes-ikke", ADVISER, f"{OSLO}/explain/gap/1999/", status=404),
    Scene("last", ADVISER, f"{ADOPTED}/measures/new", status=409),
]
