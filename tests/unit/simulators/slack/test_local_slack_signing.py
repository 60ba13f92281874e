"""The local Slack's signature, checked by slack_sdk's verifier."""

import time

import pytest
from slack_sdk.signature import SignatureVerifier

from bot.playground.simulators.slack import Signer, Unsigned, signature

BODY = "command=%2Fworkflows&text=list+orders"


def test_slack_sdk_accepts_the_signature() -> None:
    verifier = SignatureVerifier("s3cret")

    assert verifier.is_valid_request(BODY, Signer("s3cret").headers(BODY))


@pytest.mark.parametrize(
    "signer",
    [Signer("another"), Signer("s3cret", clock=lambda: time.time() - 301), Unsigned()],
    ids=["wrong secret", "stale", "unsigned"],
)
def test_slack_sdk_turns_the_others_away(signer: Signer | Unsigned) -> None:
    assert not SignatureVerifier("s3cret").is_valid_request(BODY, signer.headers(BODY))


def test_a_changed_body_no_longer_matches() -> None:
    headers = Signer("s3cret").headers(BODY)

    assert not SignatureVerifier("s3cret").is_valid_request(BODY + "+errored", headers)


def test_the_example_in_slacks_documentation() -> None:
    body = (
        "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
        "&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
        "&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554"
        "%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )

    assert signature("8f742231b10e8888abcd99yyyzzz85a5", 1531420618, body) == (
        "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
    )
