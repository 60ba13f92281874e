"""Five cron fields as people type them, and why some of them make no schedule."""

import re
from collections.abc import Sequence
from typing import Final

from bot.language import cron
from bot.language.schedule_phrases import clock_text
from bot.language.tokens import Token
from bot.language.word_stream import Words, wrong
from bot.language.zones import find_zones

SHORTEST: Final = 15
"""Minutes from one digest to the next, at least: who needs to look more often is served better by a list."""

_FIVE: Final = "five fields: " + ", ".join(field.name for field in cron.FIELDS)
_NUMBERS: Final = re.compile(r"[\d*?][\d*?,/#LW-]*", re.IGNORECASE)
_WEEKDAYS: Final = re.compile(r"(?:sun|mon|tue|wed|thu|fri|sat|[,-])+", re.IGNORECASE)
_OTHER: Final = re.compile(r"\(|[a-z_]+/|(?:utc|gmt)?[+-]\d", re.IGNORECASE)
"""How a zone begins, and no field."""
_STEP: Final = re.compile(r"(?:\*|(?P<first>\d+)(?:-(?P<last>\d+))?)/(?P<step>\d+)")
_WEEKDAY: Final = 4
_LONG_NAME: Final = re.compile(r"([a-z]{3})[a-z]+")


def are_ahead(words: Words) -> bool:
    """Return whether the next words are said to be cron fields, or look it; a number by itself does not."""
    first, second = (*(token.text for token in words.rest[:2]), "", "")[:2]
    looks = _NUMBERS.fullmatch(first) and (not first.isdigit() or _NUMBERS.fullmatch(second))
    return first.lower() == "cron" or bool(looks)


def take_fields(words: Words) -> str:
    """Return the cron form that the next words are, in the form that is stored.

    Raises:
        QueryError: they are none, it never fires, or it fires too often.
    """
    said = words.rest[:1]
    words.pass_over("cron")
    fields: list[Token] = []
    while words.ahead and _continues(words.ahead, len(fields)):
        fields.append(words.take())
    if not fields:
        raise wrong(said, "has no fields", expected=_FIVE, nearest="cron 0 9 * * 1-5")
    _check_count(fields)
    for place, token in enumerate(fields):
        _check_field(place, token)
        _check_steps(place, fields)
    try:
        canonical = cron.canonical([token.text for token in fields])
    except cron.NeverComes as error:
        expected = "a day that some year's calendar has"
        raise wrong(fields, "means a day that never comes", expected=expected) from error
    check_pace(canonical, fields)
    return canonical


def _continues(token: Token, place: int) -> bool:
    """Return whether a word is one more field; of a sixth one, whether it can be nothing else."""
    if place < len(cron.FIELDS):
        return not (find_zones(token.text) or _OTHER.match(token.text))
    return place == len(cron.FIELDS) and any(form.fullmatch(token.text) for form in (_NUMBERS, _WEEKDAYS))


def _check_count(fields: Sequence[Token]) -> None:
    if len(fields) < len(cron.FIELDS):
        count = ("one field", "two fields", "three fields", "four fields")[len(fields) - 1]
        raise wrong(fields, f"has {count}", expected=_FIVE)
    if len(fields) > len(cron.FIELDS):
        behind = [token.text.replace("?", "*") for token in fields[1:]]
        # with an hour of `*`, the field too many is as likely the last one: a year
        right = behind[1] != "*" and all(cron.is_field(place, text) for place, text in enumerate(behind))
        nearest = " ".join(behind) if right else None
        raise wrong(fields, "has six fields", expected=f"{_FIVE}, and none for seconds", nearest=nearest)


def _check_field(place: int, token: Token) -> None:
    if cron.is_field(place, token.text):
        return
    field = cron.FIELDS[place]
    nearest = _LONG_NAME.sub(r"\1", token.text.lower().replace("?", "*"))
    raise token.wrong(
        f"is no {field.name}",
        expected=field.expected,
        nearest=nearest if cron.is_field(place, nearest) else None,
    )


def _check_steps(place: int, fields: Sequence[Token]) -> None:
    """Refuse `*/90` among minutes: cron takes it for minute 0 of every hour, which people do not mean.

    Raises:
        QueryError: a step is longer than its field.
    """
    token, field = fields[place], cron.FIELDS[place]
    for found in _STEP.finditer(token.text):
        step = int(found["step"])
        width = int(found["last"]) - int(found["first"]) + 1 if found["last"] else field.width
        if step < width or (place == _WEEKDAY and step == width):  # `*/7`, a Sunday, has a use beside days
            continue
        said: tuple[Token, ...] = (token,)
        nearest = None
        if token.text == f"*/{field.width}" and place < 2:
            nearest = "0"
        elif place == 0 and token.text.startswith("*/") and fields[1].text == "*" and _divides_day(step):
            said, nearest = (token, fields[1]), f"0 */{step // 60}"
        raise wrong(
            said,
            f"has a step that is longer than its field, the {field.name}",
            expected=f"a step below {width}; every two hours are `0 */2 * * *`, every day is `0 9 * * *`",
            nearest=nearest,
        )


def _divides_day(minutes: int) -> bool:
    """Return whether a day has several hours of that length, and nothing left."""
    return minutes % 60 == 0 and 24 % (minutes // 60) == 0 and minutes < 24 * 60


def check_pace(canonical: str, fields: Sequence[Token]) -> None:
    """Refuse a schedule that comes too often.

    Args:
        canonical: its cron fields.
        fields: the words for them.

    Raises:
        QueryError: it comes twice within `SHORTEST` minutes.
    """
    first, second = cron.closest(canonical)
    gap = second - first
    if gap < SHORTEST:
        minute, _, others = canonical.partition(" ")
        raise wrong(
            fields,
            f"leaves {gap} minute{'s' if gap > 1 else ''} "
            f"between {clock_text(first)} and {clock_text(second)}",
            expected=f"at least {SHORTEST} minutes from one digest to the next",
            nearest=f"*/{SHORTEST} {others}" if minute.startswith("*") else None,
        )
