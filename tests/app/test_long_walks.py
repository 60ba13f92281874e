"""Walks through lists whose cursors do not fit into a button."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.language.tokens import quote
from bot.playground.simulators.cloudflare import Simulation
from bot.playground.simulators.slack import LocalSlack, Person
from tests.support.filter_form import submit_and_wait
from tests.support.messages import ask, click, row_ids, walk

START = datetime.now(UTC) - timedelta(days=1)


def _fill(cloudflare: Simulation, count: int) -> list[str]:
    """So many instances, a second apart; their ids, newest first."""
    return [
        cloudflare.add_instance(
            "orders", id=f"orders-{number:04}", created_on=START + timedelta(seconds=number)
        ).id
        for number in range(count)
    ][::-1]


async def test_a_place_too_long_for_a_button_is_kept_and_found_again(
    ada: Person, cloudflare: Simulation, tmp_path: Path
) -> None:
    cloudflare.change(cursor_padding=3000)
    made = _fill(cloudflare, 320)
    forward = await walk(ada, await ask(ada, "list orders"), "page_next")
    assert [row for screen in forward for row in row_ids(screen)] == made
    assert all(len(button.value or "") < 250 for button in forward[-1].buttons())
    back = await walk(ada, forward[-1], "page_previous")
    assert [row_ids(screen) for screen in back] == [row_ids(screen) for screen in reversed(forward)]
    with closing(sqlite3.connect(tmp_path / "bot.sqlite3")) as database:
        assert database.execute("SELECT count(*) FROM visited_pages").fetchone() == (4,)


async def test_a_list_is_narrowed_down_refreshed_and_walked_on_from_deep_within(
    ada: Person, slack: LocalSlack, cloudflare: Simulation
) -> None:
    cloudflare.change(cursor_padding=3000)
    made = _fill(cloudflare, 450)
    message = await ask(ada, "list orders rows:20")
    for _ in range(16):
        message = await click(ada, message, "page_next")
    assert row_ids(message) == made[320:340]

    assert row_ids(await click(ada, message, "page_refresh")) == made[320:340]
    message = await click(ada, await click(ada, message, "page_next"), "page_previous")
    assert row_ids(message) == made[320:340]
    view = await (await ada.click(message, "filter_open")).view()
    shown = await submit_and_wait(slack, ada, view, status="🟢 Complete", rows="5")
    assert row_ids(shown) == made[:5]


@pytest.mark.parametrize("padding", [1_000, 1_700, 2_000, 2_500, 20_000])
async def test_cursors_are_followed_there_and_back_as_long_as_an_api_takes_them(
    padding: int, ada: Person, cloudflare: Simulation
) -> None:
    cloudflare.change(cursor_padding=padding)
    made = _fill(cloudflare, 220)
    forward = await walk(ada, await ask(ada, "list orders rows:20"), "page_next")
    assert [row for screen in forward for row in row_ids(screen)] == made
    back = await walk(ada, forward[-1], "page_previous")
    assert [row_ids(screen) for screen in back] == [row_ids(screen) for screen in reversed(forward)]


async def test_a_typed_cursor_longer_than_a_button_is_walked_from(
    ada: Person, cloudflare: Simulation
) -> None:
    cloudflare.change(cursor_padding=3000)
    made = _fill(cloudflare, 350)
    there = await walk(ada, await ask(ada, "list orders rows:20"), "page_next")
    cursor = cloudflare.calls[-1].query["cursor"]
    assert len(cursor) > 3000

    forward = await walk(ada, await ask(ada, f"orders rows:20 cursor:{quote(cursor)}"), "page_next")
    assert [row for screen in forward for row in row_ids(screen)] == made[300:]
    assert [row_ids(screen) for screen in forward] == [row_ids(screen) for screen in there[15:]]
    back = await walk(ada, forward[-1], "page_previous")
    assert [row_ids(screen) for screen in back] == [row_ids(screen) for screen in reversed(forward)]
