"""Taking back the last table of measures in the draft: asked first, then one act."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug import Response

from climatebudget.core.access import Action
from climatebudget.core.text import N_, Text
from climatebudget.db import read, write
from climatebudget.db.values import LastImport
from climatebudget.web.access import needs
from climatebudget.web.context import allowed, g, place
from climatebudget.web.forms import say
from climatebudget.web.uploads import at

pages = Blueprint("measure_undo", __name__, url_prefix="/<number>/<int:year>/<slug>/measures/undo")

Page = str | Response | tuple[str, int]


def undoable() -> LastImport | None:
    """The last table read into the draft, as long as the user may take it back and it can be."""
    if not allowed(Action.IMPORT_MEASURES):
        return None
    last = read.last_import(g.session, place())
    return last if last and last.may_be_undone else None


@pages.get("/")
@needs(Action.IMPORT_MEASURES)
def confirm(number: str, year: int, slug: str) -> Page:
    """What would be taken back, or why nothing can be."""
    last = read.last_import(g.session, place())
    page = _page(last)
    return page if last and last.may_be_undone else (page, 409)


@pages.post("/")
@needs(Action.IMPORT_MEASURES)
def undo(number: str, year: int, slug: str) -> Page:
    """All of it in one transaction, or nothing."""
    seen = request.form.get("seen", "")
    try:
        done = write.undo_import(g.session, place(), int(seen) if seen.isdecimal() else 0)
        g.session.commit()
    except (write.Stale, write.Taken):
        g.session.rollback()
        return _page(read.last_import(g.session, place()), moved=True), 409
    flash(say(N_("Innlesingen av %(file)s er angret: %(parts)s."), **_told(done)))
    return redirect(at("measures.all"), 303)


def _page(last: LastImport | None, moved: bool = False) -> str:
    return render_template(
        "measure_undo/page.html",
        last=last,
        moved=moved,
        parts=_parts(last) if last else [],
        contacts=sum(m.contact for m in last.removed) if last else 0,
    )


def _parts(last: LastImport) -> list[Text]:
    """What taking it back does, line by line."""
    counts = [
        (
            len(last.added),
            N_("Ett klimatiltak blir fjernet."),
            N_("%(count)s klimatiltak blir fjernet."),
        ),
        (
            len(last.changed),
            N_("Ett klimatiltak blir satt tilbake til slik det var."),
            N_("%(count)s klimatiltak blir satt tilbake til slik de var."),
        ),
        (
            len(last.removed),
            N_("Ett klimatiltak som ble fjernet, kommer tilbake."),
            N_("%(count)s klimatiltak som ble fjernet, kommer tilbake."),
        ),
    ]
    return [Text(one if n == 1 else many, {"count": n}) for n, one, many in counts if n]


def _told(done: LastImport) -> dict[str, str]:
    counts = [
        (done.added, N_("%(count)s fjernet")),
        (done.changed, N_("%(count)s satt tilbake")),
        (done.removed, N_("%(count)s kom tilbake")),
    ]
    parts = [say(text, count=len(its)) for its, text in counts if its]
    none = say(N_("filens summer er tatt bort"))
    return {"file": done.file_name, "parts": ", ".join(parts) or none}
