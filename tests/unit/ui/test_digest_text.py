"""A digest in a terminal."""

from hypothesis import HealthCheck, given, settings
from syrupy.assertion import SnapshotAssertion

from bot.digests.messages.text import report_text
from bot.digests.report import Report
from tests.support.digest_messages import digest, report
from tests.support.properties import examples

from .test_digest_message import FULL, QUIET, UNREADABLE, reports


def test_a_digest_with_everything(snapshot: SnapshotAssertion) -> None:
    assert report_text(digest(), FULL) == snapshot


def test_a_digest_without_news(snapshot: SnapshotAssertion) -> None:
    assert report_text(digest(), QUIET) == snapshot


def test_an_empty_account_is_no_empty_text() -> None:
    assert report_text(digest(), report(first=True)).splitlines()[-1] == "no workflows in prod"


def test_workflows_that_could_not_be_read_are_named_with_why() -> None:
    text = report_text(digest(), report(unread={"a": UNREADABLE[0], "b": UNREADABLE[2]}, exact=False))
    assert "\nCould not be read: a: Cloudflare gave no usable answer.\n" in text
    assert "\nCould not be read: b: Cloudflare does not let this bot read Workflows.\n" in text


@given(reports)
@settings(
    suppress_health_check=[HealthCheck.large_base_example, HealthCheck.too_slow], max_examples=examples(25)
)
def test_whatever_things_are_called_nothing_steers_the_terminal(told: Report) -> None:
    lines = report_text(digest(), told).split("\n")
    assert not any(
        mark in line for line in lines for mark in ("\x00", "\r", "\t", "\x1b", "\u202e", "\u2066")
    )
