"""The lines of an export's file: CSV for spreadsheets, JSON lines for programs. Pure.

CSV is RFC 4180: commas, every cell in double quotes, lines that end in CR LF, a header. It begins with a byte
order mark, as Excel takes a CSV file without one for text in the code page of its machine, and breaks every
name that is not ASCII; other spreadsheets skip it. Cells that a spreadsheet would run as a formula begin with
an apostrophe: https://owasp.org/www-community/attacks/CSV_Injection

JSON lines (https://jsonlines.org) have no mark, and their values are as the API has them.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final, Literal

import msgspec
from pydantic_core import to_json

from bot.browse.screen import Row
from bot.cloudflare.causes import Cause
from bot.cloudflare.models import Instance

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

_SIGNS: Final = "=+-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b"
"""What a formula begins with, also as wide and as small as East Asian texts have it."""
_SIGN: Final = re.compile(f"[{re.escape(_SIGNS)}]")
_UNSEEN: Final = "[\\s\0-\x1f\u200b-\u200f\u2060\ufeff]"
"""What may stand before it and is not shown, and what some spreadsheets drop."""
_CELL_END: Final = re.compile("[;\t\r\n]")
"""What another country's spreadsheet takes for a cell's end."""
_BEHIND_END: Final = re.compile(f"{_CELL_END.pattern}{_UNSEEN}*")
"""Finds each run of what is not shown once: a search for the sign behind it would begin at each character."""
_BEGINS_FORMULA: Final = re.compile(f"[\t\r]|{_UNSEEN}*{_SIGN.pattern}")
_MAY_BE_FORMULA: Final = re.compile(f"^(?:{_UNSEEN}|{_SIGN.pattern})|{_CELL_END.pattern}")
"""Finds the few cells that are looked at closely."""
_BOM: Final = "\ufeff"
_WRITE_TIMES: Final = msgspec.json.Encoder()
_READ_TEXTS: Final = msgspec.json.Decoder(list[str | None])
_CSV_LINE: Final = '"{}"\r\n'
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

    def lines(self, rows: Sequence[Row]) -> list[str]:
        """Return rows as lines, each with its end."""
        timed = list(zip(rows, _times(rows), strict=True))
        if self.format == "csv":
            return _csv_lines([self._values(row, times, _cell, _known_cell) for row, times in timed])
        values = [self._values(row, times, _text, _known_text) for row, times in timed]
        return [f"{to_json(dict(zip(self._names, each, strict=True))).decode()}\n" for each in values]

    @property
    def _names(self) -> tuple[str, ...]:
        return FIELDS + CAUSE_FIELDS if self.with_causes else FIELDS

    def _values(
        self, row: Row, times: Sequence[str | None], write: _Write, write_known: _Write
    ) -> tuple[str | None, ...]:
        """Return what a row has; `write_known` writes what many rows have."""
        one = row.instance
        values = (
            write_known(row.workflow),
            write(one.id),
            write_known(one.status),
            *times,
            write_known(one.version_id),
            write_known(one.workflow_id),
            write_known(one.trigger_source),
        )
        if not self.with_causes:
            return values
        cause = row.cause or Cause(None, None, None)
        return (*values, *map(write, (cause.step, cause.name, cause.message)))


def _csv_lines(rows: Iterable[Sequence[str | None]]) -> list[str]:
    """Return rows as CSV; what is None is an empty cell.

    Where every cell is quoted that is one rule; the csv module takes three times as long for it.
    """
    return [_CSV_LINE.format('","'.join([(cell or "").replace('"', '""') for cell in row])) for row in rows]


def _times(rows: Sequence[Row]) -> Iterator[tuple[str | None, ...]]:
    """Return the times of each row as ISO 8601 in UTC: when it was created, started, ended and modified.

    All are written at once, by a library: `isoformat` would take most of an export's time.
    """
    times = [at for row in rows for at in _times_of(row.instance)]
    written = [
        text if text is None or text.endswith("Z") else _in_utc(text)
        for text in _READ_TEXTS.decode(_WRITE_TIMES.encode(times))
    ]
    return zip(*[iter(written)] * 4, strict=True)


def _times_of(one: Instance) -> tuple[datetime | None, ...]:
    return one.created_on, one.started_on, one.ended_on, one.modified_on


def _in_utc(text: str) -> str:
    at = datetime.fromisoformat(text).astimezone(UTC)
    return f"{at.isoformat().removesuffix('+00:00')}Z"


def _text(text: str | None) -> str | None:
    """Return a text that UTF-8 has bytes for."""
    return text if text is None or text.isascii() else text.encode(errors="replace").decode()


def _cell(text: str | None) -> str | None:
    """Return a text as a cell that no spreadsheet runs."""
    written = _text(text)
    return _no_formula(written) if written and _MAY_BE_FORMULA.search(written) else written


def _no_formula(text: str) -> str:
    """Return a text with an apostrophe where a formula begins: in it, and behind what may end a cell.

    It takes as long as the text is, whatever that is.
    """

    def behind_end(run: re.Match[str]) -> str:
        return _CELL_END.sub(r"\g<0>'", run[0]) if _SIGN.match(text, run.end()) else run[0]

    begin = "'" if _BEGINS_FORMULA.match(text) else ""
    return f"{begin}{_BEHIND_END.sub(behind_end, text)}"


_known_text = lru_cache(maxsize=1_000)(_text)
_known_cell = lru_cache(maxsize=1_000)(_cell)
