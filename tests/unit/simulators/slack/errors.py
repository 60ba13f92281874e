"""How a call ends that Slack refuses."""

from collections.abc import Awaitable
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError


async def error_of(call: Awaitable[Any]) -> str:
    """Slack's word for why."""
    return str((await answer_to(call))["error"])


async def answer_to(call: Awaitable[Any]) -> Any:
    """All that Slack says."""
    with pytest.raises(SlackApiError) as refused:
        await call
    return refused.value.response
