"""Running the bot until it is told to stop."""

import asyncio
import gc
import os
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import structlog

from bot.app import Bot, build_bot
from bot.cloudflare.client import Call, observe_nothing
from bot.errors import Role, StartupError
from bot.settings import LOOPBACK, Settings
from bot.slack.server import handle_loop_errors, serve_http
from bot.slack.socket_mode import ACK_LIMIT

ALL_ADDRESSES: Final = "0.0.0.0"  # noqa: S104 - said once, and only for the port that Slack calls

_log = structlog.get_logger(__name__)


async def serve(settings: Settings, role: Role = Role.ALL) -> None:
    """Serve until SIGTERM or SIGINT: then take no more work, finish what runs, and return.

    Raises:
        StartupError: settings are well-formed and wrong: a port, the database.
        TokenRefused: as it says.
        SlackUnreachable, SocketModeFailed: there is no connection to Slack, and none to be expected.
    """
    stop = stop_on_signal()
    async with run_bot(settings, role=role) as served:
        mode = "http" if served.bot.socket_mode is None else "socket"
        gc.freeze()  # what is loaded stays: to go through it takes a tenth of a second, again and again
        apart = {} if served.metrics_port is None else {"metrics_port": served.metrics_port}
        _log.info("ready", port=served.port, mode=mode, role=role.value, **apart)
        await _wait_until_stopped(stop, served.bot)
        _log.info("stopping")
    _log.info("stopped")


def stop_on_signal() -> asyncio.Event:
    """Return an event that SIGTERM or SIGINT sets, in place of ending the process."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop


@dataclass(frozen=True, slots=True)
class RunningBot:
    """A bot that answers, and the ports it listens on."""

    bot: Bot
    port: int
    metrics_port: int | None


@asynccontextmanager
async def run_bot(
    settings: Settings, observe: Callable[[Call], None] = observe_nothing, role: Role = Role.ALL
) -> AsyncIterator[RunningBot]:
    """Run a bot until the block is left; `observe` is called for every request to Cloudflare.

    Raises:
        StartupError, TokenRefused, SlackUnreachable, SocketModeFailed: as `serve` says.
    """
    async with build_bot(settings, observe, role) as bot:
        grace = timedelta(seconds=settings.bot_shutdown_seconds)
        async with AsyncExitStack() as stack:
            # In this order: no more requests, then the work they started, then (above) what it works with.
            stack.push_async_callback(_drain, bot, grace)
            stack.enter_context(handle_loop_errors(bot.connections))
            port, metrics_port = await _listen(bot, settings, stack)
            if bot.socket_mode is not None:
                stack.push_async_callback(bot.socket_mode.close)
                stack.callback(bot.background.stop_waiting)
                await bot.socket_mode.connect()
            yield RunningBot(bot, port, metrics_port)


async def _listen(bot: Bot, settings: Settings, stack: AsyncExitStack) -> tuple[int, int | None]:
    """Open the ports; closing lets running requests end. Health and metrics alone are for this machine."""
    # All addresses for Slack, as platforms route to the container's.
    usual = ALL_ADDRESSES if bot.is_called_by_slack else LOOPBACK
    host, port = settings.bot_host or usual, settings.port
    acks_too = max(timedelta(seconds=settings.bot_shutdown_seconds), ACK_LIMIT)
    with _wording_failure(f"BOT_HOST {host}, PORT {port}"):
        port = await stack.enter_async_context(serve_http(bot.web, bot.connections, host, port, acks_too))
    if bot.monitoring is None or settings.bot_metrics_port is None:
        return port, None
    host, metrics_port = settings.bot_metrics_host, settings.bot_metrics_port
    with _wording_failure(f"BOT_METRICS_HOST {host}, BOT_METRICS_PORT {metrics_port}"):
        server = serve_http(bot.monitoring, bot.connections, host, metrics_port, acks_too)
        return port, await stack.enter_async_context(server)


@contextmanager
def _wording_failure(where: str) -> Iterator[None]:
    """Word that nothing can listen there."""
    try:
        yield
    except OSError as error:
        number = error.errno or 0
        reason = os.strerror(number) if number > 0 else error.strerror
        raise StartupError(f"{where}: can't listen there: {reason}") from error


async def _wait_until_stopped(stop: asyncio.Event, bot: Bot) -> None:
    """Wait for the signal, or for a connection that is lost for good."""
    waiting: list[asyncio.Task[Any]] = [asyncio.ensure_future(stop.wait())]
    if bot.socket_mode is not None:
        waiting.append(asyncio.ensure_future(bot.socket_mode.watch()))
    try:
        done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in waiting:
            task.cancel()


async def _drain(bot: Bot, grace: timedelta) -> None:
    ended = await bot.background.drain(grace)
    if ended:
        _log.warning("work_cut_short", tasks=ended)
