"""The playground as a process."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from yarl import URL

from tests.system.process.bot_process import START_SECONDS, DidNotStart, Process, started

_ADDRESS: Final = re.compile(r"^Open (http://\S+)$", re.MULTILINE)


@dataclass(frozen=True)
class PlaygroundProcess:
    """A started playground; `said` is its output until then."""

    process: Process
    address: URL
    said: str
    folder: Path

    @property
    def stderr(self) -> str:
        return (self.folder / "stderr.txt").read_text()

    @property
    def left_behind(self) -> set[str]:
        """The files in its folder, except its output."""
        return {path.name for path in self.folder.iterdir()} - {"stdout.txt", "stderr.txt"}


@asynccontextmanager
async def run_playground_process(
    folder: Path, *arguments: str, **settings: str
) -> AsyncIterator[PlaygroundProcess]:
    """Run a playground until the end of the block.

    Raises:
        DidNotStart: it exited, or printed no address in time.
    """
    async with started(folder, "playground", *arguments, settings=settings) as process:
        try:
            async with asyncio.timeout(START_SECONDS):
                while not (found := _ADDRESS.search((folder / "stdout.txt").read_text())):
                    if process.returncode is not None:
                        raise DidNotStart((folder / "stderr.txt").read_text())
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise DidNotStart(f"no address: {(folder / 'stderr.txt').read_text()}") from None
        yield PlaygroundProcess(process, URL(found[1]), (folder / "stdout.txt").read_text(), folder)
