"""Statistikkutgaver as files: the rows as they are stored, and the file they were read from."""

from __future__ import annotations

import tempfile
from pathlib import Path

from flask import Blueprint, Response, abort, send_file

from climatebudget.core.access import Action
from climatebudget.core.inventory import Edition
from climatebudget.db import read
from climatebudget.web.access import needs
from climatebudget.web.context import g, place
from climatebudget.web.listing import XLSX
from climatebudget.web.quotas import count_export

pages = Blueprint("editions", __name__, url_prefix="/<number>/<int:year>/<slug>/editions")

INSTALLATION = "installation"  # stands in an address for the owner of what all may use
CSV = "text/csv"
MOST_IN_A_WORKBOOK = 50_000  # rows; more takes a while, and the command line has the time


@pages.get("/<owner>/<edition_slug>/rows.<any(csv, xlsx):suffix>")
@needs(Action.READ)
def rows(number: str, year: int, slug: str, owner: str, edition_slug: str, suffix: str) -> Response:
    """The municipality's own rows of an edition."""
    here = place()
    return _file(edition_at(owner, edition_slug), suffix, here.municipality.number)


@pages.get("/<owner>/<edition_slug>/edition.<any(csv, xlsx):suffix>")
@needs(Action.READ)
def whole(
    number: str, year: int, slug: str, owner: str, edition_slug: str, suffix: str
) -> Response:
    """Every row of an edition."""
    edition = edition_at(owner, edition_slug)
    if suffix == "xlsx" and edition.rows > MOST_IN_A_WORKBOOK:
        abort(404)  # the page has no link to it either
    return _file(edition, suffix)


@pages.get("/<owner>/<edition_slug>/file")
@needs(Action.READ)
def original(number: str, year: int, slug: str, owner: str, edition_slug: str) -> Response:
    """The bytes that the edition was read from, never opened by us or by the browser."""
    edition = edition_at(owner, edition_slug)
    mine = None if edition.owner is None else place().municipality_id
    stored = read.edition_file(g.session, edition.slug, mine)
    if stored is None:
        abort(404)
    kind = CSV if edition.file_name.lower().endswith((".csv", ".txt")) else XLSX
    file = tempfile.TemporaryFile()  # noqa: SIM115 - open until it has been sent
    file.writelines(stored[1])
    file.seek(0)
    return send_file(file, mimetype=kind, as_attachment=True, download_name=edition.file_name)


def edition_at(owner: str, edition_slug: str) -> Edition:
    """The owner's edition of that slug; another municipality's is not found."""
    here = place()
    if owner not in {INSTALLATION, here.municipality.number}:
        abort(404)
    mine = None if owner == INSTALLATION else here.municipality_id
    found = read.edition_by_slug(g.session, edition_slug, mine)
    if found is None or (found.owner is None) != (mine is None):
        abort(404)
    return found


def _file(edition: Edition, suffix: str, area: str | None = None) -> Response:
    from climatebudget.sheets import editions  # XlsxWriter, only where it is used

    count_export()
    emissions = read.emissions(g.session, edition, place().municipality_id, area)
    with tempfile.TemporaryDirectory(prefix="climatebudget-") as folder:
        path = Path(folder, f"edition.{suffix}")
        editions.write(path, suffix, edition, emissions)
        # Open when its name is gone: the system frees it once it has been sent.
        file = path.open("rb")
    name = "-".join(filter(None, ["utslipp", edition.slug, area]))
    kind = CSV if suffix == "csv" else XLSX
    return send_file(file, mimetype=kind, as_attachment=True, download_name=f"{name}.{suffix}")
