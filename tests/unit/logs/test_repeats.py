"""What fails again and again is in the log at once, and from then on a line a minute with the count."""

import json
import logging
from datetime import timedelta
from typing import Any

import structlog

from bot.logs import FailureLog
from bot.logs.repeats import Repeats
from tests.support.logs import logs


class Monotonic:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_lines_of_a_kind_are_admitted_once_an_interval_with_the_number_of_those_between() -> None:
    clock = Monotonic()
    repeats = Repeats(timedelta(seconds=60), clock)
    assert [repeats.admit("a") for _ in range(3)] == [0, None, None]
    assert repeats.admit("b") == 0
    clock.now += 59.9
    assert repeats.admit("a") is None
    clock.now += 0.1
    assert repeats.admit("a") == 3
    clock.now += 60
    assert repeats.admit("a") == 0


def test_a_library_that_says_the_same_each_second_is_logged_once() -> None:
    library = logging.getLogger("library-that-retries")
    with logs() as written:
        for attempt in range(100):
            error = OSError(111, "Connection refused")
            try:
                raise error
            except OSError:
                library.warning(
                    "No connection: %s. Retrying in %.2fs (attempt %d)", error, 0.5 * attempt, attempt
                )
                library.error("Failed to launch:", exc_info=error)
        library.warning("Something else")
        library.error("Failed to launch:", exc_info=TimeoutError())
    events = [line["event"] for line in lines(written.getvalue())]
    assert len(events) == 4
    assert written.getvalue().count("Traceback") == 2


def test_a_library_is_logged_again_after_a_while_with_the_count() -> None:
    clock = Monotonic()
    record = logging.LogRecord("library", logging.WARNING, "", 1, "again", (), None)
    repeats = Repeats(timedelta(seconds=60), clock)
    assert [repeats.filter(record) for _ in range(5)] == [True, False, False, False, False]
    clock.now += 60
    assert repeats.filter(record)
    assert record.__dict__["repeated"] == 4


def test_the_count_is_a_field_of_the_line() -> None:
    with logs() as written:
        logging.getLogger("library").warning("again", extra={"repeated": 4})
    [line] = lines(written.getvalue())
    assert line["repeated"] == 4


def test_a_loop_that_fails_says_so_once_then_counts_and_says_when_it_works_again() -> None:
    clock = Monotonic()
    with logs() as written:
        failures = FailureLog(structlog.get_logger("loop"), "round_failed", Repeats(monotonic=clock))
        failures.record_success()
        for _ in range(31):
            failures.record_failure("no connection")
            clock.now += 2
        failures.record_failure("disk full")
        failures.record_success()
        failures.record_success()
    assert [
        (line["event"], line.get("reason"), line.get("repeated")) for line in lines(written.getvalue())
    ] == [
        ("round_failed", "no connection", None),
        ("round_failed", "no connection", 29),
        ("round_failed", "disk full", None),
        ("round_failed_no_more", None, None),
    ]
    assert lines(written.getvalue())[-1]["failures"] == 32


def test_an_unexpected_error_has_its_traceback_once() -> None:
    clock = Monotonic()
    with logs() as written:
        failures = FailureLog(structlog.get_logger("loop"), "round_failed", Repeats(monotonic=clock))
        for _ in range(100):
            failures.record_failure("KeyError", unexpected=KeyError("canary"))
            clock.now += 2
    text = written.getvalue()
    assert text.count("Traceback") == 1
    assert len(lines(text)) == 4
    assert "canary" not in text
