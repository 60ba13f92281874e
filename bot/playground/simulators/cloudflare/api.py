"""The HTTP API of the simulated account.

Paths are matched before they are decoded, so an instance id may hold ``/``, ``#`` or a space,
percent-encoded.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Final, Protocol
from urllib.parse import unquote

from aiohttp import web

from bot.playground.simulators.cloudflare.analytics import answer_query
from bot.playground.simulators.cloudflare.auth import Credential, authenticate, authorize, may_query
from bot.playground.simulators.cloudflare.behaviour import Behaviour
from bot.playground.simulators.cloudflare.calls import Operation, RecordedCall
from bot.playground.simulators.cloudflare.description import describe
from bot.playground.simulators.cloudflare.envelope import (
    ApiError,
    error_response,
    forbidden,
    json_response,
    success,
    unroutable,
)
from bot.playground.simulators.cloudflare.faults import FaultQueue, TooManyRequests
from bot.playground.simulators.cloudflare.listing import Lister, numbered_info
from bot.playground.simulators.cloudflare.parameters import (
    ListRequest,
    Query,
    StepRequest,
    page_number,
    per_page,
    single,
)
from bot.playground.simulators.cloudflare.rate_limiter import Decision, RateLimiter
from bot.playground.simulators.cloudflare.records import Records
from bot.playground.simulators.cloudflare.wire import JsonObject

BASE_PATH: Final = "/client/v4/"
_ACCOUNT_ID: Final = re.compile(r"[0-9a-f]{32}", re.ASCII)
_OPERATIONS: Final[Mapping[tuple[str, ...], Operation]] = {
    ("graphql",): "query_analytics",
    ("accounts", "workflows"): "list_workflows",
    ("accounts", "workflows", ""): "get_workflow",
    ("accounts", "workflows", "versions"): "list_versions",
    ("accounts", "workflows", "versions", ""): "get_version",
    ("accounts", "workflows", "instances"): "list_instances",
    ("accounts", "workflows", "instances", ""): "get_instance",
    ("accounts", "workflows", "instances", "step"): "get_step",
}
"""By the words of the path, between which names stand; an empty word: it ends in a name."""


class Account(Protocol):
    """The part of the simulation that the API uses."""

    account_id: str
    credentials: tuple[Credential, ...]
    behaviour: Behaviour
    calls: list[RecordedCall]
    faults: FaultQueue
    rate_limiter: RateLimiter
    analytics_limiter: RateLimiter

    @property
    def records(self) -> Records:
        """Return the current workflows and instances."""
        ...

    def now(self) -> datetime:
        """Return the current time."""
        ...


@dataclass(frozen=True, slots=True)
class Route:
    """A parsed path: ``accounts/{id}/workflows[/{name}[/instances[/{id}[/step]]]]``, or ``versions``.

    Attributes:
        item: the id of an instance or of a version.
    """

    operation: Operation
    account_id: str = ""
    workflow: str = ""
    item: str = ""

    @classmethod
    def of(cls, raw_path: str) -> "Route":
        """Parse a percent-encoded path; wrangler sends some with a trailing slash."""
        parts = [unquote(part) for part in raw_path.partition(BASE_PATH)[2].removesuffix("/").split("/")]
        words = (*parts[::2], *([""] if len(parts) % 2 == 0 else []))
        operation = _OPERATIONS.get(words)
        if operation is None or "" in parts:
            return cls("other")
        names = [*parts[1::2], "", "", ""]
        return cls(operation, names[0], names[1], names[2])


class Api:
    """Answers requests for one account."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._rays = count(1)

    async def handle(self, request: web.Request) -> web.Response:
        """Record and answer a request, and add the common headers."""
        route = Route.of(request.rel_url.raw_path)
        self._record(request, route)
        fault = self._account.faults.take(route.operation, route.workflow)

        async def healthy() -> web.Response:
            return await self._respond_unauthenticated(request, route)

        answer = await (healthy() if fault is None else fault.answer(request, healthy))
        if not answer.prepared:
            answer.headers["cf-ray"] = self._ray()
        return answer

    async def _respond_unauthenticated(self, request: web.Request, route: Route) -> web.Response:
        try:
            self._check_account(request, route)
            credential = authenticate(request.headers, self._account.credentials)
        except ApiError as error:
            return error_response(error)
        decision = self._limiter(route).acquire(credential.owner, self._account.now())
        if decision.retry_after is not None:
            answer = await TooManyRequests(decision.retry_after).answer(
                request, lambda: self._respond_unauthenticated(request, route)
            )
        else:
            answer = await self._respond_authenticated(request, route, credential)
        return self._with_ratelimit(answer, decision)

    def _limiter(self, route: Route) -> RateLimiter:
        is_query = route.operation == "query_analytics"
        return self._account.analytics_limiter if is_query else self._account.rate_limiter

    def _check_account(self, request: web.Request, route: Route) -> None:
        if route.operation == "query_analytics":
            if request.method != "POST":
                raise ApiError(405, 7001, f"Method {request.method} not available for that URI.")
            return
        if not _ACCOUNT_ID.fullmatch(route.account_id):
            raise unroutable(request.rel_url.raw_path)
        if request.method != "GET":
            raise ApiError(405, 7001, f"Method {request.method} not available for that URI.")

    async def _respond_authenticated(
        self, request: web.Request, route: Route, credential: Credential
    ) -> web.Response:
        try:
            if route.operation == "query_analytics":
                return await self._query(request, credential)
            if route.account_id != self._account.account_id:
                raise forbidden()
            authorize(credential)
            if route.operation == "get_instance":
                return await self._describe(route, request.query)
            return json_response(self._envelope(request, route))
        except ApiError as error:
            return error_response(error)

    async def _query(self, request: web.Request, credential: Credential) -> web.Response:
        """Answer a query; one that is refused is an answer, too, as GraphQL has it."""
        account = self._account
        if not may_query(credential):
            message = "not authorized for that account"
            error = {"message": message, "path": ["viewer", "accounts", 0], "extensions": {"code": "authz"}}
            return json_response({"data": None, "errors": [error]})
        try:
            body = await request.json()
        except ValueError:
            body = None
        now = account.now()
        return json_response(
            await answer_query(body, account.account_id, account.records, account.behaviour, now)
        )

    def _envelope(self, request: web.Request, route: Route) -> JsonObject:
        match route.operation:
            case "list_workflows":
                return self._list_workflows(request.query)
            case "list_instances":
                return self._list_instances(route, request.query)
            case "list_versions":
                return _page(self._account.records.find(route.workflow).versions(), request.query)
            case _:
                return success(self._find(route, request.query))

    def _find(self, route: Route, query: Query) -> JsonObject:
        workflow = self._account.records.find(route.workflow)
        match route.operation:
            case "get_workflow":
                return workflow.to_json(self._account.now())
            case "get_version":
                return workflow.version(route.item)
            case _:
                asked = StepRequest.from_query(query)
                return workflow.find(route.item).step_result(asked.name, asked.kind, asked.attempt)

    async def _describe(self, route: Route, query: Query) -> web.Response:
        return await describe(
            self._account.records.find(route.workflow).find(route.item),
            with_steps=single(query, "simple") != "true",
            newest_step_first=single(query, "order") == "desc",
        )

    def _list_workflows(self, query: Query) -> JsonObject:
        found = self._account.records.newest_first(single(query, "search"))
        return _page([workflow.to_json(self._account.now()) for workflow in found], query)

    def _list_instances(self, route: Route, query: Query) -> JsonObject:
        workflow = self._account.records.find(route.workflow)
        lister = Lister(route.workflow, workflow.instances, self._account.behaviour, self._account.now())
        listing = lister.answer(ListRequest.from_query(query))
        return success([instance.to_row() for instance in listing.rows], listing.result_info)

    def _record(self, request: web.Request, route: Route) -> None:
        self._account.calls.append(
            RecordedCall(
                operation=route.operation,
                method=request.method,
                path=request.rel_url.raw_path,
                query=dict(request.query),
                headers=request.headers,
                at=self._account.now(),
            )
        )

    def _with_ratelimit(self, answer: web.Response, decision: Decision) -> web.Response:
        answer.headers["Ratelimit"] = decision.ratelimit_header
        answer.headers["Ratelimit-Policy"] = self._account.rate_limiter.limit.policy_header
        return answer

    def _ray(self) -> str:
        """Generate the next ray id: 16 hexadecimal digits and the data centre, the same in every run."""
        return f"{hashlib.sha256(str(next(self._rays)).encode()).hexdigest()[:16]}-FRA"


def _page(rows: Sequence[JsonObject], query: Query) -> JsonObject:
    """Return the page of a numbered list that a query asks for."""
    size, number = per_page(query), page_number(query)
    shown = rows[(number - 1) * size : number * size]
    return success(shown, numbered_info(len(shown), len(rows), number, size))
