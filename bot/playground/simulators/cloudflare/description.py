"""The answer that describes one instance, made a few steps at a time."""

import asyncio
import json
from collections.abc import Iterable
from typing import Final

from aiohttp import web

from bot.playground.simulators.cloudflare.envelope import success
from bot.playground.simulators.cloudflare.model import InstanceRecord
from bot.playground.simulators.cloudflare.steps import StepRecord

_AT_ONCE: Final = 200
"""Steps that are made before other requests have their turn: the playground's bot has the same event loop."""
_NO_STEPS: Final = '"steps": []'


async def describe(instance: InstanceRecord, *, with_steps: bool, newest_step_first: bool) -> web.Response:
    """Return the description of an instance; without its steps, it still has their count."""
    text = json.dumps(success(instance.to_description()))
    if with_steps and instance.steps:
        steps = await _to_json(reversed(instance.steps) if newest_step_first else instance.steps)
        before, _, after = text.rpartition(_NO_STEPS)
        text = f'{before}"steps": [{steps}]{after}'
    return web.Response(body=text.encode(), content_type="application/json")


async def _to_json(steps: Iterable[StepRecord]) -> str:
    parts = []
    for number, step in enumerate(steps, 1):
        parts.append(json.dumps(step.to_json()))
        if number % _AT_ONCE == 0:
            await asyncio.sleep(0)
    return ", ".join(parts)
