"""The demo is Oslo's real climate budget 2023, through the ordinary program."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from climatebudget import db, demo
from climatebudget.core.quantity import rounded
from climatebudget.core.statement import statement
from climatebudget.db import read
from climatebudget.db.upgrade import upgrade
from climatebudget.db.verify import verify

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def installation(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    engine = db.connect(f"sqlite:///{folder}/demo.sqlite3")
    upgrade(engine)
    assert demo.build(engine, folder, NOW)
    yield engine, folder
    engine.dispose()


@pytest.fixture
def session(installation):
    with db.session(installation[0], "prøve") as made:
        yield made


def budget(session, number="0301", year=2023, slug="utkast"):
    place = read.place(session, number, year, slug)
    assert place is not None
    return read.budget(session, place)


@pytest.mark.parametrize("slug", ["utkast", "vedtatt"])
def test_the_published_figures_come_out(session, slug):
    s = statement(budget(session, slug=slug))
    assert (s.total.path[2023], s.total.path[2026], s.total.path[2030]) == (1037300, None, 884650)
    assert [s.total.cut.net[y].value for y in (2023, 2026, 2030)] == [75300, None, 336350]
    assert [s.total.after[y].value for y in (2023, 2026, 2030)] == [962000, None, 548300]
    assert [rounded(s.change(s.total.after[y].value)) for y in (2023, 2030)] == [-33, -62]
    assert [rounded(s.points(s.gap[y].value)) for y in (2023, 2030)] == [19, 33]
    assert s.gap[2026].value is None


def test_the_allowance_is_the_published_one(session):
    s = statement(budget(session))
    published = dict(zip(range(2020, 2031), OSLO_PERCENT, strict=True))
    assert dict(s.allowance_percent) == published
    assert rounded(s.allowance[2026]) == 389577


OSLO_PERCENT = [-25, -34, -43, -52, -56, -61, -73, -81, -86, -90, -95]


def test_2020_is_told_by_its_sources(session):
    oslo = budget(session)
    assert rounded(oslo.inventory.total[2020]) == 1_084_232
    assert rounded(oslo.inventory.total[2009]) == 1_442_878


def test_the_english_table_yields_nine_sector_years_and_one_total(session):
    stated = [f for f in budget(session).edition.findings if f.code == "stated-total"]
    assert len(stated) == 10


def test_27_measures_of_which_17_have_figures(session):
    counts = statement(budget(session)).counts
    assert (counts.all, counts.counted, counts.unquantified) == (27, 17, 10)


def test_each_figure_cites_the_row_it_comes_from(session):
    oslo = budget(session)
    cited = [e.cites.get(y, "") for m in oslo.measures for e in m.effects for y in e.yearly]
    assert len(cited) == 34
    assert all("oslo_2023_measures.csv, rad" in cite for cite in cited)
    assert all(oslo.path.cites.values()) and len(oslo.path.cites) == 2
    assert len(oslo.allowance.cites) == 11


def test_two_measures_have_nobody_named(session):
    assert [m.number for m in budget(session).measures if not m.department] == [4, 17]


def test_vedtatt_is_lagt_fram_with_an_open_draft_beside_it(session):
    key, _ = read.municipality(session, "0301")
    draft, adopted = read.versions(session, key, 2023)
    assert (draft.slug, draft.frozen) == ("utkast", False)
    assert (adopted.slug, adopted.frozen) == ("vedtatt", True)
    assert adopted.presented_at == NOW
    assert verify(session) == []


def test_kragero_starts_from_nothing_but_its_statistics(session):
    empty = budget(session, "4014", 2027)
    assert (empty.measures, empty.targets, empty.path) == ((), (), None)
    assert empty.edition.slug == "2024-tall"
    assert rounded(empty.inventory.total[2024]) == 47_413


def test_building_again_changes_nothing(installation):
    engine, folder = installation
    secret = demo.password(folder)
    assert demo.build(engine, folder, NOW) is False
    assert demo.password(folder) == secret
    assert (folder / demo.PASSWORD_FILE).stat().st_mode & 0o777 == 0o600
