"""Seeds a realistic account, which depends only on the seed, the number of instances and the time."""

from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import accumulate
from random import Random
from typing import Final

from bot.playground.simulators.cloudflare.history_generator import HistoryGenerator
from bot.playground.simulators.cloudflare.many_steps import ManySteps
from bot.playground.simulators.cloudflare.model import ENDED_STATUSES, Cron, Schedule
from bot.playground.simulators.cloudflare.profiles import (
    NIGHTLY_CLEANUP,
    ORDER_PROCESSING,
    PROFILES,
    WORKFLOW_AGE,
    Profile,
)
from bot.playground.simulators.cloudflare.records import (
    InstanceFields,
    Records,
    StoredWorkflow,
    new_instance,
    new_workflow,
    version_id,
)
from bot.playground.simulators.cloudflare.wire import to_milliseconds

_RETENTION: Final = timedelta(days=7)
_LONGEST_RUN: Final = timedelta(minutes=15)

_NEWEST_ORDERS: Final = {
    0: "queued",
    1: "running",
    2: "waiting",
    4: "errored",
    5: "running",
    7: "waitingForPause",
    9: "rollingBack",
    11: "paused",
    13: "terminated",
}
"""The statuses of the newest orders, by age, so that a small account has every status."""

_STATUS_WEIGHTS: Final = {
    "complete": 85.0,
    "errored": 8.0,
    "terminated": 3.0,
    "waiting": 2.0,
    "paused": 1.0,
    "rollingBack": 0.5,
    "waitingForPause": 0.5,
}
"""The frequency of each status among older instances, in percent."""

_REGRESSION_WEIGHTS: Final = _STATUS_WEIGHTS | {"errored": 150.0}
"""The same for a version with a regression."""

_STATUSES: Final = tuple(_STATUS_WEIGHTS)
_STATUS_BOUNDS: Final = tuple(accumulate(_STATUS_WEIGHTS.values()))
_REGRESSION_BOUNDS: Final = tuple(accumulate(_REGRESSION_WEIGHTS.values()))


@dataclass(frozen=True, slots=True)
class _Position:
    """The position of an instance: its number from the oldest, its age from the newest."""

    number: int
    age: int
    created_on: datetime


def seed_account(records: Records, seed: int, instances: int, now: datetime) -> None:
    """Add the workflows with this many instances in all, created before ``now``."""
    random = Random(seed)  # noqa: S311  a data set, not a secret
    now = to_milliseconds(now)
    for profile, number in _shares(instances).items():
        crons = (profile.cron,) if profile.cron else ()
        record = new_workflow(profile.name, now - WORKFLOW_AGE, crons)
        versions = [version_id(profile.name, place + 1) for place in range(len(profile.deployments))]
        deployed = replace(record, version_id=versions[-1], modified_on=now - profile.deployments[-1])
        workflow = StoredWorkflow(deployed)
        records.by_name[profile.name] = workflow
        for age, created_on in enumerate(_creation_times(profile, number, now, random)):
            position = _Position(number - age, age, created_on)
            fields = _instance(profile, position, now, random)
            fields["version_id"] = versions[_version_number(profile, now - created_on) - 1]
            workflow.put(new_instance(workflow, now, fields))


def _version_number(profile: Profile, age: timedelta) -> int:
    """Return the number, from 1, of the version that an instance of some age runs."""
    return max(1, sum(deployment >= age for deployment in profile.deployments))


def lengthen_newest(records: Records, number: int, now: datetime) -> None:
    """Give the newest cleanup that completed, and had the time, a number of steps."""
    workflow = records.find(NIGHTLY_CLEANUP.name)
    for instance in reversed(workflow.instances):
        steps = ManySteps(number, instance.started_on or instance.created_on, "delete batch")
        if instance.status == "complete" and steps.end <= now:
            workflow.put(replace(instance, steps=steps, ended_on=steps.end, modified_on=steps.end))
            return


def _shares(instances: int) -> dict[Profile, int]:
    """Distribute the instances; orders get those that exceed the retention of a cron schedule."""
    shares = {profile: _cap_to_retention(profile, int(instances * profile.share)) for profile in PROFILES}
    shares[ORDER_PROCESSING] += instances - sum(shares.values())
    return shares


def _cap_to_retention(profile: Profile, number: int) -> int:
    return number if profile.cron is None else min(number, _RETENTION // profile.cron.period)


def _creation_times(profile: Profile, number: int, now: datetime, random: Random) -> Iterator[datetime]:
    """Yield creation times, newest first."""
    if profile.cron is not None:
        yield from _slots(profile.cron, number, now)
        return
    gap = min(profile.interval, _RETENTION / max(number, 1)).total_seconds()
    moment = now
    for _ in range(number):
        moment -= timedelta(seconds=random.uniform(0.2, 1.8) * gap)
        yield to_milliseconds(moment)


def _slots(cron: Cron, number: int, now: datetime) -> Iterator[datetime]:
    for age in range(number):
        yield cron.newest_slot(now) - age * cron.period


def _is_regression(profile: Profile, since_creation: timedelta) -> bool:
    """Return whether an instance runs the newest version, and that version is worse than the others."""
    return profile.regression is not None and since_creation < profile.deployments[-1]


def _status(profile: Profile, age: int, since_creation: timedelta, random: Random) -> str:
    bounds = _REGRESSION_BOUNDS if _is_regression(profile, since_creation) else _STATUS_BOUNDS
    status = _STATUSES[bisect(bounds, random.random() * bounds[-1])]
    if profile is ORDER_PROCESSING:
        status = _NEWEST_ORDERS.get(age, status)
    too_young = since_creation < _LONGEST_RUN and status in ENDED_STATUSES
    return "running" if too_young else status


def _instance(profile: Profile, position: _Position, now: datetime, random: Random) -> InstanceFields:
    status = _status(profile, position.age, now - position.created_on, random)
    start = min(now, position.created_on + timedelta(milliseconds=random.randrange(80, 2500)))
    is_regression = _is_regression(profile, now - position.created_on)
    history = HistoryGenerator(profile, start, now, random, is_regression).generate(status)
    return {
        "id": profile.instance_id(position.number, position.created_on, random),
        "status": status,
        "created_on": position.created_on,
        "started_on": None if status == "queued" else start,
        "ended_on": history.ended_on,
        "trigger_source": profile.trigger,
        "params": profile.params(position.number, random),
        "steps": history.steps,
        "output": history.output,
        "error": history.error,
        "schedule": None if profile.cron is None else Schedule(profile.cron.line, position.created_on),
    }
