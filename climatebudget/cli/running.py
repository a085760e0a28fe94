"""Serving the pages on this machine."""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING

import click

from climatebudget.cli.context import INSTANCE, engine, main, now
from climatebudget.terminal import PORT, stop, working

if TYPE_CHECKING:
    import sqlalchemy as sa

HERE = "127.0.0.1"
SHORTEST_KEY = 32  # bytes


@main.command()
@click.option("--demo", is_flag=True, help="Last Oslo 2023 og et tomt år i Kragerø.")
@click.option("--port", type=PORT, default="8000", show_default=True)
def run(demo: bool, port: int) -> None:
    """Gjør databasen klar, og vis sidene på denne maskinen."""
    from waitress.server import create_server

    from climatebudget.db.upgrade import upgrade
    from climatebudget.web import create_app

    key = secret_key()
    upgrade(opened := engine())
    if demo:
        load_demo(opened)
    secure = {} if "CLIMATEBUDGET_SESSION_COOKIE_SECURE" in os.environ else _without_https()
    app = create_app({"ENGINE": opened, "SECRET_KEY": key, **secure})
    try:
        server = create_server(app, host=HERE, port=port)
    except OSError:
        stop(f"Port {port} er opptatt. Velg en annen med --port.")
    click.echo(f"Klimabudsjett: http://{HERE}:{port}/\nStopp med Ctrl+C.")
    server.run()


def _without_https() -> dict[str, bool]:
    """On the machine itself there is no HTTPS, and a browser would not send the cookie back."""
    return {"SESSION_COOKIE_SECURE": False}


def secret_key() -> str:
    """What signs the cookies: from the environment, or one of this installation's own."""
    file = INSTANCE / "secret_key"
    key = os.environ.get("CLIMATEBUDGET_SECRET_KEY")
    if key is None and not file.exists():
        INSTANCE.mkdir(exist_ok=True)
        with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as new:
            new.write(secrets.token_urlsafe(48))
    key = file.read_text(encoding="utf-8").strip() if key is None else key
    if len(key.encode()) < SHORTEST_KEY:
        stop(f"Den hemmelige nøkkelen er for kort. Den må ha minst {SHORTEST_KEY} tegn.")
    return key


def load_demo(opened: sa.Engine) -> None:
    from climatebudget import demo

    with working("Leser inn demoen"):
        demo.build(opened, INSTANCE, now())
    accounts = "\n".join(f"  {account.email:32} {account.name}" for account in demo.ACCOUNTS)
    if password := demo.password(INSTANCE):
        where = INSTANCE / demo.PASSWORD_FILE
        click.echo(
            f"Logg inn som en av disse:\n{accounts}\nPassord: {password}  (i {where})\n"
            f"Oslo er ferdig utfylt. Begynn fra bunnen av som {demo.NEWCOMER}."
        )
