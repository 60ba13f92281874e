"""What people write in place of filters is read as those, and said where other words stood."""

import pytest

from bot.browse.requests import ListInstances
from tests.support.commands import read
from tests.support.list_commands import read_list

FORGIVEN = [
    ("orders status: errored", "status:errored"),
    ("orders status :errored", "status:errored"),
    ("orders status : errored", "status:errored"),
    ("orders status=errored", "status:errored"),
    ("orders status errored", "status:errored"),
    ("orders -status errored", "status:errored"),
    ("status: errored orders", "status:errored"),
    ("orders rows: 5 page :2", "rows:5 page:2"),
    ("orders rows 5", "rows:5"),
    ("orders page 3", "page:3"),
    ("orders page2", "page:2"),
    ("orders per-page 20", "rows:20"),
    ("orders since 2h", "since:2h"),
    ("orders since: 2h", "since:2h"),
    ("orders since=2h", "since:2h"),
    ("orders since 2 am", 'since:"2 am"'),
    ("orders since:2 hours", 'since:"2 hours"'),
    ("orders since:2026-11-22 09:00", 'since:"2026-11-22 09:00"'),
    ("orders since yesterday 09:00 until 1h", 'since:"yesterday 09:00" until:1h'),
    ("orders until 1h", "until:1h"),
    ("orders account prod", "account:prod"),
    ("orders. errored!", "status:errored"),
    ("orders, errored", "status:errored"),
    ("(orders) *errored*", "status:errored"),
    ("*orders errored*", "status:errored"),
    ("`orders` `status:errored`", "status:errored"),
    ("orders since:2h.", "since:2h"),
    ("\N{FIRE} orders errored", "status:errored"),
    (":fire: orders errored", "status:errored"),
    ("or\u200bders\ufeff errored", "status:errored"),
    ("- orders | grep errored", "status:errored"),
    ("show me the errored instances of orders please", "status:errored"),
    ("can you show me orders", ""),
    ("please list orders", ""),
    ("get orders", ""),
    ("instances list orders", ""),
    ("orders instances", ""),
    ("wrangler workflows instances list orders --status errored", "status:errored"),
    ("npx wrangler workflows instances list orders --page 2 --per-page 5", "page:2 rows:5"),
    ("orders newest first", ""),
    ("list all orders", ""),
]
"""A command, and the filters beside `orders` that it means; nothing has to be said about it."""

SAID = [
    ("orders yesterday", 'since:yesterday until:"end of yesterday"'),
    ("orders 24h", "since:24h"),
    ("orders monday", 'since:monday until:"end of monday"'),
    ("orders 2026-11-22", 'since:2026-11-22 until:"end of 2026-11-22"'),
    ("orders last hour", 'since:"last hour"'),
    ("orders last 2 hours", 'since:"last 2 hours"'),
    ("orders past hour", 'since:"past hour"'),
    ("orders in the last 2 hours", 'since:"in the last 2 hours"'),
    ("orders from yesterday", "since:yesterday"),
    ("orders between 2am and 4am", "since:2am until:4am"),
    ("orders from 2am to 4am", "since:2am until:4am"),
    ("orders from:24h", "since:24h"),
    ("orders from:3h to:1h", "since:3h until:1h"),
    ("orders after 2h", "since:2h"),
    ("orders limit 5", "rows:5"),
    ("orders limit:5", "rows:5"),
    ("orders --limit 5", "rows:5"),
    ("orders top 5", "rows:5"),
    ("orders last 5", "rows:5"),
    ("orders 5 rows", "rows:5"),
    ("orders latest", "rows:1"),
    ("orders state:failed", "status:errored"),
    ("orders in progress", "status:running"),
    ("failed orders", "status:errored"),
    ("what failed in orders", "status:errored"),
]
"""A command, and the filters that it is read as and said to be."""


@pytest.mark.parametrize(("text", "filters"), FORGIVEN)
def test_how_words_are_put_is_forgiven_without_a_word(text: str, filters: str) -> None:
    request = read(text)
    assert isinstance(request, ListInstances)
    assert request.readings == ()
    assert _without_words(text) == _without_words(f"orders {filters}")


@pytest.mark.parametrize(("text", "filters"), SAID)
def test_other_words_for_a_filter_are_taken_and_said(text: str, filters: str) -> None:
    request = read(text)
    assert isinstance(request, ListInstances)
    assert " ".join(reading.meant for reading in request.readings) == filters
    assert _without_words(text) == _without_words(f"orders {filters}")


def _without_words(text: str) -> object:
    """Return what a list asks for, but for the words in which its times were put."""
    query = read_list(text)
    times = [moment and moment.at for moment in (query.since, query.until)]
    return query.workflow, query.status, query.rows, query.start, query.account, times
