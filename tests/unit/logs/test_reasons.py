"""What the log says of an error, and of errors behind it."""

import sqlite3

import pytest

from bot.cloudflare.errors import NotAuthorized, Unavailable, UnknownAccount
from bot.cloudflare.models import ApiMessage
from bot.errors import StartupError
from bot.logs.tracebacks import format_error
from bot.reasons import reason_of
from bot.storage.database import DatabaseUnusable

CANARY = "canary-of-a-person"


def raised(error: BaseException) -> BaseException:
    try:
        raise error  # noqa: TRY301 - so that it has a traceback
    except BaseException as caught:  # noqa: BLE001 - whatever it is
        return caught


@pytest.mark.parametrize(
    "error",
    [
        KeyError(CANARY),
        ValueError(f"invalid literal for int() with base 10: '{CANARY}'"),
        UnicodeEncodeError("utf-8", CANARY, 0, 1, "surrogates not allowed"),
        FileNotFoundError(2, "No such file or directory", f"/usr/share/zoneinfo/{CANARY}"),
        UnknownAccount(CANARY, ["default"]),
        NotAuthorized(CANARY, errors=(ApiMessage(message=CANARY),), http_status=403),
        sqlite3.OperationalError(f"Could not decode to UTF-8 column 'text' with text '{CANARY}'"),
        type("Own", (RuntimeError,), {})(CANARY),
        Exception(CANARY),
        ExceptionGroup(CANARY, [ValueError(CANARY), OSError(CANARY)]),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_may_quote_somebody_is_named_by_its_kind(error: Exception) -> None:
    outer = RuntimeError("while answering")
    outer.__cause__ = raised(error)
    error.add_note(CANARY)
    assert CANARY not in reason_of(error) + format_error(raised(outer))
    assert type(error).__name__ in format_error(raised(outer))


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (DatabaseUnusable("unable to open database file: /data"), "unable to open database file: /data"),
        (
            StartupError("Slack can't be reached (ConnectionError)"),
            "Slack can't be reached (ConnectionError)",
        ),
        (Unavailable("no answer within 2 s"), "no answer within 2 s"),
        (OSError(28, "No space left on device", "/data/file"), "No space left on device"),
        (TypeError("unsupported operand\nand more"), "unsupported operand"),
        (RuntimeError(""), "RuntimeError"),
        (TimeoutError(), "TimeoutError"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_helps_an_operator_is_said(error: Exception, reason: str) -> None:
    assert reason_of(error) == reason


def test_a_traceback_is_pythons_but_for_the_texts() -> None:
    def fail() -> None:
        try:
            raise KeyError(CANARY)  # noqa: TRY301 - so that it has a traceback
        except KeyError as error:
            raise TypeError("not this type") from error

    try:
        fail()
    except TypeError as error:
        said = format_error(error)
    first, second = said.split("\n\nThe above exception was the direct cause of the following exception:\n\n")
    assert first.startswith("Traceback (most recent call last):\n  File ")
    assert "raise KeyError(CANARY)" in first
    assert first.endswith("\nKeyError")
    assert second.endswith("\nTypeError: not this type")


def test_errors_in_a_circle_have_an_end() -> None:
    one, other = KeyError("a"), KeyError("b")
    one.__cause__, other.__cause__ = other, one
    assert format_error(one).count("KeyError") == 2
