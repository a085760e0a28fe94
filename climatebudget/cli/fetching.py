"""Fetching a file over HTTPS: so long and so much at most, and never on to another scheme."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable
from email.message import Message
from pathlib import Path
from typing import IO
from urllib.error import HTTPError, URLError
from urllib.parse import unquote, urlsplit
from urllib.request import HTTPRedirectHandler, HTTPSHandler, Request, build_opener

from climatebudget.core.field import clean

MEBIBYTE = 2**20
MOST = 80 * MEBIBYTE  # as much as an upload may be
SECONDS = 300.0  # for all of it
SILENCE = 30.0  # seconds without a single byte
AT_A_TIME = MEBIBYTE // 4
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
AWAY = "Adressen viser videre for mange ganger, eller til noe annet enn https://."
Told = Callable[[int, int], None]


class NotFetched(Exception):
    """Why there is no file, in a sentence for the operator."""


class _OnlyHttps(HTTPRedirectHandler):
    """Follows a redirect only to where we would have gone ourselves."""

    max_redirections = 5

    def __init__(self, http_to_loopback: bool) -> None:
        self.http_to_loopback = http_to_loopback

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: Message, newurl: str
    ) -> Request | None:
        _check(newurl, self.http_to_loopback)
        return super().redirect_request(req, fp, code, msg, headers, newurl)  # type: ignore[arg-type]


def fetch(
    url: str,
    folder: Path,
    *,
    most: int = MOST,
    seconds: float = SECONDS,
    told: Told = lambda done, all: None,
    trusted: ssl.SSLContext | None = None,
    http_to_loopback: bool = False,
) -> Path:
    """The file at an address, in the folder under its own name; raises `NotFetched`.

    ``told`` hears how many bytes there are of how many, where that is known. ``trusted`` replaces
    the system's certificates, and ``http_to_loopback`` lets a test serve from this machine.
    """
    _check(url, http_to_loopback)
    until = time.monotonic() + seconds
    secure = HTTPSHandler(context=trusted or ssl.create_default_context())
    opener = build_opener(secure, _OnlyHttps(http_to_loopback))
    request = Request(url, headers={"User-Agent": "Klimabudsjett", "Accept-Encoding": "identity"})
    try:
        with opener.open(request, timeout=min(SILENCE, seconds)) as answer:
            path = folder / _name(answer.headers, answer.geturl())
            _save(answer, path, most, until, told)
    except HTTPError as error:
        if 300 <= error.code < 400:
            raise NotFetched(AWAY) from None
        raise NotFetched(f"Adressen svarte {error.code}. Sjekk at den er riktig.") from None
    except (URLError, OSError, ValueError) as error:
        raise NotFetched(_why(error)) from None
    return path


def _check(url: str, http_to_loopback: bool) -> None:
    parts = urlsplit(url)
    local = http_to_loopback and parts.scheme == "http" and parts.hostname in LOOPBACK
    if not local and (parts.scheme != "https" or not parts.hostname):
        raise NotFetched(
            "Adressen må begynne med https://, og ikke vise videre til noe annet enn https://."
        )


def _name(headers: Message, url: str) -> str:
    """What the server calls the file, or the end of its address; never a way out of the folder."""
    called = headers.get_filename() or unquote(urlsplit(url).path)
    name = clean(called).replace("\\", "/").rpartition("/")[2].lstrip(".")[-200:]
    return name or "utslipp.xlsx"


def _save(answer: IO[bytes], path: Path, most: int, until: float, told: Told) -> None:
    headers: Message = answer.headers  # type: ignore[attr-defined]
    length = headers.get("Content-Length", "")
    stated = int(length) if length.isascii() and length.isdigit() else 0
    too_much = f"Filen er for stor. Vi henter høyst {most // MEBIBYTE or 1} MB."
    if stated > most:
        raise NotFetched(too_much)
    done = 0
    with path.open("wb") as file:
        while part := answer.read1(AT_A_TIME):  # type: ignore[attr-defined]
            done += len(part)
            if done > most:
                raise NotFetched(too_much)
            if time.monotonic() > until:
                raise NotFetched("Det tok for lang tid å hente filen. Prøv igjen senere.")
            file.write(part)
            if stated:
                told(done, stated)
    if stated and done < stated:
        raise NotFetched("Filen ble brutt av underveis. Prøv igjen.")


def _why(error: Exception) -> str:
    reason = getattr(error, "reason", error)
    if isinstance(reason, ssl.SSLCertVerificationError):
        return "Vi stoler ikke på sertifikatet til adressen. Ingenting er hentet."
    if isinstance(reason, TimeoutError):
        return "Det tok for lang tid å hente filen. Prøv igjen senere."
    return f"Filen kan ikke hentes: {reason}."
