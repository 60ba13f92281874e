"""Every kind of problem, in words a newcomer understands."""

from datetime import timedelta

import pytest
from syrupy.assertion import SnapshotAssertion

from bot.browse.errors import CursorRefused, NoSuchWorkflow
from bot.browse.messages.problems import restart, similar
from bot.cloudflare import errors
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
from bot.language.command import Command
from bot.language.errors import QueryError
from bot.slack.requests import ExpiredButton, InvalidButton
from bot.ui.notices import unexpected_message, unknown_control_message
from bot.ui.problems import Suggestion, problem_message
from tests.support.list_commands import read_list
from tests.support.screens import api_message, assert_slack_shows, visible_text

HOSTILE = "x <!channel> `&` https://evil.example"
NOT_FOUND = WorkflowNotFound(
    "workflows.api.error.workflow.not_found",
    errors=(api_message("workflows.api.error.workflow.not_found", 10200),),
    http_status=404,
    ray="8f1c-FRA",
)


def refused(text: str) -> QueryError:
    with pytest.raises(QueryError) as caught:
        read_list(text)
    return caught.value


PROBLEMS: dict[str, Exception] = {
    "a mistyped filter": refused("list orders statsu:errored"),
    "a word nobody knows": QueryError(HOSTILE, f"is a word after {HOSTILE}", expected=f"`status:{HOSTILE}`"),
    "wrong credentials": NotAuthorized(
        "Authentication error", errors=(api_message("Authentication error", 10000),), http_status=401
    ),
    "a wrong account id": AccountNotFound(
        "Could not route", errors=(api_message("Could not route", 7003),), http_status=404
    ),
    "no such workflow": NoSuchWorkflow(read_list("order-procesing"), "prod", ["order-processing"], NOT_FOUND),
    "no such workflow after all": NOT_FOUND,
    "no such instance": InstanceNotFound("workflows.api.error.instance.not_found", http_status=404),
    "no such step": StepNotAvailable("workflows.api.error.step.not_found", http_status=404),
    "a refused parameter": InvalidParameter("workflows.api.error.invalid_status", http_status=400),
    "rate limited": RateLimited("Please wait", retry_after=timedelta(minutes=4, seconds=10), http_status=429),
    "a share that is used up": ShareUsedUp("U0ADA0001", 300, timedelta(minutes=2, seconds=5)),
    "a queue that is too long": QueueFull(timedelta(seconds=20)),
    "unavailable": Unavailable("no answer within 10 s"),
    "no safe connection": TLSError("the certificate of 127.0.0.1 is not trusted: self-signed certificate"),
    "nonsense": InvalidResponse("the answer is not JSON", http_status=200, ray="8f1c-FRA"),
    "hostile words of the API's": InvalidParameter(HOSTILE, errors=(api_message(HOSTILE, 1),), ray=HOSTILE),
    "an unknown account": UnknownAccount("staging", ["prod", "dev"]),
    "a refused cursor": CursorRefused(read_list("orders")),
    "an expired bookmark": ExpiredButton("/workflows list orders"),
    "an expired bookmark of a long command": ExpiredButton(""),
    "a broken bookmark": InvalidButton("changed on its way"),
}


@pytest.mark.parametrize("name", PROBLEMS)
def test_a_problem_says_what_is_wrong_and_what_to_do(snapshot: SnapshotAssertion, name: str) -> None:
    message = problem_message(PROBLEMS[name])
    assert_slack_shows(message)
    assert visible_text(message) == snapshot


def test_every_error_of_the_api_has_its_words() -> None:
    kinds = {
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, CloudflareError) and kind is not CloudflareError
    }
    assert kinds <= {type(problem) for problem in PROBLEMS.values()}


def test_a_problem_may_offer_ways_out(snapshot: SnapshotAssertion) -> None:
    ways = [restart("again"), similar("order-processing", "other"), Suggestion("*x*", "Open", "v", "says")]
    message = problem_message(
        CursorRefused(read_list("orders")), again=Command("/workflows list orders"), suggestions=ways
    )
    assert_slack_shows(message)
    assert message == snapshot


def test_a_fault_of_our_own_has_a_reference(snapshot: SnapshotAssertion) -> None:
    message = unexpected_message("a1b2c3")
    assert_slack_shows(message)
    assert "a1b2c3" in message.text
    assert visible_text(message) == snapshot


def test_an_unknown_control_says_what_to_do(snapshot: SnapshotAssertion) -> None:
    message = unknown_control_message()
    assert_slack_shows(message)
    assert visible_text(message) == snapshot


def test_an_error_that_nobody_is_told_about_has_no_words() -> None:
    with pytest.raises(TypeError, match="no words for KeyError"):
        problem_message(KeyError("secret"))
