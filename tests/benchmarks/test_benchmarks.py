"""Every benchmark still runs, and says what it found; how fast anything is, no test asks."""

import json
import re
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from . import browse
from .__main__ import NAMES
from .machine import this_machine
from .outcome import Goal, Measured, Outcome
from .table import document, table

TINY: dict[str, Any] = {
    "decode": 1,
    "detail": 20,
    "command": 20,
    "cold": 1,
    "flight": 20,
    "digest": 1,
    "start": 1,
    "memory": 20,
    "walk": 20,
    "triage": 110,
    "failures": 20,
    "words": None,
    "export": 300,
}


@pytest.mark.parametrize("name", [name for name in NAMES if name != "browse"])
async def test_it_runs_and_shows_what_it_found(name: str) -> None:
    outcome = await import_module(f"tests.benchmarks.{name}").measure(1, TINY[name])
    shows_what_it_found(name, outcome)
    missed = [goal for goal in outcome.goals if not goal.is_ratio and not goal.reached]
    assert missed == [], "calls are no matter of time"


async def test_browsing_asks_once_for_a_hundred_rows_and_never_on_the_way_back() -> None:
    outcome = await browse.measure(1, browse.Size(instances=200, wrangler_pages=0))

    shows_what_it_found("browse", outcome)
    assert all(goal.reached for goal in outcome.goals)
    calls = {(each.subject, each.quantity): each.values for each in outcome.measured if each.unit == "calls"}
    assert calls["the bot", "list calls there"] == (2,)
    assert calls["the bot", "list calls back"] == (0,)
    assert calls["cloudflare SDK", "list calls there"] == (20,)
    assert calls["cloudflare SDK", "list calls back"] == (19,)


def shows_what_it_found(name: str, outcome: Outcome) -> None:
    assert outcome.name == name
    shown = table(outcome)
    assert all(each.subject in shown and each.quantity in shown for each in outcome.measured)
    assert all(goal.says in shown for goal in outcome.goals)
    assert all(len(each.values) == 1 for each in outcome.measured)
    [found] = json.loads(document(this_machine(), [outcome]))["benchmarks"]
    assert len(found["measured"]) == len(outcome.measured)
    assert [goal["reached"] for goal in found["goals"]] == [goal.reached for goal in outcome.goals]


def test_the_page_lists_every_benchmark() -> None:
    page = (Path(__file__).parents[2] / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    _, _, table_on = page.partition("| Benchmark | Work |")
    assert tuple(re.findall(r"^\| `(\w+)` \|", table_on.partition("\n\n")[0], re.MULTILINE)) == NAMES


def test_pages_that_were_not_asked_for_are_reckoned_between_those_that_were() -> None:
    assert browse.between({1: 1, 3: 3, 5: 9}) == [1, 2, 3, 6, 9]
    assert browse.between({1: 4}) == [4]


def test_a_table_says_which_goal_was_missed_and_what_is_how_much_of_the_first() -> None:
    outcome = Outcome(
        name="made-up",
        work="nothing",
        measured=(
            Measured.of("the bot", "time", "s", [1, 3, 2]),
            Measured.of("another", "time", "s", [4, 5]),
            Measured.of("another", "calls", "calls", [1_234]),
        ),
        goals=(Goal("time", 2.25, 2.0), Goal("rate", 2.25, 2.0, at_least=True), Goal("calls", 1, 1)),
        notes=("Made up.",),
    )

    lines = [line.split() for line in table(outcome).replace("\N{MULTIPLICATION SIGN}", "x").splitlines()]

    assert ["the", "bot", "time", "2", "s", "1–3", "3"] in lines
    assert ["another", "time", "4.5", "s", "4–5", "2", "2.25x"] in lines
    assert ["another", "calls", "1,234", "calls", "1,234–1,234", "1"] in lines
    assert [" ".join(line) for line in lines[-4:]] == [
        "NOT REACHED: time: 2.25x, at most 2x",
        "reached: rate: 2.25x, at least 2x",
        "reached: calls: 1x, at most 1x",
        "Made up.",
    ]
