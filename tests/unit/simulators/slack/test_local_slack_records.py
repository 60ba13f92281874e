"""Journals and timestamps of the local Slack: ordered and bounded."""

from bot.playground.simulators.slack import Workspace
from bot.playground.simulators.slack.journal import Journal


def test_time_stamps_rise_even_when_the_clock_is_set_back() -> None:
    times = iter([2_000.0, 1_000.0, 2_000.0, 2_001.0])
    workspace = Workspace(clock=lambda: next(times))
    stamps = [workspace.next_ts() for _ in range(4)]
    assert stamps == sorted(set(stamps))
    assert stamps[-1].startswith("2001.")


async def test_a_journal_drops_the_oldest_entries_and_subscriptions_continue() -> None:
    journal: Journal[int] = Journal()
    journal.add(1)
    everything, even = journal.follow(), journal.follow(lambda entry: entry % 2 == 0)
    journal.keep(2)
    for number in range(2, 8):
        journal.add(number)
    assert [*journal] == [6, 7]
    assert journal.total == 7
    assert [await everything.next() for _ in range(2)] == [6, 7]
    assert await even.next() == 6
    journal.add(8)
    assert (await everything.next(), await even.next()) == (8, 8)
