"""The instances of a workflow in a live account: seeded ones, and new ones as time passes."""

from collections.abc import Iterator
from datetime import datetime
from random import Random
from typing import NamedTuple

from bot.playground.simulators.cloudflare.lifecycle_generator import LifecycleGenerator, choose_outcome
from bot.playground.simulators.cloudflare.lifecycles import LONGEST_LIFECYCLE, RETENTION, Lifecycle
from bot.playground.simulators.cloudflare.model import InstanceRecord, Schedule
from bot.playground.simulators.cloudflare.profiles import Profile
from bot.playground.simulators.cloudflare.records import StoredWorkflow, new_instance
from bot.playground.simulators.cloudflare.wire import to_milliseconds


class _NewInstance(NamedTuple):
    """The creation of an instance, and the random generator for the rest of it."""

    number: int
    created_on: datetime
    random: Random


class InstanceSource:
    """Creates the instances of one workflow: at each slot of its cron line, or at random intervals.

    Only the seed, the workflow and the instance's number determine a lifecycle.
    """

    def __init__(self, profile: Profile, workflow: StoredWorkflow, seed: int, start: datetime) -> None:
        self.workflow = workflow
        self._profile = profile
        self._seed = f"{seed}/{profile.name}"
        self._outcome_offset = Random(self._seed).random()  # noqa: S311  a data set, not a secret
        self._start = start
        if profile.cron is None:
            self._period, self._first_slot = profile.live_interval, start
        else:
            self._period = profile.cron.period
            self._first_slot = profile.cron.newest_slot(start) + self._period
        self._first_number = len(workflow.instances) + 1
        self._next = self._draw_instance(self._first_number)

    def continue_seeded(self) -> Iterator[Lifecycle]:
        """Yield the lifecycles of the seeded instances."""
        for number, instance in enumerate(self.workflow.instances, 1):
            if instance.ended_on is None:
                yield self._lifecycle_of(instance, number, self._start, self._random(number))
            else:
                yield Lifecycle(instance)

    def start_due(self, now: datetime) -> Iterator[Lifecycle]:
        """Yield the lifecycles of all instances that are due.

        Instances whose retention has certainly ended are skipped. So if the clock jumps, only instances
        of the last ``RETENTION`` plus ``LONGEST_LIFECYCLE`` are created.
        """
        passed_over = (now - RETENTION - LONGEST_LIFECYCLE - self._first_slot) // self._period
        if self._first_number + passed_over > self._next.number:
            self._next = self._draw_instance(self._first_number + passed_over)
        while self._next.created_on <= now:
            new, self._next = self._next, self._draw_instance(self._next.number + 1)
            yield self._lifecycle_of(self._queue_instance(new), new.number, new.created_on, new.random)

    def _draw_instance(self, number: int) -> _NewInstance:
        random = self._random(number)
        delay = 0.0 if self._profile.cron else random.uniform(0.05, 0.95)
        created_on = self._first_slot + (number - self._first_number + delay) * self._period
        return _NewInstance(number, to_milliseconds(created_on), random)

    def _queue_instance(self, new: _NewInstance) -> InstanceRecord:
        profile, (number, created_on, random) = self._profile, new
        return new_instance(
            self.workflow,
            created_on,
            {
                "id": profile.instance_id(number, created_on, random),
                "status": "queued",
                "trigger_source": profile.trigger,
                "params": profile.params(number, random),
                "schedule": None if profile.cron is None else Schedule(profile.cron.line, created_on),
            },
        )

    def _lifecycle_of(
        self, instance: InstanceRecord, number: int, since: datetime, random: Random
    ) -> Lifecycle:
        generator = LifecycleGenerator(
            self._profile, choose_outcome(number, self._outcome_offset), random, since
        )
        return generator.generate(instance)

    def _random(self, number: int) -> Random:
        return Random(f"{self._seed}/{number}")  # noqa: S311  a data set, not a secret
