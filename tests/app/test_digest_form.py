"""The form of a digest from end to end: opened, filled in, put right, kept."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.playground.simulators.cloudflare import DEFAULT_TOKEN, Simulation
from bot.playground.simulators.slack import Failed, LocalSlack, Person, View
from tests.support.clock import far_schedule
from tests.support.digest_actions import (
    OWN,
    answers,
    ask_digest,
    line_of,
    menu_choice,
    next_answer,
    public_messages,
    send_digest_command,
    stored_plans,
    stored_states,
)
from tests.support.filter_form import submit_filter
from tests.support.fixtures import ReadLog, RunBot
from tests.support.form_values import shown_values
from tests.support.messages import button_labels

AS_OPENED = {
    "channel": "C0GENERAL",
    "days": "Monday, Tuesday, Wednesday, Thursday, Friday",
    "time": "09:00",
    "zone": "Europe/London",
    "status": "🔴 Errored",
    "window": "24h",
}


async def form(person: Person, text: str = "") -> View:
    """The form that a command opens; nothing else comes of it."""
    reply = await send_digest_command(person, text)
    view = await reply.view()
    assert reply.ack_message is None
    return view


async def test_the_form_of_a_new_digest_asks_for_what_it_most_likely_is(
    ada: Person, slack: LocalSlack
) -> None:
    for_ada = await form(ada)
    assert for_ada.payload["title"]["text"] == "New digest"
    assert shown_values(for_ada.payload) == AS_OPENED
    assert not ada.screen()
    for_grace = await form(slack.person("grace", "ops"))
    assert shown_values(for_grace.payload) == AS_OPENED | {"channel": "C0OPS0001", "zone": "America/New_York"}
    slack.workspace.scopes -= {"users:read"}
    in_private = await form(slack.person("ada", "@ada"))
    assert shown_values(in_private.payload)["channel"] == "D0ADA0001"


async def test_it_can_be_opened_by_a_button_too(ada: Person, slack: LocalSlack) -> None:
    nothing = await ask_digest(ada, "list")
    reply = await ada.click(nothing, "digest_new")
    assert shown_values((await reply.view()).payload) == AS_OPENED
    await ask_digest(ada, f"create {far_schedule()}")
    listed = await ask_digest(ada, "list")
    of_list = await (await ada.act(listed, menu_choice(listed, "Edit…"))).view()
    of_card = await (await ada.click(await ask_digest(ada, "show 1"), "digest_edit")).view()
    for view in (of_list, of_card):
        assert view.payload["title"]["text"] == "Digest 1"
        assert "Save" in view.all_text()
    assert len(slack.views.open_now()) == 3


async def test_left_as_it_is_it_makes_the_same_digest_as_the_words(
    ada: Person, slack: LocalSlack, tmp_path: Path
) -> None:
    view = await form(ada)
    following = next_answer(slack)
    reply = await submit_filter(ada, view)
    assert not reply.errors
    assert slack.views.current(view) is None, "the form is closed"
    made = await following
    assert answers(ada) == [made]
    assert line_of(made) == "✅ *Digest 1* in <#C0GENERAL> *is made.*"
    assert button_labels(made) == OWN
    await ask_digest(ada, "create weekdays 09:00")
    first, second = stored_plans(tmp_path)
    assert first == second


async def test_everything_in_it_counts(
    ada: Person, slack: LocalSlack, cloudflare: Simulation, tmp_path: Path
) -> None:
    cloudflare.add_workflow("orders")
    cloudflare.add_workflow("refunds")
    opened = await send_digest_command(ada)
    reply = await submit_filter(
        ada,
        await opened.view(),
        channel="C0OPS0001",
        days=("Saturday", "Sunday"),
        time="22:15",
        zone="Asia/Tokyo",
        workflows=("orders", "refunds"),
        status="⚫ Terminated",
        window="7 days",
        how=("Only post when something is new",),
        people=("U0GRACE01",),
        groups=("@here (everybody who is active)",),
    )
    assert not reply.errors
    [there] = answers(slack.person("ada", "ops"))
    assert line_of(there) == "✅ *Digest 1* in <#C0OPS0001> *is made.*"
    assert line_of(there, 1).startswith("weekends at 22:15 (Asia/Tokyo) · <!date^")
    assert line_of(there, 2) == (
        "`orders`, `refunds` · newly terminated · the last 7 days · only when something is new · "
        "mentions <@U0GRACE01>, `@here`"
    )
    here = await opened.message()
    assert "It goes to <#C0OPS0001>" in here.all_text(), "it is said where the form was opened, too"
    assert not public_messages(slack, "ops")
    assert stored_states(tmp_path) == {1: "active"}


async def test_words_take_the_place_of_days_and_time(ada: Person, slack: LocalSlack) -> None:
    following = next_answer(slack)
    await submit_filter(ada, await form(ada), words="first monday 9am")
    assert line_of(await following, 1).startswith("first monday at 09:00 (Europe/London)")
    following = next_answer(slack)
    await submit_filter(ada, await form(ada), words="daily 7:30 Europe/Berlin")
    assert line_of(await following, 1).startswith("daily at 07:30 (Europe/Berlin)"), "they may name a zone"


MISTAKES: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "words": ({"words": "whenever"}, {"words": "whenever"}),
    "a slip": ({"words": "dayly 9am"}, {"words": "Did you mean “daily 9am”?"}),
    "too often": ({"words": "*/5 * * * *"}, {"words": "at least 15 minutes from one digest to the next"}),
    "window": ({"window": "90d"}, {"window": "Did you mean “30d”?"}),
    "no days": ({"days": None}, {"days": "missing"}),
    "no time": ({"time": None}, {"time": "missing"}),
    "no schedule": ({"days": None, "time": None}, {"days": "missing"}),
    "no channel": ({"channel": None}, {"channel": "missing"}),
    "zone": ({"zone": "Mars/Base"}, {"zone": "no time zone"}),
    "workflow": ({"workflows": ("ordrs",)}, {"workflows": "Did you mean “orders”?"}),
    "the bot is not there": ({"channel": "C0QUIET01"}, {"channel": "This bot is not in this channel."}),
    "nobody is there": ({"channel": "C0PAST001"}, {"channel": "This bot is not in this channel."}),
    "too many people": (
        {"people": [f"U{number}" for number in range(5)], "groups": ("@here (everybody who is active)",)},
        {"people": "at most 5"},
    ),
    "several": ({"words": "whenever", "window": "x"}, {"words": "whenever", "window": "no window"}),
}


async def test_mistakes_are_told_at_their_fields_and_the_form_stays(
    ada: Person, slack: LocalSlack, cloudflare: Simulation, tmp_path: Path, read_log: ReadLog
) -> None:
    cloudflare.add_workflow("orders")
    view = await form(ada)
    for name, (wrong, expected) in MISTAKES.items():
        reply = await submit_filter(ada, view, **wrong)
        assert set(reply.errors) == set(expected), name
        for field, words in expected.items():
            assert words in reply.errors[field], name
            assert not set("<>`") & set(reply.errors[field]), "it is plain text"
    assert slack.views.current(view) == view
    assert stored_states(tmp_path) == {}
    assert not ada.screen()
    assert not [entry for entry in read_log() if entry["level"] in ("error", "critical")]
    assert not (await submit_filter(ada, view)).errors
    assert list(stored_states(tmp_path).values()) == ["active"]


async def test_who_left_the_channel_while_the_form_is_open_is_told_so_at_its_field(
    ada: Person, slack: LocalSlack, tmp_path: Path
) -> None:
    view = await form(ada)
    slack.workspace.kick("ops", "ada")
    reply = await submit_filter(ada, view, channel="C0OPS0001")
    assert "You are not in this channel." in reply.errors["channel"]
    slack.workspace.archive("ops")
    reply = await submit_filter(ada, view, channel="C0OPS0001")
    assert "This channel is archived." in reply.errors["channel"]
    assert stored_states(tmp_path) == {}


async def test_menus_offer_zones_and_workflows_as_one_types(ada: Person, cloudflare: Simulation) -> None:
    for name in ("orders", "Reorders", "refunds"):
        cloudflare.add_workflow(name)
    view = await form(ada)

    async def offered(menu: str, text: str) -> list[str]:
        options = (await ada.type_into_menu(menu, text, view))["options"]
        return [option["value"] for option in options]

    assert await offered("digest_zone", "berl") == ["Europe/Berlin"]
    assert await offered("digest_zone", "new york") == ["America/New_York"]
    assert len(await offered("digest_zone", "")) == 100
    assert await offered("digest_zone", "<!here>") == []
    assert await offered("digest_workflows", "") == ["orders", "refunds", "Reorders"]
    assert await offered("digest_workflows", "ORDER") == ["orders", "Reorders"]
    assert await offered("digest_workflows", "zz") == []


async def test_a_form_that_does_not_open_says_what_to_type(
    ada: Person, slack: LocalSlack, read_log: ReadLog
) -> None:
    await ask_digest(ada, "create daily 9am")
    for text, instead in {
        "": "/workflows digest create weekdays 09:00",
        "edit 1": "/workflows digest edit 1",
    }.items():
        slack.faults.add("views.open", Failed(500), times=9)
        said = (await ask_digest(ada, text)).all_text()
        slack.faults.clear()
        assert said.startswith("⚠️ *The form did not open.*")
        assert f"`{instead}`" in said
    assert [entry["event"] for entry in read_log()].count("form_not_shown") == 2


@pytest.fixture
async def staging(run_bot: RunBot) -> AsyncIterator[Simulation]:
    """A bot of two accounts; gives the second."""
    staging = Simulation(account_id="b" * 32)
    staging.add_workflow("only-here")
    async with staging.serve() as url:
        account = {
            "account_id": staging.account_id,
            "api_token": DEFAULT_TOKEN.value,
            "api_base_url": url,
        }
        async with run_bot(bot_account_name="prod", cloudflare_accounts={"staging": account}):
            yield staging


@pytest.mark.usefixtures("staging")
async def test_of_two_accounts_one_is_chosen_and_its_workflows_are_looked_up(
    slack: LocalSlack, cloudflare: Simulation
) -> None:
    cloudflare.add_workflow("in-prod")
    ada = slack.person("ada")
    view = await form(ada)
    assert shown_values(view.payload) == AS_OPENED | {"account": "prod"}
    offered = await ada.type_into_menu("digest_workflows", "", view)
    assert [option["value"] for option in offered["options"]] == ["in-prod", "only-here"]
    wrong = await submit_filter(ada, view, account="staging", workflows=("in-prod",))
    assert "is no workflow of staging" in wrong.errors["workflows"]
    following = next_answer(slack)
    assert not (await submit_filter(ada, view, account="staging", workflows=("only-here",))).errors
    assert "`only-here` · account `staging`" in (await following).all_text()
    assert "only-here" in (await ask_digest(ada, "preview 1")).all_text()
    edited = await form(ada, "edit 1")
    assert shown_values(edited.payload) == AS_OPENED | {"account": "staging", "workflows": "only-here"}
    following = next_answer(slack)
    assert not (await submit_filter(ada, edited, account="prod", workflows=None)).errors
    assert line_of(await following, 2) == "all workflows · account `prod`", "it was chosen by its name"
