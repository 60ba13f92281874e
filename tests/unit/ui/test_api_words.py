"""What the API says is shown once, and without IP addresses."""

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cloudflare.errors import (
    AccountNotFound,
    CloudflareError,
    InvalidParameter,
    InvalidResponse,
    NotAuthorized,
    WorkflowNotFound,
)
from bot.cloudflare.models import ApiMessage
from bot.ui.api_words import api_messages, api_text, unread_fields_notice
from bot.ui.problems import problem_message

BEFORE = ("", "from ", "ip=", "ip:", "[", "(", "to:", "'", "//", "a:", "x ")
BEHIND = ("", ".", ",", ":443", "]", ")", "/24", " it", ": no", "..", "'", "%eth0")


# What is left of `a::::` may hold `::`, which is nobody's address.
ADDRESSES = st.ip_addresses().filter(lambda address: str(address) != "::")


@given(ADDRESSES, st.sampled_from(BEFORE), st.sampled_from(BEHIND), st.booleans())
def test_no_address_is_shown(
    address: IPv4Address | IPv6Address, before: str, behind: str, exploded: bool
) -> None:
    written = address.exploded if exploded else str(address).upper()
    said = api_text(f"Cannot use the token {before}{written}{behind}")
    assert written not in said
    assert "(address hidden)" in said


@pytest.mark.parametrize(
    "text",
    [
        "workflows.api.error.invalid_date",
        "at 10:30:15 it was 2026-11-29T10:30:00Z",
        "Workflow::run failed",
        "version 4.117.0",
        "a: b",
        "ratio 3:4",
        "Could not route to /client/v4/accounts/0123456789abcdef0123456789abcdef/workflows",
    ],
)
def test_other_words_are_shown_as_they_are(text: str) -> None:
    assert api_text(text) == text


@pytest.mark.parametrize(
    "kind", [NotAuthorized, AccountNotFound, InvalidParameter, InvalidResponse, WorkflowNotFound]
)
def test_a_refusal_hides_the_host_s_address_from_everybody(kind: type[CloudflareError]) -> None:
    said = "Cannot use the access token from location: 2001:db8::5"
    shown = problem_message(kind(said, errors=(ApiMessage(code=9109, message=said),), http_status=403))
    assert "db8" not in f"{shown.text}{shown.blocks}"
    assert "(9109)" in str(shown.blocks)


def test_messages_are_shown_once_and_without_those_that_say_nothing() -> None:
    entries = (
        ApiMessage(code=1, message="x"),
        ApiMessage(),
        ApiMessage(code=1, message="x"),
        ApiMessage(code=7),
    )
    (block,) = api_messages(entries)
    assert block["elements"][0]["text"] == "Cloudflare says: x (1); (7)"
    assert api_messages((ApiMessage(),)) == []


def test_the_fields_that_could_not_be_read_are_named() -> None:
    assert unread_fields_notice(()) == []
    (notice,) = unread_fields_notice(("result_info.count", "messages"))
    assert "`result_info.count`, `messages` were left out" in notice
