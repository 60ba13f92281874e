"""How many instances workflows have, also where the list of them does not say."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final

from bot.cloudflare.cache import CachedWorkflows
from bot.cloudflare.errors import CloudflareError, InvalidResponse, WorkflowNotFound
from bot.cloudflare.models import Workflow

MOST_COUNTED: Final = 50
"""Workflows that are asked for one by one, where the list of them gives no counts."""


async def count_instances(
    workflows: CachedWorkflows, rows: Sequence[Workflow], *, fresh: bool
) -> tuple[Sequence[Workflow], Mapping[str, CloudflareError]]:
    """Add counts to workflows; ask for each one that the list gave no counts for.

    Those that can't be counted just now stay without, and are returned by name with why.

    Raises:
        CloudflareError: none of them can be counted.
    """
    uncounted = [row.name for row in rows if row.instances is None]
    answers = await asyncio.gather(*(_count(workflows, name, fresh=fresh) for name in uncounted))
    by_name = dict(zip(uncounted, answers, strict=True))
    counted = {name: answer for name, answer in by_name.items() if isinstance(answer, Workflow)}
    errors = {name: answer for name, answer in by_name.items() if isinstance(answer, CloudflareError)}
    if errors and len(errors) == len(uncounted):
        raise next(iter(errors.values()))
    return [counted.get(row.name, row) for row in rows], errors


async def _count(workflows: CachedWorkflows, name: str, *, fresh: bool) -> Workflow | CloudflareError | None:
    """Return a workflow with its counts, or why it can't be counted; None if it has none, as if deleted."""
    try:
        return await workflows.get_workflow(name, fresh=fresh)
    except (WorkflowNotFound, InvalidResponse):
        return None
    except CloudflareError as error:
        return error
