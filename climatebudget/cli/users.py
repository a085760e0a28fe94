"""People and their roles."""

from __future__ import annotations

from pathlib import Path

import click

from climatebudget.cli.context import main, municipality_of, reading, writing
from climatebudget.core.access import Role
from climatebudget.terminal import FILE, NUMBER, one_of, stop


@main.group()
def user() -> None:
    """Brukere og roller."""


@user.command("add")
@click.argument("email", metavar="E-POST")
@click.option("--kommune", "number", type=NUMBER, help="Kommunen rollen gjelder.")
@click.option("--role", type=one_of(Role, "ROLLE"), help="Rolle, for eksempel «økonomi».")
@click.option("--department", default="", metavar="SEKTOR", help="Sektoren rollen gjelder.")
@click.option("--operator", is_flag=True, help="Operatør av installasjonen.")
@click.option("--name", default="", metavar="NAVN", help="Navnet; ellers e-postadressen.")
@click.option("--password-file", type=FILE, help="Fil med passordet på første linje.")
def user_add(
    email: str,
    number: str | None,
    role: Role | None,
    department: str,
    operator: bool,
    name: str,
    password_file: Path | None,
) -> None:
    """Legg til en bruker, eller gi en bruker en rolle til."""
    from climatebudget.db import passwords, read, write

    if "@" not in email:
        stop(f"«{email}» er ikke en e-postadresse.")
    if (number is None) != (role is None) or (role is None and not operator):
        stop("Oppgi både --kommune og --role, eller --operator.")
    with reading() as session:
        municipality_id = municipality_of(session, number) if number else 0
        known = read.user_by_email(session, email)
    secret = "" if known else passwords.hashed(_new_password(password_file))
    with writing() as session:
        person = (
            known[0].id
            if known
            else write.add_person(session, email, name or email, operator=operator)
        )
        if secret:
            write.set_password(session, person, secret)
        if role:
            write.add_membership(session, municipality_id, person, role, department)
    click.echo(f"{email} er lagt til." if secret else f"{email} har fått rollen.")


def _new_password(file: Path | None) -> str:
    if file is not None:
        return (file.read_text(encoding="utf-8").splitlines() or [""])[0]
    first: str = click.prompt("Passord", hide_input=True, err=True)
    if click.prompt("Passordet en gang til", hide_input=True, err=True) != first:
        stop("De to passordene er ulike. Prøv igjen.")
    return first
