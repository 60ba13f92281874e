"""The envelope of Cloudflare's API, and its errors."""

import json
from typing import Any

from aiohttp import web

from bot.playground.simulators.cloudflare.wire import JsonObject


class ApiError(Exception):
    """An error response: HTTP status, Cloudflare's code, and its message."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


def unauthenticated() -> ApiError:
    """Return the error for a missing or wrong credential."""
    return ApiError(401, 10000, "Authentication error")


def forbidden() -> ApiError:
    """Return the error for a credential without permission."""
    return ApiError(403, 10000, "Authentication error")


def workflow_not_found() -> ApiError:
    """Return the error for an unknown workflow."""
    return ApiError(404, 10200, "workflows.api.error.workflow.not_found")


def instance_not_found() -> ApiError:
    """Return the error for an unknown instance."""
    return ApiError(404, 10400, "workflows.api.error.instance.not_found")


def version_not_found() -> ApiError:
    """Return the error for an unknown version of a workflow."""
    return ApiError(404, 10300, "workflows.api.error.version.not_found")


def step_not_found() -> ApiError:
    """Return the error for an unknown step or attempt; its code in production is not documented."""
    return ApiError(404, 10001, "workflows.api.error.step.not_found")


def invalid(what: str) -> ApiError:
    """Return the error for an invalid query parameter: 400 with code 10001, as in parts of production.

    The text after ``workflows.api.error.`` is made up; production's texts are not documented.
    """
    return ApiError(400, 10001, f"workflows.api.error.{what}")


def unroutable(path: str) -> ApiError:
    """Return the error for an unknown path or a malformed account id."""
    return ApiError(404, 7003, f"Could not route to {path}, perhaps your object identifier is invalid?")


def success(result: Any, result_info: JsonObject | None = None) -> JsonObject:  # noqa: ANN401  any JSON value
    """Return the envelope of a result; only lists have ``result_info``."""
    envelope: JsonObject = {"errors": [], "messages": [], "result": result, "success": True}
    return envelope if result_info is None else envelope | {"result_info": result_info}


def failure(code: int, message: str) -> JsonObject:
    """Return the envelope of an error."""
    return {"success": False, "errors": [{"code": code, "message": message}], "messages": [], "result": None}


def json_response(envelope: object, status: int = 200) -> web.Response:
    """Return a JSON response."""
    return web.Response(status=status, body=json.dumps(envelope).encode(), content_type="application/json")


def error_response(error: ApiError) -> web.Response:
    """Return the response for an error."""
    return json_response(failure(error.code, error.message), error.status)


def body_of(answer: web.Response) -> bytes:
    """Return the body of a response."""
    return bytes(answer.body) if isinstance(answer.body, bytes | bytearray | memoryview) else b""
