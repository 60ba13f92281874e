"""Retry an answer, or offer to, after a fault of Cloudflare's that may pass."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Final, TypeGuard

from bot.cloudflare.errors import InvalidResponse, RateLimited, Unavailable
from bot.language.command import Command, Reading
from bot.slack.reply import Accepted, Delayed, OpenModal, Reply, ShowMessage, UserError
from bot.ui.problems import problem_message, throttled_message
from bot.ui.readings import view_with_readings, with_readings

Work = Callable[[], Awaitable[Reply]]

_PASSING: Final = (RateLimited, Unavailable, InvalidResponse)
"""Faults of Cloudflare's that may be over when the person asks again."""

_LONGEST_THROTTLE: Final = timedelta(seconds=20)
"""The longest pause that the bot waits out for a person. After a longer one, the person asks again."""


async def attempt(work: Work, again: Command, *, is_patient: bool) -> Reply:
    """Do some work; after a fault of Cloudflare's that may pass, offer the command again.

    Args:
        work: makes the reply. For a patient attempt, it must change nothing before it asks Cloudflare.
        again: the command that asks for the same; an empty one is not offered.
        is_patient: whether to wait out a short rate limit, once, and do the work again.

    Raises:
        UserError: there was such a fault.
    """
    try:
        reply = await work()
    except _PASSING as error:
        if is_patient and _is_short_throttle(error):
            return Delayed(throttled_message(error), partial(_attempt_after, error.retry_after, work, again))
        raise UserError(problem_message(error, again=again if again.text else None)) from error
    if isinstance(reply, Accepted):
        then = partial(attempt, reply.then, Command(reply.again), is_patient=is_patient)
        return replace(reply, then=then)
    return reply


def reply_with_readings(reply: Reply, readings: Sequence[Reading]) -> Reply:
    """Return a reply that says how the command was read."""
    match reply:
        case ShowMessage(message=message, plain=plain):
            said = (*reply.readings, *readings)
            plain = plain and with_readings(plain, said)
            return replace(reply, message=with_readings(message, said), plain=plain, readings=())
        case OpenModal(view=view):
            return replace(reply, view=view_with_readings(view, readings))
        case Delayed(then=then):

            async def read_then() -> Reply:
                return reply_with_readings(await then(), readings)

            return replace(reply, then=read_then)
    return reply


async def _attempt_after(pause: timedelta, work: Work, again: Command) -> Reply:
    await asyncio.sleep(pause.total_seconds())
    return await attempt(work, again, is_patient=False)


def _is_short_throttle(error: Exception) -> TypeGuard[RateLimited]:
    """Return whether Cloudflare limits everybody's requests for a short time, not just one person's share."""
    return type(error) is RateLimited and error.retry_after <= _LONGEST_THROTTLE
