"""Exports of this process: begin them, cancel them, and tell the people of processes that are gone."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.errors import StartupError
from bot.export.job import DEFAULT_INTERVALS, Intervals, Job, Services
from bot.export.messages import Asked, lost_message, restarted_message
from bot.export.plan import Bounds
from bot.export.run import ExportRun, is_set_within, note, post
from bot.export.store import ExportStore, StoredExport
from bot.language.command import Command
from bot.language.tokens import extract_mentions
from bot.reasons import reason_of
from bot.slack.edited_messages import EditedMessages, PostedMessage
from bot.slack.files import FileSender
from bot.storage.database import DatabaseUnusable

_log = structlog.get_logger(__name__)

AT_ONCE: Final = 4
"""Exports that one process makes at the same time."""
_CLOSING: Final = timedelta(seconds=5)
"""For telling people that their exports are cut short, before the process ends."""


class Busy(Exception):
    """This process makes as many exports as it may."""


class Exports:
    """Makes exports, several at once.

    Args:
        store: knows those of all processes.
        messages: tell of them.
        files: sends them.
        bounds: of every one.
        intervals: how often things are done.
    """

    def __init__(
        self,
        store: ExportStore,
        messages: EditedMessages,
        files: FileSender,
        bounds: Bounds,
        intervals: Intervals = DEFAULT_INTERVALS,
    ) -> None:
        self._services = Services(store, messages, files, bounds, intervals)
        self._running: dict[str, ExportRun | None] = {}

    async def begin(self, job: Job) -> PostedMessage:
        """Begin an export; return the message that tells of it.

        Raises:
            Busy: this process makes as many as it may.
            TooManyExports: its person has as many as they may.
            NotPosted: Slack does not take the message.
            sqlalchemy.exc.SQLAlchemyError, OSError: the database does not answer.
        """
        if len(self._running) >= AT_ONCE:
            raise Busy
        store = self._services.store
        self._running[job.key] = None
        try:
            await store.begin(StoredExport(job.key, job.asked.user, job.asked.again.sent()), job.team)
            try:
                posted = await self._services.messages.post(job.first_message(), job.to)
            except BaseException:
                await store.end(job.key)
                raise
            await note(store.tell_by(job.key, posted))
        except BaseException:
            del self._running[job.key]
            raise
        run = self._running[job.key] = ExportRun(job, posted, self._services)
        run.task.add_done_callback(lambda _: self._running.pop(job.key))
        return posted

    async def owner(self, key: str, team: str) -> str | None:
        """Return Slack's id of the person whose export is under way, in any process; None if it is not."""
        run = self._find(key, team)
        if run is not None:  # it needs no database, which may not answer
            return run.job.asked.user
        export = await self._services.store.find(key, team)
        return None if export is None else export.user

    async def cancel(self, key: str, team: str, user: str) -> bool:
        """End an export of any process for a person; return whether that is still possible."""
        run = self._find(key, team)
        return await self._services.store.cancel(key, user) if run is None else run.cancel(user)

    def _find(self, key: str, team: str) -> ExportRun | None:
        """Return an export of a team that this process makes, if it does."""
        run = self._running.get(key)
        return run if run is not None and run.job.team == team else None

    @asynccontextmanager
    async def run(self, team: Callable[[], Awaitable[str]]) -> AsyncIterator[None]:
        """Look after exports until the block is left; those under way end then, and their people are told.

        Args:
            team: returns Slack's id of the workspace, or raises `StartupError` while it is not known.
        """
        stop = asyncio.Event()
        watching = asyncio.create_task(self._watch(team, stop))
        try:
            yield
        finally:
            stop.set()
            runs = [each for each in self._running.values() if each is not None]
            for each in runs:
                each.stop()
            await asyncio.wait([*(each.task for each in runs), watching], timeout=_CLOSING.total_seconds())
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)

    async def tell_abandoned(self, team: str) -> None:
        """Tell the people whose exports no process makes any more.

        Raises:
            sqlalchemy.exc.SQLAlchemyError, OSError: the database does not answer.
        """
        messages = self._services.messages
        for export in await self._services.store.take_abandoned(team, tuple(self._running)):
            _log.warning("export_interrupted")
            again = Command(*extract_mentions(export.command))
            said = (lost_message if export.is_sending else restarted_message)(Asked(export.user, again))
            if export.message is None or not await messages.change(export.message, said):
                await post(messages, said, export.user)

    async def _watch(self, team: Callable[[], Awaitable[str]], stop: asyncio.Event) -> None:
        # A process that has just started has more urgent work than what another one left.
        while not await is_set_within(stop, self._services.intervals.watch):
            try:
                await self.tell_abandoned(await team())
            except (SQLAlchemyError, OSError, DatabaseUnusable, StartupError) as error:
                _log.warning("exports_not_watched", reason=reason_of(error))
