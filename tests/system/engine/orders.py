"""The orders of an engine as its REST API lists them, and how it refuses to."""

from typing import Any

from .engine import Engine

ORDERS = "/workflows/order-processing"
INSTANCES = f"{ORDERS}/instances"


async def listed(engine: Engine, **query: str) -> Any:
    answer = await engine.get(INSTANCES, **query)
    assert answer.status == 200, answer.body
    return answer.body


def ids(body: Any) -> list[str]:
    return [row["id"] for row in body["result"]]


def refusal(code: int, message: str) -> dict[str, Any]:
    error = {"code": code, "message": message}
    return {"success": False, "errors": [error], "messages": [], "result": None}
