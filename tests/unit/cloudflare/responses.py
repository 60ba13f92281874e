"""Build queries and responses for tests."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.cloudflare.http_responses import Response
from bot.cloudflare.models import InstanceFilter, InstancePage, PageQuery, Position
from bot.cloudflare.responses import read_instances

ARRIVED = datetime(2026, 11, 23, 14, 3, 22, tzinfo=UTC)


def page_query(
    position: Position | None = None,
    *,
    workflow: str = "orders",
    per_page: int = 100,
    **filters: Any,
) -> PageQuery:
    return PageQuery(workflow, InstanceFilter(**filters), position, per_page)


def envelope(result: object = (), **parts: object) -> dict[str, object]:
    return {"errors": [], "messages": [], "result": result, "success": True, **parts}


def response(body: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Response(status, headers or {}, raw)


def error_response(
    code: int, status: int, message: str = "", headers: Mapping[str, str] | None = None
) -> Response:
    errors = [{"code": code, "message": message}]
    body = {"success": False, "errors": errors, "messages": [], "result": None}
    return response(body, status, headers)


def read_page(body: object, position: Position | None = None) -> InstancePage:
    return read_instances(response(body), position, ARRIVED)
