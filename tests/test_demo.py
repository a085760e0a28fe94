"""The demo: Oslo's published climate budget 2023, through the ordinary program, to the tonne."""

from __future__ import annotations

import importlib.util
from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from types import ModuleType

import pytest
import sqlalchemy as sa

from climatebudget import catalogue, db, demo
from climatebudget.core.access import Action, may
from climatebudget.core.budget import Budget, Stage
from climatebudget.core.compare import compare, oldest_first
from climatebudget.core.exchange import dumps, written
from climatebudget.core.measure import Basis
from climatebudget.core.observed import as_planned, gone, newer
from climatebudget.core.quantity import rounded
from climatebudget.core.reconcile import reconcile
from climatebudget.core.sentence import top
from climatebudget.core.statement import Statement, statement
from climatebudget.db import passwords, read
from climatebudget.db.upgrade import upgrade
from climatebudget.db.verify import verify

ROOT = Path(__file__).parents[1]
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
Oslo = tuple[Budget, Statement]


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("instance")


@pytest.fixture(scope="module")
def session(instance: Path):
    engine = db.connect(f"sqlite:///{instance / 'klima.sqlite3'}")
    upgrade(engine)
    assert demo.build(engine, instance, NOW)
    with db.session(engine, "test") as made:
        yield made
    engine.dispose()


@pytest.fixture(scope="module")
def oslo(session: db.Session) -> Oslo:
    place = read.place(session, "0301", 2023, "vedtatt")
    assert place
    budget = read.budget(session, place)
    return budget, statement(budget)


def percent(value: Decimal | None) -> Decimal:
    assert value is not None
    return rounded(value)


def test_2030_as_published(oslo: Oslo):
    """Path 884 650, measures 336 350, after them 548 300 (−62 %), 33 points above the target."""
    _, ledger = oslo
    total = ledger.total
    assert total.path[2030] == 884650
    assert total.cut.net[2030].value == 336350
    assert total.after[2030].value == 548300
    assert percent(ledger.change(total.after[2030].value)) == -62
    assert percent(ledger.change(total.path[2030])) == -39
    assert percent(ledger.points(ledger.gap[2030].value)) == 33


def test_2023_as_its_rows_make_it(oslo: Oslo):
    """Path 1 037 300 less 75 300 is 962 000 (−33 %); 19 points remain."""
    _, ledger = oslo
    total = ledger.total
    assert total.path[2023] == 1037300
    assert total.cut.net[2023].value == 75300
    assert total.after[2023].value == 962000
    assert percent(ledger.change(total.after[2023].value)) == -33
    assert percent(ledger.points(ledger.gap[2023].value)) == 19


def test_2023_as_it_came(session: db.Session, oslo: Oslo):
    """962 000 was planned on the English 2020 edition; 2024-tall says 982 428.1.

    Summed by hand from the two files: 2020 is 1 084 232.1 in the one and 1 099 914.2 in the other.
    Of the 15 682.1 moved, 89 007.0 is a sector that the older edition does not have.
    """
    budget, ledger = oslo
    place = read.place(session, "0301", 2023, "vedtatt")
    assert place
    [edition] = newer(budget, read.editions(session, place.municipality_id), {"0301"})
    published = read.inventory_in(session, edition, place)
    assert edition.slug == "2024-tall-oslo" and published
    later = as_planned(budget, published, catalogue.sources())
    assert later
    year_2023, year_2024 = gone(budget, ledger, later)
    total = year_2023.total
    assert (total.planned.value, total.observed) == (962000, Decimal("982428.1"))
    assert (total.before, total.now) == (Decimal("1084232.1"), Decimal("1099914.2"))
    assert total.difference.value == Decimal("20428.1")
    assert (total.recast, total.rest.value) == (Decimal("15682.1"), Decimal("4746"))
    assert year_2023.absolute == Decimal("349402.1")
    new = year_2023.sectors["produkter-med-fluorgasser"].whole
    assert (new.had, new.now, new.observed) == (False, Decimal("89007.0"), Decimal("83397.1"))
    assert year_2024.total.planned.value is None and year_2024.total.recast == total.recast


def test_a_source_is_the_same_in_both_editions_whatever_it_is_called(session: db.Session):
    """«Passenger cars» in the English file is personbiler: 272 476.9 in 2020, then 196 797.6."""
    place = read.place(session, "0301", 2023, "vedtatt")
    assert place
    budget = read.budget(session, place)
    edition = read.edition_by_slug(session, "2024-tall-oslo")
    published = edition and read.inventory_in(session, edition, place)
    assert published
    road = gone(budget, statement(budget), published)[0].sectors["veitrafikk"]
    cars = road.sources["veitrafikk/personbiler"]
    assert (cars.before, cars.now) == (Decimal("272476.9"), Decimal("196797.6"))
    assert cars.observed == Decimal("139647.1") and not cars.planned.known
    assert road.unplaced and road.unplaced.value == 42200


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_what_oslo_did_not_print_is_unknown(oslo: Oslo, year: int):
    _, ledger = oslo
    total = ledger.total
    assert total.path[year] is None
    assert [f.value for f in (total.cut.net[year], total.after[year], ledger.gap[year])] == [
        None
    ] * 3


def test_the_inventory_is_the_sum_of_its_sources(oslo: Oslo):
    """2020 is 1 084 232 by its sources where the file prints 1 084 233."""
    budget, _ = oslo
    assert budget.inventory and rounded(budget.inventory.total[2020] or Decimal(0)) == 1084232


def test_the_edition_says_where_it_does_not_close(oslo: Oslo):
    """Nine sector-years and one total."""
    budget, _ = oslo
    assert budget.edition
    stated = [f.message for f in budget.edition.findings if f.code == "stated-total"]
    kinds = Counter(message.partition(" i ")[0] for message in stated)
    assert kinds == {"Energiforsyning": 5, "Sjøfart": 4, "Summen": 1}


def test_the_published_error_is_found(oslo: Oslo):
    budget, ledger = oslo
    found = {f.code: f for f in reconcile(*oslo)}
    assert not any(f.stops for f in found.values())
    assert {k: found["stated-sum"].values[k] for k in ("stated", "found", "difference")} == {
        "stated": "74\u00a0300",
        "found": "75\u00a0300",
        "difference": "1\u00a0000",
    }
    assert found["stated-sum"].values["year"] == 2023
    assert found["no-department"].message == "Klimatiltak 4 og 17 har ingen ansvarlig sektor."
    assert "476\u00a0200 tonn" in " ".join(text.shown() for text in top(budget, ledger))


def test_the_measures_are_oslos_27(oslo: Oslo):
    """17 quantified, each figure with its cell; ten that are not, each with why."""
    budget, _ = oslo
    assert [m.number for m in budget.measures] == list(range(1, 28))
    assert Counter(m.basis for m in budget.measures) == {
        Basis.CALCULATED: 17,
        Basis.UNQUANTIFIED: 10,
    }
    first, second = budget.measures[:2]
    assert first.effects[0].cites == {
        2023: "oslo_2023_measures.csv, rad 2, kolonne F",
        2030: "oslo_2023_measures.csv, rad 2, kolonne G",
    }
    assert second.effect(2023) == 0, "a written 0 is a number"
    assert (first.department, budget.measures[22].department, budget.measures[3].department) == (
        "Renovasjons- og gjenvinningsetaten",
        "Oslo Havn",
        "",
    )
    assert budget.measures[0].responsible == "REG*, EBY"
    why = {m.number: m.why for m in budget.measures if not m.quantified}
    assert why == {
        **dict.fromkeys((3, 10, 18), "Ikke beregnet"),
        **dict.fromkeys((7, 12), "Legger til rette"),
        **dict.fromkeys((8, 9, 11, 16, 20), "Tom celle i kilden"),
    }


def test_every_figure_says_where_it_stands(oslo: Oslo):
    budget, _ = oslo
    assert budget.path and budget.allowance.cites.keys() == budget.allowance.stated.keys()
    assert budget.path.cites.keys() == {("", 2023), ("", 2030)}
    assert "2021" in budget.path.policy and "2024–2026 er ukjent" in budget.path.policy
    for cites in (
        *(t.cites for t in budget.targets),
        *(c.cites for c in budget.controls),
        *budget.path.cites.values(),
        *budget.allowance.cites.values(),
    ):
        assert "rad" in cites and "kolonne" in cites
    for effect in (e for m in budget.measures for e in m.effects):
        assert effect.cites.keys() == effect.yearly.by_year.keys()


def test_the_adopted_version_is_frozen_and_presented_beside_an_open_draft(session: db.Session):
    found = read.municipality(session, "0301")
    assert found
    draft, adopted = read.versions(session, found[0], 2023)
    assert (draft.slug, draft.frozen) == ("utkast", False)
    assert (adopted.slug, adopted.frozen) == ("vedtatt", True)
    assert adopted.presented_at == NOW and adopted.decision.startswith("Demo:")
    assert read.budget_years(session, found[0])[0].stage is Stage.REGISTRATION
    assert verify(session) == []


def test_kragero_is_empty_and_can_begin(session: db.Session):
    place = read.place(session, "4014", 2027, "utkast")
    assert place
    budget = read.budget(session, place)
    assert budget.edition and budget.edition.slug == "2024-tall"
    assert budget.inventory and rounded(budget.inventory.total[2024] or Decimal(0)) == 47413
    assert not (budget.measures or budget.targets or budget.path)
    assert "Klimabudsjettet er tomt." in [t.shown() for t in top(budget, statement(budget))]
    for email, action in (
        ("okonomi@kragero.example", Action.EDIT_FRAME),
        ("klimaradgiver@kragero.example", Action.EDIT_MEASURE),
        ("sektorleder@kragero.example", Action.EDIT_MEASURE),
    ):
        known = read.user_by_email(session, email)
        assert known and may(known[0], action, "4014", Stage.REGISTRATION, place.version)


def test_a_correction_of_one_cell_can_be_looked_at(session: db.Session):
    """Porsgrunn's industry in 2024 was 249 212,8 tonnes lower the day after."""
    place = read.place(session, "4014", 2027, "utkast")
    assert place
    before, after = oldest_first(read.editions_with(session, place))
    assert (before.slug, after.slug) == ("2024-tall-for-rettelsen", "2024-tall")
    was, now = (read.inventory_at(session, e, "4001") for e in (before, after))
    assert was and now
    assert [(c.code, c.year, c.change) for c in compare(was, now).cells] == [
        ("industri-olje-og-gass/industri-olje-og-gass", 2024, Decimal("-249212.75"))
    ]


def test_everybody_signs_in_with_the_installations_password(session: db.Session, instance: Path):
    password = demo.password(instance)
    assert (instance / demo.PASSWORD_FILE).stat().st_mode & 0o777 == 0o600
    for account in demo.ACCOUNTS:
        known = read.user_by_email(session, account.email)
        assert known and known[0].operator == (not account.municipality)
    assert known and passwords.fits(known[1], password)


def test_a_second_time_changes_nothing(session: db.Session, instance: Path):
    engine = session.get_bind()
    assert isinstance(engine, sa.Engine)
    before = read.head(session, 0), read.head(session, 1), read.head(session, 2)
    session.rollback()
    assert not demo.build(engine, instance, NOW)
    assert (read.head(session, 0), read.head(session, 1), read.head(session, 2)) == before


def test_the_file_is_what_its_script_makes():
    script = _script()
    made = dumps(written(script.oslo()))
    assert (ROOT / "climatebudget" / "demo" / "oslo-2023.json").read_text(encoding="utf-8") == made


def _script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_demo", ROOT / "scripts" / "make_demo.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
