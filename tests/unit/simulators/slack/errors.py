"""Errors of calls that Slack refuses."""

from collections.abc import Awaitable
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError


async def error_of(call: Awaitable[Any]) -> str:
    """Return the error code of a refused call."""
    return str((await answer_to(call))["error"])


async def answer_to(call: Awaitable[Any]) -> Any:
    """Return the answer to a refused call."""
    with pytest.raises(SlackApiError) as refused:
        await call
    return refused.value.response
