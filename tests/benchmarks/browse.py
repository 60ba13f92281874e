"""Looking at the instances of a workflow ten at a time to the last, and back again."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

from cloudflare import AsyncCloudflare

from bot.playground.simulators.cloudflare import DEFAULT_ACCOUNT_ID, DEFAULT_TOKEN
from bot.playground.simulators.slack import Message
from tests.support.messages import ask, row_ids, walk
from tests.system.engine.node import EngineUnavailable, Wrangler, install_wrangler

from .api import workflow_name
from .outcome import ROUNDS, Goal, Measured, Outcome
from .rounds import in_turns
from .surroundings import Account, Surroundings, UpstreamApi, surroundings

PER_PAGE: Final = 10

_NOTES: Final = (
    "The bot's seconds are those of clicks: signed HTTP to its process, and answers through response_url to",
    "a local Slack, which checks their blocks. The SDK's seconds are those of its calls alone.",
    "The simulated API answers at once: over the internet each call would cost its round trip as well.",
    "The SDK's pager only goes forwards, 100 rows a call; to go back one has to keep the rows. Both of the",
    "SDK's ways ask by page number, which Cloudflare calls deprecated, and what it gives a best-effort set.",
)
_BOT, _WRANGLER, _SDK, _PAGER = "the bot", "wrangler", "cloudflare SDK", "cloudflare SDK, its pager"
_WRANGLER_SECONDS: Final = 60


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is to browse.

    Attributes:
        instances: of the workflow, a multiple of ten.
        wrangler_pages: how many of the pages wrangler is asked for; none at all if 0.
    """

    instances: int = 1_000
    wrangler_pages: int = 5

    @property
    def pages(self) -> int:
        """How many there are to look at."""
        return self.instances // PER_PAGE


@dataclass(frozen=True, slots=True)
class Walk:
    """What one way to the last page and back took; a way that cannot go back has no `back`."""

    calls: int
    seconds: float
    calls_back: int | None = None
    seconds_back: float | None = None


async def measure(rounds: int = ROUNDS, size: Size = Size()) -> Outcome:
    """Browse a workflow in every way; the bot gets one it has not seen, each round."""
    notes = list(_NOTES)
    account = Account(workflows=rounds + 1, instances=size.instances)
    async with AsyncExitStack() as stack:
        around = await stack.enter_async_context(surroundings(account))
        await stack.enter_async_context(around.bot())
        sdk = await stack.enter_async_context(
            AsyncCloudflare(base_url=around.api.url, api_token=DEFAULT_TOKEN.value)
        )
        works = {
            _BOT: lambda number: _by_clicks(around, workflow_name(number + 1), size),
            _SDK: lambda number: _by_sdk(sdk, around.api, workflow_name(number + 1), size),
            _PAGER: lambda number: _by_pager(sdk, around.api, workflow_name(number + 1), size),
        }
        if size.wrangler_pages:
            try:
                by_wrangler = _ByWrangler(await asyncio.to_thread(install_wrangler), around, size)
            except EngineUnavailable as reason:
                notes.append(f"wrangler was not measured: {reason}")
            else:
                works[_WRANGLER] = by_wrangler.walk
                notes += by_wrangler.notes
        walks = await in_turns("browse", rounds, works)
    return _outcome(walks, size, notes)


async def _by_clicks(around: Surroundings, workflow: str, size: Size) -> Walk:
    ada = around.slack.person("ada")
    await around.api.forget()
    started = time.perf_counter()
    forward = await walk(ada, await ask(ada, f"list {workflow}"), "page_next", size.pages)
    seconds = time.perf_counter() - started
    calls = await around.api.calls()
    started = time.perf_counter()
    back = await walk(ada, forward[-1], "page_previous", size.pages)
    seconds_back = time.perf_counter() - started
    shown = [row for message in forward for row in row_ids(message)]
    if len(set(shown)) != size.instances or _rows(back) != _rows(forward[::-1]):
        raise AssertionError("the bot did not show every row there and back")
    return Walk(calls, seconds, await around.api.calls() - calls, seconds_back)


def _rows(messages: Sequence[Message]) -> list[list[str]]:
    return [row_ids(message) for message in messages]


async def _by_sdk(sdk: AsyncCloudflare, api: UpstreamApi, workflow: str, size: Size) -> Walk:
    async def look_at(page: int) -> None:
        shown = await sdk.workflows.instances.list(
            workflow, account_id=DEFAULT_ACCOUNT_ID, page=page, per_page=PER_PAGE
        )
        if len(shown.result) != PER_PAGE:
            raise AssertionError(f"the SDK's page {page} has {len(shown.result)} rows")

    forward, forward_seconds = await _counted(api, look_at, range(1, size.pages + 1))
    back, back_seconds = await _counted(api, look_at, range(size.pages - 1, 0, -1))
    return Walk(forward, forward_seconds, back, back_seconds)


async def _counted(
    api: UpstreamApi, look_at: Callable[[int], Awaitable[None]], pages: Sequence[int]
) -> tuple[int, float]:
    """The list calls that looking at these pages makes, and its seconds."""
    await api.forget()
    started = time.perf_counter()
    for page in pages:
        await look_at(page)
    seconds = time.perf_counter() - started
    return await api.calls(), seconds


async def _by_pager(sdk: AsyncCloudflare, api: UpstreamApi, workflow: str, size: Size) -> Walk:
    await api.forget()
    started = time.perf_counter()
    listed = sdk.workflows.instances.list(workflow, account_id=DEFAULT_ACCOUNT_ID, per_page=100)
    rows = [row.id async for row in listed]
    seconds = time.perf_counter() - started
    if len(rows) != size.instances:
        raise AssertionError(f"the SDK's pager gave {len(rows)} rows")
    return Walk(await api.calls(), seconds)


@dataclass(frozen=True, slots=True)
class _ByWrangler:
    """Asks wrangler for some of the pages, and reckons with a straight line between them."""

    wrangler: Wrangler
    around: Surroundings
    size: Size

    @property
    def _sample(self) -> list[int]:
        last, parts = self.size.pages, max(self.size.wrangler_pages - 1, 1)
        return sorted({1 + (last - 1) * part // parts for part in range(parts + 1)})

    @property
    def notes(self) -> tuple[str, ...]:
        pages = ", ".join(map(str, self._sample))
        return (
            f"wrangler is asked for the pages {pages}; the others are reckoned in between.",
            "Each page is a process of its own, which takes over a second to start.",
        )

    async def walk(self, number: int) -> Walk:
        workflow = workflow_name(number + 1)
        sample = self._sample if number else self._sample[:1]
        calls, seconds = {}, {}
        for page in sample:
            await self.around.api.forget()
            started = time.perf_counter()
            await self._show(workflow, page)
            seconds[page] = time.perf_counter() - started
            calls[page] = await self.around.api.calls()
        all_calls, all_seconds = between(calls), between(seconds)
        return Walk(
            round(sum(all_calls)), sum(all_seconds), round(sum(all_calls[:-1])), sum(all_seconds[:-1])
        )

    async def _show(self, workflow: str, page: int) -> None:
        folder = Path(self.around.folder)
        process = await asyncio.create_subprocess_exec(
            *self.wrangler.command("workflows", "instances", "list", workflow),
            *("--page", str(page), "--per-page", str(PER_PAGE)),
            cwd=folder,
            env=self.wrangler.environment(folder)
            | {
                "CLOUDFLARE_API_BASE_URL": self.around.api.url,
                "CLOUDFLARE_API_TOKEN": DEFAULT_TOKEN.value,
                "CLOUDFLARE_ACCOUNT_ID": DEFAULT_ACCOUNT_ID,
            },
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        try:
            output, _ = await asyncio.wait_for(process.communicate(), _WRANGLER_SECONDS)
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if f"Showing {PER_PAGE} instances from page {page}" not in output.decode():
            raise AssertionError(f"wrangler did not show page {page}: {output.decode()[-500:]}")


def between(sample: Mapping[int, float]) -> list[float]:
    """A value for every number from the first of the sample to its last."""
    values = [sample[min(sample)]]
    for low, high in pairwise(sorted(sample)):
        slope = (sample[high] - sample[low]) / (high - low)
        values += [sample[low] + slope * (number - low) for number in range(low + 1, high + 1)]
    return values


def _outcome(walks: dict[str, list[Walk]], size: Size, notes: Sequence[str]) -> Outcome:
    figures: dict[tuple[str, str], Callable[[Walk], float | None]] = {
        ("list calls there", "calls"): lambda walk: walk.calls,
        ("list calls back", "calls"): lambda walk: walk.calls_back,
        ("time there", "s"): lambda walk: walk.seconds,
        ("time back", "s"): lambda walk: walk.seconds_back,
    }
    measured = [
        Measured.of(subject, quantity, unit, values)
        for (quantity, unit), figure in figures.items()
        for subject, each in walks.items()
        if (values := [value for walk in each if (value := figure(walk)) is not None])
    ]
    pages = -(-size.instances // 100)
    return Outcome(
        name="browse",
        work=f"look at {size.instances:,} instances ten at a time, then back",
        measured=tuple(measured),
        goals=(
            Goal("list calls there", max(walk.calls for walk in walks[_BOT]), pages, is_ratio=False),
            Goal("list calls back", max(walk.calls_back or 0 for walk in walks[_BOT]), 0, is_ratio=False),
        ),
        notes=tuple(notes),
    )
