"""Describe settings that can't be used, in plain words."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from pydantic import ValidationError

_WORDS: Final = {
    "missing": "is missing",
    "int_parsing": "is not a whole number",
    "int_from_float": "is not a whole number",
    "int_type": "is not a whole number",
    "int_parsing_size": "is too large",
    "float_parsing": "is not a number",
    "float_type": "is not a number",
    "finite_number": "has to be a number that ends",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
    "literal_error": "must be one of {expected}",
    "string_type": "is not a text",
    "string_too_short": "is empty",
    "dict_type": "is not a JSON object",
    "model_type": "is not a JSON object",
    "model_attributes_type": "is not a JSON object",
    "extra_forbidden": "is not one of the keys of an account",
}
"""By pydantic's kinds of errors: https://docs.pydantic.dev/latest/errors/validation_errors/"""


def problem_lines(error: ValidationError) -> Iterator[str]:
    """Yield a line for each problem, Slack's first, with the name of the setting and never its value."""
    faults = error.errors(include_url=False, include_input=False)
    for fault in sorted(faults, key=lambda fault: not str(*fault["loc"][:1]).startswith("slack_")):
        for line in _problem_texts(fault["type"], fault["msg"], fault.get("ctx", {})):
            yield _line(fault["loc"], line)


def _problem_texts(kind: str, message: str, context: Mapping[str, Any]) -> list[str]:
    if kind == "value_error":
        return message.removeprefix("Value error, ").splitlines()  # raised by the bot's own validators
    words = _WORDS.get(kind, "can't be used")
    return [words.format_map({name: _format_value(value) for name, value in context.items()})]


def _format_value(value: object) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    return str(value).replace("'", "").replace(" or ", ", ")


def _line(where: tuple[int | str, ...], what: str) -> str:
    if not where:
        return what
    name = " ".join((str(where[0]).upper(), *(str(part) for part in where[1:] if part != "[key]")))
    return f"{name} {what}"
