"""Why instances failed: asked once, in order, and no longer than Cloudflare and the time allow."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path

import aiohttp
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.browse.causes import AT_ONCE, CauseReader, Causes, FailedInstance
from bot.browse.kept_causes import CauseStore
from bot.cloudflare.cache import CachedWorkflows
from bot.cloudflare.causes import Cause, fingerprint
from bot.cloudflare.client import WorkflowsClient
from bot.cloudflare.endpoint import ApiToken, production_endpoint
from bot.cloudflare.errors import NotAuthorized, RateLimited, ShareUsedUp, UnknownAccount
from bot.cloudflare.folding import fold_text
from bot.cloudflare.limiter import Budget, charge_to
from bot.cloudflare.timed_cache import CacheTimes
from bot.inspect.masked_errors import mask_cause
from bot.inspect.payloads import PayloadPolicy
from bot.playground.simulators.cloudflare import (
    DEFAULT_ACCOUNT_ID,
    DEFAULT_TOKEN,
    Failure,
    JsonError,
    Simulation,
    Slow,
    TooManyRequests,
)
from tests.support.clock import Clock
from tests.support.databases import migrated_database
from tests.support.teams import OTHER_TEAM, TEAM

MASK = partial(mask_cause, policy=PayloadPolicy())


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    async with migrated_database(f"sqlite:///{tmp_path / 'bot.sqlite3'}") as engine:
        yield engine


def fail(simulation: Simulation, clock: Clock, count: int, message: str = "no {}") -> list[FailedInstance]:
    """Let so many instances have failed, one each second, the newest first."""
    for number in range(count):
        ended_on = clock.ago(number)
        error = Failure("E", message.format(number))
        simulation.add_instance(
            "orders", id=f"o-{number}", status="errored", ended_on=ended_on, created_on=ended_on, error=error
        )
    return [FailedInstance("orders", f"o-{number}", clock.ago(number)) for number in range(count)]


async def read(
    reader: CauseReader, failed: list[FailedInstance], team: str = TEAM, within: float = 30
) -> Causes:
    until = asyncio.get_running_loop().time() + within
    return await reader.read(None, failed, team=team, until=until)


def messages(causes: Causes) -> dict[str, str | None]:
    return {each.id: cause.message for each, cause in causes.known.items()}


async def test_each_instance_is_asked_about_once_by_all_replicas_and_after_a_restart(
    simulation: Simulation, clock: Clock, workflows: CachedWorkflows, engine: AsyncEngine
) -> None:
    failed = fail(simulation, clock, 30)
    reader = CauseReader({"prod": workflows}, MASK, CauseStore(engine, clock))
    first = await read(reader, failed)
    assert messages(first) == {f"o-{number}": f"no {number}" for number in range(30)}
    assert (first.unread, list(first.unasked), first.stopped) == ({}, [], None)
    clock.advance(days=2)  # no cache of answers holds for so long
    simulation.calls.clear()
    assert await read(reader, failed) == first
    replica = CauseReader({"prod": workflows}, MASK, CauseStore(engine, clock))
    assert await read(replica, failed) == first
    assert simulation.calls == []
    await read(replica, failed[:2], OTHER_TEAM)
    assert simulation.describe_calls == 2, "another team's are its own"


async def test_fingerprints_are_made_beside_the_loop(
    simulation: Simulation,
    clock: Clock,
    workflows: CachedWorkflows,
    engine: AsyncEngine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    threads: list[int] = []

    def fold(text: str) -> str:
        threads.append(threading.get_ident())
        return fold_text(text)

    monkeypatch.setattr("bot.cloudflare.causes.fold_text", fold)
    failed = fail(simulation, clock, 30, "made beside {}")
    first = await read(CauseReader({"prod": workflows}, MASK, CauseStore(engine, clock)), failed)
    fingerprint.cache_clear()
    again = await read(CauseReader({"prod": workflows}, MASK, CauseStore(engine, clock)), failed)
    assert len(threads) == 2 * 30, "once when they were read, once when they were loaded"
    for causes in (first, again):
        keys = {fingerprint(cause).key for cause in causes.known.values()}
        assert len(keys) == 1
    assert len(threads) == 2 * 30, "each is known by then"
    assert threading.get_ident() not in threads


async def test_memory_is_asked_before_the_database_which_is_asked_once_for_all(
    simulation: Simulation, clock: Clock, workflows: CachedWorkflows, engine: AsyncEngine
) -> None:
    loads: list[int] = []

    class Counted(CauseStore):
        async def load(self, keys, team):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
            loads.append(len(keys))
            return await super().load(keys, team)

    failed = fail(simulation, clock, 30)
    reader = CauseReader({"prod": workflows}, MASK, Counted(engine, clock))
    await read(reader, failed[:20])
    await read(reader, failed[:20])
    await read(reader, failed)
    assert loads == [20, 10]


async def test_an_instance_that_failed_again_or_has_no_end_is_asked_about_anew(
    simulation: Simulation, clock: Clock, workflows: CachedWorkflows, engine: AsyncEngine
) -> None:
    (failed,) = fail(simulation, clock, 1)
    reader = CauseReader({"prod": workflows}, MASK, CauseStore(engine, clock))
    await read(reader, [failed])
    clock.advance(minutes=10)
    simulation.remove_instance("orders", "o-0")
    fail(simulation, clock, 1, "other")
    again = FailedInstance("orders", "o-0", clock())
    assert messages(await read(reader, [again])) == {"o-0": "other"}
    undated = FailedInstance("orders", "o-0", None)
    simulation.calls.clear()
    for _ in range(2):
        clock.advance(minutes=10)
        assert messages(await read(reader, [undated])) == {"o-0": "other"}
    assert simulation.describe_calls == 2


async def test_one_that_runs_again_meanwhile_is_not_remembered(
    simulation: Simulation, clock: Clock, workflows: CachedWorkflows, engine: AsyncEngine
) -> None:
    (failed,) = fail(simulation, clock, 1)
    simulation.remove_instance("orders", "o-0")
    simulation.add_instance("orders", id="o-0", status="running")
    reader = CauseReader({"prod": workflows}, MASK, CauseStore(engine, clock))
    await read(reader, [failed])
    clock.advance(minutes=1)
    await read(reader, [failed])
    assert simulation.describe_calls == 2


async def test_nothing_secret_is_kept_and_what_settings_hide_later_is_hidden(
    simulation: Simulation, clock: Clock, workflows: CachedWorkflows, engine: AsyncEngine
) -> None:
    failed = fail(simulation, clock, 1, '{{"password": "hunter2", "branch": "Hamburg-Altona"}}')
    store = CauseStore(engine, clock)
    shown = messages(await read(CauseReader({"prod": workflows}, MASK, store), failed))["o-0"]
    assert "hunter2" not in str(shown)
    assert "Hamburg" in str(shown)
    stricter = partial(mask_cause, policy=PayloadPolicy(redact=("branch",)))
    shown = messages(await read(CauseReader({"prod": workflows}, stricter, store), failed))["o-0"]
    assert "Hamburg" not in str(shown)
    async with engine.connect() as connection:
        kept = (await connection.exec_driver_sql("SELECT * FROM causes")).all()
    assert "hunter2" not in str(kept)


def test_names_of_steps_are_without_secrets() -> None:
    key = "sk_live_" + "a1B2c3D4e5F6g7H8"
    assert key not in str(MASK(Cause(f"login {key}", "Error", "no")))
    assert MASK(Cause("charge card")) == Cause("charge card")
    hidden = mask_cause(Cause("for customer=Ada"), PayloadPolicy(redact=("customer",)))
    assert "Ada" not in str(hidden)


async def test_an_instance_that_can_not_be_read_costs_no_other(
    simulation: Simulation, clock: Clock, workflows: CachedWorkflows
) -> None:
    failed = fail(simulation, clock, 10)
    gone = FailedInstance("orders", "gone", clock())
    causes = await read(CauseReader({"prod": workflows}, MASK), [gone, *failed])
    assert len(causes.known) == 10
    assert list(causes.unread) == [gone]
    assert not causes.unasked


@pytest.mark.parametrize(
    ("fault", "kind"),
    [(TooManyRequests(60), RateLimited), (JsonError(403, 10000, "no"), NotAuthorized)],
)
async def test_a_fault_that_the_next_would_meet_ends_it(
    simulation: Simulation,
    clock: Clock,
    workflows: CachedWorkflows,
    fault: TooManyRequests | JsonError,
    kind: type[Exception],
) -> None:
    failed = fail(simulation, clock, 100)
    reader = CauseReader({"prod": workflows}, MASK)
    await read(reader, failed[:30])
    simulation.calls.clear()
    simulation.inject(fault, times=None, operation="get_instance")
    causes = await read(reader, failed)
    assert isinstance(causes.stopped, kind)
    assert len(causes.known) == 30, "what is remembered is known all the same"
    refused = [] if kind is RateLimited else failed[30 : 30 + simulation.describe_calls]
    assert list(causes.unread) == refused
    assert list(causes.unasked) == failed[30 + len(refused) :]
    assert simulation.describe_calls <= AT_ONCE


async def test_a_budget_or_a_share_that_is_used_up_ends_it(simulation: Simulation, clock: Clock) -> None:
    failed = fail(simulation, clock, 100)
    async with simulation.serve() as url, aiohttp.ClientSession() as session:
        endpoint = production_endpoint(url, DEFAULT_ACCOUNT_ID, ApiToken(DEFAULT_TOKEN.value))
        for budget, kind, allowed in (
            (Budget(60, 0.5, clock.seconds), RateLimited, 30),
            (Budget(100, 0, clock.seconds, 0.25), ShareUsedUp, 25),
        ):
            cached = CachedWorkflows(
                WorkflowsClient(session, endpoint, budget=budget), CacheTimes(), clock.seconds
            )
            with charge_to("U1"):
                causes = await read(CauseReader({"prod": cached}, MASK), failed)
            assert type(causes.stopped) is kind
            assert list(causes.known) == failed[:allowed]
            assert list(causes.unasked) == failed[allowed:]
            await cached.close()


async def test_it_ends_in_time(simulation: Simulation, clock: Clock, workflows: CachedWorkflows) -> None:
    failed = fail(simulation, clock, 100)
    simulation.inject(Slow(0.1), times=None, operation="get_instance")
    causes = await read(CauseReader({"prod": workflows}, MASK), failed, within=0.15)
    assert AT_ONCE <= len(causes.known) < 100
    assert list(causes.unasked) == failed[len(causes.known) :]
    assert causes.stopped is None


async def test_no_more_than_so_many_are_asked_at_once(
    simulation: Simulation, clock: Clock, workflows: CachedWorkflows
) -> None:
    failed = fail(simulation, clock, 60)
    running: list[int] = [0, 0]
    ask: Callable[..., object] = workflows.get_cause

    async def counted(*place: str, **options: object) -> object:
        running[0] += 1
        running[1] = max(running)
        try:
            return await ask(*place, **options)  # type: ignore[misc]
        finally:
            running[0] -= 1

    workflows.get_cause = counted  # type: ignore[method-assign, assignment]
    reader, turns = CauseReader({"prod": workflows}, MASK), asyncio.Semaphore(7)
    until = asyncio.get_running_loop().time() + 30
    await asyncio.gather(
        *(reader.read(None, failed[start::3], team=TEAM, until=until, turns=turns) for start in range(3))
    )
    assert running == [0, 7]


async def test_an_account_that_settings_do_not_name_is_refused(workflows: CachedWorkflows) -> None:
    with pytest.raises(UnknownAccount):
        await CauseReader({"prod": workflows}, MASK).read("other", [], team=TEAM, until=0)


def test_a_cause_is_masked_as_it_is() -> None:
    assert MASK(MASK(Cause("s", "E", "token=abcdef0123456789abcdef"))) == MASK(
        Cause("s", "E", "token=abcdef0123456789abcdef")
    )
