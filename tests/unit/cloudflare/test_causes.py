"""Why an instance failed, by its detail; and which failures have one cause."""

import string
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cloudflare.causes import Cause, cause_of, fingerprint
from bot.cloudflare.instance_models import InstanceDetail
from bot.cloudflare.responses import read_instance
from tests.support.cpu import BACKTRACKING, computing_seconds

from .responses import ARRIVED, envelope, response

WRAPPER = {"name": "WorkflowFatalError", "message": "The execution of the Workflow instance was terminated"}
DECLINED = {"name": "CardDeclined", "message": "insufficient funds"}


def minute(number: int) -> str:
    return f"2026-11-23T12:{number:02}:00Z"


def step(name: str = "charge card-1", at: int = 0, **fields: Any) -> dict[str, Any]:
    """Return a step that ran for a minute, as the API sends it; it failed where an error is given."""
    errors = fields.pop("errors", ())
    attempts = [
        {"start": minute(at), "end": minute(at + 1), "success": False, "error": error} for error in errors
    ]
    base = {"type": "step", "name": name, "start": minute(at), "end": minute(at + 1), "success": not errors}
    return {**base, "attempts": attempts, **fields}


def detail(*steps: Any, error: Any = WRAPPER) -> InstanceDetail:
    return read({"status": "errored", "error": error, "steps": list(steps)})


def read(result: dict[str, Any]) -> InstanceDetail:
    return read_instance(response(envelope(result)), ARRIVED)


def test_the_cause_is_the_error_of_the_last_attempt_of_the_step_that_failed() -> None:
    failed = step("charge card-1", errors=[{"name": "Timeout", "message": "slow"}, DECLINED])
    assert cause_of(detail(step("reserve-1"), failed)) == Cause(
        "charge card", "CardDeclined", "insufficient funds"
    )


def test_without_steps_it_is_the_error_of_the_instance() -> None:
    assert cause_of(detail()) == Cause(None, WRAPPER["name"], WRAPPER["message"])
    assert cause_of(detail(error=None)) == Cause()
    assert cause_of(detail(step("fine-1"))).step is None, "the author's code failed between two steps"


def test_a_thrown_text_is_a_message() -> None:
    assert cause_of(detail(step(errors=["boom"]), error="boom")) == Cause("charge card", None, "boom")


@pytest.mark.parametrize("kind", ["waitForEvent", "sleep"])
def test_a_wait_that_came_to_nothing_is_a_step_that_failed(kind: str) -> None:
    waited = {"type": kind, "name": "approval-1", "start": minute(1), "end": minute(2), "finished": True}
    timed_out = {"name": "TimeoutError", "message": "no event"}
    assert cause_of(detail({**waited, "error": timed_out})).step == "approval"
    assert cause_of(detail({**waited, "error": None})).step is None


def test_an_error_without_a_message_says_what_the_instance_s_own_error_says() -> None:
    waited = {"type": "waitForEvent", "name": "approval-1", "start": minute(1), "end": minute(2)}
    wordless = {**waited, "finished": True, "error": {"name": "WorkflowTimeoutError", "message": ""}}
    for said in ("WorkflowTimeoutError: timed out after 50ms", "timed out after 50ms"):
        assert cause_of(detail(wordless, error={"name": "Error", "message": said})) == Cause(
            "approval", "WorkflowTimeoutError", "timed out after 50ms"
        )
    assert cause_of(detail(wordless, error=None)) == Cause("approval", "WorkflowTimeoutError", None)


def test_an_error_that_the_workflow_caught_is_not_the_cause() -> None:
    caught = step("try cache-1", 0, errors=[DECLINED])
    later = step("read anew-1", 5)
    own = {"name": "TypeError", "message": "x is undefined"}
    assert cause_of(detail(caught, later, error=own)) == Cause(None, "TypeError", "x is undefined")
    assert cause_of(detail(caught, later, step("last-1", 7, errors=[own]), error=own)).step == "last"


def test_of_parallel_steps_the_one_whose_error_the_instance_has_is_the_cause() -> None:
    first = step("charge card-1", 0, errors=[DECLINED])
    other = step("send mail-1", 0, errors=[{"name": "SMTP", "message": "550"}], end=minute(9))
    assert cause_of(detail(first, other, error=DECLINED)).step == "charge card"
    wrapped = {"name": "Error", "message": f"Step failed: {DECLINED['message']}"}
    assert cause_of(detail(first, other, error=wrapped)) == Cause(
        "charge card", "CardDeclined", "insufficient funds"
    )
    assert cause_of(detail(first, other)).step == "send mail", "else the one that failed last"


def test_what_a_rollback_failed_at_is_not_the_cause() -> None:
    undone = step("charge card-1", 5, errors=[{"message": "no refund"}], type="rollback")
    assert cause_of(detail(step("ship-1", errors=[DECLINED]), undone)).step == "ship"


def test_a_step_that_still_runs_or_has_no_attempt_is_told_by_the_error_of_the_instance() -> None:
    assert cause_of(detail(step(success=None))).step is None
    assert cause_of(detail(step(success=False))) == Cause("charge card", WRAPPER["name"], WRAPPER["message"])
    assert cause_of(detail(step(errors=[DECLINED, None]))).message == WRAPPER["message"]


def test_only_the_counter_is_taken_from_a_name() -> None:
    for name, said in (("a-1", "a"), ("batch-3-12", "batch-3"), ("plain", "plain"), ("-1", "")):
        assert cause_of(detail(step(name, errors=[DECLINED]))).step == said


@pytest.mark.parametrize(
    "odd", [None, 7, "x", [None], [[]], ["step"], [{"type": 7}], [{"name": "a", "start": "soon"}], {"a": 1}]
)
def test_odd_steps_cost_no_instance(odd: object) -> None:
    assert cause_of(read({"status": "errored", "error": DECLINED, "steps": odd})) == Cause(
        None, "CardDeclined", "insufficient funds"
    )
    mixed = [*odd, step(errors=[DECLINED])] if isinstance(odd, list) else [step(errors=[DECLINED])]
    assert cause_of(detail(*mixed)).step == "charge card"


# Fingerprints.


def print_of(message: str | None) -> object:
    return fingerprint(Cause("charge card", "E", message))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Order ord-123 not found", "Order ord-99871 not found"),
        ("id 550e8400-e29b-41d4-a716-446655440000", "id 6ba7b810-9dad-11d1-80b4-00c04fd430c8"),
        ("at 0x7fa3c1", "at 0x0011"),
        ('no "cus_9s6XKzkNRiz8i3"', 'no "cus_000"'),
        ("after 30000 ms", "after 29999 ms"),
        ("x" * 300 + "a", "x" * 300 + "b"),
        ("", ""),
        ("Zeile ٣٤٥٦", "Zeile ٣٤٥٧"),
        ("a: 1", "a: 2"),
        ("commit deadbeef", "commit cafebabe"),
        ("fetch https://a.example/v1/1?x=2 failed", "fetch http://b.example failed"),
        ("no user 'Ada'", "no user 'Grace'"),
        ("no user “Ada”", 'no user "Grace"'),
        ("no user ada@example.com", "no user grace.h@mail.example.org"),
        ("at 2026-11-28T09:12:44.123Z", "at 2026-11-29 10:00:00Z".replace(" 1", "T1")),
        ("connect 10.0.0.1:5432", "connect 10.20.30.40:80"),
        ("took 1.5s", "took 12s"),
        ("-5 left", "3 left"),
        ("missing 1, 2, 3", "missing 4"),
        ("a  b\n\tc", "a b c"),
    ],
)
def test_messages_that_differ_by_something_particular_have_one_cause(one: str, other: str) -> None:
    assert print_of(one) == print_of(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("HTTP 500", "HTTP 404"),
        ("HTTP/1.1 500", "HTTP/1.1 404"),
        ("status: 500", "status: 404"),
        ("provider answered 502", "provider answered 504"),
        ("error code 1105", "error code 1101"),
        ('{"code":10001}', '{"code":10002}'),
        ("no such table", "no such column"),
        ("R2 is down", "D1 is down"),
        ("can't pay", "can't ship"),
        ("", None),
    ],
)
def test_messages_that_say_different_things_have_not(one: str | None, other: str | None) -> None:
    assert print_of(one) != print_of(other)


def test_another_step_or_name_is_another_cause() -> None:
    assert fingerprint(Cause("a", "E", "x")) != fingerprint(Cause("b", "E", "x"))
    assert fingerprint(Cause("a", "E", "x")) != fingerprint(Cause("a", "F", "x"))
    assert fingerprint(Cause("a", "E", "x")) != fingerprint(Cause(None, "E", "x"))
    assert fingerprint(Cause("order 17", "E", "x")) == fingerprint(Cause("order 18", "E", "x"))


WORDS = st.lists(
    st.sampled_from(["card", "was", "declined", "can't", "for", "R2", "order"]), min_size=1, max_size=6
)
IDS = st.one_of(
    st.integers(-(10**12), 10**12).map(str),
    st.uuids().map(str),
    st.from_regex(r"(0x)?[0-9a-f]{8,40}", fullmatch=True),
    st.from_regex(r"[a-z]{2,5}_[0-9]{3}[A-Za-z0-9]{0,20}", fullmatch=True),
    st.datetimes().map(lambda at: at.isoformat()),
    st.ip_addresses(v=4).map(str),
)
QUOTED = st.text(string.ascii_letters + string.digits + " /<>.", max_size=30)


@given(WORDS, WORDS, IDS, IDS)
def test_any_id_is_like_any_other(before: list[str], after: list[str], one: str, other: str) -> None:
    said = [" ".join((*before, id_, *after)) for id_ in (one, other)]
    assert print_of(said[0]) == print_of(said[1])


@given(WORDS, WORDS, st.sampled_from(['""', "''", "``", "“”", "‘’", "«»"]), QUOTED, QUOTED)
def test_any_quotation_is_like_any_other(
    before: list[str], after: list[str], marks: str, one: str, other: str
) -> None:
    said = [" ".join((*before, f"{marks[0]}{text}{marks[1]}", *after)) for text in (one, other)]
    assert print_of(said[0]) == print_of(said[1])


@given(WORDS, WORDS)
def test_messages_of_other_words_are_told_apart(one: list[str], other: list[str]) -> None:
    assert (print_of(" ".join(one)) == print_of(" ".join(other))) is (one == other)


@given(st.text(max_size=400))
def test_any_text_has_a_fingerprint_of_bounded_length(text: str) -> None:
    found = fingerprint(Cause(text, text, text))
    assert found == fingerprint(Cause(text, text, text))
    assert len(found.message or "") <= 300


@pytest.mark.parametrize(
    "message",
    [
        "a" * 1_000_000,
        "a-" * 500_000,
        "a1 " * 300_000,
        "1" * 1_000_000,
        "'a " * 300_000,
        "a." * 500_000,
        "code=" * 200_000,
    ],
)
def test_a_message_of_a_megabyte_takes_no_time(message: str) -> None:
    assert computing_seconds(lambda: print_of(message)) < BACKTRACKING
