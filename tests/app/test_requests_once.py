"""The same signed request at another process, or after a restart, changes and posts nothing more."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bot.playground.simulators.cloudflare import Simulation
from bot.playground.simulators.slack import LocalSlack, Message, Person, Signer
from bot.playground.simulators.slack.delivery import Ack, AckError, Delivery
from tests.support.clock import far_schedule
from tests.support.digest_actions import ask_digest, menu_choice, public_messages
from tests.support.fixtures import RunBot
from tests.support.form_values import fill_form
from tests.support.messages import ask, click, row_ids

TWICE = "This request came twice"
ANSWERED = "It was answered the first time."
UNKNOWN = "Look whether it was done, then ask again."


@dataclass
class Resending:
    """Sends each request to several processes in turn, with one signature.

    Attributes:
        slack: signs.
        urls: of the processes.
        without: what the payload lacks.
        sent: what was sent, to be sent again.
        acks: the answers to it, of each process in turn. Only the last is shown.
    """

    slack: LocalSlack
    urls: Sequence[str]
    without: tuple[str, ...] = ()
    sent: list[Delivery] = field(default_factory=list)
    acks: list[Ack] = field(default_factory=list)
    signed_at: float = field(default_factory=time.time)

    async def deliver(self, delivery: Delivery) -> Ack:
        payload = {name: value for name, value in delivery.payload.items() if name not in self.without}
        self.sent.append(Delivery(delivery.kind, payload, delivery.interaction_id, delivery.typed))
        for url in self.urls:
            self.acks.append(await self.send(self.sent[-1], url))
        return self.acks[-1]

    async def send(self, delivery: Delivery, url: str) -> Ack:
        """Send a request to one process, signed as it was before."""
        return await self.slack.http(url, Signer(self.slack.signing_secret, lambda: self.signed_at)).deliver(
            delivery
        )


@pytest.fixture
async def urls(run_bot: RunBot, slack: LocalSlack) -> AsyncIterator[tuple[str, str]]:
    """The addresses of two bots with one database."""
    async with run_bot():
        first = slack.request_url
        async with run_bot():
            yield first, slack.request_url


@pytest.fixture
def resending(slack: LocalSlack, urls: tuple[str, str]) -> Resending:
    return Resending(slack, urls)


@pytest.fixture
def ada(slack: LocalSlack, resending: Resending) -> Person:
    """Somebody whose every request reaches both bots."""
    return slack.person("ada", via=resending)


def rows(folder: Path, query: str) -> list[Any]:
    with closing(sqlite3.connect(folder / "bot.sqlite3")) as database:
        return database.execute(query).fetchall()


async def wait_for(person: Person, words: str, count: int = 1) -> list[Message]:
    """Return the messages with some words that a person sees, once there are so many."""
    changes = person.services.workspace.changes.follow()
    while len(found := [shown for shown in person.screen() if words in shown.all_text()]) < count:
        await changes.next(10)
    return found


async def test_a_digest_is_made_and_confirmed_once(ada: Person, resending: Resending, tmp_path: Path) -> None:
    await ada.command("/workflows", f"digest create {far_schedule()}")
    await wait_for(ada, TWICE)
    assert ["is made" in ack.body for ack in resending.acks] == [True, False]
    assert rows(tmp_path, "SELECT number FROM digests") == [(1,)]


async def test_of_a_request_at_two_processes_at_the_same_time_one_is_done(
    slack: LocalSlack, urls: tuple[str, str], tmp_path: Path
) -> None:
    at_both = Resending(slack, ())
    acks: list[Ack] = []

    class AtOnce:
        async def deliver(self, delivery: Delivery) -> Ack:
            acks.extend(await asyncio.gather(*(at_both.send(delivery, url) for url in urls)))
            return acks[-1]

    ada = slack.person("ada", via=AtOnce())
    for _ in range(5):
        await ada.command("/workflows", f"digest create {far_schedule()}")
    assert sum("is made" in ack.body for ack in acks) == 5
    assert len(rows(tmp_path, "SELECT number FROM digests")) == 5


async def test_a_submitted_form_makes_one_digest(
    slack: LocalSlack, ada: Person, resending: Resending, tmp_path: Path
) -> None:
    view = await (await slack.person("ada").command("/workflows", "digest")).view()
    await ada.submit(view, fill_form(view.payload))
    await wait_for(ada, TWICE)
    assert len(await wait_for(ada, "is made")) == 1
    assert rows(tmp_path, "SELECT number FROM digests") == [(1,)]
    assert len(resending.sent) == 1


async def run_has_ended(folder: Path) -> None:
    """Wait until the digest that somebody asked for is posted: no test ends in the middle of it."""
    async with asyncio.timeout(20):
        while rows(folder, "SELECT state FROM digest_runs") != [("sent",)]:  # noqa: ASYNC110 - a database tells nobody
            await asyncio.sleep(0.05)


@pytest.mark.parametrize(
    ("action", "answers"), [("digest_pause", 1), ("digest_run", 2), ("digest_delete", 1)]
)
async def test_a_button_that_changes_something_does_so_once(
    slack: LocalSlack, ada: Person, action: str, answers: int, tmp_path: Path
) -> None:
    card = await ask_digest(slack.person("ada"), f"create {far_schedule()}")
    before = len(ada.screen())
    await ada.click(card, action)
    await wait_for(ada, "", before + answers)  # what changes a digest changes its card in place
    told = await wait_for(ada, TWICE)
    assert ANSWERED in told[0].all_text() or UNKNOWN in told[0].all_text()
    assert len(ada.screen()) == before + answers
    assert rows(tmp_path, "SELECT count(*) FROM handled_requests") == [(2,)]
    if action == "digest_run":
        await run_has_ended(tmp_path)


@pytest.mark.parametrize("label", ["Pause", "Run now", "Delete"])
async def test_a_menu_that_changes_something_does_so_once(
    slack: LocalSlack, ada: Person, label: str, tmp_path: Path
) -> None:
    alone = slack.person("ada")
    await ask_digest(alone, f"create {far_schedule()}")
    listed = await ask_digest(alone, "list")
    before = len(ada.screen())
    await ada.act(listed, menu_choice(listed, label))
    await wait_for(ada, "", before + 2)
    told = await wait_for(ada, TWICE)
    assert ANSWERED in told[0].all_text() or UNKNOWN in told[0].all_text()
    assert rows(tmp_path, "SELECT count(*) FROM handled_requests") == [(2,)]
    if label == "Run now":
        await run_has_ended(tmp_path)


async def test_a_deletion_that_comes_again_when_there_is_nothing_left_to_delete_is_told_that_it_came_twice(
    slack: LocalSlack, urls: tuple[str, str]
) -> None:
    at_one = Resending(slack, urls[:1])
    ada = slack.person("ada", via=at_one)
    card = await ask_digest(ada, f"create {far_schedule()}")
    await ada.click(card, "digest_delete")
    await wait_for(ada, "is deleted")
    await at_one.send(at_one.sent[-1], urls[1])
    told = await wait_for(ada, TWICE)
    assert ANSWERED in told[0].all_text()


async def test_a_digest_that_is_asked_for_now_is_posted_once(
    slack: LocalSlack, ada: Person, resending: Resending, urls: tuple[str, str], tmp_path: Path
) -> None:
    await ask_digest(slack.person("ada"), f"create {far_schedule()}")
    await ada.command("/workflows", "digest run 1")
    await wait_for(ada, TWICE)
    await run_has_ended(tmp_path)
    for url in urls:
        with pytest.raises(AckError, match="409"):
            await resending.send(resending.sent[0], url)
    assert len(rows(tmp_path, "SELECT slot FROM digest_runs")) == 1
    assert len(public_messages(slack)) == 1


async def test_a_process_that_was_started_since_does_nothing_again(
    run_bot: RunBot, slack: LocalSlack, tmp_path: Path
) -> None:
    async with run_bot():
        resending = Resending(slack, [slack.request_url])
        ada = slack.person("ada", via=resending)
        await ada.command("/workflows", f"digest create {far_schedule()}")
        await wait_for(ada, "is made")
    async with run_bot():
        ack = await resending.send(resending.sent[0], slack.request_url)
        assert TWICE in ack.body
        assert ANSWERED in ack.body
    assert rows(tmp_path, "SELECT number FROM digests") == [(1,)]


async def test_a_request_whose_process_was_killed_is_not_said_to_be_done(
    run_bot: RunBot, slack: LocalSlack, tmp_path: Path
) -> None:
    async with run_bot():
        resending = Resending(slack, [slack.request_url])
        ada = slack.person("ada", via=resending)
        await ada.command("/workflows", f"digest create {far_schedule()}")
        await wait_for(ada, "is made")
    with closing(sqlite3.connect(tmp_path / "bot.sqlite3")) as database:  # as a kill in between leaves it
        database.execute("UPDATE handled_requests SET answered_at = NULL")
        database.execute("DELETE FROM digests")
        database.commit()
    async with run_bot():
        ack = await resending.send(resending.sent[0], slack.request_url)
        assert TWICE in ack.body
        assert UNKNOWN in ack.body
        await ask_digest(slack.person("ada"), f"create {far_schedule()}")
    assert len(rows(tmp_path, "SELECT number FROM digests")) == 1


async def test_a_request_that_slack_gave_no_trigger_is_known_by_its_signature(
    slack: LocalSlack, urls: tuple[str, str], tmp_path: Path
) -> None:
    resending = Resending(slack, urls, without=("trigger_id",))
    ada = slack.person("ada", via=resending)
    await ada.command("/workflows", f"digest create {far_schedule()}")
    await wait_for(ada, TWICE)
    assert len(rows(tmp_path, "SELECT number FROM digests")) == 1
    resending.signed_at += 1
    await ada.command("/workflows", f"digest create {far_schedule()}")
    await wait_for(ada, TWICE, 2)
    assert len(rows(tmp_path, "SELECT number FROM digests")) == 2


@pytest.mark.usefixtures("bot")
async def test_a_mistake_in_a_form_is_put_right_with_the_next_submission(
    slack: LocalSlack, tmp_path: Path
) -> None:
    ada = slack.person("ada")
    view = await (await ada.command("/workflows", "digest")).view()
    refused = await ada.submit(view, fill_form(view.payload, words="now and then"))
    assert refused.errors
    await ada.submit(view, fill_form(view.payload))
    await wait_for(ada, "is made")
    assert rows(tmp_path, "SELECT number FROM digests") == [(1,)]


@pytest.mark.usefixtures("bot")
async def test_what_changes_nothing_writes_nothing(
    slack: LocalSlack, cloudflare: Simulation, tmp_path: Path
) -> None:
    for _ in range(130):
        cloudflare.add_instance("orders")
    ada = slack.person("ada")
    message = await ask(ada, "list orders rows:20")
    for action in ("page_next", "page_next", "page_previous", "page_refresh"):
        message = await click(ada, message, action)
    assert len(row_ids(message)) == 20
    await (await ada.click(message, "filter_open")).view()
    await ask(ada, "")
    await ask_digest(ada, "list")
    for table in ("handled_requests", "bookmarks", "walks", "visited_pages"):
        assert rows(tmp_path, f"SELECT count(*) FROM {table}") == [(0,)]  # noqa: S608 - ours
