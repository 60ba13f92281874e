"""The lines of an export's file: CSV for spreadsheets, JSON lines for programs. Pure.

CSV is RFC 4180: commas, every cell in double quotes, lines that end in CR LF, a header. It begins with a byte
order mark, as Excel takes a CSV file without one for text in the code page of its machine, and breaks every
name that is not ASCII; other spreadsheets skip it. Cells that a spreadsheet would run as a formula begin with
an apostrophe: https://owasp.org/www-community/attacks/CSV_Injection

JSON lines (https://jsonlines.org) have no mark, and their values are as the API has them.
"""

import csv
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final, Literal

from pydantic_core import to_json

from bot.browse.screen import Row
from bot.cloudflare.causes import Cause

Format = Literal["csv", "jsonl"]
FORMATS: Final[tuple[Format, ...]] = ("csv", "jsonl")

FIELDS: Final = (
    "workflow_name",
    "id",
    "status",
    "created_on",
    "started_on",
    "ended_on",
    "modified_on",
    "version_id",
    "workflow_id",
    "trigger_source",
)
"""What a row has: the API's names, the path's first, as rows of several workflows are in one file."""
CAUSE_FIELDS: Final = ("step", "error_name", "error_message")
"""What it has besides where the causes of failures were looked at to choose it."""

_FORMULA: Final = re.compile("^(?=[\t\r])|(?:^|(?<=[;\t\r\n]))(?=\\s*[=+\\-@\uff1d\uff0b\uff0d\uff20])")
"""Where a formula begins: in a cell, and behind what another country's spreadsheet takes for a cell's end."""
_MAY_BE_FORMULA: Final = re.compile("^[\\s=+\\-@\uff1d\uff0b\uff0d\uff20]|[;\t\r\n]")
"""Finds the few cells that are looked at closely."""
_UTC: Final = "+00:00"
_BOM: Final = "\ufeff"
_Write = Callable[[str | None], str | None]


@dataclass(frozen=True, slots=True)
class Lines:
    """Writes rows as lines.

    Attributes:
        format: of the file.
        with_causes: rows have `CAUSE_FIELDS`.
    """

    format: Format
    with_causes: bool = False

    @property
    def head(self) -> str:
        """Return what the file begins with."""
        return f"{_BOM}{_csv_lines([self._names])[0]}" if self.format == "csv" else ""

    def lines(self, rows: Iterable[Row]) -> list[str]:
        """Return rows as lines, each with its end."""
        if self.format == "csv":
            return _csv_lines([self._values(row, _cell, _known_cell) for row in rows])
        values = [self._values(row, _text, _known_text) for row in rows]
        return [f"{to_json(dict(zip(self._names, each, strict=True))).decode()}\n" for each in values]

    @property
    def _names(self) -> tuple[str, ...]:
        return FIELDS + CAUSE_FIELDS if self.with_causes else FIELDS

    def _values(self, row: Row, write: _Write, write_known: _Write) -> tuple[str | None, ...]:
        """Return what a row has; `write_known` writes what many rows have."""
        one = row.instance
        values = (
            write_known(row.workflow),
            write(one.id),
            write_known(one.status),
            _time(one.created_on),
            _time(one.started_on),
            _time(one.ended_on),
            _time(one.modified_on),
            write_known(one.version_id),
            write_known(one.workflow_id),
            write_known(one.trigger_source),
        )
        if not self.with_causes:
            return values
        cause = row.cause or Cause(None, None, None)
        return (*values, *map(write, (cause.step, cause.name, cause.message)))


def _csv_lines(rows: Iterable[Sequence[str | None]]) -> list[str]:
    """Return rows as CSV; what is None is an empty cell."""
    written = _Written()
    csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(rows)
    return written.lines


class _Written:
    """Keeps the lines that the csv module writes."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def write(self, line: str) -> None:
        self.lines.append(line)


def _time(at: datetime | None) -> str | None:
    """Return a time as ISO 8601 in UTC."""
    if at is None:
        return None
    written = at.isoformat()
    if not written.endswith(_UTC):
        written = at.astimezone(UTC).isoformat()
    return f"{written.removesuffix(_UTC)}Z"


def _text(text: str | None) -> str | None:
    """Return a text that UTF-8 has bytes for."""
    return text if text is None or text.isascii() else text.encode(errors="replace").decode()


def _cell(text: str | None) -> str | None:
    """Return a text as a cell that no spreadsheet runs."""
    written = _text(text)
    return _FORMULA.sub("'", written) if written and _MAY_BE_FORMULA.search(written) else written


_known_text = lru_cache(maxsize=1_000)(_text)
_known_cell = lru_cache(maxsize=1_000)(_cell)
