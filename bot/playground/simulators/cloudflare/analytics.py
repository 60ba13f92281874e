"""GraphQL analytics of the simulated account: the events of its instances, counted.

It knows one form of query: `workflowsAdaptiveGroups` of one account, as this project's client writes it. The
events follow from the instances that there are, so that those past their retention have none, unlike in
production.
"""

import asyncio
import json
import re
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from zlib import crc32

from bot.playground.simulators.cloudflare.behaviour import Behaviour
from bot.playground.simulators.cloudflare.many_steps import ManySteps
from bot.playground.simulators.cloudflare.model import InstanceRecord
from bot.playground.simulators.cloudflare.records import Records
from bot.playground.simulators.cloudflare.steps import Sleep, Step, StepRecord
from bot.playground.simulators.cloudflare.wire import JsonObject, timestamp

_KEPT: Final = timedelta(days=31)
_MOST_GROUPS: Final = 10_000
_INSTANT: Final = timedelta(0)
_AT_ONCE: Final = 100
"""Instances whose events are counted before others, such as the bot in the playground, get their turn."""
_DATASET: Final = re.compile(
    r"accounts\(filter: \{accountTag: \$(?P<account>\w+)\}\).*"
    r"workflowsAdaptiveGroups\(limit: (?P<limit>\d+), filter: \{(?P<filter>[^}]*)\}, "
    r"orderBy: \[count_DESC\]\).*dimensions \{(?P<dimensions>[\w ]+)\}",
    re.DOTALL,
)
_CONDITION: Final = re.compile(r"(\w+): \$(\w+)")
_ENDS: Final = {
    "complete": "WORKFLOW_SUCCESS",
    "errored": "WORKFLOW_FAILURE",
    "terminated": "WORKFLOW_TERMINATED",
}


class QueryError(Exception):
    """A query that is refused; the message is the API's."""


@dataclass(frozen=True, slots=True)
class _Event:
    workflow: str
    instance: str
    kind: str
    at: datetime
    step: str = ""
    wall_time: timedelta = _INSTANT

    def dimension(self, name: str) -> str:
        """Return what the event has in a dimension.

        Raises:
            QueryError: there is no such dimension.
        """
        if name not in _DIMENSIONS:
            raise QueryError(f"unknown field {name}")
        return _DIMENSIONS[name](self)


_DIMENSIONS: Final[dict[str, Callable[[_Event], str]]] = {
    "workflowName": lambda event: event.workflow,
    "instanceId": lambda event: event.instance,
    "eventType": lambda event: event.kind,
    "stepName": lambda event: event.step,
    "date": lambda event: timestamp(event.at)[:10],
    "datetimeHour": lambda event: f"{timestamp(event.at)[:13]}:00:00Z",
    "datetime": lambda event: timestamp(event.at),
}


@dataclass(frozen=True, slots=True)
class _Query:
    limit: int
    conditions: tuple[tuple[str, Any], ...]
    dimensions: tuple[str, ...]

    def takes(self, event: _Event) -> bool:
        return all(_holds(event, name, value) for name, value in self.conditions)


async def answer_query(
    body: Any,  # noqa: ANN401  any JSON value
    account_id: str,
    records: Records,
    behaviour: Behaviour,
    now: datetime,
) -> JsonObject:
    """Return the answer to the body of a request, with the errors of one that is refused."""
    try:
        query = _read(body, account_id, now)
        until = now - behaviour.analytics_delay
        groups = await _grouped(query, _events(records, query, until), behaviour)
    except QueryError as error:
        extensions = {"timestamp": timestamp(now)}
        errors = [{"message": str(error), "path": None, "extensions": extensions}]
        return {"data": None, "errors": errors}
    return {"data": {"viewer": {"accounts": [{"workflowsAdaptiveGroups": groups}]}}, "errors": None}


def _read(body: Any, account_id: str, now: datetime) -> _Query:  # noqa: ANN401  any JSON value
    """Read a query and its variables.

    Raises:
        QueryError: it can't be read, or asks for what may not be asked for.
    """
    if not isinstance(body, dict) or not isinstance(body.get("query"), str):
        raise QueryError("error parsing args: no query")
    found, values = _DATASET.search(body["query"]), body.get("variables")
    if found is None or not isinstance(values, dict):
        raise QueryError("error parsing args: unknown form of query")
    if values.get(found["account"]) != account_id:
        raise QueryError("not authorized for that account")
    try:
        conditions = tuple((name, values[given]) for name, given in _CONDITION.findall(found["filter"]))
    except KeyError as error:
        raise QueryError(f"error parsing args: variable {error} is not set") from error
    since = next((value for name, value in conditions if name == "datetime_geq"), None)
    if since is None or datetime.fromisoformat(since) < now - _KEPT:
        raise QueryError(f"cannot request data older than {_KEPT.total_seconds():.0f}s")
    limit = int(found["limit"])
    if not 0 < limit <= _MOST_GROUPS:
        raise QueryError(f"limit must be positive number and not greater than {_MOST_GROUPS}")
    # Times come last, as they take longest to compare.
    ordered = sorted(conditions, key=lambda condition: condition[0].startswith("datetime"))
    return _Query(limit, tuple(ordered), tuple(found["dimensions"].split()))


def _holds(event: _Event, name: str, value: Any) -> bool:  # noqa: ANN401  any JSON value
    field, _, operator = name.partition("_")
    known = event.dimension(field)
    match operator:
        case "":
            return bool(known == value)
        case "in":
            return known in value
        case "geq":
            return known >= str(value)
        case "leq":
            return known <= str(value)
        case _:
            raise QueryError(f"unknown argument {name}")


async def _grouped(query: _Query, events: AsyncIterator[_Event], behaviour: Behaviour) -> list[JsonObject]:
    """Count events by their dimensions; of a sample, as many as it stands for."""
    weight = behaviour.analytics_sampling
    counts: dict[tuple[str, ...], list[Any]] = defaultdict(lambda: [0, _INSTANT])
    async for event in events:
        if query.takes(event) and (weight == 1 or _hash(event) % weight == 0):
            total = counts[tuple(event.dimension(name) for name in query.dimensions)]
            total[0] += weight
            total[1] += weight * event.wall_time
    largest = sorted(counts.items(), key=lambda item: (-item[1][0], item[0]))[: query.limit]
    return [
        {
            "count": count,
            "sum": {"wallTime": round(wall_time.total_seconds() * 1000)},
            "dimensions": dict(zip(query.dimensions, key, strict=True)),
        }
        for key, (count, wall_time) in largest
    ]


def _hash(event: _Event) -> int:
    return crc32(json.dumps([event.instance, event.kind, event.step, timestamp(event.at)]).encode())


async def _events(records: Records, query: _Query, until: datetime) -> AsyncIterator[_Event]:
    """Yield the events of all instances up to a time, or of those with the id that a query asks for."""
    conditions = dict(query.conditions)
    wanted, kinds = conditions.get("instanceId"), conditions.get("eventType_in")
    with_steps = kinds is None or not all(str(kind).startswith("WORKFLOW_") for kind in kinds)
    seen = 0
    for name, workflow in list(records.by_name.items()):
        found = workflow.instances if wanted is None else filter(None, [workflow.by_id.get(wanted)])
        for instance in list(found):
            for event in _events_of(name, instance, with_steps=with_steps):
                if event.at <= until:
                    yield event
            seen += 1
            if seen % _AT_ONCE == 0:
                await asyncio.sleep(0)


def _events_of(workflow: str, instance: InstanceRecord, *, with_steps: bool) -> Iterator[_Event]:
    yield _Event(workflow, instance.id, "WORKFLOW_QUEUED", instance.created_on)
    started_on, ended_on = instance.started_on, instance.ended_on
    if started_on is not None:
        yield _Event(workflow, instance.id, "WORKFLOW_START", started_on)
    has_few = with_steps and not isinstance(instance.steps, ManySteps)
    steps: Sequence[StepRecord] = instance.steps if has_few else ()
    for step in steps:
        for name, kind, at, lasted in _step_events(step):
            yield _Event(workflow, instance.id, kind, at, name, lasted)
    if ended_on is not None and instance.status in _ENDS:
        lasted = ended_on - (started_on or ended_on)
        yield _Event(workflow, instance.id, _ENDS[instance.status], ended_on, wall_time=lasted)


def _step_events(step: StepRecord) -> Iterator[tuple[str, str, datetime, timedelta]]:
    """Yield the name, the type, the time and the duration of each event of a step."""
    match step:
        case Step(name=name, attempts=attempts, kind="step"):
            yield name, "STEP_START", attempts[0].start, _INSTANT
            for attempt in attempts:
                yield name, "ATTEMPT_START", attempt.start, _INSTANT
                if attempt.end is not None and attempt.success is not None:
                    kind = "ATTEMPT_SUCCESS" if attempt.success else "ATTEMPT_FAILURE"
                    yield name, kind, attempt.end, attempt.end - attempt.start
            last = attempts[-1]
            if step.success is not None and last.end is not None:
                kind = "STEP_SUCCESS" if step.success else "STEP_FAILURE"
                yield name, kind, last.end, last.end - attempts[0].start
        case Sleep(name=name, start=start, end=end, finished=finished):
            yield name, "SLEEP_START", start, _INSTANT
            if finished:
                yield name, "SLEEP_COMPLETE", end, end - start
