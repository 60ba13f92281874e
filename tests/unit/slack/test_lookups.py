"""What Slack says is remembered; who was known stays known while it does not answer, and for no longer."""

import asyncio
from datetime import timedelta

import pytest

from bot.slack.lookups import LookupFailed, Lookups

HOUR = 3600.0
SOON = timedelta(seconds=5)


class Slack:
    """Answers with how often it was asked, or fails."""

    def __init__(self) -> None:
        self.asked = 0
        self.now = 0.0
        self.fault: Exception | None = None
        self.gate = asyncio.Event()
        self.gate.set()
        self.lookups: Lookups[str, int] = Lookups(self.ask, timedelta(hours=1), lambda: self.now)

    async def ask(self, _: str) -> int:
        self.asked += 1
        await self.gate.wait()
        if self.fault is not None:
            raise self.fault
        return self.asked


@pytest.fixture
def slack() -> Slack:
    return Slack()


async def test_an_answer_is_good_for_its_time_and_asked_for_again_after_it(slack: Slack) -> None:
    assert slack.lookups.known("a") is None
    assert [await slack.lookups.get("a", SOON) for _ in range(3)] == [1, 1, 1]
    slack.now = HOUR - 1
    assert slack.lookups.known("a") == 1
    slack.now = HOUR
    assert slack.lookups.known("a") is None
    assert await slack.lookups.get("a", SOON) == 2
    assert await slack.lookups.get("a", SOON, anew=True) == 3


async def test_those_who_ask_at_once_share_one_call(slack: Slack) -> None:
    slack.gate.clear()
    waiting = asyncio.gather(*(slack.lookups.get("a", SOON) for _ in range(5)))
    await asyncio.sleep(0)
    slack.gate.set()
    assert await waiting == [1] * 5


async def test_what_gives_rights_stands_in_for_as_long_as_it_is_told_to(slack: Slack) -> None:
    slack.lookups = Lookups(slack.ask, timedelta(minutes=5), lambda: slack.now, timedelta(minutes=15))
    await slack.lookups.get("a", SOON)
    slack.fault = TimeoutError()
    slack.now = 15 * 60 - 1
    assert await slack.lookups.get("a", SOON) == 1
    slack.now = 16 * 60
    with pytest.raises(LookupFailed):
        await slack.lookups.get("a", SOON)


async def test_who_was_known_stays_known_for_a_day_while_slack_is_down(slack: Slack) -> None:
    await slack.lookups.get("a", SOON)
    slack.fault = TimeoutError()
    for later in (HOUR, 12 * HOUR, 24 * HOUR - 1):
        slack.now = later
        assert await slack.lookups.get("a", SOON) == 1
        asked = slack.asked
        assert slack.lookups.known("a") == 1, "Slack is left alone for a moment"
        assert await slack.lookups.get("a", SOON) == 1
        assert slack.asked == asked
    slack.now = 24 * HOUR + 31
    with pytest.raises(LookupFailed) as failed:
        await slack.lookups.get("a", SOON)
    assert not failed.value.is_final
    slack.fault = None
    assert await slack.lookups.get("a", SOON) == slack.asked, "the next one is lucky"


async def test_who_was_never_known_is_asked_for_each_time(slack: Slack) -> None:
    slack.fault = OSError()
    for asked in (1, 2):
        with pytest.raises(LookupFailed):
            await slack.lookups.get("a", SOON)
        assert slack.asked == asked
        assert slack.lookups.known("a") is None


async def test_slack_s_word_that_it_tells_nothing_ends_what_was_known(
    slack: Slack, monkeypatch: pytest.MonkeyPatch
) -> None:
    await slack.lookups.get("a", SOON)
    slack.now, slack.fault = HOUR, OSError()
    monkeypatch.setattr("bot.slack.lookups.reason", lambda _: "missing_scope")
    for _ in range(3):
        with pytest.raises(LookupFailed) as failed:
            await slack.lookups.get("a", SOON)
        assert failed.value.is_final
    assert slack.asked == 2, "it is not asked again for a moment"
    assert isinstance(slack.lookups.known("a"), LookupFailed)
    slack.now, slack.fault = HOUR + 31, None
    assert await slack.lookups.get("a", SOON) == 3


async def test_a_call_that_takes_too_long_goes_on_for_those_who_ask_next(slack: Slack) -> None:
    slack.gate.clear()
    with pytest.raises(LookupFailed):
        await slack.lookups.get("a", timedelta(seconds=0.01))
    slack.gate.set()
    assert await slack.lookups.get("a", SOON) == 1
    assert slack.asked == 1


async def test_the_end_of_the_bot_ends_its_calls(slack: Slack) -> None:
    slack.gate.clear()
    waiting = asyncio.ensure_future(slack.lookups.get("a", SOON))
    await asyncio.sleep(0)
    await slack.lookups.close()
    with pytest.raises(asyncio.CancelledError):
        await waiting
