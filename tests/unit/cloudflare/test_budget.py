"""The budget decides when the next request may be sent."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cloudflare.errors import RateLimited, ShareUsedUp
from bot.cloudflare.http_responses import RateLimit
from bot.cloudflare.limiter import WINDOW, Budget, Priority, charge_to
from tests.support.clock import Clock

INTERACTIVE, BACKGROUND = Priority.INTERACTIVE, Priority.BACKGROUND
WINDOW_SECONDS = WINDOW.total_seconds()


def wait(budget: Budget, priority: Priority = INTERACTIVE) -> float:
    """Return the wait that the budget reports, in seconds."""
    with pytest.raises(RateLimited) as refused:
        budget.acquire(priority)
    return refused.value.retry_after.total_seconds()


def acquire(budget: Budget, count: int, priority: Priority = INTERACTIVE) -> None:
    for _ in range(count):
        budget.acquire(priority)


@pytest.fixture
def budget(clock: Clock) -> Budget:
    return Budget(10, 0.2, clock.seconds)


def test_no_more_requests_are_allowed_than_the_limit(budget: Budget) -> None:
    acquire(budget, 10)
    assert wait(budget) == WINDOW_SECONDS


def test_the_oldest_request_makes_room_when_it_leaves_the_window(budget: Budget, clock: Clock) -> None:
    budget.acquire(INTERACTIVE)
    clock.advance(100)
    acquire(budget, 9)
    assert wait(budget) == WINDOW_SECONDS - 100
    clock.advance(WINDOW_SECONDS - 100)
    budget.acquire(INTERACTIVE)
    assert wait(budget) == 100


def test_the_reported_wait_is_long_enough(budget: Budget, clock: Clock) -> None:
    for _ in range(10):
        clock.advance(3.7)
        budget.acquire(INTERACTIVE)
    clock.advance(wait(budget))
    budget.acquire(INTERACTIVE)


def test_background_work_leaves_a_reserve_for_interactive_requests(budget: Budget) -> None:
    acquire(budget, 8, BACKGROUND)
    assert wait(budget, BACKGROUND) == WINDOW_SECONDS
    acquire(budget, 2, INTERACTIVE)
    assert wait(budget, INTERACTIVE) == WINDOW_SECONDS


def test_background_work_waits_until_the_reserve_is_restored(budget: Budget, clock: Clock) -> None:
    for _ in range(10):
        budget.acquire(INTERACTIVE)
        clock.advance(10)
    pause = wait(budget, BACKGROUND)
    clock.advance(pause - 0.01)
    assert wait(budget, BACKGROUND) == pytest.approx(0.01)
    clock.advance(0.02)
    budget.acquire(BACKGROUND)


def test_interactive_requests_use_the_reserve(budget: Budget) -> None:
    acquire(budget, 10, INTERACTIVE)
    assert budget.left == 0


def test_the_requests_left_are_counted(budget: Budget, clock: Clock) -> None:
    acquire(budget, 3)
    assert budget.left == 7
    clock.advance(WINDOW_SECONDS)
    assert budget.left == 10


def test_the_api_s_count_lowers_the_budget(budget: Budget, clock: Clock) -> None:
    budget.update(0, RateLimit(2, timedelta(seconds=30)))
    assert budget.left == 2
    acquire(budget, 2)
    assert wait(budget) == 30
    clock.advance(30)
    budget.acquire(INTERACTIVE)


def test_the_api_s_count_never_raises_the_budget(budget: Budget) -> None:
    acquire(budget, 9)
    budget.update(9, RateLimit(1000, timedelta(seconds=30)))
    assert budget.left == 1


def test_requests_in_flight_stay_subtracted(budget: Budget) -> None:
    budget.update(0, RateLimit(5, timedelta(seconds=30)))
    numbers = [budget.acquire(INTERACTIVE) for _ in range(5)]
    budget.update(numbers[0], RateLimit(4, timedelta(seconds=30)))
    assert budget.left == 0


def test_responses_out_of_order_only_lower_the_count(budget: Budget) -> None:
    numbers = [budget.acquire(INTERACTIVE) for _ in range(3)]
    budget.update(numbers[2], RateLimit(2, timedelta(seconds=30)))
    budget.update(numbers[0], RateLimit(9, timedelta(seconds=30)))
    assert budget.left == 2


def test_the_reserve_applies_to_the_api_s_quota_too(budget: Budget) -> None:
    budget.update(0, RateLimit(20, timedelta(seconds=30), quota=100))
    assert wait(budget, BACKGROUND) == 30
    budget.acquire(INTERACTIVE)


def test_a_429_blocks_all_requests_for_its_pause(budget: Budget, clock: Clock) -> None:
    budget.block_for(timedelta(seconds=60))
    assert budget.left == 0
    assert wait(budget) == 60
    clock.advance(59)
    assert wait(budget) == 1
    clock.advance(1)
    budget.acquire(INTERACTIVE)


def test_a_shorter_pause_does_not_shorten_a_longer_one(budget: Budget) -> None:
    budget.block_for(timedelta(seconds=60))
    budget.block_for(timedelta(seconds=1))
    assert wait(budget) == 60


def test_a_refused_request_costs_nothing(budget: Budget) -> None:
    acquire(budget, 10)
    for _ in range(100):
        wait(budget)
    assert budget.left == 0
    assert wait(budget) == WINDOW_SECONDS


@given(
    st.integers(1, 30),
    st.floats(0, 0.9),
    st.lists(st.tuples(st.floats(0, 120), st.sampled_from(Priority)), max_size=80),
)
def test_no_window_ever_holds_more_than_the_limit(
    limit: int, reserve: float, asked: list[tuple[float, Priority]]
) -> None:
    clock = Clock()
    budget = Budget(limit, reserve, clock.seconds)
    sent: list[tuple[float, Priority]] = []
    for pause, priority in asked:
        clock.advance(pause)
        try:
            budget.acquire(priority)
        except RateLimited as refused:
            assert refused.retry_after > timedelta(0)  # noqa: PT017 - part of the property
        else:
            sent.append((clock.seconds(), priority))
    for count, (at, priority) in enumerate(sent, 1):
        window = sum(at - WINDOW_SECONDS < other for other, _ in sent[:count])
        assert window <= limit
        if priority is BACKGROUND:
            assert window <= limit - round(reserve * limit)


def test_a_person_uses_a_share_and_leaves_the_rest_to_others(clock: Clock) -> None:
    budget = Budget(10, 0.2, clock.seconds, share=0.3)
    with charge_to("ada"):
        acquire(budget, 3)
        with pytest.raises(ShareUsedUp) as refused:
            budget.acquire(INTERACTIVE)
    assert (refused.value.person, refused.value.share) == ("ada", 3)
    assert refused.value.retry_after == WINDOW
    with charge_to("grace"):
        acquire(budget, 3)
    acquire(budget, 2, BACKGROUND)  # a digest's: charged to nobody
    assert budget.left == 2


def test_a_share_comes_back_request_by_request(clock: Clock) -> None:
    budget = Budget(10, 0.2, clock.seconds, share=0.2)
    with charge_to("ada"):
        budget.acquire(INTERACTIVE)
        clock.advance(100)
        budget.acquire(INTERACTIVE)
        assert wait(budget) == WINDOW_SECONDS - 100
        clock.advance(WINDOW_SECONDS - 100)
        budget.acquire(INTERACTIVE)
        assert wait(budget) == 100


def test_work_of_a_person_s_in_the_background_is_of_their_share_and_leaves_some_to_what_they_do(
    clock: Clock,
) -> None:
    budget = Budget(100, 0.2, clock.seconds, share=0.1)
    with charge_to("ada"):
        acquire(budget, 8, BACKGROUND)
        with pytest.raises(ShareUsedUp):
            budget.acquire(BACKGROUND)
        acquire(budget, 2, INTERACTIVE)
        with pytest.raises(ShareUsedUp):
            budget.acquire(INTERACTIVE)


def test_work_in_the_background_says_when_its_part_of_a_share_has_room_again(clock: Clock) -> None:
    budget = Budget(100, 0.2, clock.seconds, share=0.1)
    with charge_to("ada"):
        for _ in range(10):
            budget.acquire(INTERACTIVE)
            clock.advance(10)
        with pytest.raises(ShareUsedUp) as refusal:
            budget.acquire(BACKGROUND)
        clock.advance(refusal.value.retry_after.total_seconds())  # when the third of them is forgotten
        budget.acquire(BACKGROUND)
        with pytest.raises(ShareUsedUp):
            budget.acquire(BACKGROUND)


def test_the_smallest_share_is_one_request(clock: Clock) -> None:
    budget = Budget(3, 0, clock.seconds, share=0.01)
    for person in ("ada", "grace"):
        with charge_to(person):
            budget.acquire(INTERACTIVE)
            with pytest.raises(ShareUsedUp):
                budget.acquire(INTERACTIVE)


def test_a_look_at_the_budget_takes_nothing(clock: Clock) -> None:
    budget = Budget(10, 0.2, clock.seconds, share=0.1)
    with charge_to("ada"):
        for _ in range(20):
            budget.check(INTERACTIVE)
        assert budget.left == 10
        budget.acquire(INTERACTIVE)
        with pytest.raises(ShareUsedUp):
            budget.check(INTERACTIVE)


def test_people_who_ask_no_more_leave_nothing_in_memory(clock: Clock) -> None:
    budget = Budget(10**6, 0.2, clock.seconds, share=0.5)

    def held() -> int:
        return sum(map(len, (budget._spent, budget._spent_by)))  # noqa: SLF001 - memory has no other face

    for number in range(1000):
        with charge_to(f"U{number}"):
            budget.acquire(INTERACTIVE)
    assert held() == 2000
    clock.advance(WINDOW_SECONDS)
    assert budget.left == 10**6
    assert held() == 0
