"""UTC inside, Norwegian time outside: wherever the server stands and whatever the clocks do."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
import sqlalchemy as sa
from openpyxl import load_workbook

from climatebudget import db
from climatebudget.core.access import Role
from climatebudget.core.budget import Kind
from climatebudget.core.field import NBSP, show_day, show_moment
from climatebudget.db import backup, read, write
from climatebudget.db.verify import verify
from tests import world
from tests.web.conftest import DRAFT

ZONES = ["UTC", "America/New_York", "Pacific/Auckland"]
NEW_YEAR = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)  # half past midnight in Norway
BACKWARDS = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # 02.30 in Norway, and again an hour later


@pytest.fixture(params=ZONES)
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Where the machine is."""
    with monkeypatch.context() as there:
        there.setenv("TZ", request.param)
        time.tzset()
        yield request.param
    time.tzset()


def plain(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html).replace(NBSP, " "))


def frozen(app, clock) -> read.Place:
    """A version frozen and lagt fram at the clock's time."""
    engine = app.extensions["engine"]
    with db.session(engine, "prøve", writes=True, clock=clock) as session:
        made = write.freeze(session, world.at(session), Kind.ADOPTED, "Sak 2/26", clock())
        write.present(session, world.at(session, slug=made.slug), clock())
        session.commit()
        return world.at(session, slug=made.slug)


def test_a_version_frozen_before_midnight_utc_is_of_the_new_year(app, client, clock, zone):
    clock.now = NEW_YEAR
    place = frozen(app, clock)
    assert place.version.frozen_at == NEW_YEAR
    browser = client(Role.CLIMATE)
    page = plain(browser.get(f"{DRAFT}/versions/").text)
    assert "1.1.2027 kl. 00.30 1.1.2027 kl. 00.30 Sak 2/26" in page
    address = f"/0301/{world.YEAR}/{place.version.slug}/annex/klimabudsjett.xlsx"
    assert "1.1.2027 kl. 00.30." in said(browser.get(address).data)
    with db.session(app.extensions["engine"], "prøve") as session:
        assert verify(session) == []


def said(workbook: bytes) -> str:
    """Every text of a workbook."""
    sheets = load_workbook(BytesIO(workbook)).worksheets
    rows = (row for sheet in sheets for row in sheet.iter_rows(values_only=True))
    return "\n".join(str(value) for row in rows for value in row if value is not None)


def test_the_hour_that_comes_twice_is_two_hours(app, clock, zone):
    """Both are shown as 02.30; the record knows which was first."""
    places = []
    for hours in (0, 1):
        clock.now = BACKWARDS + timedelta(hours=hours)
        places.append(frozen(app, clock))
    assert [p.version.frozen_at for p in places] == [BACKWARDS, BACKWARDS + timedelta(hours=1)]
    shown = [show_moment(p.version.frozen_at) for p in places]
    assert shown == ["25.10.2026 kl. 02.30"] * 2
    with db.session(app.extensions["engine"], "prøve") as session:
        moments = sa.text("SELECT at FROM presented ORDER BY at DESC")
        assert len(session.execute(moments).all()) == 4
        versions = read.versions(session, places[0].municipality_id, world.YEAR)
        assert [v.presented_at for v in versions if v.presented_at][-2:] == [
            BACKWARDS,
            BACKWARDS + timedelta(hours=1),
        ]
        assert verify(session) == []


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        (datetime(2026, 3, 29, 0, 59, tzinfo=UTC), "29.3.2026 kl. 01.59"),
        (datetime(2026, 3, 29, 1, 0, tzinfo=UTC), "29.3.2026 kl. 03.00"),  # 02 does not come
        (datetime(2026, 6, 30, 22, 0, tzinfo=UTC), "1.7.2026 kl. 00.00"),
        (NEW_YEAR - timedelta(minutes=31), "31.12.2026 kl. 23.59"),
        (NEW_YEAR, "1.1.2027 kl. 00.30"),
    ],
)
def test_a_moment_is_shown_as_a_norwegian_clock_showed_it(zone, moment, shown):
    assert show_moment(moment) == shown
    assert show_day(moment) == shown.partition(" ")[0]


def test_a_session_lasts_as_long_wherever_the_machine_is(app, client, clock, zone):
    """Over the hour that comes twice, half an hour of rest is half an hour."""
    clock.now = BACKWARDS + timedelta(minutes=10)
    browser = client(Role.CLIMATE)
    clock.forward(minutes=29)
    assert browser.get(f"{DRAFT}/versions/").status_code == 200
    clock.forward(minutes=31)
    assert browser.get(f"{DRAFT}/versions/").status_code == 302


def test_a_backup_says_when_in_utc(app, clock, zone, tmp_path):
    clock.now = NEW_YEAR
    made = backup.back_up(app.extensions["engine"], tmp_path / "kopi.zip", clock())
    assert made.made == "2026-12-31T23:30:00.000000Z" and made.when == NEW_YEAR


def test_a_moment_without_time_zone_is_never_stored(app):
    engine = app.extensions["engine"]
    naive = db.session(engine, "prøve", writes=True, clock=lambda: datetime(2026, 1, 1))
    with naive as session, pytest.raises((ValueError, sa.exc.StatementError), match="time zone"):
        write.add_municipality(session, "1103", "Stavanger")
