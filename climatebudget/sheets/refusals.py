"""What is said to a person whose file cannot be read: what is wrong, and what to do."""

from __future__ import annotations

from collections.abc import Mapping

from climatebudget.core.text import N_, Text, Translate, filled

SAVE_AS_XLSX = N_(
    "Åpne den i Excel, velg Lagre som og Excel-arbeidsbok (.xlsx), og last den opp på nytt."
)
FETCH_AGAIN = N_("Last den ned på nytt fra der du fikk den, og prøv igjen.")
COPY = N_("Kopier tabellen til en ny arbeidsbok med vanlige ark, og last opp den.")
SPLIT = N_("Del den i flere filer, eller ta bort det som ikke er tabellen med utslipp.")
CORRECT = N_("Rett det, og last opp filen på nytt.")
UNCHANGED = N_("Last ned arbeidsboken på nytt fra Miljødirektoratet, og last den opp uendret.")

NOT_AS_EXCEL = N_("Filen er bygd opp på en måte Excel ikke bruker.")
PACKED_ODDLY = N_("Filen er pakket på en måte Excel ikke bruker.")

# For each code: what is wrong, and what to do.
TEXTS: Mapping[str, tuple[str, str]] = {
    "E_EMPTY": (N_("Filen er tom."), FETCH_AGAIN),
    "E_TOO_BIG": (N_("Filen er større enn 80 MB, som er det meste vi tar imot."), SPLIT),
    "E_NOT_XLSX": (
        N_(
            "Filen er ikke en Excel-arbeidsbok. Den kan være en nettside, en CSV-fil eller i et "
            "eldre format."
        ),
        SAVE_AS_XLSX,
    ),
    "E_LEGACY_XLS": (N_("Filen er lagret i det gamle Excel-formatet (.xls)."), SAVE_AS_XLSX),
    "E_ODS": (N_("Filen er et regneark i OpenDocument-format (.ods)."), SAVE_AS_XLSX),
    "E_ENCRYPTED": (
        N_("Filen er beskyttet med passord, og da kan vi ikke lese den."),
        N_("Ta bort passordet i Excel (Fil, Info, Beskytt arbeidsbok), og last den opp på nytt."),
    ),
    "E_MACRO": (
        N_("Filen inneholder makroer, og slike filer tar vi ikke imot."),
        N_("Lagre den i Excel som vanlig arbeidsbok (.xlsx), og last den opp på nytt."),
    ),
    "E_ZIP_BROKEN": (N_("Filen er ødelagt eller bare delvis lastet ned."), FETCH_AGAIN),
    "E_ZIP_RATIO": (N_("Filen blir uvanlig stor når den pakkes ut, så vi leser den ikke."), COPY),
    "E_ZIP_MEMBERS": (N_("Filen har uvanlig mange deler, så vi leser den ikke."), COPY),
    "E_ZIP_NAME": (
        N_("Filen har deler med navn som ikke hører hjemme i en arbeidsbok."),
        COPY,
    ),
    "E_ZIP_DUPLICATE": (
        N_("Filen har to deler med samme navn, så to programmer kan vise ulike tall."),
        COPY,
    ),
    "E_ZIP_METHOD": (PACKED_ODDLY, SAVE_AS_XLSX),
    "E_ZIP_OVERLAP": (PACKED_ODDLY, SAVE_AS_XLSX),
    "E_ZIP_SIZE_LIE": (N_("Filen oppgir feil størrelse på det den inneholder."), FETCH_AGAIN),
    "E_XML_DTD": (
        N_("Filen inneholder XML-definisjoner som Excel aldri skriver, så vi leser den ikke."),
        COPY,
    ),
    "E_XML_ENCODING": (N_("Filen bruker et annet tegnsett enn UTF-8."), SAVE_AS_XLSX),
    "E_XML_DEPTH": (NOT_AS_EXCEL, COPY),
    "E_XML_SHAPE": (NOT_AS_EXCEL, COPY),
    "E_XML_BROKEN": (N_("Innholdet i filen er ødelagt eller avbrutt."), FETCH_AGAIN),
    "E_CELL_REF": (N_("Filen har celler utenfor det et Excel-ark kan ha."), COPY),
    "E_CELL_ORDER": (
        N_("Radene i filen står i feil rekkefølge, så to programmer kan vise ulike tall."),
        SAVE_AS_XLSX,
    ),
    "E_CELL_LENGTH": (
        N_("En celle har mer tekst enn de 32 767 tegnene Excel tillater."),
        N_("Kort den ned, og last opp filen på nytt."),
    ),
    "E_TOO_MANY_SHEETS": (N_("Filen har mer enn 100 ark."), SPLIT),
    "E_TOO_MANY_COLS": (
        N_("Filen har celler til høyre for kolonne ZZ."),
        N_("Slett kolonnene til høyre for tabellen, og lagre på nytt."),
    ),
    "E_TOO_MANY_CELLS": (
        N_("Arket er for stort. Ofte skyldes det én celle langt nede eller langt til høyre."),
        N_("Slett radene under og kolonnene til høyre for tabellen, og lagre på nytt."),
    ),
    "E_TOO_MANY_MERGES": (
        N_("Filen har mer enn 5 000 sammenslåtte områder."),
        N_("Opphev sammenslåingen, og lagre på nytt."),
    ),
    "E_MERGE_SIZE": (
        N_("Filen har et sammenslått område på mer enn 20 000 celler."),
        N_("Opphev sammenslåingen, og lagre på nytt."),
    ),
    "E_REL_TARGET": (N_("Et ark i filen viser til noe utenfor filen."), COPY),
    "E_FORMULA_NO_VALUE": (
        N_("Filen har formler uten beregnet verdi, i alt %(detail)s."),
        N_("Åpne filen i Excel, lagre den, og last den opp på nytt."),
    ),
    "E_ERROR_CELL": (
        N_("Filen har celler med feil, som #DIV/0! eller #REF!, i alt %(detail)s."),
        CORRECT,
    ),
    "E_ROWS_LOST": (
        N_("Vi fikk bare lest %(detail)s rader, og ingenting er lagret."),
        SAVE_AS_XLSX,
    ),
    "E_PARSER_LIMIT": (
        N_(
            "Filen krever mer minne eller tid enn vi setter av til én fil. Lesingen er stanset, "
            "og ingenting er lagret."
        ),
        COPY,
    ),
    "E_READER": (
        N_("Vi klarte ikke å lese filen. Feilen er notert, og ingenting er lagret."),
        COPY,
    ),
    "E_CSV": (
        N_("CSV-filen kan ikke leses: %(detail)s."),
        N_("Lagre den på nytt fra Excel som CSV UTF-8."),
    ),
    "E_LAYOUT": (
        N_("Vi kjenner ikke igjen tabellen i filen. Den har %(detail)s."),
        N_(
            "Bruk arbeidsboken fra Miljødirektoratet, eller en tabell med overskriftene kommunenr, "
            "sektor, ar og utslipp_tonn."
        ),
    ),
    "E_NO_DATA": (N_("Filen har ingen rader med utslipp."), N_("Sjekk at du valgte riktig fil.")),
    "E_SHEET_MISSING": (N_("Arket %(detail)s mangler."), UNCHANGED),
    "E_SHEETS_ALIKE": (
        N_("Flere ark har en tabell med utslipp: %(detail)s."),
        N_("La bare ett av dem stå, og last opp filen på nytt."),
    ),
    "E_COLUMN_MISSING": (
        N_("Tabellen mangler en kolonne for %(detail)s."),
        N_("Legg den til, og last opp filen på nytt."),
    ),
    "E_COLUMN_DUPLICATE": (
        N_("Tabellen har to kolonner for %(detail)s."),
        N_("Ta bort den ene, og last opp filen på nytt."),
    ),
    "E_YEAR": (
        N_("Overskriften «%(detail)s» er ikke et årstall."),
        N_("Skriv fire siffer, for eksempel 2027, og last opp filen på nytt."),
    ),
    "E_NO_MEASURES": (
        N_("Vi fant ingen tabell med klimatiltak i filen."),
        N_("Skriv overskrifter i én rad, med klimatiltakene under, og last opp filen på nytt."),
    ),
    "E_TOO_MANY_ROWS": (
        N_("Tabellen har mer enn 5 000 rader."),
        N_("Ta bort rader som ikke er klimatiltak, og last opp filen på nytt."),
    ),
    "E_IS_INVENTORY": (
        N_("Filen er et utslippsregnskap, ikke en tabell med klimatiltak."),
        N_("Gå til Utslipp, og les den inn som ny statistikkutgave der."),
    ),
    "E_NO_PATH": (
        N_("Vi fant ingen årstall i filen, så vi ser ikke hvilke år banen gjelder."),
        N_("Skriv årene som overskrifter, eller i en kolonne som heter År."),
    ),
    "E_PATH_TOO_LONG": (
        N_("Tabellen har mer enn 5 000 rader."),
        N_("Ta bort rader som ikke er referansebanen, og last opp filen på nytt."),
    ),
    "E_INVENTORY_NOT_PATH": (
        N_("Filen er et utslippsregnskap, ikke en referansebane."),
        N_("Gå til Utslipp, og les den inn som ny statistikkutgave der."),
    ),
    "E_AREA": (
        N_("«%(detail)s» er ikke et kommunenummer eller fylkesnummer vi kjenner."),
        N_("Skriv fire siffer, for eksempel 0301."),
    ),
}


class Refused(Exception):
    """The file is refused whole, and nothing is stored; ``message`` is for who sent it."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail

    @property
    def message(self) -> str:
        return self.shown()

    def shown(self, translate: Translate = str) -> str:
        """What is wrong and what to do, in the language of the translation."""
        wrong, remedy = TEXTS[self.code]
        return f"{filled(wrong, {'detail': Text(self.detail)}, translate)} {translate(remedy)}"
