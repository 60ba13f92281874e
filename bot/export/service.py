"""Make exports: read, tell how far it is, send the file, and tell the end of each, whatever it is."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeVar

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.cloudflare.cache import CachedWorkflows
from bot.errors import StartupError
from bot.export.collector import (
    NOTHING_YET,
    Bounds,
    Collector,
    ExportPlan,
    Progress,
    complete_since,
    first_error,
)
from bot.export.messages import (
    Asked,
    Result,
    cancelled_message,
    disk_lines,
    failed_message,
    lost_message,
    not_sent_lines,
    progress_message,
    restarted_message,
    result_message,
    sending_message,
)
from bot.export.spool import Spool, WrittenFile
from bot.export.store import ExportStore, StoredExport
from bot.language.command import Command
from bot.reasons import reason_of
from bot.slack.edited_messages import EditedMessages, NotPosted, PostedMessage
from bot.slack.files import FileNotSent, FileSender, FilesNotAllowed
from bot.storage.database import DatabaseUnusable, write_to_end
from bot.ui.elements import Message
from bot.ui.problems import explain

_log = structlog.get_logger(__name__)
_T = TypeVar("_T")

AT_ONCE: Final = 4
"""Exports that one process makes at the same time."""
_UPLOADS: Final = 3
"""How often a file is uploaded before it is given up. Nobody sees it until all of it is there."""
_CLOSING: Final = timedelta(seconds=5)
"""For telling people that their exports are cut short, before the process ends."""


class Busy(Exception):
    """This process makes as many exports as it may."""


@dataclass(frozen=True, slots=True)
class Times:
    """How often things are done.

    Attributes:
        progress: between two changes of the message that tells how far an export is.
        watch: between two looks for exports that no process makes any more.
        upload: before a file is uploaded again.
    """

    progress: timedelta = timedelta(seconds=4)
    watch: timedelta = timedelta(seconds=30)
    upload: timedelta = timedelta(seconds=5)


@dataclass(slots=True)
class Job:
    """An export that a person asked for.

    Attributes:
        key: names it in the database.
        cancel: the value of the button that cancels it.
        team: Slack's id of the workspace.
        asked: who asked for it, and how.
        to: Slack's id of the channel that gets the file, or of the person.
        plan: what it reads.
        workflows: the account.
        file_name: without its ending.
        is_some: workflows are left out that the person may not look at.
    """

    key: str
    cancel: str
    team: str
    asked: Asked
    to: str
    plan: ExportPlan
    workflows: CachedWorkflows
    file_name: str
    is_some: bool = False


@dataclass(slots=True)
class _Running:
    """A job under way.

    Attributes:
        job: the job.
        message: tells of it.
        task: makes it.
        is_uploading: all is read.
        is_sending: its file may be shown at any moment.
    """

    job: Job
    message: PostedMessage
    task: "asyncio.Task[None] | None" = None
    is_uploading: bool = False
    is_sending: bool = False


class Exports:
    """Makes exports, several at once.

    Args:
        store: knows those of all processes.
        messages: tell of them.
        files: sends them.
        bounds: of every one.
        times: how often things are done.
    """

    def __init__(
        self,
        store: ExportStore,
        messages: EditedMessages,
        files: FileSender,
        bounds: Bounds,
        times: Times = Times(),
    ) -> None:
        self._store = store
        self._messages = messages
        self._files = files
        self._bounds = bounds
        self._times = times
        self._running: dict[str, _Running | None] = {}

    async def begin(self, job: Job) -> PostedMessage:
        """Begin an export; return the message that tells of it.

        Raises:
            Busy: this process makes as many as it may.
            TooManyExports: its person has as many as they may.
            NotPosted: nobody can be told of it.
            sqlalchemy.exc.SQLAlchemyError, OSError: the database does not answer.
        """
        if len(self._running) >= AT_ONCE:
            raise Busy
        self._running[job.key] = None
        try:
            await self._store.begin(StoredExport(job.key, job.asked.user, job.asked.again.sent()), job.team)
            try:
                posted = await self._messages.post(self._progress_message(job, NOTHING_YET), job.to)
            except BaseException:
                await self._store.end(job.key)
                raise
            await self._noted(self._store.tell_by(job.key, posted))
        except BaseException:
            del self._running[job.key]
            raise
        running = _Running(job, posted)
        self._running[job.key] = running
        running.task = asyncio.create_task(self._run(running))
        return posted

    async def cancel(self, key: str, user: str) -> bool:
        """End an export, in whatever process; return whether that is still possible.

        Raises:
            sqlalchemy.exc.SQLAlchemyError, OSError: the database does not answer.
        """
        running = self._running.get(key)
        if running is not None and running.is_sending:
            return False
        await self._store.cancel(key, user)
        if running is not None and running.task is not None and not running.is_sending:
            running.task.cancel()
        return True

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
            tasks = [each.task for each in self._running.values() if each is not None and each.task]
            for task in tasks:
                task.cancel()
            await asyncio.wait([*tasks, watching], timeout=_CLOSING.total_seconds())
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)

    async def tell_abandoned(self, team: str) -> None:
        """Tell the people whose exports no process makes any more.

        Raises:
            sqlalchemy.exc.SQLAlchemyError, OSError: the database does not answer.
        """
        for export in await self._store.take_abandoned(team):
            if export.key in self._running:  # this process only stood still
                continue
            _log.warning("export_interrupted")
            again = Command.from_slack(export.command, (), "", "UTC", datetime.now().astimezone())
            said = (lost_message if export.is_sending else restarted_message)(Asked(export.user, again))
            if export.message is None or not await self._messages.change(export.message, said):
                await self._post(said, export.user)

    async def _watch(self, team: Callable[[], Awaitable[str]], stop: asyncio.Event) -> None:
        is_stopped = False
        while not is_stopped:
            try:
                await self.tell_abandoned(await team())
            except (SQLAlchemyError, OSError, DatabaseUnusable, StartupError) as error:
                _log.warning("exports_not_watched", reason=reason_of(error))
            is_stopped = await _is_set_within(stop, self._times.watch)

    async def _run(self, running: _Running) -> None:
        """Make an export, and tell its end."""
        job = running.job
        try:
            said = await self._end_of(running)
            await write_to_end(self._tell(running, said))
        finally:
            del self._running[job.key]

    async def _end_of(self, running: _Running) -> Message:
        """Make an export; return what its person is told in the end."""
        job = running.job
        try:
            async with Spool() as spool:
                return await self._make(running, spool)
        except asyncio.CancelledError:
            by = await self._noted(self._store.canceller(job.key))
            _log.info("export_ended", cancelled=by is not None)
            return cancelled_message(by, job.asked) if by else restarted_message(job.asked)
        except FilesNotAllowed:
            return failed_message("this bot may not send files any more.", (), job.asked)
        except FileNotSent as error:
            lines = not_sent_lines(str(error))
            return failed_message("the file may not be there.", lines, job.asked)
        except (sqlite3.Error, OSError) as error:
            _log.error("export_not_written", reason=reason_of(error))
            return failed_message("it could not be written.", disk_lines(), job.asked)
        except Exception:  # noqa: BLE001 - nothing that goes wrong leaves the person waiting
            _log.exception("unexpected_error")
            advice = ("Something went wrong inside this bot. The log says what; trying again may help.",)
            return failed_message("no file was sent.", advice, job.asked)

    async def _make(self, running: _Running, spool: Spool) -> Message:
        job = running.job
        collector = Collector(job.plan, job.workflows, self._bounds, spool)
        stop = asyncio.Event()
        ticking = asyncio.create_task(self._tick(running, collector, stop))
        try:
            ending = await collector.collect()
            gaps = collector.gaps
            error = first_error(gaps)
            if spool.rows == 0 and error is not None and ending == "whole":
                problem = explain(error)
                return failed_message(problem.title, problem.advice, job.asked)
            is_partial = ending != "whole" or bool(gaps)
            name = f"{job.file_name}{'_partial' if is_partial else ''}.{job.plan.lines.format}"
            file_id = ""
            if spool.rows:
                file_id = await self._upload(running, await spool.write(job.plan.lines.head), name)
        finally:
            # Not cancelled: a write that is cut off keeps an SQLite database locked, and a change of the
            # message that is under way may be shown after the last one.
            stop.set()
            await write_to_end(_wait_for(ticking))
        result = Result(
            name=name,
            rows=spool.rows,
            ending=ending,
            complete_since=complete_since(gaps),
            unread=[gap.window.stream for gap in gaps if gap.error is not None],
            error=error,
            unreadable_rows=collector.unreadable_rows,
            unknown=collector.unknown,
            is_some=job.is_some,
        )
        if file_id:
            if await self._noted(self._store.beat(job.key)) is False:  # cancelled at the last moment
                raise asyncio.CancelledError
            running.is_sending = True  # from here on it is no more certain that nobody sees the file
            await write_to_end(self._show(running, file_id, name))
        _log.info("export_ended", rows=result.rows, partial=result.is_partial, ending=ending)
        return result_message(result, job.asked, self._bounds)

    async def _show(self, running: _Running, file_id: str, name: str) -> None:
        """Show an uploaded file.

        Raises:
            FilesNotAllowed, FileNotSent: Slack does not, or does not say so.
        """
        await self._noted(self._store.send(running.job.key))
        await self._files.show(file_id, name, running.message.channel)

    async def _upload(self, running: _Running, written: WrittenFile, name: str) -> str:
        """Upload a file, which nobody sees yet; return Slack's id of it.

        Raises:
            FilesNotAllowed, FileNotSent: Slack does not take it.
        """
        job = running.job
        running.is_uploading = True
        await self._messages.change(running.message, sending_message(written.rows, job.asked))
        for _ in range(_UPLOADS - 1):
            try:
                return await self._files.upload(written.file, written.size, name)
            except FileNotSent:
                await asyncio.sleep(self._times.upload.total_seconds())
        return await self._files.upload(written.file, written.size, name)

    async def _tick(self, running: _Running, collector: Collector, stop: asyncio.Event) -> None:
        """Tell how far an export is, say that this process makes it, and end it if somebody cancelled it."""
        job = running.job
        shown: Message | None = None
        while not await _is_set_within(stop, self._times.progress):
            if await self._noted(self._store.beat(job.key)) is False and running.task is not None:
                running.task.cancel()
                return
            said = self._progress_message(job, collector.progress)
            if said != shown and not running.is_uploading:
                await self._messages.change(running.message, said)
                shown = said

    async def _noted(self, noting: Awaitable[_T]) -> _T | None:
        """Return what the database says; None where it does not answer: an export goes on without it."""
        try:
            return await noting
        except (SQLAlchemyError, OSError) as error:
            _log.warning("export_not_noted", reason=reason_of(error))
            return None

    async def _tell(self, running: _Running, said: Message) -> None:
        """Tell the end of an export in place of its progress; failing that, below or directly."""
        job = running.job
        is_told = await self._messages.change(running.message, said)
        is_told = is_told or await self._post(said, running.message.channel)
        if not is_told and job.to != job.asked.user:
            await self._post(said, job.asked.user)
        await self._noted(self._store.end(job.key))

    def _progress_message(self, job: Job, progress: Progress) -> Message:
        waits = progress.waits_until
        if waits is not None:
            waits = max(0.0, waits - asyncio.get_running_loop().time())
        return progress_message(progress, job.asked, job.cancel, waits)

    async def _post(self, said: Message, to: str) -> bool:
        try:
            await self._messages.post(said, to)
        except NotPosted as error:
            _log.error("answer_undeliverable", reason=str(error))
            return False
        return True


async def _is_set_within(event: asyncio.Event, span: timedelta) -> bool:
    """Return whether an event is set, after at most a while."""
    with suppress(TimeoutError):
        async with asyncio.timeout(span.total_seconds()):
            await event.wait()
    return event.is_set()


async def _wait_for(task: "asyncio.Task[None]") -> None:
    await asyncio.wait([task])
