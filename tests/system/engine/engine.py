"""A real workflow engine on loopback: `wrangler dev`, for as long as tests need it."""

import asyncio
import os
import re
import signal
import subprocess
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, get_args

import aiohttp

from .node import WORKER, EngineUnavailable, Wrangler

Workflow = Literal["order-processing", "invoice-run"]
WORKFLOWS: Final[tuple[Workflow, ...]] = get_args(Workflow)
Outcome = Literal["complete", "fail", "exhaust", "sleep", "wait"]
Failure = Literal["refuse", "leak", "overrun", "unheard", "crash"]

START_SECONDS = 60
STOP_SECONDS = 10
REQUEST_SECONDS = 60
SETTLE_SECONDS = 60

_READY = re.compile(r"Ready on (http://127\.0\.0\.1:\d+)")


@dataclass(frozen=True)
class Answer:
    """What the engine said to one request; `body` is text where it was not JSON."""

    status: int
    body: Any


@dataclass(frozen=True)
class Engine:
    """A running engine. `url` is what a person would set as WRANGLER_DEV_URL."""

    url: str
    session: aiohttp.ClientSession

    @property
    def api(self) -> str:
        return f"{self.url}/cdn-cgi/local/explorer/api"

    async def get(self, path: str, **query: str) -> Answer:
        """Asks the engine's REST API. `path` starts with a slash and is percent-encoded already."""
        async with self.session.get(f"{self.api}{path}", params=query) as answer:
            if answer.content_type == "application/json":
                return Answer(answer.status, await answer.json())
            return Answer(answer.status, await answer.text())

    async def create(self, workflow: Workflow, instances: Mapping[str, Outcome | Failure]) -> None:
        """Starts one instance per id, in the order given, so the last id is the newest."""
        wanted = [{"id": name, "outcome": outcome} for name, outcome in instances.items()]
        order = {"workflow": workflow, "instances": wanted}
        async with self.session.post(f"{self.url}/create", json=order) as answer:
            if answer.status != 200:
                raise RuntimeError(f"the engine created nothing: {await answer.text()}")

    async def change(self, workflow: Workflow, name: str, status: str) -> None:
        """Pauses, resumes or terminates an instance."""
        url = f"{self.api}/workflows/{workflow}/instances/{name}/status"
        async with self.session.patch(url, json={"status": status}) as answer:
            if answer.status != 200:
                raise RuntimeError(f"the engine changed nothing: {await answer.text()}")

    async def clear(self) -> None:
        """Deletes all rows of all workflows, also those without an instance: it is like a new engine then.

        A new one takes two seconds of a processor, a row a hundredth of one.
        """
        for workflow in WORKFLOWS:
            while rows := (await self.get(f"/workflows/{workflow}/instances", per_page="100")).body["result"]:
                await self._delete(workflow, rows)

    async def _delete(self, workflow: Workflow, rows: list[dict[str, Any]]) -> None:
        url = f"{self.api}/workflows/{workflow}/instances"
        instances = [row["id"] for row in rows if "status" in row]
        phantoms = [row["id"] for row in rows if "status" not in row]
        if instances:
            async with self.session.post(f"{url}/batch/delete", json={"instances": instances}) as answer:
                body = await answer.json()
            if answer.status != 200 or body["result"]["errors"]:
                raise RuntimeError(f"the engine did not delete all: {body}")
        for phantom in phantoms:
            async with self.session.delete(f"{url}/{phantom}") as answer:
                if answer.status != 200:
                    raise RuntimeError(f"the engine did not delete {phantom}: {await answer.text()}")

    async def settle(self, workflow: Workflow, **expected: int) -> None:
        """Waits until the workflow has as many instances of each named status as expected."""
        counts: dict[str, int] = {}
        try:
            async with asyncio.timeout(SETTLE_SECONDS):
                while counts != expected:
                    await asyncio.sleep(0.05)
                    counts = {status: await self._count(workflow, status) for status in expected}
        except TimeoutError:
            message = f"{workflow} has {counts} after {SETTLE_SECONDS} s, expected {expected}"
            raise TimeoutError(message) from None

    async def _count(self, workflow: Workflow, status: str) -> int:
        # The engine's own counts by status are up to 30 s old; a filtered list is not.
        answer = await self.get(f"/workflows/{workflow}/instances", status=status, per_page="1")
        total: int = answer.body["result_info"]["total_count"]
        return total


@asynccontextmanager
async def running_engine(wrangler: Wrangler, folder: Path) -> AsyncIterator[Engine]:
    """Runs an engine that keeps everything it writes in `folder`; raises EngineUnavailable."""
    output = folder / "output.txt"
    process = await _start(wrangler, folder, output)
    try:
        url = await _wait_until_ready(process, output)
        timeout = aiohttp.ClientTimeout(total=REQUEST_SECONDS)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            yield Engine(url, session)
    finally:
        await _stop(process)


async def _start(wrangler: Wrangler, folder: Path, output: Path) -> asyncio.subprocess.Process:
    arguments = ["dev", "--ip", "127.0.0.1", "--port", "0", "--inspector-port", "0"]
    with output.open("wb") as log:
        return await asyncio.create_subprocess_exec(
            *wrangler.command(*arguments, "--persist-to", str(folder / "state")),
            cwd=WORKER,
            env=wrangler.environment(folder / "home"),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


async def _wait_until_ready(process: asyncio.subprocess.Process, output: Path) -> str:
    with suppress(TimeoutError):
        async with asyncio.timeout(START_SECONDS):
            while process.returncode is None:
                if ready := _READY.search(_text(output)):
                    return ready[1]
                await asyncio.sleep(0.05)
    ending = "is not ready" if process.returncode is None else f"ended with {process.returncode}"
    raise EngineUnavailable(f"wrangler dev {ending}. It said:\n{_text(output)[-3000:]}")


def _text(output: Path) -> str:
    return output.read_text(errors="replace")


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.terminate()
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), STOP_SECONDS)
    # The group holds only what this process started: a workerd that outlived it, if any.
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()
