"""Commands in an environment of their own, with settings of their own."""

import asyncio
import json
import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

WITHIN = 30.0


@dataclass(frozen=True)
class Ran:
    code: int
    said: str


async def run(folder: Path, *command: str | Path, **settings: str) -> Ran:
    """What a command comes to that ends by itself."""
    async with started(folder, *command, **settings) as process:
        said, _ = await asyncio.wait_for(process.communicate(), WITHIN)
        return Ran(process.returncode or 0, said.decode())


@asynccontextmanager
async def started(
    folder: Path, *command: str | Path, **settings: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A command with these settings and no others, ended at the end of the block."""
    process = await asyncio.create_subprocess_exec(
        *map(str, command),
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PORT": "0", "BOT_HOST": "127.0.0.1", **settings},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def said(process: asyncio.subprocess.Process, pattern: str) -> re.Match[str]:
    """The first line that a process says of a form; AssertionError with all it said if it ends without."""
    assert process.stdout is not None
    lines = []
    async with asyncio.timeout(WITHIN):
        while line := (await process.stdout.readline()).decode():
            if found := re.search(pattern, line):
                return found
            lines.append(line)
    raise AssertionError("".join(lines))


async def ready_at(process: asyncio.subprocess.Process) -> str:
    """The address of a bot, once it says that it is ready."""
    ready = json.loads((await said(process, r'^\{.*"event":"ready".*\}$'))[0])
    return f"http://127.0.0.1:{ready['port']}"
