"""Lines of libraries, without what they quote.

They put the text of an error into their own, and that repeats what was typed or stored: see `bot.reasons`.
"""

import logging
import sys
from collections.abc import Iterator
from typing import Final

from bot.logs.tracebacks import chain
from bot.reasons import reason_of

_CALLBACK: Final = "Exception in callback "
"""So begins a line of asyncio's that goes on with a function and its arguments."""
_LONGEST: Final = 500  # characters


def without_quotations(record: logging.LogRecord) -> bool:
    """Cut a record to one line in which each error has the words of `reason_of`; keep every record.

    No character in it steers a terminal.

    Warnings lose their traceback: DBOS has one each second while a database is down.
    """
    record.msg, record.args = _first_line(record), ()
    if record.levelno < logging.ERROR:
        record.exc_info = None
    return True


def _first_line(record: logging.LogRecord) -> str:
    try:
        text = record.getMessage()
    except Exception:  # noqa: BLE001 - what a library logs may be anything, and its values stay out
        text = f"a line of {record.pathname}:{record.lineno} that can't be formatted"
    quoted: dict[str, str] = {}
    for error in _errors(record):
        words = f"{type(error).__name__}: {reason_of(error)}"
        quoted |= dict.fromkeys(_texts(error), words)
    for said in sorted(quoted, key=len, reverse=True):
        text = text.replace(said, quoted[said])
    line = text.partition("\n")[0]
    if line.startswith(_CALLBACK):
        line = line.partition("(")[0]
    return "".join(letter if letter.isprintable() else "?" for letter in line[:_LONGEST])


def _errors(record: logging.LogRecord) -> Iterator[BaseException]:
    """Yield the errors that a record may quote: its own, and the one that is being handled."""
    arguments = record.args if isinstance(record.args, tuple) else ()
    found = [one for one in arguments if isinstance(one, BaseException)]
    if record.exc_info:
        found += filter(None, [record.exc_info[1]])
    for error in (*found, sys.exc_info()[1]):
        yield from chain(error)


def _texts(error: BaseException) -> Iterator[str]:
    """Yield what may stand for an error in a text."""
    for write in (str, repr):
        try:
            said = write(error)
        except Exception:  # noqa: BLE001 - nothing can quote it then
            said = ""
        yield from filter(None, (said, said.strip()))
    yield from (one for one in error.args if isinstance(one, str) and one)
