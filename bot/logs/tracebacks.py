"""Errors in the log: where they come from, and no value of any variable."""

from collections.abc import Iterator
from traceback import format_tb
from typing import Final

from bot.reasons import reason_of

_BECAUSE: Final = "\nThe above exception was the direct cause of the following exception:\n\n"
_MEANWHILE: Final = "\nDuring handling of the above exception, another exception occurred:\n\n"
"""As Python words it."""


def format_error(error: BaseException) -> str:
    """Return the traceback of an error and of those behind it, as Python writes it but for their texts.

    Of each, the last line has the kind and what `reason_of` says.
    """
    return "".join(_lines(error, set())).rstrip("\n")


def chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and all that are behind it or in it, each once."""
    left, seen = [error], set[int]()
    while left:
        one = left.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        left += [one.__cause__, one.__context__]
        if isinstance(one, BaseExceptionGroup):
            left += one.exceptions


def _lines(error: BaseException, seen: set[int]) -> Iterator[str]:
    seen.add(id(error))
    cause, context = error.__cause__, error.__context__
    if cause is not None and id(cause) not in seen:
        yield from _lines(cause, seen)
        yield _BECAUSE
    elif context is not None and not error.__suppress_context__ and id(context) not in seen:
        yield from _lines(context, seen)
        yield _MEANWHILE
    yield "Traceback (most recent call last):\n"
    yield from format_tb(error.__traceback__)
    yield f"{_kind(error)}\n"
    if isinstance(error, BaseExceptionGroup):
        for number, one in enumerate(error.exceptions, start=1):
            yield f"\nException {number} of {len(error.exceptions)} in the group:\n\n"
            yield from _lines(one, seen)


def _kind(error: BaseException) -> str:
    """Return the kind of an error and why it came, as the last line of its traceback."""
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    reason = reason_of(error)
    return name if reason == kind.__name__ else f"{name}: {reason}"
