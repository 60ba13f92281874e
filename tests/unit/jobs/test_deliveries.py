"""The three steps of a delivery, each begun again as after a death: the channel has one message."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.cloudflare.cache import CachedWorkflows, CacheTimes
from bot.cloudflare.client import WorkflowsClient
from bot.cloudflare.endpoint import ApiToken, production_endpoint
from bot.digests.delivery.builder import MessageBuilder
from bot.digests.delivery.late_runs import SearchedRuns, Watch
from bot.digests.delivery.model import EVENT_TYPE, Prepared, Sent, SentKind
from bot.digests.delivery.recorder import RunRecorder
from bot.digests.delivery.sender import MessageSender
from bot.digests.due import DueScheduler
from bot.digests.model import Digest, DigestRun, DigestSpec
from bot.digests.reading import ReportBuilder
from bot.digests.runs import Attempt, RunRepository
from bot.digests.store import DigestRepository
from bot.jobs.model import LeaseLost, RetryPolicy
from bot.language.schedule import Schedule
from bot.playground.simulators.cloudflare import (
    DEFAULT_ACCOUNT_ID,
    DEFAULT_TOKEN,
    Simulation,
    TooManyRequests,
)
from bot.playground.simulators.cloudflare.faults import Challenge, JsonError
from bot.playground.simulators.slack import AnswerLost, ErrorCode, Failed, LocalSlack, Message, RateLimited
from bot.slack.poster import Poster
from bot.storage.tables import digest_runs, digests
from bot.telemetry import Metrics
from tests.support.buttons import request_store
from tests.support.clock import Clock
from tests.support.digest_account import Only

HOURLY = Schedule("0 * * * *", "UTC")


@dataclass(frozen=True)
class FakeLease:
    """A lease with fixed answers."""

    verified: bool = True
    valid: bool = True

    def is_valid(self) -> bool:
        return self.valid

    async def verify(self) -> bool:
        return self.verified


@dataclass
class Bench:
    """One digest on a bench, to be delivered step by step."""

    slack: LocalSlack
    store: DigestRepository
    rounds: DueScheduler
    runs: RunRepository
    builder: MessageBuilder
    sender: MessageSender
    recorder: RunRecorder
    clock: Clock

    async def live(self, plan: DigestSpec) -> Digest:
        made = await self.store.create(plan, "U0ADA0001")
        return await self.store.resume(made.number)

    async def due(self, digest: Digest) -> Attempt:
        """Let an hour pass until the digest's next slot."""
        now = await self.store.get(digest.number)
        assert now.next_due is not None
        self.clock.moment = now.next_due + timedelta(seconds=1)
        await self.rounds.record_due(self.clock())
        return Attempt(digest.number, f"{now.next_due:%Y-%m-%dT%H:%MZ}", 0)

    async def prepared(self, attempt: Attempt) -> Prepared:
        prepared = await self.builder.prepare(attempt)
        assert prepared is not None
        return prepared

    async def send(self, attempt: Attempt, prepared: Prepared, lease: "FakeLease | None" = None) -> Sent:
        return await self.sender.send(attempt, prepared, lease or FakeLease())

    async def deliver(self, attempt: Attempt) -> Sent | None:
        prepared = await self.builder.prepare(attempt)
        if prepared is None:
            return None
        sent = await self.send(attempt, prepared) if prepared.message is not None else None
        await self.recorder.record(attempt, prepared, sent)
        return sent

    async def run(self, attempt: Attempt) -> DigestRun:
        return next(run for run in await self.store.runs(attempt.digest) if run.slot == attempt.slot)

    def messages(self) -> tuple[Message, ...]:
        return self.slack.messages("ops")

    def counted(self) -> dict[str, float]:
        """What `/metrics` tells of digests, without what never happened."""
        registry = self.recorder.metrics.registry
        outcomes = ("due", "sent", "quiet", "missed", "failed", "put_off")
        name = "workflows_bot_digests_total"
        told = {outcome: registry.get_sample_value(name, {"outcome": outcome}) for outcome in outcomes}
        return {outcome: count for outcome, count in told.items() if count}

    def late(self) -> float | None:
        return self.recorder.metrics.registry.get_sample_value("workflows_bot_digest_lateness_seconds_sum")


@pytest.fixture
def simulation(clock: Clock) -> Simulation:
    simulation = Simulation(clock=clock)
    simulation.add_instance("refunds", id="fine", status="complete", created_on=clock() - timedelta(hours=3))
    return simulation


@pytest.fixture
async def bench(
    slack: LocalSlack,
    client: AsyncWebClient,
    engine: AsyncEngine,
    simulation: Simulation,
    session: aiohttp.ClientSession,
    store: DigestRepository,
    rounds: DueScheduler,
    runs: RunRepository,
    clock: Clock,
) -> AsyncIterator[Bench]:
    async with simulation.serve() as url:
        endpoint = production_endpoint(url, DEFAULT_ACCOUNT_ID, ApiToken(DEFAULT_TOKEN.value))
        deadline = timedelta(seconds=1)
        account = CachedWorkflows(
            WorkflowsClient(session, endpoint, deadline=deadline, now=clock), CacheTimes(), clock.seconds
        )
        reader = ReportBuilder({"prod": account}, timedelta(days=7), clock)
        policy = RetryPolicy(timedelta(hours=1), timedelta(minutes=10))
        poster = Poster(client, EVENT_TYPE)
        recorder = RunRecorder(runs, poster, Metrics(), policy, clock)
        requests = request_store(engine, clock)
        searched, watch = SearchedRuns(clock), Watch(since=clock(), seen_at=clock())
        builder = MessageBuilder(runs, reader, requests, poster, recorder, clock, searched, watch)
        sender = MessageSender(runs, poster, policy, clock, searched, watch)
        yield Bench(slack, store, rounds, runs, builder, sender, recorder, clock)
        await account.close()


@pytest.fixture
async def digest(bench: Bench) -> Digest:
    return await bench.live(DigestSpec("C0OPS0001", HOURLY))


async def test_a_digest_is_delivered_and_the_next_one_goes_on_from_it(bench: Bench, digest: Digest) -> None:
    first, second = [await bench.deliver(await bench.due(digest)) for _ in range(2)]
    assert first is not None
    assert second is not None
    assert [message.ts for message in bench.messages()] == [first.ts, second.ts]
    kept = await bench.store.get(digest.number)
    assert kept.baseline is not None
    assert [run.state for run in await bench.store.runs(digest.number)] == ["sent", "sent"]


async def test_a_digest_counts_once_and_its_lateness_from_when_it_was_due(
    bench: Bench, digest: Digest
) -> None:
    attempt = await bench.due(digest)
    bench.clock.advance(seconds=40)
    prepared = await bench.prepared(attempt)
    sent = await bench.send(attempt, prepared)
    bench.clock.advance(seconds=10)
    for _ in range(2):
        await bench.recorder.record(attempt, prepared, sent)
    assert bench.counted() == {"sent": 1}
    assert bench.late() == 51


async def test_a_step_that_is_begun_again_finds_its_message_and_posts_no_other(
    bench: Bench, digest: Digest
) -> None:
    attempt = await bench.due(digest)
    prepared = await bench.prepared(attempt)
    once = await bench.send(attempt, prepared)
    again = await bench.send(attempt, prepared)
    await bench.recorder.record(attempt, prepared, again)
    afterwards = await bench.send(attempt, prepared)

    assert once == again
    assert afterwards == Sent(SentKind.SUPERSEDED)
    assert len(bench.messages()) == 1
    assert (await bench.run(attempt)).state == "sent"


async def test_an_answer_that_was_lost_is_looked_for_before_another_try(bench: Bench, digest: Digest) -> None:
    bench.slack.faults.add("chat.postMessage", AnswerLost())
    attempt = await bench.due(digest)
    prepared = await bench.prepared(attempt)
    first = await bench.send(attempt, prepared)
    second = await bench.send(attempt, prepared)
    assert first.kind == "again"
    assert first.wait == 5.0
    assert second.kind == "posted"
    assert len(bench.messages()) == 1


async def test_while_slack_is_down_the_same_message_is_tried_again_and_posted_once(
    bench: Bench, digest: Digest
) -> None:
    bench.slack.faults.add("chat.postMessage", Failed(503))
    bench.slack.faults.add("conversations.history", Failed(503))
    attempt = await bench.due(digest)
    prepared = await bench.prepared(attempt)
    sent = [await bench.send(attempt, prepared)]
    while sent[-1].kind is SentKind.RETRY:
        bench.clock.advance(seconds=sent[-1].wait)
        sent.append(await bench.send(attempt, prepared))
    assert [one.kind for one in sent] == ["again", "again", "again", "posted"]
    assert sum(one.wait for one in sent) == 15, "Slack may have taken the first one"
    assert len(bench.messages()) == 1


async def test_slack_says_how_long_to_wait(bench: Bench, digest: Digest) -> None:
    bench.slack.faults.add("chat.postMessage", RateLimited(17))
    attempt = await bench.due(digest)
    prepared = await bench.prepared(attempt)
    assert (await bench.send(attempt, prepared)).wait == 17.0
    assert (await bench.send(attempt, prepared)).kind == "posted"
    assert not bench.slack.calls_of("conversations.history")  # it was certainly not posted


async def test_after_ten_minutes_without_slack_the_run_has_failed(bench: Bench, digest: Digest) -> None:
    bench.slack.faults.add("chat.postMessage", RateLimited(1), times=9)
    attempt = await bench.due(digest)
    prepared = await bench.prepared(attempt)
    bench.clock.advance(minutes=9, seconds=30)
    last = await bench.send(attempt, prepared)
    bench.clock.advance(seconds=30)
    sent = await bench.send(attempt, prepared)
    await bench.recorder.record(attempt, prepared, sent)
    assert last.kind == "again"
    assert sent.kind == "refused"
    run = await bench.run(attempt)
    assert run.state == "failed"
    assert run.detail == "Slack: ratelimited, again and again"


async def test_where_the_bot_may_not_look_it_posts_again_and_says_so(bench: Bench, digest: Digest) -> None:
    bench.slack.workspace.scopes -= {"channels:history"}
    attempt = await bench.due(digest)
    prepared = await bench.prepared(attempt)
    await bench.send(attempt, prepared)
    assert (await bench.send(attempt, prepared)).kind == "posted"
    first, second = bench.messages()
    assert "may be here twice" not in first.all_text()
    assert "may be here twice" in second.all_text()


async def test_a_worker_whose_lease_is_lost_posts_nothing(bench: Bench, digest: Digest) -> None:
    attempt = await bench.due(digest)
    prepared = await bench.prepared(attempt)
    with pytest.raises(LeaseLost):
        await bench.send(attempt, prepared, FakeLease(verified=False))
    assert bench.messages() == ()
    begun = await bench.runs.find(attempt)
    assert begun is not None
    assert not begun.posting


async def test_a_worker_paused_past_its_lease_posts_nothing(bench: Bench, digest: Digest) -> None:
    attempt = await bench.due(digest)
    prepared = await bench.prepared(attempt)
    assert (await bench.send(attempt, prepared, FakeLease(valid=False))).kind == "again"
    assert bench.messages() == ()
    assert (await bench.send(attempt, prepared)).kind == "posted", "after the lease is verified again"


@dataclass
class LeaseLostLater:
    """A lease that is lost while Slack answers the first request."""

    asked: int = 0

    def is_valid(self) -> bool:
        self.asked += 1
        return self.asked <= 2  # before the note and behind it

    async def verify(self) -> bool:
        return True


async def test_a_worker_that_loses_its_lease_while_slack_refuses_blocks_posts_nothing_plainer(
    bench: Bench, digest: Digest
) -> None:
    bench.slack.faults.add("chat.postMessage", ErrorCode("invalid_blocks"))
    attempt = await bench.due(digest)
    prepared = await bench.prepared(attempt)
    sent = await bench.sender.send(attempt, prepared, LeaseLostLater())
    assert sent.kind == "again"
    assert [call.error for call in bench.slack.calls_of("chat.postMessage")] == ["invalid_blocks"]
    assert bench.messages() == ()
    kept = await bench.runs.find(attempt)
    assert kept is not None
    assert kept.posting, "another worker may be posting: its note stays"


async def test_an_attempt_begun_anew_after_its_text_was_lost_finds_what_the_first_one_posted(
    bench: Bench, digest: Digest
) -> None:
    attempt = await bench.due(digest)
    await bench.send(attempt, await bench.prepared(attempt))
    await bench.recorder.give_up(attempt)
    another = Attempt(attempt.digest, attempt.slot, 1)
    assert await bench.deliver(another) is None
    assert len(bench.messages()) == 1
    run = await bench.run(attempt)
    assert run.state == "sent"
    assert run.attempt == 1
    # What it said is not known: the next one tells it once more rather than never.
    assert (await bench.store.get(digest.number)).baseline is None


async def test_what_goes_wrong_for_ten_minutes_inside_the_bot_is_given_up(
    bench: Bench, digest: Digest
) -> None:
    attempt = await bench.due(digest)
    await bench.prepared(attempt)
    bench.clock.advance(minutes=11)
    await bench.recorder.give_up(attempt)
    assert (await bench.run(attempt)).state == "failed"


@pytest.mark.parametrize("broken", ["plan", "baseline"])
async def test_a_run_whose_digest_can_t_be_read_is_tried_again_and_then_given_up(
    bench: Bench, digest: Digest, engine: AsyncEngine, broken: str
) -> None:
    attempt = await bench.due(digest)
    async with engine.begin() as connection:
        await connection.execute(update(digests).values({broken: '{"what people typed": 1}'}))
    assert await bench.builder.prepare(attempt) is None
    assert await bench.run(attempt) == await bench.run(Attempt(attempt.digest, attempt.slot, 1))
    bench.clock.advance(minutes=11)
    assert await bench.builder.prepare(Attempt(attempt.digest, attempt.slot, 1)) is None
    assert (await bench.run(attempt)).state == "failed"
    assert bench.messages() == ()


async def test_a_run_that_can_t_be_read_is_given_up(
    bench: Bench, digest: Digest, engine: AsyncEngine
) -> None:
    attempt = await bench.due(digest)
    async with engine.begin() as connection:
        await connection.execute(update(digest_runs).values(began_at=10**17))
    await bench.recorder.give_up(attempt)
    async with engine.connect() as connection:
        assert await connection.scalar(select(digest_runs.c.state)) == "failed"


async def test_a_run_that_never_began_is_given_up_once_it_is_too_late(bench: Bench, digest: Digest) -> None:
    attempt = await bench.due(digest)
    bench.clock.advance(minutes=69)
    await bench.recorder.give_up(attempt)
    assert (await bench.run(attempt)).state == "due"
    bench.clock.advance(minutes=2)
    await bench.recorder.give_up(Attempt(attempt.digest, attempt.slot, 1))
    assert (await bench.run(attempt)).state == "failed"


def _archive(slack: LocalSlack) -> None:
    slack.workspace.archive("ops")


def _kick(slack: LocalSlack) -> None:
    slack.workspace.kick("ops", "workflows")


def _delete(slack: LocalSlack) -> None:
    slack.workspace.delete_channel("ops")


@pytest.mark.parametrize("gone", [_archive, _kick, _delete])
async def test_a_channel_that_is_gone_pauses_the_digest_and_its_creator_is_told_once(
    bench: Bench, digest: Digest, gone: Callable[[LocalSlack], None]
) -> None:
    gone(bench.slack)
    attempt = await bench.due(digest)
    sent = await bench.deliver(attempt)
    assert sent is not None
    assert sent.kind == "gone"
    kept = await bench.store.get(digest.number)
    run = await bench.run(attempt)
    assert kept.state == "paused"
    assert run.state == "failed"
    assert run.detail == kept.pause_reason
    told = [
        call.arguments["text"]
        for call in bench.slack.calls_of("chat.postMessage")
        if call.arguments["channel"] == "U0ADA0001"
    ]
    assert len(told) == 1
    assert f"Digest {digest.number}" in told[0]
    bench.clock.advance(days=1)
    assert (await bench.rounds.record_due(bench.clock())).due == 0


async def test_a_revoked_token_pauses_nothing(bench: Bench, digest: Digest) -> None:
    bench.slack.faults.add("chat.postMessage", ErrorCode("token_revoked"))
    attempt = await bench.due(digest)
    await bench.deliver(attempt)
    run = await bench.run(attempt)
    assert run.state == "failed"
    assert run.detail == "Slack: token_revoked"
    assert (await bench.store.get(digest.number)).state == "active"


async def test_a_quiet_digest_without_news_says_nothing_unless_asked(bench: Bench) -> None:
    digest = await bench.live(DigestSpec("C0OPS0001", HOURLY, quiet=True))
    attempt = await bench.due(digest)
    assert await bench.deliver(attempt) is None
    assert bench.messages() == ()
    run = await bench.run(attempt)
    assert run.state == "quiet"
    assert run.news == 0
    assert bench.counted() == {"quiet": 1}
    assert (await bench.store.get(digest.number)).baseline is not None

    asked_for = (await bench.store.run_now(digest.number)).run
    await bench.deliver(Attempt(digest.number, asked_for.slot, 0))
    assert len(bench.messages()) == 1


async def test_while_cloudflare_is_down_a_run_is_put_off_for_ten_minutes_and_then_says_so(
    bench: Bench, digest: Digest, simulation: Simulation
) -> None:
    simulation.inject(Challenge(), times=None)
    attempt = await bench.due(digest)
    tries = 0
    while await bench.deliver(Attempt(attempt.digest, attempt.slot, tries)) is None:
        tries += 1
        bench.clock.advance(seconds=31)
        (handed,) = await bench.rounds.claim(bench.clock(), bench.clock() + timedelta(minutes=1), 5)
        assert handed.attempt.number == tries
        await bench.rounds.mark_enqueued([handed], bench.clock() + timedelta(minutes=1))

    assert 18 <= tries <= 21
    (message,) = bench.messages()
    assert "could not be made" in message.all_text()
    run = await bench.run(attempt)
    assert run.state == "failed"
    assert run.ended_at is not None
    assert timedelta(minutes=9, seconds=30) < run.ended_at - run.due_at < timedelta(minutes=10, seconds=45)
    assert bench.counted() == {"put_off": tries, "failed": 1}


async def test_a_run_that_waited_in_line_until_it_was_too_late_is_missed_and_the_next_says_so(
    bench: Bench, digest: Digest
) -> None:
    late = await bench.due(digest)
    bench.clock.advance(minutes=61)
    assert await bench.deliver(late) is None
    assert (await bench.run(late)).state == "missed"
    await bench.deliver(await bench.due(digest))
    assert "Missed" in bench.messages()[0].all_text()


async def test_what_was_prepared_before_a_long_absence_is_not_posted_after_it(
    bench: Bench, digest: Digest
) -> None:
    attempt = await bench.due(digest)
    prepared = await bench.prepared(attempt)
    bench.clock.advance(hours=9)
    sent = await bench.send(attempt, prepared)
    await bench.recorder.record(attempt, prepared, sent)
    assert sent.kind == "late"
    assert bench.messages() == ()
    assert (await bench.run(attempt)).state == "missed"


async def test_a_digest_paused_after_it_came_due_says_nothing_but_runs_when_asked(
    bench: Bench, digest: Digest
) -> None:
    attempt = await bench.due(digest)
    await bench.store.pause(digest.number)
    assert await bench.deliver(attempt) is None
    assert (await bench.run(attempt)).detail == "the digest was paused"

    asked_for = (await bench.store.run_now(digest.number)).run
    await bench.deliver(Attempt(digest.number, asked_for.slot, 0))
    assert len(bench.messages()) == 1


async def test_what_was_asked_for_moves_nothing_and_the_next_one_counts_from_the_last_scheduled_one(
    bench: Bench, digest: Digest, simulation: Simulation
) -> None:
    await bench.deliver(await bench.due(digest))
    scheduled = (await bench.store.get(digest.number)).baseline
    bench.clock.advance(minutes=10)
    _fails(simulation, "orders", "ord-1", bench.clock)
    bench.clock.advance(minutes=10)
    for _ in range(2):
        asked = await bench.store.run_now(digest.number)
        await bench.deliver(Attempt(digest.number, asked.run.slot, 0))
        bench.clock.advance(minutes=1)
        assert (await bench.store.get(digest.number)).baseline == scheduled
        assert "ord-1" in bench.messages()[-1].all_text()
    await bench.deliver(await bench.due(digest))
    assert "ord-1" in bench.messages()[-1].all_text()
    await bench.deliver(await bench.due(digest))
    assert "ord-1" not in bench.messages()[-1].all_text()


async def test_a_missed_slot_is_named_by_the_next_scheduled_one_whatever_was_asked_for_between(
    bench: Bench, digest: Digest
) -> None:
    late = await bench.due(digest)
    bench.clock.advance(minutes=61)
    assert await bench.deliver(late) is None
    asked = await bench.store.run_now(digest.number)
    await bench.deliver(Attempt(digest.number, asked.run.slot, 0))
    await bench.deliver(await bench.due(digest))
    assert ["Missed" in message.all_text() for message in bench.messages()] == [True, True]


def _fails(simulation: Simulation, workflow: str, instance: str, clock: Clock) -> None:
    simulation.add_instance(workflow, id=instance, status="errored", created_on=clock(), ended_on=clock())


@pytest.mark.parametrize("quiet", [False, True])
async def test_workflows_that_answer_are_told_of_at_once_and_the_others_with_the_next_digest(
    quiet: bool, bench: Bench, simulation: Simulation
) -> None:
    digest = await bench.live(DigestSpec("C0OPS0001", HOURLY, quiet=quiet))
    _fails(simulation, "orders", "ord-1", bench.clock)
    if not quiet:
        _fails(simulation, "bills", "bill-1", bench.clock)
    else:
        simulation.add_instance("bills", id="old", status="errored", created_on=bench.clock.ago(3 * 86_400))
    simulation.inject(Only("orders", Challenge()), times=None)
    attempt = await bench.due(digest)
    await bench.deliver(attempt)
    simulation.clear_faults()
    await bench.deliver(await bench.due(digest))
    first, second = (message.all_text() for message in bench.messages())
    assert "• `orders`: Cloudflare sent a response this bot can't read." in first
    assert ("bill-1" in first) is not quiet
    assert "ord-1" not in first
    assert "ord-1" in second
    assert "bill-1" not in second
    run = await bench.run(attempt)
    assert (run.state, run.attempt, run.detail) == ("sent", 0, "could not be read: orders")


async def test_what_cloudflare_throttles_is_waited_for_and_left_out_in_the_end(
    bench: Bench, digest: Digest, simulation: Simulation
) -> None:
    _fails(simulation, "orders", "ord-1", bench.clock)
    _fails(simulation, "bills", "bill-1", bench.clock)
    simulation.inject(Only("orders", TooManyRequests(30)), times=None)
    attempt = await bench.due(digest)
    assert await bench.deliver(attempt) is None
    assert bench.messages() == ()
    bench.clock.advance(minutes=10)
    assert await bench.deliver(Attempt(attempt.digest, attempt.slot, 1)) is not None
    (message,) = bench.messages()
    assert "bill-1" in message.all_text()
    assert "• `orders`: Too many requests to Cloudflare just now." in message.all_text()


async def _waits(bench: Bench, digest: Digest) -> tuple[Attempt, Prepared]:
    """A run whose post Slack has put off."""
    bench.slack.faults.add("chat.postMessage", RateLimited(2))
    attempt = await bench.due(digest)
    prepared = await bench.prepared(attempt)
    assert (await bench.send(attempt, prepared)).kind == "again"
    return attempt, prepared


@pytest.mark.parametrize("asked_for", [False, True])
@pytest.mark.parametrize("word", ["pause", "delete"])
async def test_what_is_paused_or_deleted_while_its_post_waits_is_not_posted(
    word: str, asked_for: bool, bench: Bench, digest: Digest
) -> None:
    if asked_for:
        bench.slack.faults.add("chat.postMessage", RateLimited(2))
        run = (await bench.store.run_now(digest.number)).run
        attempt = Attempt(digest.number, run.slot, 0)
        prepared = await bench.prepared(attempt)
        assert (await bench.send(attempt, prepared)).kind == "again"
    else:
        attempt, prepared = await _waits(bench, digest)
    await (bench.store.pause if word == "pause" else bench.store.delete)(digest.number)
    await bench.recorder.record(attempt, prepared, await bench.send(attempt, prepared))
    assert bench.messages() == ()
    run = await bench.run(attempt)
    assert (run.state, run.detail) == ("missed", f"the digest was {word}d")
    assert bench.counted() == {"missed": 1}


async def test_what_was_paused_and_is_active_again_by_the_next_try_is_posted(
    bench: Bench, digest: Digest
) -> None:
    attempt, prepared = await _waits(bench, digest)
    await bench.store.pause(digest.number)
    await bench.store.resume(digest.number)
    assert (await bench.send(attempt, prepared)).kind == "posted"


@pytest.mark.parametrize(
    "plan",
    [DigestSpec("C0GENERAL", HOURLY), DigestSpec("C0OPS0001", HOURLY, workflows=("refunds",))],
    ids=["moved", "changed"],
)
async def test_what_is_moved_or_changed_while_its_post_waits_is_made_anew_for_where_it_goes(
    plan: DigestSpec, bench: Bench, digest: Digest
) -> None:
    attempt, prepared = await _waits(bench, digest)
    await bench.store.change(digest, plan)
    sent = await bench.send(attempt, prepared)
    await bench.recorder.record(attempt, prepared, sent)
    assert sent == Sent(SentKind.SUPERSEDED)
    assert bench.messages() == ()
    (handed,) = await bench.rounds.claim(bench.clock(), bench.clock() + timedelta(minutes=1), 5)
    assert handed.channel == plan.channel
    assert handed.attempt.number == 1
    assert (await bench.deliver(handed.attempt)) is not None
    (message,) = bench.slack.messages(plan.channel)
    subject = "refunds" if plan.workflows else "all workflows"
    assert message.all_text().split("\n")[1].startswith(f"Digest 1 · {subject} · ")
    run = await bench.run(attempt)
    assert (run.state, run.attempt) == ("sent", 1)
    assert len(bench.slack.calls_of("chat.postMessage")) == 2, "the one that was put off, and this one"


async def test_a_notice_that_nothing_could_be_read_goes_to_no_old_channel_either(
    bench: Bench, digest: Digest, simulation: Simulation
) -> None:
    simulation.inject(JsonError(403, 10000), times=None)
    attempt, prepared = await _waits(bench, digest)
    assert prepared.state == "failed"
    await bench.store.change(digest, DigestSpec("C0GENERAL", HOURLY))
    assert (await bench.send(attempt, prepared)).kind == "over"
    assert bench.messages() == ()


async def test_what_was_posted_before_it_moved_is_found_where_it_was_posted(
    bench: Bench, digest: Digest
) -> None:
    attempt = await bench.due(digest)
    prepared = await bench.prepared(attempt)
    await bench.send(attempt, prepared)
    await bench.store.change(digest, DigestSpec("C0GENERAL", HOURLY))
    again = await bench.send(attempt, prepared)
    assert again.kind == "posted"
    await bench.recorder.give_up(attempt)
    assert await bench.deliver(Attempt(attempt.digest, attempt.slot, 1)) is None
    assert (await bench.run(attempt)).state == "sent"
    assert len(bench.messages()) == 1
    assert bench.slack.messages("general") == ()


async def test_an_unsure_post_of_a_digest_that_moved_is_made_anew(bench: Bench, digest: Digest) -> None:
    bench.slack.faults.add("chat.postMessage", Failed(503))
    attempt = await bench.due(digest)
    prepared = await bench.prepared(attempt)
    assert (await bench.send(attempt, prepared)).kind == "again"
    await bench.store.change(digest, DigestSpec("C0GENERAL", HOURLY))
    bench.clock.advance(seconds=15)
    assert (await bench.send(attempt, prepared)).kind == "over"
    await bench.deliver(Attempt(attempt.digest, attempt.slot, 1))
    (message,) = bench.slack.messages("general")
    assert "may be here twice" not in message.all_text()
    assert bench.messages() == ()


@pytest.mark.parametrize("word", ["move", "pause", "delete"])
async def test_a_digest_that_a_person_changed_before_its_channel_was_found_gone_has_not_paused_itself(
    word: str, bench: Bench, digest: Digest
) -> None:
    attempt = await bench.due(digest)
    prepared = await bench.prepared(attempt)
    _archive(bench.slack)
    gone = await bench.send(attempt, prepared)
    if word == "move":
        await bench.store.change(digest, DigestSpec("C0GENERAL", HOURLY))
    else:
        await (bench.store.pause if word == "pause" else bench.store.delete)(digest.number)
    before = await bench.store.get(digest.number)
    await bench.recorder.record(attempt, prepared, gone)
    assert await bench.store.get(digest.number) == before
    told = [call for call in bench.slack.calls_of("chat.postMessage") if call.arguments["channel"][0] == "U"]
    assert not told, "its creator is not told what is not so"
    if word == "move":
        await bench.deliver(Attempt(attempt.digest, attempt.slot, 1))
        assert len(bench.slack.messages("general")) == 1


async def test_the_later_digests_of_a_day_answer_the_first_one(bench: Bench) -> None:
    digest = await bench.live(DigestSpec("C0OPS0001", Schedule("0 9,15 * * *", "UTC"), daily_thread=True))
    if (digest.next_due or bench.clock()).hour != 9:
        await bench.deliver(await bench.due(digest))
    day, next_day = [[await bench.deliver(await bench.due(digest)) for _ in range(2)] for _ in range(2)]
    threads = {message.ts: message.thread_ts for message in bench.messages()}
    for first, second in (day, next_day):
        assert first is not None
        assert second is not None
        assert threads[str(first.ts)] is None
        assert threads[str(second.ts)] == first.ts


async def test_where_slack_refuses_the_table_and_the_chart_a_plain_digest_stands(
    bench: Bench, digest: Digest
) -> None:
    bench.slack.faults.add("chat.postMessage", ErrorCode("invalid_blocks"))
    await bench.deliver(await bench.due(digest))
    (message,) = bench.messages()
    assert {block["type"] for block in message.blocks} <= {
        "header",
        "context",
        "section",
        "actions",
        "divider",
    }
