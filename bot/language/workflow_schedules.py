"""Schedules of Cloudflare's workflows in words: `weekdays at 09:00 UTC`."""

import re
from typing import Final

from bot.language import cron
from bot.language.schedule_phrases import cron_in_words

_AS_IT_IS: Final = "cron "
_LONGEST: Final = 60
_WEEKDAY_NUMBER: Final = re.compile(r"(?<!#)\d")


def schedule_in_words(written: str) -> str | None:
    """Return five cron fields in words; None where there are none that are surely right.

    Cloudflare's schedules are in UTC. It counts days of the week from 1 for Sunday, other crons from 0, so
    that only their names are sure: https://developers.cloudflare.com/workers/configuration/cron-triggers/
    """
    fields = written.split()
    if len(fields) != len(cron.FIELDS) or _WEEKDAY_NUMBER.search(fields[-1]) or not cron.comes(written):
        return None
    try:
        words = cron_in_words(cron.canonical(fields))
    except cron.NeverComes:
        return None
    if words.startswith(_AS_IT_IS) or len(words) > _LONGEST:
        return None
    return f"{words} UTC" if ":" in words else words
