"""1,200 requests in five minutes, then a ban: the budget says when the next one may go."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cloudflare.errors import Throttled
from bot.cloudflare.limiter import WINDOW, Budget, Purpose
from bot.cloudflare.refusals import RateLimit

from .conftest import Stopwatch

PERSON, BACKGROUND = Purpose.PERSON, Purpose.BACKGROUND
WINDOW_SECONDS = WINDOW.total_seconds()


def wait(budget: Budget, purpose: Purpose = PERSON) -> float:
    """How long the budget says to wait, in seconds."""
    with pytest.raises(Throttled) as refused:
        budget.spend(purpose)
    return refused.value.retry_after.total_seconds()


def spend(budget: Budget, count: int, purpose: Purpose = PERSON) -> None:
    for _ in range(count):
        budget.spend(purpose)


@pytest.fixture
def budget(stopwatch: Stopwatch) -> Budget:
    return Budget(10, 0.2, stopwatch)


def test_no_more_requests_go_than_the_limit(budget: Budget) -> None:
    spend(budget, 10)
    assert wait(budget) == WINDOW_SECONDS


def test_the_oldest_request_makes_room_when_it_leaves_the_window(
    budget: Budget, stopwatch: Stopwatch
) -> None:
    budget.spend(PERSON)
    stopwatch.advance(100)
    spend(budget, 9)
    assert wait(budget) == WINDOW_SECONDS - 100
    stopwatch.advance(WINDOW_SECONDS - 100)
    budget.spend(PERSON)
    assert wait(budget) == 100


def test_the_wait_that_is_named_is_long_enough(budget: Budget, stopwatch: Stopwatch) -> None:
    for _ in range(10):
        stopwatch.advance(3.7)
        budget.spend(PERSON)
    stopwatch.advance(wait(budget))
    budget.spend(PERSON)


def test_background_work_leaves_a_reserve_for_people(budget: Budget) -> None:
    spend(budget, 8, BACKGROUND)
    assert wait(budget, BACKGROUND) == WINDOW_SECONDS
    spend(budget, 2, PERSON)
    assert wait(budget, PERSON) == WINDOW_SECONDS


def test_background_work_waits_until_the_reserve_is_whole_again(budget: Budget, stopwatch: Stopwatch) -> None:
    for _ in range(10):
        budget.spend(PERSON)
        stopwatch.advance(10)
    pause = wait(budget, BACKGROUND)
    stopwatch.advance(pause - 0.01)
    assert wait(budget, BACKGROUND) == pytest.approx(0.01)
    stopwatch.advance(0.02)
    budget.spend(BACKGROUND)


def test_people_spend_what_background_work_may_not(budget: Budget) -> None:
    spend(budget, 10, PERSON)
    assert budget.left == 0


def test_what_is_left_is_counted(budget: Budget, stopwatch: Stopwatch) -> None:
    spend(budget, 3)
    assert budget.left == 7
    stopwatch.advance(WINDOW_SECONDS)
    assert budget.left == 10


def test_the_api_s_own_count_corrects_ours_downwards(budget: Budget, stopwatch: Stopwatch) -> None:
    budget.learn(0, RateLimit(2, timedelta(seconds=30)))
    assert budget.left == 2
    spend(budget, 2)
    assert wait(budget) == 30
    stopwatch.advance(30)
    budget.spend(PERSON)


def test_the_api_s_own_count_never_raises_ours(budget: Budget) -> None:
    spend(budget, 9)
    budget.learn(9, RateLimit(1000, timedelta(seconds=30)))
    assert budget.left == 1


def test_requests_still_under_way_are_not_handed_back(budget: Budget) -> None:
    budget.learn(0, RateLimit(5, timedelta(seconds=30)))
    numbers = [budget.spend(PERSON) for _ in range(5)]
    budget.learn(numbers[0], RateLimit(4, timedelta(seconds=30)))
    assert budget.left == 0


def test_answers_that_overtake_each_other_only_lower_the_count(budget: Budget) -> None:
    numbers = [budget.spend(PERSON) for _ in range(3)]
    budget.learn(numbers[2], RateLimit(2, timedelta(seconds=30)))
    budget.learn(numbers[0], RateLimit(9, timedelta(seconds=30)))
    assert budget.left == 2


def test_the_reserve_is_kept_of_the_api_s_quota_too(budget: Budget) -> None:
    budget.learn(0, RateLimit(20, timedelta(seconds=30), quota=100))
    assert wait(budget, BACKGROUND) == 30
    budget.spend(PERSON)


def test_after_a_429_nothing_goes_for_as_long_as_was_said(budget: Budget, stopwatch: Stopwatch) -> None:
    budget.close_for(timedelta(seconds=60))
    assert budget.left == 0
    assert wait(budget) == 60
    stopwatch.advance(59)
    assert wait(budget) == 1
    stopwatch.advance(1)
    budget.spend(PERSON)


def test_a_shorter_pause_does_not_shorten_a_longer_one(budget: Budget) -> None:
    budget.close_for(timedelta(seconds=60))
    budget.close_for(timedelta(seconds=1))
    assert wait(budget) == 60


def test_a_refused_request_costs_nothing(budget: Budget) -> None:
    spend(budget, 10)
    for _ in range(100):
        wait(budget)
    assert budget.left == 0
    assert wait(budget) == WINDOW_SECONDS


@given(
    st.integers(1, 30),
    st.floats(0, 0.9),
    st.lists(st.tuples(st.floats(0, 120), st.sampled_from(Purpose)), max_size=80),
)
def test_no_window_ever_holds_more_than_the_limit(
    limit: int, reserve: float, asked: list[tuple[float, Purpose]]
) -> None:
    stopwatch = Stopwatch()
    budget = Budget(limit, reserve, stopwatch)
    sent: list[tuple[float, Purpose]] = []
    for pause, purpose in asked:
        stopwatch.advance(pause)
        try:
            budget.spend(purpose)
        except Throttled as refused:
            assert refused.retry_after > timedelta(0)  # noqa: PT017 - part of the property
        else:
            sent.append((stopwatch(), purpose))
    for count, (at, purpose) in enumerate(sent, 1):
        window = sum(at - WINDOW_SECONDS < other for other, _ in sent[:count])
        assert window <= limit
        if purpose is BACKGROUND:
            assert window <= limit - round(reserve * limit)
