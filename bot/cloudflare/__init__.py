"""A client for Cloudflare's Workflows API.

`requests` and `responses` are pure: they do no I/O and read no clock. `transport` sends one request, `client`
adds the request budget, retries and a deadline, and `cache` shares answers between callers. `accounts` finds
an account by name.

Importing this package does not load the network libraries. They load with the first name that needs them.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Final

from bot.cloudflare.endpoint import ApiToken, Endpoint, production_endpoint, wrangler_endpoint
from bot.cloudflare.errors import CloudflareError
from bot.cloudflare.limiter import Budget, Priority
from bot.cloudflare.models import (
    Cursor,
    InstanceFilter,
    InstancePage,
    PageNumber,
    PageQuery,
    Status,
    Workflow,
    WorkflowList,
)

if TYPE_CHECKING:
    from bot.cloudflare.accounts import Accounts
    from bot.cloudflare.cache import CachedWorkflows
    from bot.cloudflare.client import WorkflowsClient
    from bot.cloudflare.timed_cache import CacheTimes

__all__ = [
    "Accounts",
    "ApiToken",
    "Budget",
    "CacheTimes",
    "CachedWorkflows",
    "CloudflareError",
    "Cursor",
    "Endpoint",
    "InstanceFilter",
    "InstancePage",
    "PageNumber",
    "PageQuery",
    "Priority",
    "Status",
    "Workflow",
    "WorkflowList",
    "WorkflowsClient",
    "production_endpoint",
    "wrangler_endpoint",
]

_LAZY: Final = {
    "Accounts": "accounts",
    "CacheTimes": "timed_cache",
    "CachedWorkflows": "cache",
    "WorkflowsClient": "client",
}
"""The names that load on first use, and their modules."""


def __getattr__(name: str) -> object:
    """Load a name on first use (PEP 562)."""
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(f"{__name__}.{_LAZY[name]}"), name)
    globals()[name] = value
    return value
