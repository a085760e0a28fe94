"""The overview: the answer first, and the same numbers as everywhere else."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
import sqlalchemy as sa

from climatebudget import db
from climatebudget.core.access import Role
from climatebudget.core.budget import Stage
from climatebudget.db import read, write
from tests import world
from tests.tables import measures
from tests.web.conftest import ADOPTED, DRAFT


def plain(html: str) -> str:
    text = re.sub(r"<[^>]+>", " ", html).replace("\u00a0", " ").replace("\u00ad", "")
    return re.sub(r"\s+", " ", text)


def test_the_answer_comes_first(client):
    page = plain(client(Role.SECTOR_HEAD).get(f"{DRAFT}/").text)
    assert (
        "Med klimatiltakene i forslaget blir utslippene 76 prosent lavere i 2030 enn i 2009. "
        "Målet er 55 prosent."
    ) in page or "Kommunen ligger an til å nå målet for 2030." in page


def test_a_draft_says_internt_utkast_and_what_is_lagt_fram_does_not(client):
    finance = client(Role.FINANCE)
    assert "INTERNT UTKAST" in finance.get(f"{DRAFT}/").text
    assert "INTERNT UTKAST" not in finance.get(f"{ADOPTED}/").text


def test_what_is_not_quantified_is_counted_and_named(client):
    page = plain(client(Role.FINANCE).get(f"{DRAFT}/").text)
    assert "1 av 3 klimatiltak er ikke med i noen sum." in page
    assert "Gjøre det lett å gå" in page


def test_every_number_of_the_chart_is_in_its_table(client):
    html = client(Role.FINANCE).get(f"{DRAFT}/").text
    table = html[html.index('id="vei-tabell"') : html.index("</table>", html.index("vei-tabell"))]
    for year in (2009, 2024, 2027, 2030):
        assert f'<th scope="row">{year}</th>' in table


def statements(app, client, address: str) -> int:
    seen: list[str] = []
    engine = app.extensions["engine"]
    browser = client(Role.FINANCE)
    browser.get(address)
    sa.event.listen(engine, "before_cursor_execute", lambda *a: seen.append(a[2]))
    browser.get(address)
    return len([s for s in seen if not s.startswith(("BEGIN", "PRAGMA"))])


@pytest.mark.parametrize("page", ["", "measures/", "inventory/", "reconciliation", "annex/"])
def test_the_number_of_statements_does_not_follow_the_measures(app, client, page):
    few = statements(app, client, f"{DRAFT}/{page}")
    with db.session(app.extensions["engine"], actor="oppsett", writes=True) as session:
        (one,) = measures("""
            nr  | klimatiltak | sektor | utslippskilde       | 2027 | 2028
            100 | Bytte biler | Vei    | veitrafikk/ufordelt | 1    | 2
        """)
        many = [(replace(one, id=f"x{n}", number=n), None) for n in range(100, 400)]
        write.save_measures(session, world.at(session), many)
        session.commit()
    assert statements(app, client, f"{DRAFT}/{page}") == few <= 16


def test_the_start_page_goes_straight_to_the_only_place(client):
    """A politician may read one version only."""
    answer = client(Role.POLITICIAN).get("/")
    assert (answer.status_code, answer.location) == (302, f"{ADOPTED}/")


def test_an_operator_without_a_municipality_is_told_so(app, client):
    with db.session(app.extensions["engine"], actor="oppsett", writes=True) as session:
        write.add_person(session, world.email(Role.FINANCE, "drift"), "Drift", operator=True)
        session.commit()
    assert "Du drifter installasjonen" in client(Role.FINANCE, "drift").get("/").text


EMPTY = "/0301/2031/utkast/"
REGISTER = "/0301/2031/utkast/measures/new"


@pytest.fixture
def empty(app):
    """A budget year that has only been opened, in the stage that is asked for."""

    def empty(stage: Stage = Stage.PREPARATION) -> None:
        with db.session(app.extensions["engine"], actor="oppsett", writes=True) as session:
            key = world.at(session).municipality_id
            write.open_budget_year(session, key, 2031, 2035)
            opened = read.place(session, "0301", 2031, "utkast")
            assert opened is not None
            write.move_stage(session, opened, stage)
            session.commit()

    return empty


def test_an_empty_budget_says_what_to_do_first(client, empty):
    empty()
    page = plain(client(Role.CLIMATE).get(EMPTY).text)
    assert "Klimabudsjettet har ingen utslippstall ennå." in page
    assert "Begynn med å velge en statistikkutgave." in page
    assert "Sett et mål" in page


def test_an_empty_budget_tells_a_sector_head_what_a_sector_head_can_do(client, empty):
    """The sector registers; whoever sets the frame is named, and not told to this reader."""
    empty(Stage.REGISTRATION)
    html = client(Role.SECTOR_HEAD).get(EMPTY).text
    page = plain(html)
    assert "Klimabudsjettet har ingen utslippstall ennå. Du kan melde inn det første" in page
    assert "Begynn med" not in page
    assert f'<a class="ds-button step-action" href="{REGISTER}">Meld inn det første' in html
    assert page.index("Meld inn det første") < page.index("Sett et mål")
    assert "Målet settes under Rammer, av økonomi eller klimarådgiveren." in page


def test_an_empty_budget_says_who_sets_the_frame_to_those_who_only_read(client, empty):
    empty()
    html = client(Role.AUDITOR).get(EMPTY).text
    assert "Økonomi og klimarådgiveren setter rammene." in html
    assert "Begynn med" not in html and "ds-button step-action" not in html


def test_the_target_year_is_shown_once_when_the_plan_ends_in_it(client):
    """Kragerø and the others plan 2027–2030, and 2030 is the target year."""
    page = plain(client(Role.FINANCE).get(f"{DRAFT}/").text)
    assert page.count("Gjenstående kutt i 2030,") == 1
    assert "Gjenstående kutt i 2030, målåret" in page


def test_headers_allow_nothing_from_elsewhere(client):
    answer = client(Role.FINANCE).get(f"{DRAFT}/")
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe" not in policy and "default-src 'none'" in policy
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
