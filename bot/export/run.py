"""Make one export: read, tell how far it is, send the file, and tell its end, whatever it is."""

import asyncio
import sqlite3
from collections.abc import Awaitable
from contextlib import suppress
from datetime import timedelta
from typing import Final, TypeVar

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.export.collector import Collector, Progress
from bot.export.job import Job, Services
from bot.export.messages import (
    cancelled_message,
    disk_lines,
    failed_message,
    not_sent_lines,
    progress_message,
    restarted_message,
    result_message,
    sending_message,
)
from bot.export.result import Result
from bot.export.spool import Spool, WrittenFile
from bot.export.store import ExportForgotten, StoredExport
from bot.reasons import reason_of
from bot.slack.edited_messages import EditedMessages, NotPosted, PostedMessage
from bot.slack.files import FileNotSent, FilesNotAllowed
from bot.storage.database import write_to_end
from bot.ui.elements import Message
from bot.ui.explanations import explain

_log = structlog.get_logger(__name__)
_T = TypeVar("_T")


class ExportRun:
    """An export under way.

    Args:
        job: what is made.
        message: tells of it.
        services: what it is made with.
    """

    def __init__(self, job: Job, message: PostedMessage, services: Services) -> None:
        self.job: Final = job
        self._message = message
        self._with = services
        self._shown = job.first_message()
        self._cancelled_by: str | None = None
        self._is_stopped = False
        self._is_closing = False
        self._outcome = "failed"
        self._is_sending = False
        self._is_over = False
        self._changing = asyncio.Lock()
        self.task: Final = asyncio.create_task(self._run())

    def cancel(self, user: str) -> bool:
        """End it for a person; return whether that is still possible: its file may be shown already."""
        if self._is_sending or self._is_over:
            return False
        self._cancelled_by = self._cancelled_by or user
        self._end_early()
        return True

    def stop(self) -> None:
        """End it as the process ends; its person is told."""
        self._is_closing = True
        self._end_early()

    def _end_early(self) -> None:
        self._is_stopped = True
        self.task.cancel()

    async def _run(self) -> None:
        """Make the export, and tell its end. All the while the database is told that it goes on."""
        ended = asyncio.Event()
        beating = asyncio.create_task(self._beat(ended))
        try:
            said = await self._make()
            self._is_over = True
            await write_to_end(self._tell(said))
        finally:
            # Not cancelled: a write that is cut off keeps an SQLite database locked.
            ended.set()
            await write_to_end(_wait_for(beating))
        await self._forget(said)

    async def _make(self) -> Message:
        """Make the export; return what its person is told in the end."""
        asked = self.job.asked
        try:
            async with Spool() as spool:
                return await self._read_and_send(spool)
        except asyncio.CancelledError:
            by = self._cancelled_by
            self._outcome = "cancelled" if by else "interrupted"
            _log.info("export_ended", cancelled=by is not None)
            return cancelled_message(by, asked) if by else restarted_message(asked)
        except FilesNotAllowed:
            return failed_message("this bot may not send files any more.", (), asked)
        except FileNotSent as error:
            return failed_message("the file may not be there.", not_sent_lines(str(error)), asked)
        except (sqlite3.Error, OSError) as error:
            _log.error("export_not_written", reason=reason_of(error))
            return failed_message("it could not be written.", disk_lines(), asked)
        except Exception:  # noqa: BLE001 - nothing that goes wrong leaves the person waiting
            _log.exception("unexpected_error")
            advice = ("Something went wrong inside this bot. The log says what; trying again may help.",)
            return failed_message("no file was sent.", advice, asked)

    async def _read_and_send(self, spool: Spool) -> Message:
        job = self.job
        collector = Collector(job.plan, self._with.bounds, spool)
        is_read = asyncio.Event()
        telling = asyncio.create_task(self._tell_progress(collector, is_read))
        try:
            ending = await collector.collect()
            result = collector.result(ending)
            written = await spool.write(job.plan.lines.head) if result.rows else None
        finally:
            # Not cancelled: a change of the message that is under way may be shown after the last one.
            is_read.set()
            await write_to_end(_wait_for(telling))
        if result.failure is not None:
            problem = explain(result.failure)
            return failed_message(problem.title, problem.advice, job.asked)
        if written is not None:
            await self._send(written, result)
        self._outcome = "partial" if result.is_partial else "whole"
        _log.info("export_ended", rows=result.rows, partial=result.is_partial, ending=ending)
        return result_message(result, job.asked, self._with.bounds)

    async def _send(self, written: WrittenFile, result: Result) -> None:
        """Send the file, unless the export is cancelled before it may be shown.

        Raises:
            FilesNotAllowed, FileNotSent: Slack does not take it, or does not say so.
        """
        self._raise_if_stopped()  # while the last change of the message was waited for
        await self._show(sending_message(written.rows, self.job.asked, self.job.cancel))
        file_id = await self._upload(written, result.name)
        with suppress(ExportForgotten):
            by = await write_to_end(note(self._with.store.send(self.job.key)))
            if by is not None:
                self.cancel(by)
        self._raise_if_stopped()
        self._is_sending = True  # from here on it is no more certain that the file is not shown
        await write_to_end(self._with.files.show(file_id, result.name, self._message.channel))

    def _raise_if_stopped(self) -> None:
        if self._is_stopped:
            raise asyncio.CancelledError

    async def _upload(self, written: WrittenFile, name: str) -> str:
        """Upload a file, which is not shown yet; return Slack's id of it.

        Raises:
            FilesNotAllowed, FileNotSent: Slack does not take it.
        """
        intervals, clock = self._with.intervals, asyncio.get_running_loop().time
        until = clock() + intervals.sending.total_seconds()
        pauses = iter(intervals.uploads)
        while True:
            try:
                return await self._with.files.upload(written.file, written.size, name, until)
            except FileNotSent:
                pause = next(pauses, intervals.sending).total_seconds()
                if clock() + pause >= until:
                    raise
            await asyncio.sleep(pause)

    async def _tell_progress(self, collector: Collector, is_read: asyncio.Event) -> None:
        """Tell how far the export is, until all is read."""
        while not await is_set_within(is_read, self._with.intervals.progress):
            said = self._progress_message(collector.progress)
            if said != self._shown:
                await self._show(said)

    async def _beat(self, ended: asyncio.Event) -> None:
        """Say that this process makes the export, and end it if a person cancelled it elsewhere."""
        while not await is_set_within(ended, self._with.intervals.beat):
            try:
                by = await note(self._with.store.beat(self.job.key))
            except ExportForgotten:
                await self._restore()
            else:
                if by is not None:
                    self.cancel(by)

    async def _restore(self) -> None:
        """Go on with an export that another process took for abandoned, as the database did not answer here.

        It told the person so, in place of the progress. That comes back, and in the end the file.
        """
        _log.warning("export_goes_on")
        job = self.job
        export = StoredExport(
            job.key, job.asked.user, job.asked.again.sent(), self._message, self._is_sending
        )
        await note(self._with.store.restore(export, job.team))
        await self._show(self._shown)

    async def _show(self, said: Message) -> None:
        """Tell how far the export is, unless its end is told."""
        async with self._changing:
            if not self._is_over:
                await self._with.messages.change(self._message, said)
                self._shown = said

    async def _tell(self, said: Message) -> None:
        """Tell the end of the export in place of its progress; failing that, below or directly."""
        job, messages = self.job, self._with.messages
        async with self._changing:
            is_told = await messages.change(self._message, said)
        is_told = is_told or await post(messages, said, self._message.channel)
        if not is_told and job.to != job.asked.user:
            await post(messages, said, job.asked.user)

    async def _forget(self, said: Message) -> None:
        """Have the database forget the export, however long it takes to answer.

        Another process would take it for abandoned later, and tell so in place of its end. If one did so
        already, the end is told again. As this process ends, the database is asked once more; what it does
        not take is in the log.
        """
        pause = self._with.intervals.beat.total_seconds()
        while (was_there := await self._end()) is None:
            if self._is_closing:
                _log.error("export_not_forgotten", key=self.job.key, outcome=self._outcome)
                return
            try:
                await asyncio.sleep(pause)
            except asyncio.CancelledError:
                self._is_closing = True
        if not was_there:
            await write_to_end(self._tell(said))

    async def _end(self) -> bool | None:
        return await write_to_end(note(self._with.store.end(self.job.key)))

    def _progress_message(self, progress: Progress) -> Message:
        waits = progress.waits_until
        if waits is not None:
            waits = max(0.0, waits - asyncio.get_running_loop().time())
        return progress_message(progress, self.job.asked, self.job.cancel, waits)


async def post(messages: EditedMessages, said: Message, to: str) -> bool:
    """Post a message of an export; return whether it is there."""
    try:
        await messages.post(said, to)
    except NotPosted as error:
        _log.error("answer_undeliverable", reason=str(error))
        return False
    return True


async def note(work: Awaitable[_T]) -> _T | None:
    """Return what the database says; None where it does not answer: an export goes on without it."""
    try:
        return await work
    except (SQLAlchemyError, OSError) as error:
        _log.warning("export_not_noted", reason=reason_of(error))
        return None


async def is_set_within(event: asyncio.Event, span: timedelta) -> bool:
    """Return whether an event is set, after at most a while."""
    with suppress(TimeoutError):
        async with asyncio.timeout(span.total_seconds()):
            await event.wait()
    return event.is_set()


async def _wait_for(task: "asyncio.Task[None]") -> None:
    await asyncio.wait([task])
