"""The lines of an export's file: CSV for spreadsheets, JSON lines for programs. Pure.

CSV is RFC 4180: commas, every cell in double quotes, lines that end in CR LF, a header. It begins with a byte
order mark, as Excel takes a CSV file without one for text in the code page of its machine, and breaks every
name that is not ASCII; other spreadsheets skip it. Cells that a spreadsheet would run as a formula begin with
an apostrophe: https://owasp.org/www-community/attacks/CSV_Injection

JSON lines (https://jsonlines.org) have no mark, and their values are as the API has them.
"""

import csv
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal

from pydantic_core import to_json

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

_FORMULA: Final = re.compile("^(?=[\t\r])|(?:^|(?<=[;\t\r\n]))(?=\\s*[=+\\-@\uff1d\uff0b\uff0d\uff20])")
"""Where a formula begins: in a cell, and behind what another country's spreadsheet takes for a cell's end."""
_BOM: Final = "\ufeff"


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
        if self.format == "jsonl":
            return ""
        fields = FIELDS + CAUSE_FIELDS if self.with_causes else FIELDS
        return f"{_BOM}{_csv_line({name: name for name in fields})}"

    def line(self, workflow: str, row: Instance, cause: Cause | None = None) -> str:
        """Return a row as a line, with its end."""
        values: dict[str, str | None] = {
            name: _text(workflow if name == "workflow_name" else getattr(row, name)) for name in FIELDS
        }
        if self.with_causes:
            found = (None, None, None) if cause is None else (cause.step, cause.name, cause.message)
            values |= {name: _text(value) for name, value in zip(CAUSE_FIELDS, found, strict=True)}
        return _WRITERS[self.format](values)


def _json_line(values: Mapping[str, str | None]) -> str:
    return f"{to_json(values).decode()}\n"


class _Written:
    """Keeps what the csv module writes: a line at a time."""

    def __init__(self) -> None:
        self.line = ""

    def write(self, line: str) -> None:
        self.line = line


def _csv_line(values: Mapping[str, str | None]) -> str:
    written = _Written()
    writer = csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([_without_formula(value or "") for value in values.values()])
    return written.line


def _without_formula(cell: str) -> str:
    return _FORMULA.sub("'", cell)


_WRITERS: Final[Mapping[Format, Callable[[Mapping[str, str | None]], str]]] = {
    "csv": _csv_line,
    "jsonl": _json_line,
}


def _text(value: object) -> str | None:
    """Return a value as text that UTF-8 has bytes for: a time as ISO 8601 in UTC."""
    if value is None:
        return None
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    text = str(value)
    return text if text.isascii() else text.encode(errors="replace").decode()
