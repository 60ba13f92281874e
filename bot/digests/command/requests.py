"""What people ask of digests: typed, by a button, or by the form."""

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Annotated, ClassVar, Final

from pydantic import Field

from bot.browse.model import AnyQuery, HelpQuery
from bot.cloudflare.models import Status
from bot.digests.model import DigestSpec, Mention
from bot.language.command import Reading
from bot.language.schedule import Schedule
from bot.slack.requests import Request, RequestCodec

_ASSUMED: Final = "?"
_CARD: Final = "!"
_CARRIED: Final = re.compile(
    r"(?:(?P<number>[1-9][0-9]{0,8})(?:\.(?P<version>[0-9a-f]{16}))?)?(?P<assumed>\?)?(?P<card>!)?", re.ASCII
)


@dataclass(frozen=True, slots=True)
class OpenForm(Request):
    """A form for a new digest."""

    kind: ClassVar[str] = "digest_new"


@dataclass(frozen=True, slots=True)
class CreateDigest(Request):
    """A new digest.

    Attributes:
        plan: what was understood.
        channel_name: as it was typed, without its `#`; empty where Slack did not say, and for `here`.
    """

    kind: ClassVar[str] = "digest_create"
    plan: DigestSpec
    channel_name: str = ""


@dataclass(frozen=True, slots=True)
class ListDigests(Request):
    """The digests there are.

    Attributes:
        all: of all channels.
        wanted: the verb that was typed without a number: the person has to choose one.
    """

    kind: ClassVar[str] = "digest_list"
    all: bool = False
    wanted: str = ""


@dataclass(frozen=True, slots=True)
class OfDigest(Request):
    """A request about one digest.

    Attributes:
        number: the digest's.
        in_place: it was pressed on a card of the digest, and the answer takes the card's place.
    """

    number: int
    in_place: bool = False


@dataclass(frozen=True, slots=True)
class ShowDigest(OfDigest):
    """Everything about one digest."""

    kind: ClassVar[str] = "digest_show"


@dataclass(frozen=True, slots=True)
class PreviewDigest(OfDigest):
    """What a digest would say now, to the person who asks."""

    kind: ClassVar[str] = "digest_preview"


@dataclass(frozen=True, slots=True)
class RunDigest(OfDigest):
    """A digest at once, to its channel."""

    kind: ClassVar[str] = "digest_run"


@dataclass(frozen=True, slots=True)
class PauseDigest(OfDigest):
    """No more of a digest until it is resumed."""

    kind: ClassVar[str] = "digest_pause"


@dataclass(frozen=True, slots=True)
class ResumeDigest(OfDigest):
    """A paused digest again."""

    kind: ClassVar[str] = "digest_resume"


@dataclass(frozen=True, slots=True)
class EditDigest(OfDigest):
    """A form for an existing digest."""

    kind: ClassVar[str] = "digest_edit"


@dataclass(frozen=True, slots=True)
class DigestChanges:
    """Changes to a digest; None for what stays as it is.

    Attributes:
        cron: of its schedule.
        zone: the IANA name of its schedule's zone.
        channel: Slack's id of it.
        channel_name: as it was typed, without its `#`; empty where Slack did not say.
        account: as settings name it.
        workflows: their names; none means all.
        status: whose new instances stand at the top.
        window: how far back the chart goes.
        quiet: say nothing when there is nothing new.
        mentions: who is called, in place of those before.
        daily_thread: only the day's first stands in the channel.
        readings: what was taken for what.
    """

    cron: str | None = None
    zone: str | None = None
    channel: str | None = None
    channel_name: str = ""
    account: str | None = None
    workflows: tuple[str, ...] | None = None
    status: Status | None = None
    window: timedelta | None = None
    quiet: bool | None = None
    mentions: tuple[Mention, ...] | None = None
    daily_thread: bool | None = None
    readings: tuple[Reading, ...] = ()

    def apply(self, plan: DigestSpec) -> DigestSpec:
        """Return a plan with the changes."""
        names = ("channel", "account", "workflows", "status", "window", "quiet", "mentions", "daily_thread")
        changed = {name: value for name in names if (value := getattr(self, name)) is not None}
        schedule = Schedule(self.cron or plan.schedule.cron, self.zone or plan.schedule.zone)
        zone_assumed = plan.zone_assumed and self.zone is None
        return replace(plan, schedule=schedule, zone_assumed=zone_assumed, **changed)


@dataclass(frozen=True, slots=True)
class ChangeDigest(OfDigest):
    """Typed changes to a digest."""

    kind: ClassVar[str] = "digest_change"
    changes: DigestChanges = DigestChanges()


@dataclass(frozen=True, slots=True)
class DeleteDigest(OfDigest):
    """A digest no more."""

    kind: ClassVar[str] = "digest_delete"


@dataclass(frozen=True, slots=True)
class RestoreDigest(OfDigest):
    """A deleted digest again."""

    kind: ClassVar[str] = "digest_restore"


@dataclass(frozen=True, slots=True)
class OfInstances(Request):
    """Instances of one workflow that a digest reported.

    Attributes:
        digest: its number.
        query: the list that has them, as it is now.
        account: the account's name, also where the query leaves it to the default.
        until: when they were counted, in seconds since 1970.
        instances: the id of each and when it came to its status, likewise, the newest first.
        exact: False where the digest may not have seen all.
        offset: the first one to show, from 0.
    """

    digest: int
    query: AnyQuery
    account: str
    until: int
    instances: tuple[tuple[str, int], ...]
    exact: bool = True
    offset: Annotated[int, Field(ge=0)] = 0

    def command(self) -> str:
        """Return what to type for the list."""
        return self.query.command()


@dataclass(frozen=True, slots=True)
class OpenInstances(OfInstances):
    """Show the first of them in a new message."""

    kind: ClassVar[str] = "digest_instances"


@dataclass(frozen=True, slots=True)
class TurnInstances(OfInstances):
    """Show other ones of them in place of the message."""

    kind: ClassVar[str] = "digest_instances_turn"


@dataclass(frozen=True, slots=True)
class SaveDigest(Request):
    """The submitted form: of a new digest, or of the digest of a number.

    Attributes:
        number: the digest's; None for a new one.
        version: `plan_version` of the plan that the form was opened with; empty where that is not known.
        zone_assumed: UTC stood in the form because Slack had not told the person's time zone.
        in_place: it was opened from a card of the digest, and the answer takes the card's place.
    """

    kind: ClassVar[str] = "digest_save"
    number: int | None = None
    version: str = ""
    zone_assumed: bool = False
    in_place: bool = False

    @classmethod
    def read(cls, carried: str) -> "SaveDigest | None":
        """Read what `carried` wrote; None if it is anything else."""
        found = _CARRIED.fullmatch(carried)
        if found is None:
            return None
        number = int(found["number"]) if found["number"] else None
        return cls(number, found["version"] or "", bool(found["assumed"]), bool(found["card"]))

    def carried(self) -> str:
        """Write what the form has to remember, as `7.8d969eef6ecad3c2`."""
        number = "" if self.number is None else str(self.number)
        marks = f"{_ASSUMED if self.zone_assumed else ''}{_CARD if self.in_place else ''}"
        return f"{number}{'.' if self.version else ''}{self.version}{marks}"


@dataclass(frozen=True, slots=True)
class PreviewForm(Request):
    """What a digest would say that is made of the form as it stands."""

    kind: ClassVar[str] = "digest_form_preview"


@dataclass(frozen=True, slots=True)
class SuggestZones(Request):
    """Time zones for a menu."""

    kind: ClassVar[str] = "digest_zone"
    typed: str = ""


@dataclass(frozen=True, slots=True)
class SuggestWorkflows(Request):
    """Workflows for a menu."""

    kind: ClassVar[str] = "digest_workflows"
    typed: str = ""


DigestRequest = OpenForm | CreateDigest | ListDigests | OfDigest | HelpQuery
"""What a command about digests asks for."""

DIGEST_CODEC: Final = RequestCodec(
    (
        ShowDigest,
        PreviewDigest,
        RunDigest,
        PauseDigest,
        ResumeDigest,
        EditDigest,
        DeleteDigest,
        RestoreDigest,
    ),
    common=b'digest_{"number":',
)
"""Writes and reads what the buttons of digests carry. A button's action id is its request's kind."""
