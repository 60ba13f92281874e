"""Lines of an export's file: what readers of CSV and JSON get back, and what no spreadsheet runs."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.browse.screen import Row
from bot.cloudflare.causes import Cause
from bot.cloudflare.models import Instance, Status
from bot.export.lines import CAUSE_FIELDS, FIELDS, Lines
from tests.support.cpu import BACKTRACKING, computing_seconds

MOMENT = datetime(2026, 11, 29, 21, 0, 0, 123456, tzinfo=UTC)
WIDE = "\N{FULLWIDTH EQUALS SIGN}\N{FULLWIDTH PLUS SIGN}\N{FULLWIDTH HYPHEN-MINUS}\N{FULLWIDTH COMMERCIAL AT}"
SMALL = "\N{SMALL EQUALS SIGN}\N{SMALL PLUS SIGN}\N{SMALL HYPHEN-MINUS}\N{SMALL COMMERCIAL AT}"
SIGNS = f"=+-@\t\r{WIDE}{SMALL}"


def cells(line: str) -> list[str]:
    [row] = csv.reader(io.StringIO(line, newline=""))
    return row


def of_csv(row: Instance, cause: Cause | None = None, workflow: str = "orders") -> dict[str, str]:
    lines = Lines("csv", with_causes=cause is not None)
    [line] = lines.lines([Row(workflow, row, cause)])
    return dict(zip(cells(lines.head.removeprefix("\ufeff")), cells(line), strict=True))


def of_json(row: Instance) -> dict[str, str | None]:
    [line] = Lines("jsonl").lines([Row("orders", row)])
    found: dict[str, str | None] = json.loads(line)
    return found


def test_csv_begins_with_a_mark_for_excel_and_a_header_of_the_api_s_names() -> None:
    assert Lines("csv").head == "\ufeff" + ",".join(f'"{name}"' for name in FIELDS) + "\r\n"
    assert cells(Lines("csv", with_causes=True).head)[-3:] == [*CAUSE_FIELDS]
    assert Lines("jsonl").head == ""


def test_times_are_iso_8601_in_utc_whatever_their_zone() -> None:
    row = Instance(id="a", created_on=MOMENT.astimezone(timezone(timedelta(hours=5, minutes=45))))
    assert of_csv(row)["created_on"] == "2026-11-29T21:00:00.123456Z"
    assert of_json(row)["created_on"] == "2026-11-29T21:00:00.123456Z"
    assert of_csv(row)["ended_on"] == ""
    assert of_json(row)["ended_on"] is None


@pytest.mark.parametrize("sign", SIGNS)
def test_a_cell_that_a_spreadsheet_would_run_begins_with_an_apostrophe(sign: str) -> None:
    for text in (f"{sign}1+1", f"{sign}cmd|' /C calc'!A0", sign):
        assert of_csv(Instance(id=text))["id"] == f"'{text}"
        assert of_json(Instance(id=text))["id"] == text


@pytest.mark.parametrize(
    "text",
    [
        *("a;=1+1", "a\t=1+1", "a\r\n=1+1", " =1+1", 'a"\n@SUM(1)'),
        *("\0=1+1", "\ufeff=1+1", "\u200b\xa0=1+1", "a;\x1f=1+1"),
    ],
)
def test_so_does_what_another_country_s_spreadsheet_takes_for_a_cell(text: str) -> None:
    found = of_csv(Instance(id=text))["id"]
    assert found.replace("'", "") == text
    assert "'" in found


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a;\t\n =1", "a;'\t'\n' =1"),
        ("\r\n=1", "'\r'\n'=1"),
        ("\t\n a;b", "'\t\n a;b"),
        ("\n\n a;; b", "\n\n a;; b"),
        ("a; ;=1; -x\n+", "a; ;'=1;' -x\n'+"),
        ("a =1; b", "a =1; b"),
    ],
)
def test_a_run_of_what_may_end_a_cell_before_a_sign_has_an_apostrophe_behind_each(
    text: str, written: str
) -> None:
    assert of_csv(Instance(id=text))["id"] == written


@pytest.mark.parametrize("run", ["\n", "\r\n", "\t", " ", ";", "\n ", "\u200b", "=", ";=", "\n=", " ="])
@pytest.mark.parametrize("begin", ["", "a\n"])
def test_a_long_cell_takes_no_longer_than_it_is_long(run: str, begin: str) -> None:
    row = Row("orders", Instance(id=f"{begin}{run * 16_000}a"))
    assert computing_seconds(lambda: Lines("csv").lines([row])) < BACKTRACKING


@pytest.mark.parametrize("text", ["ord-59603", "*/30 * * * *-1786001400000", "a=b", "x-y", "12:00", "ü"])
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert of_csv(Instance(id=text))["id"] == text


@given(id_=st.text(max_size=60), workflow=st.text(max_size=30), message=st.text(max_size=60))
def test_readers_get_back_what_was_written(id_: str, workflow: str, message: str) -> None:
    row, cause = Instance(id=id_, status=Status(message)), Cause("charge", "Error", message)
    [line] = Lines("jsonl", with_causes=True).lines([Row(workflow, row, cause)])
    assert line.endswith("\n")
    assert "\n" not in line[:-1]
    found = json.loads(line)
    assert (found["id"], found["workflow_name"], found["error_message"]) == (id_, workflow, message)
    shown = of_csv(row, cause, workflow)
    for text, cell in (
        (id_, shown["id"]),
        (workflow, shown["workflow_name"]),
        (message, shown["error_message"]),
    ):
        assert cell.replace("'", "") == text.replace("'", "")
        assert not cell.lstrip().startswith(tuple("=+-@")), "as none of them is a number"


def test_halves_of_a_pair_and_long_ids_are_written() -> None:
    assert of_csv(Instance(id="a\ud800b"))["id"] == "a?b"
    assert of_json(Instance(id="\udfff"))["id"] == "?"
    assert of_csv(Instance(id="*" * 271))["id"] == "*" * 271
