"""A simulated Cloudflare account: add instances, serve it on loopback, inspect its requests."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final, Unpack

from aiohttp import web

from bot.playground.loopback import LOOPBACK, reject_browsers
from bot.playground.simulators.cloudflare.api import BASE_PATH, Api
from bot.playground.simulators.cloudflare.auth import ANALYTICS_PERMISSION, ApiToken, Credential
from bot.playground.simulators.cloudflare.behaviour import Behaviour
from bot.playground.simulators.cloudflare.calls import Operation, RecordedCall
from bot.playground.simulators.cloudflare.faults import Fault, FaultQueue
from bot.playground.simulators.cloudflare.live_account import LiveAccount
from bot.playground.simulators.cloudflare.model import Cron, InstanceRecord, WorkflowRecord
from bot.playground.simulators.cloudflare.rate_limiter import RateLimit, RateLimiter
from bot.playground.simulators.cloudflare.records import (
    InstanceFields,
    Records,
    StoredWorkflow,
    new_instance,
    new_workflow,
    with_status,
)
from bot.playground.simulators.cloudflare.seeding import lengthen_newest, seed_account
from bot.playground.simulators.cloudflare.steps import Failure

DEFAULT_ACCOUNT_ID: Final = "0123456789abcdef0123456789abcdef"
DEFAULT_TOKEN: Final = ApiToken("simulated-token")
DEFAULT_ANALYTICS_TOKEN: Final = ApiToken("simulated-analytics", frozenset({ANALYTICS_PERMISSION}))
_ANALYTICS_LIMIT: Final = RateLimit(quota=300)
_LONGEST_REQUEST_LINE: Final = 32 * 1024
"""Cloudflare refuses longer URLs with 414 (its page on error 414); aiohttp's own limit is 8 KB."""


class Simulation:
    """An account that behaves like production, on loopback, with an injected clock.

    Attributes:
        account_id: 32 hexadecimal characters.
        behaviour: Options for undocumented behaviour; see ``change``.
        calls: All requests in order of arrival.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        account_id: str = DEFAULT_ACCOUNT_ID,
        credentials: tuple[Credential, ...] = (DEFAULT_TOKEN, DEFAULT_ANALYTICS_TOKEN),
        behaviour: Behaviour | None = None,
        rate_limit: RateLimit | None = None,
    ) -> None:
        self.account_id = account_id
        self.credentials = credentials
        self.behaviour = behaviour or Behaviour()
        self.calls: list[RecordedCall] = []
        self.faults = FaultQueue()
        self.rate_limiter = RateLimiter(rate_limit or RateLimit())
        self.analytics_limiter = RateLimiter(_ANALYTICS_LIMIT)
        self.now = clock
        self._records = Records()
        self._live_account: LiveAccount | None = None

    # Contents.

    @property
    def records(self) -> Records:
        """All current workflows and instances; reading them advances a live account."""
        if self._live_account is not None:
            self._live_account.advance(self.now())
        return self._records

    def add_workflow(
        self, name: str, *, created_on: datetime | None = None, crons: tuple[Cron, ...] = ()
    ) -> WorkflowRecord:
        """Add a workflow without instances; a workflow with the same name is replaced."""
        record = new_workflow(name, created_on or self.now(), crons)
        self.records.by_name[name] = StoredWorkflow(record)
        return record

    def add_instance(self, workflow: str, **fields: Unpack[InstanceFields]) -> InstanceRecord:
        """Add an instance to a workflow, which is created if necessary.

        By default it is complete, was created now, started a second later and ran for a minute.
        """
        if workflow not in self.records.by_name:
            self.add_workflow(workflow)
        stored = self.records.find(workflow)
        instance = new_instance(stored, self.now(), fields)
        stored.put(instance)
        return instance

    def set_status(
        self, workflow: str, instance_id: str, status: str, *, error: Failure | None = None
    ) -> InstanceRecord:
        """Change the status of an instance."""
        stored = self.records.find(workflow)
        changed = with_status(stored.find(instance_id), status, self.now(), error)
        stored.put(changed)
        return changed

    def remove_instance(self, workflow: str, instance_id: str) -> None:
        """Remove an instance, as the end of its retention does."""
        self.records.find(workflow).remove(self.records.find(workflow).find(instance_id).id)

    def instances(self, workflow: str) -> list[InstanceRecord]:
        """Return a workflow's instances, newest first."""
        return self.records.find(workflow).instances[::-1]

    def seed(
        self, seed: int = 0, *, instances: int = 400, live: bool = False, longest_run: int = 500
    ) -> None:
        """Add realistic workflows, which depend only on the seed, the number and the time.

        If ``live``, instances start, proceed, end and expire as the clock advances; the number of
        requests does not matter. An instance that you change gets no more changes. One instance has
        ``longest_run`` steps; Cloudflare allows 25,000.
        """
        now = self.now()
        seed_account(self._records, seed, instances, now)
        lengthen_newest(self._records, longest_run, now)
        self._live_account = LiveAccount(self._records, seed, now) if live else None

    # Behaviour.

    def change(self, **choices: Any) -> None:  # noqa: ANN401  the choices are those of Behaviour
        """Change its behaviour, for instance ``change(repeat_cursor=True)``."""
        self.behaviour = replace(self.behaviour, **choices)

    def inject(
        self,
        fault: Fault,
        *,
        times: int | None = 1,
        operation: Operation | None = None,
        workflow: str | None = None,
    ) -> None:
        """Inject a fault into the next ``times`` requests (None: all), or into those of one operation."""
        self.faults.put(fault, times, operation, workflow)

    def clear_faults(self) -> None:
        """Remove all faults."""
        self.faults.clear()

    def acquire(self, requests: int, credential: Credential | None = None) -> None:
        """Use request budget, as other programs of the same user do."""
        self.rate_limiter.acquire((credential or self.credentials[0]).owner, self.now(), requests)

    # Requests.

    def count(self, operation: Operation) -> int:
        """Count the requests of one kind."""
        return sum(call.operation == operation for call in self.calls)

    @property
    def list_calls(self) -> int:
        """The number of requests for lists of instances."""
        return self.count("list_instances")

    @property
    def workflow_calls(self) -> int:
        """The number of requests for lists of workflows."""
        return self.count("list_workflows")

    @property
    def describe_calls(self) -> int:
        """The number of requests for single instances."""
        return self.count("get_instance")

    @property
    def analytics_calls(self) -> int:
        """The number of queries of analytics."""
        return self.count("query_analytics")

    # Server.

    def app(self) -> web.Application:
        """Build an application that answers under ``/client/v4``, to run or to mount as a sub-application."""
        app = web.Application(middlewares=[reject_browsers])
        app.router.add_route("*", BASE_PATH + "{path:.*}", Api(self).handle)
        return app

    @asynccontextmanager
    async def serve(self, port: int = 0) -> AsyncIterator[str]:
        """Serve on 127.0.0.1, by default on a free port, and yield the base URL for clients."""
        runner = web.AppRunner(
            self.app(), access_log=None, shutdown_timeout=0.1, max_line_size=_LONGEST_REQUEST_LINE
        )
        await runner.setup()
        try:
            site = web.TCPSite(runner, LOOPBACK, port)
            await site.start()
            yield f"http://{LOOPBACK}:{runner.addresses[0][1]}{BASE_PATH.rstrip('/')}"
        finally:
            await runner.cleanup()
