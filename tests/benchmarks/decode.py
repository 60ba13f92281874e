"""From the bytes of an answer of 100 rows to the blocks of a screen, beside what others do with the bytes."""

import asyncio
import gc
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from statistics import median
from typing import Final

import aiohttp
from cloudflare import Cloudflare

from bot.browse.bookmark import Bookmark
from bot.browse.messages.instances import instances_message
from bot.browse.model import ListQuery
from bot.browse.requests import OpenFilter, RefreshPage, TurnPage
from bot.browse.screen import Row, Screen
from bot.cloudflare.http_responses import Response
from bot.cloudflare.models import InstancePage
from bot.cloudflare.responses import read_instances
from bot.playground.simulators.cloudflare import DEFAULT_ACCOUNT_ID, DEFAULT_TOKEN, RateLimit, Simulation
from bot.ui.elements import Controls, Message
from tests.support.buttons import CODEC, value_of

from .outcome import ROUNDS, Goal, Measured, Outcome
from .rounds import numbers
from .surroundings import UpstreamApi

TURNS: Final = 40
"""How often each subject has its turn in a round; the median of them is the round's value."""

_WORKFLOW: Final = "order-processing"
_TIMES: Final = 50
_SDK_TIMES: Final = 5
"""How often it decodes in a turn; the others do it `_TIMES`, which still takes them less long."""
_SDK: Final = "cloudflare SDK"
_SUBJECTS: Final = ("the bot, to blocks", "json.loads", _SDK)
_PARTS: Final = ("… of it: models", "… of it: buttons and blocks")


async def measure(rounds: int = ROUNDS, turns: int = TURNS) -> Outcome:
    """Decode the same bytes in every way, so many times in turns."""
    now = datetime.now(UTC)
    simulation = Simulation(rate_limit=RateLimit(quota=10_000_000), clock=lambda: now)
    simulation.seed(1, instances=1_000)
    async with simulation.serve() as url, aiohttp.ClientSession() as session:
        api = UpstreamApi(url, session)
        body = await api.get(api.instances_url(_WORKFLOW, "per_page=100"))
        values: dict[str, list[float]] = {subject: [] for subject in (*_SUBJECTS, *_PARTS)}
        for number in numbers("decode", rounds):
            answers = await asyncio.to_thread(_sdk_answers, url, body, turns * _SDK_TIMES)
            works = {**_ours(body), "json.loads": lambda: json.loads(body), _SDK: answers}
            for subject, value in _in_turns(works, turns).items():
                if number:
                    values[subject].append(value)
    return _outcome(values, len(body))


def _in_turns(works: Mapping[str, Callable[[], object]], turns: int) -> dict[str, float]:
    """Microseconds of each work, A B C A B C …: the median of its turns."""
    taken: dict[str, list[float]] = {subject: [] for subject in works}
    order = list(works.items())
    gc.collect()
    gc.freeze()  # the simulated account is not looked through again and again
    try:
        for turn in range(turns):
            # There and back: what one leaves in the processor's caches is now this one's loss, now that's.
            for subject, work in order if turn % 2 else order[::-1]:
                gc.collect()  # nobody pays for what another left behind
                times = _SDK_TIMES if subject == _SDK else _TIMES
                started = time.perf_counter()
                for _ in range(times):
                    work()
                taken[subject].append((time.perf_counter() - started) / times * 1e6)
    finally:
        gc.unfreeze()
    return {subject: median(values) for subject, values in taken.items()}


def _ours(body: bytes) -> dict[str, Callable[[], object]]:
    now = datetime.now(UTC)
    response = Response(200, {"content-type": "application/json"}, body)

    def models() -> InstancePage:
        return read_instances(response, None, now)

    page = models()
    whole, *parts = (_SUBJECTS[0], *_PARTS)
    return {
        whole: lambda: _message(models()),
        parts[0]: models,
        parts[1]: lambda: _message(page),
    }


def _message(page: InstancePage) -> Message:
    """The first screen of a page, as a list that was just opened shows it."""
    CODEC.encode.cache_clear()  # the buttons of a page that was just fetched are new
    query = ListQuery.of(_WORKFLOW)
    here = Bookmark(query, anchor=page.rows[0].created_on)
    screen = Screen(
        query=query,
        account="default",
        rows=[Row(query.workflow, row) for row in page.rows[: query.rows]],
        first=1,
        known=len(page.rows),
        is_last=False,
        here=here,
        previous=None,
        next=replace(here, offset=query.rows),
        messages=page.messages,
        cursor_loop=False,
        fetched_at=page.fetched_at,
    )
    controls = Controls(
        None,
        CODEC.encode(TurnPage(replace(here, offset=query.rows))),
        CODEC.encode(RefreshPage(here)),
        CODEC.encode(OpenFilter(query)),
    )
    return instances_message(screen, controls, (), value_of)


def _sdk_answers(url: str, body: bytes, number: int) -> Callable[[], object]:
    """Decodes an answer that the SDK has fetched, each one once, as it keeps what it decoded."""
    with Cloudflare(base_url=url, api_token=DEFAULT_TOKEN.value) as client:
        instances = client.workflows.instances.with_raw_response
        answers = [
            instances.list(_WORKFLOW, account_id=DEFAULT_ACCOUNT_ID, per_page=100) for _ in range(number)
        ]
    if any(answer.http_response.content != body for answer in answers):
        raise AssertionError("the SDK was answered with other bytes")
    return lambda: answers.pop().parse()


def _outcome(values: dict[str, list[float]], size: int) -> Outcome:
    measured = {subject: Measured.of(subject, "time", "µs", each) for subject, each in values.items()}
    bot, bare, sdk = (measured[subject].median for subject in _SUBJECTS)
    return Outcome(
        name="decode",
        work=f"an answer of 100 rows ({size:,} bytes) → models → the blocks of a screen of ten",
        measured=tuple(measured.values()),
        goals=(
            Goal("time, the bot to json.loads", bot / bare, 3.0),
            Goal("time, the SDK to the bot", sdk / bot, 8.0, at_least=True),
        ),
        notes=(
            "The SDK goes as far as its own models; it has no blocks to make.",
            "The bot's buttons are counted: three bookmarks and ten rows, compressed.",
            "Where the list is anchored, its newest row, is not: that is no part of a page's decoding.",
        ),
    )
