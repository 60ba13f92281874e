"""What went wrong, what was expected, what to do: the words for each kind of error."""

import re
from dataclasses import dataclass, field
from datetime import timedelta
from functools import singledispatch

from bot.cloudflare.errors import (
    AccountNotFound,
    CloudflareError,
    InstanceNotFound,
    InvalidParameter,
    InvalidResponse,
    NotAuthorized,
    QueueFull,
    RateLimited,
    ShareUsedUp,
    StepNotAvailable,
    TLSError,
    Unavailable,
    UnknownAccount,
    WorkflowNotFound,
)
from bot.language.errors import QueryError
from bot.language.tokens import COMMAND
from bot.ui.api_words import api_message, api_text
from bot.ui.mrkdwn import code, command, duration, escape


@dataclass(frozen=True, slots=True)
class Problem:
    """What a person is told; each part is mrkdwn.

    Attributes:
        title: what went wrong, as a sentence.
        advice: what to do, a paragraph each.
        details: for whoever looks into it: codes, ids.
    """

    title: str
    advice: tuple[str, ...]
    details: tuple[str, ...] = field(default=())


@singledispatch
def explain(error: Exception) -> Problem:
    """Return an error in words, by its type.

    Raises:
        TypeError: it is none of the kinds that people are told about.
    """
    raise TypeError(f"no words for {type(error).__name__}") from error


def is_explained(error: Exception) -> bool:
    """Return whether people are told about this kind of error."""
    return explain.dispatch(type(error)) is not explain.dispatch(Exception)


@explain.register
def _(error: QueryError) -> Problem:
    advice = [f"Expected: {_with_code(error.expected)}."]
    if error.choices == ("",):
        advice.append("Without it:")
    elif error.choices:
        meant = [code(choice) if choice else "the rest without it" for choice in error.choices]
        advice.append(f"Did you mean {' or '.join(meant)}?")
    return Problem(f"{code(error.word)} {_with_code(error.problem)}.", tuple(advice))


@explain.register
def _(error: UnknownAccount) -> Problem:
    yours = f"See your accounts: {command(f'{COMMAND} accounts')}"
    return Problem(f"No account is called {code(error.name)} any more.", (yours,))


@explain.register
def _(error: NotAuthorized) -> Problem:
    if any("from location" in entry.message for entry in error.errors):  # with code 9109
        return Problem(
            "Cloudflare does not take this bot's token from where it runs.",
            (
                "The token may be used from other IP addresses only.",
                "The bot's operator can see the bot's address with `workflows-bot check`.",
            ),
            details(error),
        )
    permissions = " or ".join(f"*{name}*" for name in error.PERMISSIONS)
    return Problem(
        "Cloudflare does not let this bot read Workflows.",
        (
            f"Its credentials are wrong, or they lack a permission: {permissions}.",
            "The bot's operator can see which with `workflows-bot check`.",
        ),
        details(error),
    )


@explain.register
def _(error: AccountNotFound) -> Problem:
    return Problem(
        "Cloudflare knows no such account or address.",
        (
            "The account id in this bot's settings is wrong or malformed, or the address of the API is.",
            "The bot's operator can see which with `workflows-bot check`.",
        ),
        details(error),
    )


@explain.register
def _(error: CloudflareError) -> Problem:
    return Problem("Cloudflare refused.", (f"{api_text(_capitalized(error.reason))}.",), details(error))


@explain.register
def _(error: WorkflowNotFound) -> Problem:
    return Problem(
        "Cloudflare has no such workflow any more.",
        ("It was most likely deleted: *Refresh* below `/workflows` shows what there is.",),
        details(error),
    )


@explain.register
def _(error: InstanceNotFound) -> Problem:
    return Problem(
        "No instance of that id.",
        ("It may be past its retention, or belong to another workflow.",),
        details(error),
    )


@explain.register
def _(error: StepNotAvailable) -> Problem:
    return Problem(
        "There is no whole output of this step.",
        (
            "The instance may have been restarted since: look at its steps again.",
            "A local `wrangler dev` has whole outputs of no step.",
        ),
        details(error),
    )


@explain.register
def _(error: InvalidParameter) -> Problem:
    return Problem(
        "Cloudflare refused the query.",
        (f"It says: {api_text(_in_words(error.reason))}.", "What it takes: `/workflows help filters`"),
        details(error),
    )


@explain.register
def _(error: RateLimited) -> Problem:
    return Problem(
        "Too many requests to Cloudflare just now.",
        (f"Try again in {pause_of(error)}. Its limit is 1,200 in five minutes for one user.",),
        details(error),
    )


@explain.register
def _(error: ShareUsedUp) -> Problem:
    return Problem(
        "One person's share of the requests to Cloudflare is used up.",  # many may read it: of a shared list
        (
            f"Try again in {pause_of(error)}. Until then lists that were read a moment ago can be shown.",
            f"One person may cause {error.share:,} requests in five minutes, so that others get theirs.",
        ),
    )


@explain.register
def _(error: QueueFull) -> Problem:
    return Problem(
        "This bot is busy: too many requests wait for an answer from Cloudflare.",
        (f"This one was not sent. Try again in {pause_of(error)}.",),
    )


@explain.register
def _(error: Unavailable) -> Problem:
    return Problem(
        "Cloudflare gave no usable answer.",
        (f"{_what_came(error)} It was asked more than once; try again in a minute.",),
        details(error),
    )


@explain.register
def _(error: TLSError) -> Problem:
    return Problem(
        "No safe connection to Cloudflare.",
        (f"{_sentence(error.reason)} The bot's operator has to look at its network or certificates.",),
        details(error),
    )


@explain.register
def _(error: InvalidResponse) -> Problem:
    if error.errors:  # in the API's own envelope, with a status that says all is well
        said = api_text(_in_words(error.reason))
        return Problem("Cloudflare refused.", (f"It says: {said}.",), details(error))
    return Problem(
        "Cloudflare sent a response this bot can't read.",
        (f"{_sentence(error.reason)} Something on the way may have answered in its place.",),
        details(error),
    )


def details(error: CloudflareError) -> tuple[str, ...]:
    """Return what the API said, and under which id its support finds it."""
    said = [api_message(entry) for entry in error.errors]
    if error.http_status is not None:
        said.append(f"HTTP {error.http_status}")
    if error.ray:
        said.append(f"cf-ray {code(error.ray)}")
    return tuple(said)


def pause_of(error: RateLimited) -> str:
    """Return how long to wait, at least a second."""
    return duration(max(error.retry_after, timedelta(seconds=1)))


def _in_words(reason: str) -> str:
    """Return the last part of a key such as `workflows.api.error.invalid_status`, in words."""
    if re.fullmatch(r"[a-z]\w*(\.\w+)+", reason):
        return reason.rpartition(".")[2].replace("_", " ")
    return reason


def _what_came(error: Unavailable) -> str:
    """Return what there was instead of an answer."""
    return f"It answered HTTP {error.http_status}." if error.http_status else _sentence(error.reason)


def _sentence(text: str) -> str:
    return f"{escape(_capitalized(text))}."


def _capitalized(text: str) -> str:
    text = _in_words(text)
    return text[:1].upper() + text[1:]


def _with_code(text: str) -> str:
    """Escape our own words, but keep `code` in them, which may hold what a person typed."""
    return "".join(code(part) if place % 2 else escape(part) for place, part in enumerate(text.split("`")))
