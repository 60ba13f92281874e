"""Health checks and metrics over HTTP; however many ask for them, they cost little."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Generic, TypeVar

from aiohttp import web

from bot.telemetry import Metrics

Probe = Callable[[], Awaitable[str | None]]
"""Says what is not ready, or None."""

_T = TypeVar("_T")


class SharedRun(Generic[_T]):
    """Shares the result of some work among all who ask for it before it begins.

    Nobody gets a result that was there before they asked, and the work is done a few times a second at most,
    however many ask.

    Args:
        work: what to do.
        pause: the time from its end to its next beginning.
    """

    def __init__(self, work: Callable[[], Awaitable[_T]], pause: timedelta = timedelta(seconds=0.25)) -> None:
        self._work = work
        self._pause = pause.total_seconds()
        self._running: asyncio.Task[_T] | None = None
        self._next: asyncio.Task[_T] | None = None
        self._not_before = 0.0

    async def get(self) -> _T:
        """Return the result of the next run."""
        if self._next is None:
            self._next = asyncio.ensure_future(self._run(self._running))
        return await asyncio.shield(self._next)

    async def close(self) -> None:
        """End what runs: what it uses is about to be closed."""
        tasks = [task for task in (self._running, self._next) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, before: "asyncio.Task[_T] | None") -> _T:
        if before is not None:
            await asyncio.wait({before})
        loop = asyncio.get_running_loop()
        await asyncio.sleep(self._not_before - loop.time())
        self._running, self._next = self._next, None
        try:
            return await self._work()
        finally:
            self._not_before = loop.time() + self._pause


class Health:
    """Says how the bot is: `GET /healthz`, `/readyz` and `/metrics`.

    Args:
        metrics: for `/metrics`.
        probes: what has to be well for `/readyz`, by name.
        timeout: how long each probe may take.
    """

    def __init__(
        self, metrics: Metrics, probes: Mapping[str, Probe], timeout: timedelta = timedelta(seconds=3)
    ) -> None:
        self._metrics = metrics
        self._probes = probes
        self._timeout = timeout
        self._faults = SharedRun(self._probe)
        self._page = SharedRun(self._render)

    def routes(self, *, in_full: bool = True) -> list[web.RouteDef]:
        """Return the endpoints.

        Args:
            in_full: whether strangers may read what is wrong, and the metrics.
        """
        if in_full:
            return [*self._plain_routes(self._explain), web.get("/metrics", self._show_metrics)]
        return self._plain_routes(self._say)

    async def close(self) -> None:
        """End the probes that run, whether or not who asked for them still waits."""
        await self._page.close()
        await self._faults.close()

    def _plain_routes(self, readyz: Callable[[web.Request], Awaitable[web.Response]]) -> list[web.RouteDef]:
        return [web.get("/healthz", self._show_up), web.get("/readyz", readyz)]

    async def _show_up(self, _: web.Request) -> web.Response:
        return web.json_response({"status": "up"})

    async def _explain(self, _: web.Request) -> web.Response:
        if faults := await self._faults.get():
            return web.json_response({"status": "not ready", "faults": faults}, status=503)
        return web.json_response({"status": "ready"})

    async def _say(self, _: web.Request) -> web.Response:
        is_ready = not await self._faults.get()
        said = {"status": "ready" if is_ready else "not ready"}
        return web.json_response(said, status=200 if is_ready else 503)

    async def _show_metrics(self, _: web.Request) -> web.Response:
        page = await self._page.get()
        return web.Response(body=page, headers={"Content-Type": "text/plain; version=0.0.4"})

    async def _probe(self) -> dict[str, str]:
        said = await asyncio.gather(
            *(_within_timeout(probe, self._timeout) for probe in self._probes.values())
        )
        faults = dict(zip(self._probes, said, strict=True))
        for name, fault in faults.items():
            self._metrics.ready.labels(name).set(fault is None)
        return {name: fault for name, fault in faults.items() if fault is not None}

    async def _render(self) -> bytes:
        await self._faults.get()
        return self._metrics.render()


async def _within_timeout(probe: Probe, limit: timedelta) -> str | None:
    try:
        async with asyncio.timeout(limit.total_seconds()):
            return await probe()
    except TimeoutError:
        return f"no answer within {limit.total_seconds():g} s"
