"""The envelope every answer of Cloudflare's API comes in, and its errors."""

import json
from typing import Any

from aiohttp import web

from bot.playground.simulators.cloudflare.wire import JsonObject


class ApiError(Exception):
    """A request refused: HTTP status, Cloudflare's code, and the machine key it sends as message."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


def unauthenticated() -> ApiError:
    """Refuse a missing or wrong credential."""
    return ApiError(401, 10000, "Authentication error")


def forbidden() -> ApiError:
    """Refuse a credential that may not read this."""
    return ApiError(403, 10000, "Authentication error")


def workflow_not_found() -> ApiError:
    """Refuse the name of no workflow."""
    return ApiError(404, 10200, "workflows.api.error.workflow.not_found")


def instance_not_found() -> ApiError:
    """Refuse the id of no instance."""
    return ApiError(404, 10400, "workflows.api.error.instance.not_found")


def invalid(what: str) -> ApiError:
    """Refuse a query parameter: 400 with code 10001, the code production uses for validation in places.

    The words after ``workflows.api.error.`` are this simulation's own; production's are not documented.
    """
    return ApiError(400, 10001, f"workflows.api.error.{what}")


def unroutable(path: str) -> ApiError:
    """Refuse a path that leads nowhere, a malformed account id among them."""
    return ApiError(404, 7003, f"Could not route to {path}, perhaps your object identifier is invalid?")


def success(result: Any, result_info: JsonObject | None = None) -> JsonObject:  # noqa: ANN401  any JSON value
    """Give the envelope around a result; ``result_info`` comes with lists only."""
    envelope: JsonObject = {"errors": [], "messages": [], "result": result, "success": True}
    return envelope if result_info is None else envelope | {"result_info": result_info}


def failure(code: int, message: str) -> JsonObject:
    """Give the envelope of a refused request."""
    return {"success": False, "errors": [{"code": code, "message": message}], "messages": [], "result": None}


def json_response(envelope: object, status: int = 200) -> web.Response:
    """Answer with JSON."""
    return web.Response(status=status, body=json.dumps(envelope).encode(), content_type="application/json")


def error_response(error: ApiError) -> web.Response:
    """Answer a refused request."""
    return json_response(failure(error.code, error.message), error.status)


def body_of(answer: web.Response) -> bytes:
    """Give what an answer holds."""
    return bytes(answer.body) if isinstance(answer.body, bytes | bytearray | memoryview) else b""
