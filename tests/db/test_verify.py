"""Whoever gets past the triggers is found."""

from __future__ import annotations

import pytest

from climatebudget.db import read, write
from climatebudget.db.verify import verify
from tests.db.conftest import measure


def test_all_holds(session, adopted):
    assert verify(session, read.head(session, adopted.municipality_id)) == []


@pytest.mark.parametrize(
    ("table", "change", "named"),
    [
        (
            "effect_figure",
            "grams = grams + 1 WHERE version_id = 2 AND year = 2028",
            "measures[1].effects[0].grams.2028",
        ),
        (
            "cost",
            "ore = 0 WHERE version_id = 2 AND measure_id = 'tiltak-2'",
            "measures[2].costs[0].ore.2027",
        ),
        ("measure", "name = 'x' WHERE version_id = 2 AND number = 2", "measures[2].name"),
        ("target", "percent = 1 WHERE version_id = 2", "targets[0].thousandths"),
        ("path_figure", "grams = 1 WHERE version_id = 2 AND year = 2030", "path.figures..2030"),
        ("allowance_figure", "percent = 1 WHERE version_id = 2", "allowance.thousandths.2027"),
        ("version", "decision = 'x' WHERE id = 2", "decision"),
        ("version", "sha256 = 'x' WHERE id = 2", "fingeravtrykket"),
        ("version", "frozen = false WHERE id = 2", "var låst"),
    ],
)
def test_one_changed_value_of_a_frozen_version_is_named(
    session, adopted, past_the_guard, without_triggers, table, change, named
):
    assert adopted.version_id == 2
    without_triggers(table)
    assert past_the_guard(f"UPDATE {table} SET {change}") == 1
    [problem] = verify(session)
    assert "0301/2027/vedtatt" in problem and named in problem


@pytest.mark.parametrize(
    ("sql", "named"),
    [
        ("UPDATE record SET actor = '2' WHERE chain = 1 AND n = 3", "linje 3 er endret"),
        ("UPDATE record SET after = '{}' WHERE chain = 1 AND n = 3", "linje 3 er endret"),
        ("UPDATE record SET hash = previous WHERE chain = 1 AND n = 3", "linje 3 er endret"),
        ("DELETE FROM record WHERE chain = 1 AND n = 3", "linje 3 mangler"),
        ("UPDATE record SET n = 1000 WHERE chain = 1 AND n = 3", "linje 3 mangler"),
    ],
)
def test_a_changed_line_of_the_record_is_named(
    session, oslo, past_the_guard, without_triggers, sql, named
):
    without_triggers("record")
    past_the_guard(sql)
    assert any(named in problem for problem in verify(session))


def test_a_cut_tail_is_found_by_a_head_that_was_printed(
    session, oslo, past_the_guard, without_triggers
):
    write.save_measure(session, oslo, measure(1, "Pinlig"))
    head = read.head(session, oslo.municipality_id)
    without_triggers("record")
    last = int(head.partition(":")[0])
    past_the_guard("DELETE FROM record WHERE chain = 1 AND n = :n", n=last)
    assert verify(session) == []
    assert "kuttet" in verify(session, head)[0]
    assert verify(session, "tull") and verify(session, "1:")


def test_a_frozen_version_anchors_the_record(session, adopted, past_the_guard, without_triggers):
    without_triggers("record")
    n = int(adopted.version.record_head.partition(":")[0])
    past_the_guard("DELETE FROM record WHERE chain = 1 AND n >= :n", n=n)
    [problem] = verify(session)
    assert "«vedtatt»" in problem


@pytest.mark.parametrize(
    ("table", "sql", "named"),
    [
        (
            "emission",
            "UPDATE emission SET grams = grams + 1 WHERE row = 3",
            "utslippstall er endret",
        ),
        ("emission", "DELETE FROM emission WHERE row = 3", "har 3 rader"),
        ("file_part", "UPDATE file_part SET bytes = :x", "utslipp.xlsx"),
    ],
)
def test_a_changed_edition_is_named(
    session, oslo, past_the_guard, without_triggers, table, sql, named
):
    without_triggers(table)
    past_the_guard(sql.replace(" row ", ' "row" '), **({"x": b"y"} if ":x" in sql else {}))
    [problem] = verify(session)
    assert named in problem
