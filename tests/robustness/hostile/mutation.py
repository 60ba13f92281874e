"""Mutations of JSON documents, which a byte-level fuzzer finds only slowly."""

import json
from random import Random
from typing import Any, Final

ODD: Final[tuple[Any, ...]] = (
    None, True, False, 0, -1, 1, 7, 2**31, 2**63, 10**30, 1e308, -0.0, "", " ", "0", "1", "\x00", "\n",
    "null", "<!channel>", "<@U1>", "`", "*_~", "\u202e", "\u200b", ":smile:", "&lt;", "🔴", "x" * 271,
    "\ud800", [], {}, [[]], [None], {"": ""}, {"value": None}, {"id": None}, [{}],
    "2026-11-23T09:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-23:59", "2026-02-30", "daily 9am",
    "Europe/Berlin", "* * * * *", "errored", "running", "s1.key.x",
)  # fmt: skip

_CHANGES: Final = 3
_STAY: Final = 0.15


def mutate(value: Any, random: Random) -> Any:
    """Return a copy with up to three values changed, dropped, moved or repeated."""
    for _ in range(random.randint(1, _CHANGES)):
        value = _changed(value, random)
    return value


def mutate_bytes(data: bytes, random: Random, most: int) -> bytes | None:
    """Mutate a JSON text; return None if it is invalid or becomes too long."""
    try:
        changed = json.dumps(mutate(json.loads(data), random)).encode()
    except (ValueError, RecursionError):
        return None
    return changed if len(changed) <= most else None


def _changed(value: Any, random: Random) -> Any:
    """Return a copy with a change at this level or below."""
    if isinstance(value, dict) and value:
        if random.random() < _STAY:
            return _changed_object(value, random)
        key = random.choice(list(value))
        return {**value, key: _changed(value[key], random)}
    if isinstance(value, list) and value:
        if random.random() < _STAY:
            return _changed_list(value, random)
        at = random.randrange(len(value))
        return [*value[:at], _changed(value[at], random), *value[at + 1 :]]
    if isinstance(value, str) and random.random() < 0.4:
        start = random.randint(0, len(value))
        end = random.randint(start, len(value))
        return value[:start] + random.choice([str(random.choice(ODD)), ""]) + value[end:]
    return random.choice(ODD)


def _changed_object(value: dict[str, Any], random: Random) -> Any:
    one, other = random.choice(list(value)), random.choice(list(value))
    match random.randrange(4):
        case 0:
            return random.choice(ODD)
        case 1:
            return {key: child for key, child in value.items() if key != one}
        case 2:
            return {**value, one: value[other]}
        case _:
            return {**value, str(random.choice(ODD)): value[one]}


def _changed_list(value: list[Any], random: Random) -> Any:
    at = random.randrange(len(value))
    match random.randrange(4):
        case 0:
            return random.choice(ODD)
        case 1:
            return value[:at] + value[at + 1 :]
        case 2:
            return [*value, value[at]]
        case _:
            return [*value, random.choice(ODD)]
