"""Log the problems that people are told of."""

from collections.abc import Mapping
from typing import Any

import structlog

from bot.cloudflare.errors import CloudflareError
from bot.slack.client import SLACK_ERRORS, reason
from bot.slack.requests import InvalidButton

_log = structlog.get_logger(__name__)


def log_problem(error: BaseException) -> None:
    """Log a problem that a person is told of, without what they typed."""
    facts: Mapping[str, Any] = {}
    if isinstance(error, CloudflareError):
        facts = {"reason": error.for_log, "codes": error.codes, "status": error.http_status, "ray": error.ray}
    elif isinstance(error, SLACK_ERRORS):
        facts = {"reason": reason(error)}
    elif isinstance(error, InvalidButton):
        facts = {"reason": str(error)}
    _log.info("problem_told", error=type(error).__name__, **facts)
