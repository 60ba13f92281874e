"""Walking a list of a million rows by buttons, with cursors that do not fit into one."""

import logging
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Final

from bot.storage.database import migrate, open_database
from tests.support.bookmarks import bookmark_of
from tests.support.clock import Clock
from tests.support.commands import NOW
from tests.support.long_walks import ROWS, LongList, Walker

from .outcome import ROUNDS, Goal, Measured, Outcome

CURSOR: Final = 3_000
LAST_SCREEN: Final = 80

_BOT: Final = "the bot"
_NOTES: Final = (
    "One walk; each round is the next stretch of it, so that the first and the last tell how depth matters.",
    "A click reads its button, shows the first screen of a page and writes the button to the next page.",
    "Bytes are those of the SQLite file, with its indexes. The list is made up without a network.",
)
_log = logging.getLogger(__name__)


async def measure(rounds: int = ROUNDS, pages: int = 10_000) -> Outcome:
    """Walk so many pages of a hundred rows, in as many stretches as there are rounds."""
    stretch = max(pages // rounds, 1)
    pages = stretch * rounds
    sizes, milliseconds = [], []
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "walk.sqlite3"
        engine = open_database(f"sqlite:///{file}")
        try:
            await migrate(engine)
            walker = Walker(engine, Clock(NOW), LongList(pages + 1, CURSOR))
            screen = await walker.open()
            for number in range(rounds):
                _log.info("walk: round %d of %d, from row %d", number + 1, rounds, number * stretch * ROWS)
                size, started = file.stat().st_size, time.perf_counter()
                for _ in range(stretch):
                    last = await walker.browser.turn(replace(bookmark_of(screen), offset=LAST_SCREEN))
                    screen = await walker.click(await walker.value(last.next))
                milliseconds.append((time.perf_counter() - started) / stretch * 1000)
                sizes.append((file.stat().st_size - size) / stretch)
        finally:
            await engine.dispose()
    if screen.rows[0].instance.id != f"row-{pages * ROWS}":
        raise AssertionError("the walk did not lead to the row that is due")
    return Outcome(
        name="walk",
        work=f"walk {pages * ROWS:,} rows whose cursors have {CURSOR:,} characters",
        measured=(
            Measured.of(_BOT, "stored for a page", "bytes", sizes),
            Measured.of(_BOT, "time of a click", "ms", milliseconds),
        ),
        goals=(
            Goal("stored for a page, the most to the fewest", max(sizes) / max(min(sizes), 1), 1.1),
            Goal("time of a click, the last stretch to the first", milliseconds[-1] / milliseconds[0], 2.0),
        ),
        notes=_NOTES,
    )
