"""An export that was asked for, and what exports are made with."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from bot.export.collector import NOTHING_YET
from bot.export.messages import Asked, progress_message
from bot.export.plan import Bounds, ExportPlan
from bot.export.store import ExportStore
from bot.slack.edited_messages import EditedMessages
from bot.slack.files import FileSender
from bot.ui.elements import Message


@dataclass(frozen=True, slots=True)
class Intervals:
    """How often things are done, and how long they may take.

    Attributes:
        progress: between two changes of the message that tells how far an export is.
        beat: between two notes that an export goes on.
        watch: between two looks for exports that no process makes any more.
        uploads: before each further upload of a file. It is not shown before all of it is there.
        sending: for all uploads of a file together.
    """

    progress: timedelta = timedelta(seconds=4)
    beat: timedelta = timedelta(seconds=4)
    watch: timedelta = timedelta(seconds=30)
    uploads: tuple[timedelta, ...] = (timedelta(seconds=5), timedelta(seconds=30), timedelta(seconds=60))
    sending: timedelta = timedelta(minutes=15)


DEFAULT_INTERVALS: Final = Intervals()


@dataclass(frozen=True, slots=True)
class Job:
    """An export that a person asked for.

    Attributes:
        key: names it in the database.
        cancel: the value of the button that cancels it.
        team: Slack's id of the workspace.
        asked: who asked for it, and how.
        to: Slack's id of the channel that gets the file, or of the person.
        plan: what it reads.
    """

    key: str
    cancel: str
    team: str
    asked: Asked
    to: str
    plan: ExportPlan

    def first_message(self) -> Message:
        """Tell that nothing is read yet."""
        return progress_message(NOTHING_YET, self.asked, self.cancel, None)


@dataclass(frozen=True, slots=True)
class Services:
    """What exports are made with.

    Attributes:
        store: knows those of all processes.
        messages: tell of them.
        files: sends them.
        bounds: of every one.
        intervals: how often things are done.
    """

    store: ExportStore
    messages: EditedMessages
    files: FileSender
    bounds: Bounds
    intervals: Intervals
