"""Every way to ask for a list."""

import pytest

from bot.browse.model import ListQuery
from bot.browse.requests import ListInstances
from bot.cloudflare.models import STATUSES, Cursor, PageNumber, Status
from bot.language.errors import QueryError
from tests.support.commands import read
from tests.support.list_commands import read_list


@pytest.mark.parametrize(
    "text", ["orders", "list orders", "LIST orders", "/workflows list orders", '"orders"']
)
def test_a_name_is_enough(text: str) -> None:
    assert read_list(text) == ListQuery.of("orders")


@pytest.mark.parametrize(
    "name", ["list", "help", "errored", "status:errored", "--page", "?", "-h", "my flow"]
)
def test_a_name_that_means_something_else_can_be_listed_in_quotes(name: str) -> None:
    assert read_list(f'list "{name}"') == ListQuery.of(name)


@pytest.mark.parametrize(
    "text",
    [
        "orders status:errored since:2h rows:5",
        "status:errored orders since:2h rows:5",
        "rows:5 since:2h status:errored orders",
        "list rows:5 orders errored since:2h",
        "since:2h list orders errored rows:5",
    ],
)
def test_filters_may_come_before_and_after_the_name(text: str) -> None:
    assert read_list(text) == read_list("list orders errored since:2h rows:5")


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("text", ["{}", "status:{}", 'status:"{}"', "--status {}", "--status={}"])
def test_every_status_is_known_in_any_case(status: Status, text: str) -> None:
    assert read_list(f"orders {text.format(status)}").status == status
    assert read_list(f"orders {text.format(status.upper())}").status == status
    assert read_list(f"orders {text.format(status.lower())}").status == status


@pytest.mark.parametrize("status", ["hibernated", "x y", "migrating", "Zombie"])
def test_a_status_of_tomorrow_goes_in_quotes(status: str) -> None:
    assert read_list(f'orders status:"{status}"').status == status


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("failed", "errored"),
        ("Error", "errored"),
        ("success", "complete"),
        ("done", "complete"),
        ("cancelled", "terminated"),
        ("sleeping", "waiting"),
    ],
)
def test_another_system_s_status_is_read_as_ours_and_said(word: str, meant: str) -> None:
    for text in (f"orders {word}", f"orders status:{word}", f"{word} orders", f"orders --{word}"):
        request = read(text)
        assert isinstance(request, ListInstances)
        assert request.query.query == ListQuery.of("orders", status=Status(meant))
        assert [reading.meant for reading in request.readings] == [f"status:{meant}"]


@pytest.mark.parametrize(
    ("habit", "ours"),
    [
        ("--status errored", "status:errored"),
        ("--page 3", "page:3"),
        ("--per-page 20", "rows:20"),
        ("--per_page=20", "rows:20"),
        ("per_page:20", "rows:20"),
        ("--date-start 2026-11-22", "created:2026-11-22"),
        ("date_start:2026-11-22 date_end:2026-11-23", "created:2026-11-22 created_until:2026-11-23"),
        ("--cursor abc --direction asc", "cursor:abc direction:asc"),
        ('--since "2026-11-22 09:00"', 'since:"2026-11-22 09:00"'),
        ("—status errored –page 2", "status:errored page:2"),
        ("--account prod", "account:prod"),
    ],
)
def test_wrangler_s_and_the_api_s_habits_mean_the_same(habit: str, ours: str) -> None:
    assert read_list(f"orders {habit}") == read_list(f"orders {ours}")
    assert read_list(f"list {habit} orders") == read_list(f"orders {ours}")


def test_each_filter_is_read() -> None:
    query = read_list("orders waitingForPause rows:20 cursor:AbC direction:DESC account:prod")
    assert query == ListQuery.of(
        "orders", "prod", Status("waitingForPause"), rows=20, start=Cursor("AbC"), direction="desc"
    )


def test_a_page_is_read() -> None:
    assert read_list("orders page:3").start == PageNumber(3)


@pytest.mark.parametrize("token", ["abc", "a+b/c==", "//8=", "/x", "a:b", "https://x", "a=b&c=d", "'q'"])
def test_a_cursor_is_taken_as_it_is(token: str) -> None:
    assert read_list(f'orders cursor:"{token}"').start == Cursor(token)


@pytest.mark.parametrize("token", ["abc", "a+b/c==", "//8=", "/x", "a=b"])
def test_a_pasted_cursor_of_base64_needs_no_quotes(token: str) -> None:
    assert read_list(f"orders cursor:{token}").start == Cursor(token)


@pytest.mark.parametrize("name", ["staging-eu", "STAGING-EU", "Staging-EU"])
def test_an_account_is_known_by_its_name_in_any_case(name: str) -> None:
    assert read_list(f"orders account:{name}").account == "Staging-EU"


@pytest.mark.parametrize("number", ["1", "20", "07"])
def test_rows_go_from_1_to_20(number: str) -> None:
    assert read_list(f"orders rows:{number}").rows == int(number)


@pytest.mark.parametrize("number", ["0", "21", "-1", "x", "1.5", "²", "٣", "00000000199", "1" * 5000])
def test_no_other_number_of_rows_is_taken(number: str) -> None:
    with pytest.raises(QueryError, match="number from 1"):
        read_list(f"orders rows:{number}")


@pytest.mark.parametrize("number", ["0", "-1", "1000001", "1000000000000", "000000001" + "9" * 5000])
def test_a_page_that_cannot_be_is_refused(number: str) -> None:
    with pytest.raises(QueryError, match="number from 1"):
        read_list(f"orders page:{number}")


def test_the_longest_name_has_64_characters() -> None:
    assert read_list("x" * 64).workflow == "x" * 64
    with pytest.raises(QueryError, match="has 65 characters"):
        read_list("x" * 65)
