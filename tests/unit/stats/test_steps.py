"""The slowest and the flakiest steps, and which instances they are read of."""

from datetime import timedelta
from functools import partial
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bot.cloudflare.instance_models import Attempt, Step
from bot.inspect.masked_errors import mask_step_name
from bot.inspect.payloads import PayloadPolicy
from bot.stats.statistics import Rate
from bot.stats.steps import MOST_STEPS, StepReader, flakiest, pick_evenly, slowest
from tests.support.instances import at, detail, done, failed, failures

SECRET = "sk_live_" + "a1B2c3D4e5F6g7H8"


def test_a_step_that_was_tried_again_or_failed_is_flaky_and_only_success_is_timed() -> None:
    reader = StepReader(str)
    again = (*failures(1, 1), Attempt(start=at(4), end=at(9), success=True))
    reader.add(detail("complete", [done("load", 1, 2), done("charge card", 1, 9, attempts=again)]))
    reader.add(detail("errored", [done("load", 1, 4), failed("charge card", 5, failures(5, 3))]))
    load, charge = reader.steps()
    assert (load.name, load.runs, load.troubled, load.took.longest) == (
        "load",
        2,
        Rate(0, 2),
        timedelta(seconds=3),
    )
    assert (charge.name, charge.troubled, charge.took.count) == ("charge card", Rate(2, 2), 1)
    assert [step.name for step in slowest(reader.steps(), 5)] == ["charge card", "load"]
    assert [step.name for step in flakiest(reader.steps(), 5)] == ["charge card"]


def test_sleeps_and_rollbacks_are_no_steps_that_do_something() -> None:
    reader = StepReader(str)
    sleep = Step(type="sleep", name="wait a day-1", start=at(1), end=at(90_000), finished=True)
    back = Step(type="rollback", name="charge card-1", start=at(1), end=at(2), success=False)
    reader.add(detail("complete", [sleep, back]))
    assert reader.steps() == ()


def test_steps_whose_names_differ_in_ids_are_one() -> None:
    reader = StepReader(str)
    reader.add(detail("complete", [done(f"send order ord-{number}77123", 1, 2) for number in range(4)]))
    (step,) = reader.steps()
    assert step.runs == 4


def test_names_of_steps_are_without_secrets() -> None:
    reader = StepReader(partial(mask_step_name, policy=PayloadPolicy(redact=("customer",))))
    reader.add(detail("complete", [done(f"login token={SECRET}", 1, 2), done("customer: Ada L", 3, 4)]))
    names = str([step.name for step in reader.steps()])
    assert SECRET not in names
    assert "Ada" not in names
    assert "login" in names


def test_not_all_of_thousands_of_steps_are_looked_at() -> None:
    reader = StepReader(str)
    reader.add(detail("complete", [done("load", 1, 2)] * MOST_STEPS))
    assert not reader.is_cut
    reader.add(detail("complete", [done("load", 1, 2)] * (MOST_STEPS + 1)))
    assert reader.is_cut
    assert reader.steps()[0].runs == 2 * MOST_STEPS


@given(st.integers(0, 300), st.integers(1, 40))
def test_instances_are_picked_evenly(count: int, most: int) -> None:
    items = list(range(count))
    picked = pick_evenly(items, most)
    assert len(picked) == min(most, count)
    assert picked == sorted(set(picked))
    gaps = {after - before for before, after in pairwise(picked)}
    assert not gaps or max(gaps) - min(gaps) <= 1
