"""Show what Cloudflare's API says beside its rows, and what of it could not be read."""

import re
from collections.abc import Sequence
from contextlib import suppress
from ipaddress import IPv6Address
from typing import Final

from bot.cloudflare.models import ApiMessage
from bot.ui.elements import context
from bot.ui.limits import Block
from bot.ui.mrkdwn import code, escape

_HIDDEN: Final = "(address hidden)"
_IPV4: Final = re.compile(r"(?<![0-9.])[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?![0-9])")
_IPV6: Final = re.compile(r"(?<![0-9A-Za-z_])[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:.]{1,41}(?:%[0-9A-Za-z]{1,16})?")


def api_messages(messages: Sequence[ApiMessage]) -> list[Block]:
    """Show the API's messages about its answer, each once."""
    said = dict.fromkeys(api_message(message) for message in messages)
    said.pop("", None)
    return [context("Cloudflare says: " + "; ".join(said))] if said else []


def api_message(message: ApiMessage) -> str:
    """Return a message with its code in brackets, in mrkdwn; empty if it has neither."""
    number = f"({message.code})" if message.code is not None else ""
    return f"{api_text(message.message)} {number}".strip()


def api_text(text: str) -> str:
    """Return the API's words in mrkdwn, without IP addresses.

    A refusal may name the bot's own address (code 9109), which is for its operator only.
    """
    return escape(_IPV4.sub(_HIDDEN, _IPV6.sub(_hide_ipv6, text)))


def _hide_ipv6(found: re.Match[str]) -> str:
    """Hide the longest beginning that is an address; the end may be a sentence's own mark."""
    text = found[0]
    for end in range(len(text), 1, -1):
        with suppress(ValueError):
            IPv6Address(text[:end])
            return f"{_HIDDEN}{text[end:]}"
    return text


def incomplete_rows_notice(rows: int) -> list[str]:
    """Describe rows that are incomplete or missing because they could not be read; none for none."""
    if not rows:
        return []
    which = "1 row" if rows == 1 else f"{rows} rows"
    return [f"Cloudflare sent {which} that could not be read in full: what could be read is shown."]


def unread_fields_notice(names: Sequence[str]) -> list[str]:
    """Name the fields beside the rows that could not be read; none for none."""
    if not names:
        return []
    which = ", ".join(code(name) for name in names)
    were = "was" if len(names) == 1 else "were"
    return [f"Cloudflare's answer could not be read in full: {which} {were} left out."]
