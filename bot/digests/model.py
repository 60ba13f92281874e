"""What a digest is: a plan that somebody made for a channel, what became of it, and each time it was due."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, Final, Literal

from pydantic import Field

from bot.cloudflare.models import STATUSES, Status
from bot.language.durations import DEFAULT_WINDOW, window_text
from bot.language.schedule import Schedule
from bot.language.tokens import COMMAND, in_quotes, quote

ERRORED: Final = Status("errored")
MOST_WORKFLOWS: Final = 20
MOST_MENTIONS: Final = 5

_UNBRACKETED: Final = str.maketrans("", "", "()")


@dataclass(frozen=True, slots=True)
class Mention:
    """Who is called when something failed.

    Attributes:
        kind: a person, a user group, or everybody at hand.
        id: Slack's id; for `everybody` it is `here` or `channel`.
        name: as it was typed, without its `@`; empty where Slack did not say.
    """

    kind: Literal["person", "group", "everybody"]
    id: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class DigestSpec:
    """What a team wants to know, where and when.

    Attributes:
        channel: Slack's id of it.
        schedule: when it is due.
        account: as settings name it; None means the default account.
        workflows: their names; none means all of the account.
        status: whose new instances stand at the top.
        window: how far back the chart goes, and the first digest, before which there was none.
        quiet: say nothing when there is nothing new.
        mentions: who is called when there is.
        daily_thread: only the day's first stands in the channel, the others in its thread.
        zone_assumed: UTC stands in for the zone of the creator, whom nobody asked for another. Slack did not
            tell it, and is asked again until it does, see `digests/zones.py`.
    """

    channel: str
    schedule: Schedule
    account: str | None = None
    workflows: tuple[str, ...] = ()
    status: Status = ERRORED
    window: timedelta = DEFAULT_WINDOW
    quiet: bool = False
    mentions: tuple[Mention, ...] = ()
    daily_thread: bool = False
    zone_assumed: bool = False

    def subject(self, default_account: str) -> tuple[object, ...]:
        """Return its times, channel and contents: two plans with the same ones are duplicates."""
        account = self.account or default_account
        return self.channel, self.schedule, account, frozenset(self.workflows), self.status


@dataclass(frozen=True, slots=True)
class Baseline:
    """What the last digest knew, for the next one to say what is new.

    Attributes:
        at: the moment up to which it reported everything.
        counts: instances by workflow and status, zeros left out; None where they could not be read.
        partial: workflows may be missing, as not even their names could be read.
        news: how many instances newly had the plan's status, by the hour in which they ended.
        reported_ids: those that ended in the last moments before `at`, as `workflow/id`: they are no news,
            but another instance that ended then and came to light later is.
        behind: workflows that could not be read, and up to when they were reported. Their counts and ids are
            of that moment, too: the next digest catches up.
    """

    at: datetime
    counts: Mapping[str, Mapping[Status, int] | None] = field(default_factory=dict)
    partial: bool = False
    news: Mapping[datetime, int] = field(default_factory=dict)
    reported_ids: Annotated[frozenset[str], Field(alias="told")] = frozenset()
    behind: Mapping[str, datetime] = field(default_factory=dict)

    def at_of(self, workflow: str) -> datetime:
        """Return the moment up to which everything of a workflow was reported."""
        return self.behind.get(workflow, self.at)

    def counts_of(self, workflow: str) -> Mapping[Status, int] | None:
        """Return a workflow's counts by status, none if it did not exist; None if they are unknown."""
        return self.counts.get(workflow, None if self.partial else {})


@dataclass(frozen=True, slots=True)
class Digest:
    """A plan that is kept.

    Attributes:
        number: what people call it by.
        team: Slack's id of the workspace it belongs to.
        plan: as its creator, or whoever changed it, wants it.
        creator: Slack's id of who made it.
        created_at: when.
        state: whether it goes out; a deleted one can be restored for a while.
        pause_reason: why it paused itself, in words; None where a person paused it.
        next_due: its next slot; None unless it is active.
        baseline: what its last run knew; None before the first.
    """

    number: int
    team: str
    plan: DigestSpec
    creator: str
    created_at: datetime
    state: Literal["active", "paused", "deleted"] = "active"
    pause_reason: str | None = None
    next_due: datetime | None = None
    baseline: Baseline | None = None


RunState = Literal["due", "sent", "quiet", "missed", "failed"]


@dataclass(frozen=True, slots=True)
class DigestRun:
    """One time that a digest was due, or was asked for.

    Attributes:
        digest: its number.
        slot: what names the run among those of its digest: `schedule.slot_key`, or `now:` and a random text.
        due_at: when it was due.
        state: `due` until it has come to something.
        attempt: how often it was tried before and put off, as Cloudflare or Slack did not answer.
        began_at: when it was first tried.
        ended_at: when it came to something.
        news: how many instances it reported.
        detail: why it failed or was put off, in words.
    """

    digest: int
    slot: str
    due_at: datetime
    state: RunState = "due"
    attempt: int = 0
    began_at: datetime | None = None
    ended_at: datetime | None = None
    news: int | None = None
    detail: str | None = None


def spec_command(plan: DigestSpec, channel: str) -> str:
    """Return the command for the same digest; `channel` is its name with `#`, or Slack's markup for it."""
    schedule = plan.schedule.in_words().translate(_UNBRACKETED).replace(" at ", " ")
    words = [COMMAND, "digest create", channel, schedule]
    for name in plan.workflows:
        one_name = "," not in name and name.lower() != "all"
        words.append(f"workflow:{quote(name) if one_name else in_quotes(name)}")
    if plan.status != ERRORED:
        words.append(f"status:{plan.status if plan.status in STATUSES else in_quotes(plan.status)}")
    if plan.window != DEFAULT_WINDOW:
        words.append(f"window:{window_text(plan.window)}")
    if plan.quiet:
        words.append("quiet")
    words += [f"mention:@{mention.name or mention.id}" for mention in plan.mentions]
    if plan.daily_thread:
        words.append("thread:daily")
    if plan.account:
        words.append(f"account:{quote(plan.account)}")
    return " ".join(words)
