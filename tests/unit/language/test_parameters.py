"""What the API is asked for a list, and what a reader is told of it."""

from urllib.parse import parse_qs

import pytest
from hypothesis import given

from bot.browse.model import ListQuery
from bot.cloudflare.models import MAX_PER_PAGE, STATUSES
from bot.cloudflare.requests import instances_request
from bot.ui.mrkdwn import iso_after
from tests.support.list_commands import read_list

from .strategies import list_queries


def params_of(query: ListQuery) -> str:
    """Return the first page's query string, as the API gets it."""
    return instances_request(query.page(query.start)).query


@given(list_queries())
def test_every_list_keeps_to_the_api_s_rules(query: ListQuery) -> None:
    params = parse_qs(params_of(query), keep_blank_values=True, strict_parsing=True)
    assert params.keys() <= {"per_page", "cursor", "page", "direction", "date_start", "date_end", "status"}
    assert all(len(values) == 1 for values in params.values())
    assert 1 <= int(params["per_page"][0]) <= MAX_PER_PAGE
    assert not params.keys() >= {"cursor", "page"}
    assert "direction" not in params or "cursor" in params
    for name in params.keys() & {"date_start", "date_end"}:
        assert params[name][0].endswith("Z")


@given(list_queries())
def test_a_page_of_the_api_s_is_never_cut_within_a_screen(query: ListQuery) -> None:
    assert query.per_page % query.rows == 0


@pytest.mark.parametrize(
    ("text", "params"),
    [
        ("orders", "per_page=100"),
        ("orders errored", "per_page=100&status=errored"),
        ("orders rows:7", "per_page=98"),
        ("orders rows:20", "per_page=100"),
        ("orders rows:1", "per_page=100"),
        ("orders page:3", "per_page=10&page=3"),
        ("orders page:3 rows:7", "per_page=7&page=3"),
        ("orders cursor:a+b/c==", "per_page=100&cursor=a%2Bb%2Fc%3D%3D"),
        ("orders cursor:x direction:asc", "per_page=100&cursor=x&direction=asc"),
        ("orders since:2h", "per_page=100&date_start=2026-11-23T12%3A03%3A00.000Z"),
        (
            "orders since:2026-11-22T09:00:07.25Z until:now",
            "per_page=100&date_start=2026-11-22T09%3A00%3A07.250Z&date_end=2026-11-23T14%3A03%3A22.000Z",
        ),
        ("orders waitingforpause", "per_page=100&status=waitingForPause"),
    ],
)
def test_the_first_page_is_asked_for(text: str, params: str) -> None:
    assert params_of(read_list(text)) == params


@pytest.mark.parametrize("status", STATUSES)
def test_each_status_is_asked_for_by_cloudflare_s_own_name(status: str) -> None:
    assert params_of(read_list(f"orders {status.lower()}")) == f"per_page=100&status={status}"


@pytest.mark.parametrize(
    ("text", "phrases"),
    [
        ("orders errored rows:5", ()),
        ("orders since:2h", ("created since 2026-11-23T12:03:00Z",)),
        (
            "orders since:2h until:1h",
            ("created since 2026-11-23T12:03:00Z", "created until 2026-11-23T13:03:00Z"),
        ),
        ("orders page:3", ("from page 3",)),
        ("orders cursor:x direction:asc", ("from a cursor",)),
    ],
)
def test_what_restricts_a_list_is_said_in_words(text: str, phrases: tuple[str, ...]) -> None:
    assert read_list(text).describe(iso_after) == phrases


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("ORDERS", "/workflows list ORDERS"),
        ("orders errored --since 2h rows:10", "/workflows list orders status:errored since:2h"),
        ("orders account:PROD rows:5 page:2", "/workflows list orders rows:5 page:2 account:prod"),
        ('"my flow" since:"Yesterday 09:00"', '/workflows list "my flow" since:"yesterday 09:00"'),
        ("orders cursor:a=b direction:Asc", "/workflows list orders cursor:a=b direction:asc"),
        ('orders status:"x y"', '/workflows list orders status:"x y"'),
    ],
)
def test_a_list_says_what_to_type_for_it(text: str, command: str) -> None:
    assert read_list(text).command() == command
