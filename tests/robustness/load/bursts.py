"""Bursts of faults at Cloudflare and at Slack, at random times from a seed."""

import asyncio
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from aiohttp import web

from bot.playground.simulators.cloudflare import (
    Challenge,
    CutOff,
    Dropped,
    HtmlPage,
    JsonError,
    PlainText,
    Redirected,
    Simulation,
    Slow,
    TooManyRequests,
    TruncatedJson,
    WrongShape,
)
from bot.playground.simulators.cloudflare.faults import Changed, HealthyHandler
from bot.playground.simulators.cloudflare.faults import Fault as CloudflareFault
from bot.playground.simulators.slack import RESPONSE_URL, Failed, LocalSlack, RateLimited
from bot.playground.simulators.slack import Slow as SlackIsSlow
from bot.playground.simulators.slack.faults import Fault as SlackFault

AtSlack: TypeAlias = tuple[tuple[str, SlackFault], ...]
"""Faults of Slack by name: the method or `response_url`, and the fault."""

AT_CLOUDFLARE: Final[dict[str, CloudflareFault]] = {
    "slow": Slow(2.5),
    "slow, then 500": Slow(0.5, JsonError()),
    "500": JsonError(),
    "success: false with 200": JsonError(200),
    "403": JsonError(403, 10000, "Authentication error"),
    "HTML 503": HtmlPage(),
    "HTML 200": HtmlPage(200),
    "challenge": Challenge(),
    "plain text 502": PlainText(),
    "truncated": TruncatedJson(),
    "wrong shape": WrongShape(),
    "no result": Changed({"result": None}),
    "429 for 1 s": TooManyRequests(1),
    "429 for 4 s": TooManyRequests(4),
    "dropped": Dropped(),
    "cut off": CutOff(),
    "redirected": Redirected("http://127.0.0.1:1/elsewhere"),
}
"""The commonest faults; `tests/robustness/faults` has them all. A 429 without a time would end the run, as it
stops all requests for five minutes."""

AT_SLACK: Final[dict[str, AtSlack]] = {
    "response_url 500": ((RESPONSE_URL, Failed(500)),),
    "response_url 404": ((RESPONSE_URL, Failed(404, "expired_url")),),
    "response_url 429": ((RESPONSE_URL, RateLimited(1)),),
    "response_url 500, postEphemeral 429": (
        (RESPONSE_URL, Failed(500)),
        ("chat.postEphemeral", RateLimited(1)),
    ),
    "response_url 500, postEphemeral slow": (
        (RESPONSE_URL, Failed(500)),
        ("chat.postEphemeral", SlackIsSlow(1)),
    ),
    "all slow": tuple(
        (target, SlackIsSlow(0.8)) for target in (RESPONSE_URL, "chat.postEphemeral", "views.open")
    ),
    "views.open 500": (("views.open", Failed(500)),),
    "users.info 500": (("users.info", Failed(500)),),
}
SLOWEST: Final = "paused"
"""A status that no visitor asks for by chance."""
_MANY: Final = 10_000  # more calls than in any burst


@dataclass(frozen=True, slots=True)
class Burst:
    """A period in which every request meets the same fault.

    Attributes:
        where: `Cloudflare` or `Slack`.
        name: in `AT_CLOUDFLARE` or `AT_SLACK`.
        begins, ends: seconds since the start.
    """

    where: str
    name: str
    begins: float
    ends: float


def plan_bursts(seed: int, seconds: float, share: float = 0.18) -> tuple[Burst, ...]:
    """Plan bursts on both sides, each for this share of the time, with as many kinds as possible."""
    chance = random.Random(seed)  # noqa: S311 - not a secret
    both = {"Cloudflare": list(AT_CLOUDFLARE), "Slack": list(AT_SLACK)}
    return tuple(
        burst
        for where, kinds in both.items()
        for burst in _plan_side(chance, where, chance.sample(kinds, len(kinds)), seconds, share)
    )


def _plan_side(
    chance: random.Random, where: str, kinds: Sequence[str], seconds: float, share: float
) -> Iterator[Burst]:
    """Yield one burst in each of several equal parts, each at least half a second long."""
    count = max(1, min(len(kinds), int(seconds * share / 0.5)))
    part = seconds / count
    length = part * share
    for number in range(count):
        begins = number * part + chance.uniform(0.05, 0.95 - share) * part
        yield Burst(where, kinds[number], begins, begins + length)


async def inject_bursts(bursts: Sequence[Burst], slack: LocalSlack, cloudflare: Simulation) -> None:
    """Inject the bursts, and remove all faults at the end, even if cancelled."""
    loop = asyncio.get_running_loop()
    start = loop.time()
    changes = sorted(
        [(burst.begins, True, burst) for burst in bursts] + [(burst.ends, False, burst) for burst in bursts],
        key=lambda change: (change[0], change[1]),
    )
    try:
        for at, begins, burst in changes:
            await asyncio.sleep(max(0.0, start + at - loop.time()))
            _switch(burst, slack, cloudflare, on=begins)
    finally:
        slack.faults.clear()
        cloudflare.clear_faults()


def _switch(burst: Burst, slack: LocalSlack, cloudflare: Simulation, *, on: bool) -> None:
    if burst.where == "Cloudflare":
        cloudflare.clear_faults()
        if on:
            cloudflare.inject(AT_CLOUDFLARE[burst.name], times=None)
        return
    slack.faults.clear()
    if on:
        for target, fault in AT_SLACK[burst.name]:
            slack.faults.add(target, fault, times=_MANY)


@dataclass(frozen=True, slots=True)
class UnevenDelay:
    """A random delay of every answer of Cloudflare, and the longest one for `SLOWEST`."""

    chance: random.Random
    seconds: tuple[float, ...]

    async def answer(self, request: web.Request, healthy: HealthyHandler) -> web.Response:
        is_slowest = request.query.get("status") == SLOWEST
        delay = max(self.seconds) if is_slowest else self.chance.choice(self.seconds)
        return await Slow(delay).answer(request, healthy)
