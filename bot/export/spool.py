"""Rows on their way into a file: on disk, each once, until all are there and can be put in order.

Nothing of it has a name on disk: SQLite's own temporary database and Python's temporary file are gone with
the process, however that ends, so that there is nothing to clean up.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from tempfile import TemporaryFile
from typing import IO, Final, NamedTuple, Self, TypeVar

_MEMORY: Final = 8 * 1024  # KiB of rows in memory; the others are on disk
_T = TypeVar("_T")


class SpooledRow(NamedTuple):
    """A row of the file.

    Attributes:
        workflow: the workflow's name.
        id: the instance's id.
        at: what it is put in order by, the newest first; None comes last.
        line: how it is written, with the line's end.
    """

    workflow: str
    id: str
    at: datetime | None
    line: str


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """A file that is ready, open at its beginning, and gone once it is closed.

    Attributes:
        file: the file.
        size: its bytes.
        rows: how many it has.
    """

    file: IO[bytes]
    size: int
    rows: int


class Spool:
    """Keeps rows until they are written. Use it as `async with Spool() as spool`; methods do not overlap.

    Its methods raise `sqlite3.Error` or `OSError` where the disk does not take more.

    Attributes:
        rows: how many it has.
        size: about how many bytes their lines have.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "export")
        self._database: sqlite3.Connection | None = None
        self._file: IO[bytes] | None = None
        self.rows = 0
        self.size = 0

    async def __aenter__(self) -> Self:
        """Open it."""
        await self._run(self._open)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Throw all of it away. What runs in its thread ends first, and at once."""
        if self._database is not None:
            self._database.interrupt()
        self._thread.submit(self._close)
        self._thread.shutdown(wait=False)

    async def add(self, rows: Sequence[SpooledRow]) -> None:
        """Add rows. One that is there already stays as it is."""
        await self._run(lambda: self._add(rows))

    async def settle(self) -> None:
        """Wait until what was begun is done. Rows whose `add` was cancelled may be added all the same."""
        await self._run(lambda: None)

    async def write(self, head: str) -> WrittenFile:
        """Write all rows into a file, in order, behind a head."""
        return await self._run(lambda: self._write(head))

    async def _run(self, work: Callable[[], _T]) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _open(self) -> None:
        self._database = database = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        database.execute("PRAGMA journal_mode=OFF")
        database.execute("PRAGMA temp_store=FILE")
        database.execute(f"PRAGMA cache_size=-{_MEMORY}")
        database.execute(
            "CREATE TABLE rows (workflow TEXT, id TEXT, at REAL, line TEXT, UNIQUE (workflow, id))"
        )

    def _add(self, rows: Sequence[SpooledRow]) -> None:
        database = self._opened()
        values = [(name, id_, at and at.timestamp(), line) for name, id_, at, line in rows]
        if not values:
            return
        database.execute("BEGIN")
        added = database.executemany("INSERT OR IGNORE INTO rows VALUES (?, ?, ?, ?)", values).rowcount
        database.execute("COMMIT")
        self.rows += added
        self.size += sum(len(row.line.encode()) for row in rows) * added // len(rows)

    def _write(self, head: str) -> WrittenFile:
        self._file = file = TemporaryFile("w+b")  # noqa: SIM115 - closed with the spool
        file.write(head.encode())
        rows = 0
        for (line,) in self._opened().execute("SELECT line FROM rows ORDER BY at DESC, workflow, id"):
            file.write(line.encode())
            rows += 1
        size = file.tell()
        file.seek(0)
        return WrittenFile(file, size, rows)

    def _opened(self) -> sqlite3.Connection:
        if self._database is None:
            raise RuntimeError("use a Spool inside `async with Spool()`")
        return self._database

    def _close(self) -> None:
        if self._database is not None:
            self._database.close()
        if self._file is not None:
            self._file.close()
