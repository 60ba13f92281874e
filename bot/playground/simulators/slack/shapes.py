"""Rules for JSON objects, and the problems that Slack reports."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from bot.playground.simulators.slack.limits import ACTION_ID_MAX_LENGTH

Payload = dict[str, Any]
Values = dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem of a message, with text and location as in Slack's ``response_metadata.messages``."""

    pointer: str
    text: str

    def __str__(self) -> str:
        return f"{self.text} [json-pointer:{self.pointer}]"


Problems = Iterator[Problem]


class RefusedError(Exception):
    """Slack refuses a call; ``error`` is Slack's error code (``invalid_blocks``, …)."""

    def __init__(self, error: str, problems: tuple[Problem, ...] = ()) -> None:
        self.error = error
        self.problems = problems
        super().__init__(": ".join([error, *(str(problem) for problem in problems)]))


def kind_of(node: object) -> str | None:
    """Return the ``type`` of a block, element or cell, or None if it has no valid one."""
    kind = node.get("type") if isinstance(node, dict) else None
    return kind if isinstance(kind, str) else None


def repeated(nodes: object, key: str) -> list[str]:
    """Return the strings that more than one object has under ``key``."""
    objects = [node for node in nodes if isinstance(node, dict)] if isinstance(nodes, list) else []
    counts = Counter(value for node in objects if isinstance(value := node.get(key), str))
    return [value for value, times in counts.items() if times > 1]


class Rule(Protocol):
    """A rule of Slack for a JSON object."""

    def problems(self, holder: Payload, at: str) -> Problems:
        """Return the violations in ``holder``, which is at the JSON pointer ``at``."""


def length_problems(value: object, at: str, most: int) -> Problems:
    """Yield problems of a string's length; Slack names the first invalid length."""
    if not isinstance(value, str):
        yield Problem(at, "must be a string")
    elif not value:
        yield Problem(at, "must be more than 0 characters")
    elif len(value) > most:
        yield Problem(at, f"must be less than {most + 1} characters")


@dataclass(frozen=True, slots=True)
class StringField:
    """A plain string under ``key``."""

    key: str
    most: int
    required: bool = False

    def problems(self, holder: Payload, at: str) -> Problems:
        """Yield a problem if it is missing though required, not a string, empty, or too long."""
        if self.key in holder:
            yield from length_problems(holder[self.key], f"{at}/{self.key}", self.most)
        elif self.required:
            yield Problem(at, f"missing required field: {self.key}")


@dataclass(frozen=True, slots=True)
class TextField:
    """A text object under ``key``: ``{"type": "plain_text" | "mrkdwn", "text": …}``."""

    key: str
    most: int
    kinds: tuple[str, ...] = ("plain_text",)
    required: bool = False

    def problems(self, holder: Payload, at: str) -> Problems:
        """Yield a problem if it is missing though required, of the wrong kind, empty, or too long."""
        if self.key in holder:
            yield from text_problems(holder[self.key], f"{at}/{self.key}", self.most, self.kinds)
        elif self.required:
            yield Problem(at, f"missing required field: {self.key}")


def text_problems(
    value: object, at: str, most: int, kinds: tuple[str, ...] = ("plain_text", "mrkdwn")
) -> Problems:
    """Yield the problems of a text object."""
    if not isinstance(value, dict) or value.get("type") not in kinds:
        yield Problem(at, f"must be a text object of type {' or '.join(kinds)}")
        return
    yield from length_problems(value.get("text"), f"{at}/text", most)


@dataclass(frozen=True, slots=True)
class ListField:
    """A list under ``key`` with a rule for its items."""

    key: str
    most: int
    item: Callable[[Payload, str], Problems]
    required: bool = False

    def problems(self, holder: Payload, at: str) -> Problems:
        """Yield problems of its presence, its length and its items."""
        if self.key not in holder:
            if self.required:
                yield Problem(at, f"missing required field: {self.key}")
            return
        yield from self._problems_inside(holder[self.key], f"{at}/{self.key}")

    def _problems_inside(self, items: object, at: str) -> Problems:
        if not isinstance(items, list) or not items:
            yield Problem(at, "no fewer than 1 items allowed")
            return
        if len(items) > self.most:
            yield Problem(at, f"no more than {self.most} items allowed")
        for index, item in enumerate(items):
            if isinstance(item, dict):
                yield from self.item(item, f"{at}/{index}")
            else:
                yield Problem(f"{at}/{index}", "must be an object")


@dataclass(frozen=True, slots=True)
class OneOf:
    """A field with a fixed set of values, such as a button's ``style``."""

    key: str
    words: tuple[str, ...]

    def problems(self, holder: Payload, at: str) -> Problems:
        """Yield a problem if the value is not one of them."""
        if self.key in holder and holder[self.key] not in self.words:
            yield Problem(f"{at}/{self.key}", f"must be one of {', '.join(self.words)}")


@dataclass(frozen=True, slots=True)
class BooleanField:
    """A boolean under ``key``."""

    key: str

    def problems(self, holder: Payload, at: str) -> Problems:
        """Yield a problem if there is another value."""
        if not isinstance(holder.get(self.key, False), bool):
            yield Problem(f"{at}/{self.key}", "must be a boolean")


@dataclass(frozen=True, slots=True)
class ObjectField:
    """An object under ``key`` with its own rules."""

    key: str
    rules: tuple[Rule, ...]

    def problems(self, holder: Payload, at: str) -> Problems:
        """Yield the problems inside the object, if there is one."""
        if isinstance(holder.get(self.key), dict):
            yield from problems_of(self.rules, holder[self.key], f"{at}/{self.key}")


@dataclass(frozen=True, slots=True)
class CustomRule:
    """A rule that is a function."""

    check: Callable[[Payload, str], Problems]

    def problems(self, holder: Payload, at: str) -> Problems:
        """Yield the problems that the function finds."""
        yield from self.check(holder, at)


def problems_of(rules: tuple[Rule, ...], holder: Payload, at: str) -> Problems:
    """Yield the violations of all rules in ``holder``."""
    for rule in rules:
        yield from rule.problems(holder, at)


ACTION_ID = StringField("action_id", ACTION_ID_MAX_LENGTH)
