"""Retry settings in words, and when a step is tried again."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cloudflare.instance_models import Attempt, Retries, StepConfig
from bot.inspect.retries import length_text, next_attempt_at, retries_text
from tests.support.instances import at, failed, failures, retrying

lengths = st.none() | st.integers() | st.floats() | st.text(max_size=20) | st.just("[dynamic]")
configs = st.builds(
    StepConfig,
    retries=st.none()
    | st.builds(
        Retries,
        limit=st.none() | st.integers(),
        delay=lengths,
        backoff=st.sampled_from([None, "constant", "linear", "exponential", "brand new"]),
    ),
    timeout=lengths,
)


def _config(limit: int | None = 5, delay: Any = 1000, backoff: str | None = "exponential") -> StepConfig:
    return StepConfig(retries=Retries(limit=limit, delay=delay, backoff=backoff))


@pytest.mark.parametrize(
    ("config", "said"),
    [
        (
            StepConfig(retries=Retries(limit=5, delay=1000, backoff="exponential"), timeout="10 minutes"),
            "up to 5 retries, 1 second apart, growing exponentially; each may take 10 minutes",
        ),
        (_config(1, "10 seconds", "constant"), "up to 1 retry, 10 seconds apart"),
        (_config(10_000, 90_000, "linear"), "up to 10,000 retries, 90 seconds apart, growing linearly"),
        (_config(0), "no retries"),
        (_config(3, "[dynamic]", None), "up to 3 retries, the code sets the pauses"),
        (_config(None, 250, None), "retries, 250ms apart"),
        (StepConfig(timeout=3_600_000), "each may take 1 hour"),
        (StepConfig(), ""),
    ],
)
def test_retry_settings_are_said_in_words(config: StepConfig, said: str) -> None:
    assert retries_text(config) == said


@pytest.mark.parametrize(
    ("backoff", "count", "pause"),
    [("constant", 3, 10), ("linear", 3, 30), ("exponential", 1, 10), ("exponential", 3, 40)],
)
def test_the_next_attempt_is_reckoned_from_the_end_of_the_last_one(
    backoff: str, count: int, pause: float
) -> None:
    made = failures(0, count)
    step = retrying("a", 0, made, _config(5, "10 seconds", backoff))
    assert made[-1].end is not None
    assert next_attempt_at(step) == made[-1].end + timedelta(seconds=pause)


@pytest.mark.parametrize(
    "step",
    [
        failed("for good", 0, failures(0, 6)),
        retrying("runs", 0, (*failures(0, 1), Attempt(start=at(9)))),
        retrying("no attempt yet", 0, ()),
        retrying("no settings", 0, failures(0, 1), None),
        retrying("dynamic", 0, failures(0, 1), _config(delay="[dynamic]")),
        retrying("unknown growth", 0, failures(0, 1), _config(backoff=None)),
        retrying("none left", 0, failures(0, 6), _config(5)),
        retrying("beyond any calendar", 0, failures(0, 40), _config(None, 10**15)),
    ],
    ids=lambda step: step.name,
)
def test_what_is_not_known_is_not_guessed(step: Any) -> None:
    assert next_attempt_at(step) is None


@given(configs, st.integers(0, 60))
def test_any_settings_can_be_said(config: StepConfig, count: int) -> None:
    retries_text(config)
    next_attempt_at(retrying("a", 0, failures(0, count), config))


@given(st.integers(0, 10**12))
def test_a_length_in_milliseconds_is_said_in_the_largest_whole_unit(length: int) -> None:
    assert length_text(length)
