"""Rows on their way into a file: each once, in order, in little memory, and gone with the process."""

import asyncio
import tempfile
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest

from bot.export.spool import Spool, SpooledRow

NOW = datetime(2026, 11, 29, tzinfo=UTC)


def row(number: int, at: datetime | None, workflow: str = "orders", line: str | None = None) -> SpooledRow:
    return SpooledRow(workflow, f"i{number}", at, line or f"{workflow} {number}\n")


def files_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def test_rows_come_newest_first_and_those_without_a_time_last() -> None:
    async with Spool() as spool:
        await spool.add([row(1, NOW - timedelta(hours=1)), row(2, None), row(3, NOW)])
        await spool.add([row(4, NOW - timedelta(microseconds=1)), row(5, NOW), row(5, NOW, "emails")])
        written = await spool.write("head\n")
        content = written.file.read().decode()
    assert content.splitlines() == [
        "head",
        "emails 5",
        "orders 3",
        "orders 5",
        "orders 4",
        "orders 1",
        "orders 2",
    ]
    assert (written.rows, written.size) == (6, len(content))


class HeldRows(list[SpooledRow]):
    """Rows that are not read on before they are released."""

    def __init__(self, rows: Iterable[SpooledRow]) -> None:
        super().__init__(rows)
        self.reached, self.released = Event(), Event()

    def __iter__(self) -> Iterator[SpooledRow]:
        self.reached.set()
        assert self.released.wait(60)
        return super().__iter__()


async def test_rows_whose_adding_was_cut_off_are_counted_as_they_are_in_the_file() -> None:
    rows = HeldRows(row(number, NOW) for number in range(1_000))
    async with Spool() as spool:
        adding = asyncio.create_task(spool.add(rows))
        await asyncio.to_thread(rows.reached.wait, 60)
        adding.cancel()
        await asyncio.wait([adding])
        rows.released.set()
        await spool.settle()
        counted = spool.rows
        assert (await spool.write("")).rows == counted == 1_000


async def test_an_instance_that_comes_twice_is_there_once_as_it_was_first() -> None:
    async with Spool() as spool:
        await spool.add([row(1, NOW), row(1, NOW, line="again\n")])
        await spool.add([row(1, NOW - timedelta(days=1), line="later\n")])
        assert spool.rows == 1
        assert (await spool.write("")).file.read() == b"orders 1\n"


async def test_nothing_of_it_has_a_name_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("SQLITE_TMPDIR", str(tmp_path))
    async with Spool() as spool:
        for page in range(200):
            await spool.add([row(page * 100 + number, NOW, line="x" * 1_000) for number in range(100)])
        await spool.write("head\n")
        assert not files_in(tmp_path)
    assert not files_in(tmp_path)


async def test_a_spool_that_is_closed_takes_nothing_more() -> None:
    async with Spool() as spool:
        await spool.add([row(1, NOW)])
    with pytest.raises(RuntimeError):
        await spool.add([row(2, NOW)])
