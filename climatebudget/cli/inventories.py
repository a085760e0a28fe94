"""Editions of the inventory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from hashlib import file_digest
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from climatebudget.catalogue import sector_names
from climatebudget.cli.context import (
    ACTOR,
    AREA,
    json_wanted,
    main,
    municipality_of,
    now,
    reading,
    writing,
)
from climatebudget.core.field import show_number
from climatebudget.core.quantity import ZERO
from climatebudget.core.sums import Key, SectorSum, edition_sums, sector_sums
from climatebudget.terminal import (
    DAY,
    FILE,
    NUMBER,
    UNKNOWN,
    as_json,
    counting,
    history,
    listed,
    plain,
    refuse,
    stop,
    table,
    working,
)

if TYPE_CHECKING:
    from climatebudget import db
    from climatebudget.core.inventory import Edition, Inventory
    from climatebudget.core.reading import Reading

F = TypeVar("F", bound=Callable[..., Any])
INSTALLATION = "installation"
NOTHING = "Ingenting er lagret."
TENTH = Decimal("0.1")


@main.group()
def inventory() -> None:
    """Statistikkutgaver av utslippsregnskapet."""


def import_options(command: F) -> F:
    """What an edition is read in with, besides its file."""
    for option in reversed(
        (
            click.option(
                "--owner",
                default=INSTALLATION,
                show_default=True,
                metavar="EIER",
                help="Eller et kommunenummer.",
            ),
            click.option(
                "--kommune", "area", type=AREA, help="Området filen gjelder; også fylke og land."
            ),
            click.option("--published", type=DAY, help="Dagen den ble publisert, 2026-02-02."),
            click.option(
                "--name", default="", metavar="NAVN", help="Ellers siste år i filen, 2024-tall."
            ),
            click.option(
                "--publisher", default="Miljødirektoratet", show_default=True, metavar="NAVN"
            ),
            click.option(
                "--answer",
                "answers",
                multiple=True,
                metavar="KODE=VERDI",
                help="Svar på et spørsmål.",
            ),
            click.option(
                "--cross-check", is_flag=True, help="Kontroller arkene for hver utslippssektor."
            ),
            json_wanted,
        )
    ):
        command = option(command)
    return command


@inventory.command("import")
@click.argument("file", type=FILE, metavar="FIL")
@import_options
def inventory_import(file: Path, **options: Any) -> None:
    """Les inn en statistikkutgave; den samme filen en gang til endrer ingenting."""
    import_file(file, **options)


def import_file(
    file: Path,
    owner: str,
    area: str | None,
    published: date | None,
    name: str,
    publisher: str,
    answers: tuple[str, ...],
    cross_check: bool,
    wants_json: bool,
) -> None:
    """Read a file, store it as an edition, and tell of it; ends with a sentence where it cannot."""
    from climatebudget.core.reading import Reading
    from climatebudget.db import write

    with reading() as session:
        owner_id = None if owner == INSTALLATION else municipality_of(session, owner)
        found = _read(
            session, file, area, given_answers(answers), owner_id, cross_check, wants_json
        )
    _check_area(found, area, None if owner == INSTALLATION else owner)
    if not isinstance(found, Reading):
        return _tell(found, new=False, wants_json=wants_json)
    with counting("Lagrer") as told, writing() as session, file.open("rb") as opened:
        stored = write.import_edition(
            session,
            found,
            file=opened,
            told=told,
            owner=owner_id,
            name=name,
            publisher=publisher,
            published=published,
            now=now(),
            by=ACTOR,
        )
    _tell(stored.edition, stored.new, wants_json, found)


def _read(
    session: db.Session,
    file: Path,
    area: str | None,
    answers: Mapping[str, str],
    owner: int | None,
    cross_check: bool,
    wants_json: bool,
) -> Edition | Reading:
    """The edition that has these bytes, or what the file says once nothing is open."""
    from climatebudget.core.reading import MARK
    from climatebudget.db import read
    from climatebudget.sheets.child import read_inventory

    with file.open("rb") as opened:
        sha256 = file_digest(opened, "sha256").hexdigest()
    if known := read.edition_by_file(session, sha256, owner):
        return known
    aliases = read.added_aliases(session)
    session.rollback()  # reading takes a while
    with working(f"Leser {file.name}"):
        mark = answers.get(MARK)
        marks = mark if mark in (",", ".") else None
        found = read_inventory(file, file.name, aliases, area, marks, cross_check)
    unasked = answers.keys() - {q.code for q in found.questions} - {MARK}
    if unasked:
        stop(f"Filen har ikke spørsmålet «{min(unasked)}».")
    found = found.answered(answers)
    refuse(found.findings, found.questions, wants_json, _nothing(found))
    return found


def _nothing(found: Reading) -> str:
    asks = any(q.code.startswith("area:") for q in found.questions)
    return f"{NOTHING} Oppgi --kommune NR." if asks else NOTHING


def _check_area(found: Edition | Reading, area: str | None, owner: str | None) -> None:
    """A file of another area than the one given, or than its owner's, is refused."""
    name = found.file_name
    if area is not None and area not in found.areas:
        stop(f"{name} har ikke tall for {area}. {NOTHING}")
    if owner is not None and owner not in found.areas:
        stop(f"{name} har ikke tall for kommune {owner}, som skulle eie utgaven. {NOTHING}")


def given_answers(given: tuple[str, ...]) -> dict[str, str]:
    """Question code → value, as --answer CODE=VALUE gives them."""
    if wrong := next((answer for answer in given if "=" not in answer), None):
        stop(f"«{wrong}» er ikke et svar. Skriv --answer KODE=VERDI.")
    return {code: value for code, _, value in (answer.rpartition("=") for answer in given)}


def _tell(edition: Edition, new: bool, wants_json: bool, reading: Reading | None = None) -> None:
    """What has been stored, with the sums of the file where it has just been read."""
    if wants_json:
        sums = _as_plain(sector_sums(reading, sector_names())) if reading else None
        return click.echo(as_json({"new": new, **plain(edition), "sums": sums}))
    if not new:
        return click.echo(f"«{edition.name}» finnes fra før, ingenting er endret.")
    click.echo(
        f"«{edition.name}» er lest inn som {edition.slug}: {show_number(edition.rows)} rader."
    )
    if reading:
        click.echo(_years_of(reading))
    if edition.findings:
        click.echo(listed(edition.findings))


def _years_of(reading: Reading) -> str:
    """A line for each year of a file: what was read, and the file's own sum where it has one."""
    years = reading.year_sums()
    if all(y.stated is None for y in years):
        return table(("Tonn CO₂e", "Lest"), ((y.year, show_number(y.tonnes, TENTH)) for y in years))
    head = "Tonn CO₂e", "Lest", "Filens sum", "Forskjell"
    return table(head, (_year_line(y.year, y.tonnes, y.stated) for y in years))


def _year_line(year: int, read: Decimal, stated: Decimal | None) -> tuple[object, ...]:
    told = show_number(read, TENTH)
    if stated is None:
        return year, told, "", ""
    return year, told, show_number(stated, TENTH), show_number(read - stated, TENTH)


@inventory.group("alias")
def inventory_alias() -> None:
    """Navn på utslippskilder som katalogen ikke kjenner."""


@inventory_alias.command("add")
@click.argument("code", metavar="KODE")
@click.option("--sector", required=True, help="Utslippssektoren slik filen skriver den.")
@click.option("--source", default="", help="Utslippskilden slik filen skriver den.")
def inventory_alias_add(code: str, sector: str, source: str) -> None:
    """Si hvilken utslippskilde (KODE) et navn i filene står for."""
    from climatebudget.db import write

    with writing() as session:
        write.add_alias(session, sector, source, code, by=ACTOR)
    click.echo(f"«{source or sector}» i «{sector}» leses nå som {code}.")


@inventory.command("list")
@click.option("--kommune", "number", type=NUMBER, help="Ta med kommunens egne utgaver.")
@json_wanted
def inventory_list(number: str | None, wants_json: bool) -> None:
    """List opp statistikkutgavene."""
    from climatebudget.db import read

    with reading() as session:
        editions = read.editions(session, municipality_of(session, number) if number else None)
    if wants_json:
        return click.echo(as_json(editions))
    head = ("Utgave", "Navn", "Eier", "Publisert", "Rader", "År", "Områder")
    rows = [
        (
            e.slug,
            e.name,
            e.owner or "installasjonen",
            e.published or UNKNOWN,
            show_number(e.rows),
            f"{e.years[0]}–{e.years[-1]}",
            len(e.areas),
        )
        for e in editions
    ]
    click.echo(table(head, rows, names=4) if rows else "Ingen statistikkutgaver ennå.")


@inventory.command("show")
@click.argument("edition", metavar="UTGAVE")
@click.option("--kommune", "number", type=NUMBER, help="Vis kommunens utslipp.")
@json_wanted
def inventory_show(edition: str, number: str | None, wants_json: bool) -> None:
    """Vis en statistikkutgave, og hva den sier om en kommune."""
    from climatebudget.db import read

    with reading() as session:
        found, owner = edition_named(session, edition, number)
        emissions = read.inventory(session, edition, number, owner) if number else None
        sums = {} if number else read.sector_sums(session, found, owner)
    if number and emissions is None:
        stop(f"«{found.name}» har ikke tall for kommune {number}.")
    if wants_json:
        said = {**plain(found), "inventory": emissions and _sums(emissions)}
        return click.echo(as_json(said if number else {**said, "sums": _stored_sums(found, sums)}))
    click.echo(f"{found.name}, {found.publisher}, publisert {found.published or UNKNOWN}")
    click.echo(f"{found.file_name}: {show_number(found.rows)} rader, sha256 {found.sha256}")
    if emissions:
        return click.echo(history(emissions))
    click.echo("\n".join(filter(None, [_years_in(sums), listed(found.findings)])))


def _years_in(sums: Mapping[Key, Decimal]) -> str:
    """A line for each year of an edition, over all its areas."""
    years: dict[int, Decimal] = {}
    for (_, year), value in sums.items():
        years[year] = years.get(year, ZERO) + value
    rows = ((year, show_number(value, TENTH)) for year, value in sorted(years.items()))
    return table(("Tonn CO₂e", "I alt"), rows)


def _stored_sums(edition: Edition, sums: Mapping[Key, Decimal]) -> list[Any]:
    """Beside what the file stated where that differed; the findings of several areas do not say
    which of them it was in."""
    findings = edition.findings if len(edition.areas) == 1 else ()
    return _as_plain(edition_sums(sums, findings, sector_names()))


def _as_plain(sums: Iterable[SectorSum]) -> list[Any]:
    return [{**plain(s), "difference": plain(s.difference)} for s in sums]


def edition_named(
    session: db.Session, slug: str, number: str | None = None
) -> tuple[Edition, int | None]:
    """The edition of that slug, the municipality's own before the installation's; and whose we
    looked for. A municipality that is not here has none of its own."""
    from climatebudget.db import read

    known = read.municipality(session, number) if number else None
    owner = known[0] if known else None
    found = read.edition_by_slug(session, slug, owner)
    if found is None:
        stop(f"Utgaven «{slug}» finnes ikke. Se «climatebudget inventory list».")
    return found, owner


def _sums(emissions: Inventory) -> dict[str, Any]:
    return {
        "area": emissions.area,
        "total": emissions.total,
        "sectors": emissions.sectors,
        "sources": {code: emissions.source(code) for code in emissions.sources},
    }
