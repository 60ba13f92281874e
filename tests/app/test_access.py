"""What is said about rights, what holds while Slack does not tell who one is, and what digests may tell."""

import json
from dataclasses import replace
from typing import Any

import pytest

from bot.playground.simulators.cloudflare import Failure, Simulation
from bot.playground.simulators.slack import ErrorCode, Failed, LocalSlack
from bot.playground.simulators.slack.directory import ADA, GRACE, GUS, ONCALL
from bot.settings import SettingsError
from tests.support.digest_actions import (
    add_failure,
    ask_digest,
    listed_numbers,
    send_digest_command,
    wait_for_message,
)
from tests.support.filter_form import add_orders, open_filter, submit_filter
from tests.support.fixtures import RunBot
from tests.support.form_values import fill_form
from tests.support.messages import ask, click, row_ids

OPS = "C0OPS0001"


def rules(*given: dict[str, Any]) -> str:
    return json.dumps(given)


def rule(who: str, workflows: str = "*", *rights: str) -> dict[str, Any]:
    return {"who": [who], "workflows": [workflows], "rights": rights or ["view", "subscribe"]}


async def test_without_rules_people_read_what_all_members_may(run_bot: RunBot, slack: LocalSlack) -> None:
    async with run_bot():
        text = (await ask(slack.person("ada"), "access")).all_text()
    assert "✅ *view*: look at workflows: all\n✅ *subscribe*: set up digests of workflows: all" in text
    for right in ("payloads", "operate", "bulk", "admin"):
        assert f"• *{right}*: " in text
    assert text.count("Nobody may.") == 4
    assert "No rules are set, so this is what all full members may do: `BOT_ACCESS`." in text


async def test_people_read_what_they_may_here_and_who_may_the_rest(
    run_bot: RunBot, slack: LocalSlack
) -> None:
    access = rules(
        rule(OPS, "order-*", "view"),
        rule(ONCALL.id, "payroll", "view", "operate"),
        rule(GRACE.id, "secret-plan", "bulk"),
    )
    slack.workspace.set_members(ONCALL.id, GRACE)
    async with run_bot(bot_access=access):
        here = (await ask(slack.person("ada", "ops"), "permissions")).all_text()
        elsewhere = (await ask(slack.person("ada"), "access")).all_text()
        grace = (await ask(slack.person("grace"), "access")).all_text()
    assert "✅ *view*: look at workflows: `order-*`" in here
    assert "Nothing." in elsewhere
    assert f"• *view*: look at workflows. Who may: those who are in <#{OPS}>, there, " in elsewhere
    assert f"<!subteam^{ONCALL.id}>." in here.split("*operate*")[1]
    assert f"<@{GRACE.id}>." in here.split("*bulk*")[1]
    assert "payroll" not in here + elsewhere, "a pattern may be a name that they may not see"
    assert "secret-plan" not in here + elsewhere
    assert "✅ *view*: look at workflows: `payroll`" in grace
    assert "✅ *bulk*: change many instances at once of workflows: `secret-plan`" in grace


async def test_a_refusal_says_who_may(run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation) -> None:
    add_orders(cloudflare)
    access = rules(rule(GRACE.id), rule(OPS, "order*", "view"), rule(ONCALL.id, "payroll", "view"))
    async with run_bot(bot_access=access):
        text = (await ask(slack.person("ada"), "list orders")).all_text()
    assert "⛔ *You may not look at any workflow here.*" in text
    assert f"Who may: <@{GRACE.id}>, those who are in <#{OPS}>, there" in text
    assert "What you may do: `/workflows access`" in text
    assert not cloudflare.calls


async def test_a_group_that_cant_be_read_gives_nothing_and_that_is_said(
    run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation
) -> None:
    add_orders(cloudflare)
    slack.workspace.set_members(ONCALL.id, ADA)
    slack.workspace.scopes -= {"usergroups:read"}
    async with run_bot(bot_access=rules(rule(ONCALL.id))):
        text = (await ask(slack.person("ada"), "list orders")).all_text()
        access = (await ask(slack.person("ada"), "access")).all_text()
    assert f"Slack did not tell this bot who is in <!subteam^{ONCALL.id}>." in text
    assert f"Slack did not tell this bot who is in <!subteam^{ONCALL.id}>" in access
    assert not cloudflare.calls


async def test_without_the_scope_to_tell_guests_nobody_is_answered_and_it_is_said_what_to_do(
    run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation
) -> None:
    add_orders(cloudflare)
    slack.workspace.scopes -= {"users:read"}
    async with run_bot():
        for text in ("list orders", "help", "digest", "access"):
            said = (await ask(slack.person("ada"), text)).all_text()
            assert "This bot can't tell members of this workspace from guests" in said
            assert "lacks the scope `users:read`" in said
            assert "install the app again" in said
    assert not cloudflare.calls
    assert len(slack.calls_of("users.info")) == 1


@pytest.mark.parametrize("fault", [Failed(503), ErrorCode("internal_error")], ids=repr)
async def test_somebody_whom_slack_does_not_tell_is_asked_to_try_again_and_then_answered(
    run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation, fault: Failed | ErrorCode
) -> None:
    add_orders(cloudflare)
    async with run_bot():
        ada, grace = slack.person("ada"), slack.person("grace")
        await ask(grace, "list orders")
        calls = len(cloudflare.calls)
        slack.faults.add("users.info", fault, times=9)
        said = (await ask(ada, "list orders")).all_text()
        assert "Slack has not confirmed yet that you are a member of this workspace." in said
        assert len(cloudflare.calls) == calls
        assert len(row_ids(await ask(grace, "list orders"))) == 10, "who is known stays known"
        slack.faults.clear()
        assert len(row_ids(await ask(ada, "list orders"))) == 10


async def test_a_person_is_looked_up_once_for_their_zone_and_for_what_they_are(
    run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation
) -> None:
    add_orders(cloudflare)
    async with run_bot():
        ada = slack.person("ada")
        for text in ("list orders", "", 'list orders since:"2026-11-20 09:00"', "digest create daily 9am"):
            await ask(ada, text)
    assert len(slack.calls_of("users.info")) == 1
    assert not slack.calls_of("usergroups.users.list"), "no rule names a group"


async def test_a_name_that_one_may_not_see_is_suggested_to_nobody_and_means_nothing(
    run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation
) -> None:
    for name in ("order-processing", "orders-secret", "payroll"):
        cloudflare.add_workflow(name)
    async with run_bot(bot_access=rules(rule("everyone", "order-*"))):
        ada = slack.person("ada")
        texts = {
            text: (await ask(ada, text)).all_text()
            for text in ("orders", "orders-secrt", "payrol", "", "help")
        }
        offered = await slack.person("ada").type_into_menu("digest_workflows", "")
    assert "order-processing" in texts["orders"], "of those that it may mean, one may see this one"
    assert [option["value"] for option in offered["options"]] == ["order-processing"]
    for text in texts.values():
        assert "orders-secret" not in text
        assert "payroll" not in text
    assert "These are the workflows that you may look at here" in texts[""]


async def test_an_account_of_hidden_workflows_is_not_said_to_have_none(
    run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation
) -> None:
    cloudflare.add_workflow("payroll")
    async with run_bot(bot_access=rules(rule(ADA.id, "order-*"))):
        text = (await ask(slack.person("ada"), "")).all_text()
    assert "*No workflows to show.* The account may have some that not everyone here may view." in text
    assert "These are the workflows that you may look at here" in text
    assert "Deploy" not in text


async def test_an_account_that_one_may_not_see_is_no_account(
    run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation, api: str
) -> None:
    cloudflare.add_workflow("orders")
    more = {"vault": {"account_id": "x", "api_token": "x", "api_base_url": api}}
    access = rules({**rule("everyone"), "accounts": ["default"]}, rule(GRACE.id))
    async with run_bot(bot_access=access, cloudflare_accounts=more):
        ada = slack.person("ada")
        for text in ("accounts", "help", "orders account:vault", "orders account:valt"):
            said = (await ask(ada, text)).all_text().replace("account:vault", "").replace("`vault` is no", "")
            assert "vault" not in said, text
        view = await (await send_digest_command(ada)).view()
        assert "vault" not in view.all_text()
        assert "vault" in (await ask(slack.person("grace"), "accounts")).all_text()
    assert not [call for call in cloudflare.calls if "/x/" in call.path]


async def test_a_form_that_was_opened_before_gives_no_right_that_is_gone(
    run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation
) -> None:
    add_orders(cloudflare)
    async with run_bot():
        ada = slack.person("ada")
        view = await open_filter(ada, await ask(ada, "list orders"))
        form = await (await send_digest_command(ada)).view()
    calls = len(cloudflare.calls)
    async with run_bot(bot_access=rules(rule(GRACE.id))):
        ada, following = slack.person("ada"), slack.next_message()
        await submit_filter(ada, view, rows="5")
        assert "You may not look at `orders`" in (await following).all_text()
        following = slack.next_message()
        await ada.submit(form, fill_form(form.payload))
        assert "You may not set up digests of any workflow" in (await following).all_text()
    assert len(cloudflare.calls) == calls


async def test_a_guest_with_a_rule_has_what_it_says_and_help_for_that(
    run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation
) -> None:
    add_orders(cloudflare)
    cloudflare.add_workflow("payroll")
    slack.workspace.add(GUS)
    async with run_bot(bot_access=rules(rule("everyone"), rule(GUS.id, "orders", "view"))):
        gus = slack.person("gus")
        assert len(row_ids(await ask(gus, "list orders"))) == 10
        assert "payroll" not in (await ask(gus, "")).all_text()
        assert "You are a guest here" in (await ask(gus, "access")).all_text()
        assert "You may not set up digests" in (await ask(gus, "digest")).all_text()


async def test_a_digest_goes_only_where_all_who_read_it_may_see_it(
    run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation
) -> None:
    cloudflare.add_workflow("orders")
    async with run_bot(bot_access=rules(rule(ADA.id), rule(OPS, "orders", "view"))):
        ada = slack.person("ada")
        refused = (await ask_digest(ada, "create daily 9am workflow:orders")).all_text()
        assert "⛔ *A digest of `orders` can't go to <#C0GENERAL>.*" in refused
        for text in ("create #ops daily 9am workflow:orders", "create #ops daily 9am"):
            assert "daily at 09:00" in (await ask_digest(ada, text)).all_text()
        to_oneself = await ask_digest(slack.person("ada", "@ada"), "create daily 9am workflow:orders")
        assert "daily at 09:00" in to_oneself.all_text()
        elsewhere = await ask_digest(ada, "edit 1 #general")
        assert "can't go to <#C0GENERAL>" in elsewhere.all_text()
        form = await (await send_digest_command(ada)).view()
        errors = (await ada.submit(form, fill_form(form.payload))).errors
        assert errors["channel"].startswith("Not everyone in this channel may look at these workflows")
        assert listed_numbers(await ask_digest(slack.person("grace", "ops"), "list")) == [1, 2]


WITHDRAWN = {
    "from its channel": rules(rule(ADA.id), rule(OPS, "orders")),
    "from its creator": rules(rule(OPS, "*", "view"), rule(GRACE.id), rule(ADA.id, "orders")),
}


@pytest.mark.parametrize("who", WITHDRAWN)
async def test_a_digest_says_what_it_may_no_longer_tell(
    run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation, who: str
) -> None:
    for workflow, prefix in (("orders", "ord"), ("payroll", "pay")):
        add_failure(cloudflare, workflow, f"{prefix}-1001", Failure("Error", f"{prefix} failed"))
    async with run_bot():
        there = slack.person("ada", "ops")
        for plan in ("9am workflow:orders workflow:payroll", "10am", "11am workflow:payroll"):
            await ask(there, f"digest create daily {plan}")
    async with run_bot(bot_access=WITHDRAWN[who]):
        grace = slack.person("grace", "ops") if who == "from its creator" else slack.person("ada")
        posted = []
        for number in (1, 2, 3):
            await ask(grace, f"digest run {number}")
            posted.append((await wait_for_message(slack, "ops", more_than=number - 1)).all_text())
    both, everything, withheld = posted
    for text in posted:
        assert "pay-1001" not in text
        assert "pay failed" not in text
    assert "ord-1001" in both
    assert "ord-1001" in everything
    assert "payroll" not in everything, "what it does not name it does not name now"
    for text in (both, withheld):
        assert "This channel, or the digest's creator, may not look at this any more." in text


async def test_a_preview_tells_the_reader_what_they_may_see(
    run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation
) -> None:
    for workflow, prefix in (("orders", "ord"), ("payroll", "pay")):
        add_failure(cloudflare, workflow, f"{prefix}-1001", Failure("Error", f"{prefix} failed"))
    access = rules(rule(ADA.id, "orders"), rule(OPS, "*", "view"), rule(GRACE.id))
    async with run_bot(bot_access=access):
        await ask_digest(slack.person("grace", "ops"), "create daily 9am")
        there = (await ask_digest(slack.person("ada", "ops"), "preview 1")).all_text()
        assert "pay-1001" in there, "the channel gives it"
        ada = slack.person("ada")
        form = await (await send_digest_command(ada)).view()
        shown = await ada.act_in_view(
            form,
            {"type": "button", "action_id": "digest_form_preview", "block_id": "b", "value": "form"},
            fill_form(form.payload),
        )
        text = (await shown.view()).all_text()
        while "ord-1001" not in text:
            text = (await shown.view()).all_text()
        assert "pay" not in text


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"bot_access": "[]"}, "BOT_ACCESS has no rule"),
        ({"bot_access": "[]", "bot_access_file": "x"}, "are both set"),
        ({"bot_access_file": "/no/such/file"}, "can't be read: No such file or directory"),
    ],
)
async def test_a_bot_whose_rules_cant_be_read_does_not_start(
    run_bot: RunBot, settings: dict[str, str], problem: str
) -> None:
    with pytest.raises(SettingsError, match=problem):
        async with run_bot(**settings):
            pass


async def test_a_deactivated_creator_of_a_set_rule_tells_nothing(
    run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation
) -> None:
    add_failure(cloudflare, "orders", "ord-1001", Failure("Error", "failed"))
    access = rules(rule("everyone"))
    async with run_bot(bot_access=access):
        await ask(slack.person("ada", "ops"), "digest create daily 9am workflow:orders")
    slack.workspace.add(replace(ADA, is_deleted=True))
    async with run_bot(bot_access=access):
        await ask(slack.person("grace", "ops"), "digest run 1")
        posted = (await wait_for_message(slack, "ops")).all_text()
    assert "ord-1001" not in posted
    assert "may not look at this any more" in posted


async def test_a_page_of_somebody_s_long_walk_is_shown_to_those_who_may_see_its_list(
    run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation
) -> None:
    cloudflare.change(cursor_padding=3000)
    for number in range(220):
        cloudflare.add_instance("payroll", id=f"pay-{1000 + number}")
    cloudflare.add_workflow("orders")
    async with run_bot(bot_access=rules(rule(GRACE.id), rule(ADA.id, "orders", "view"))):
        grace, ada = slack.person("grace"), slack.person("ada")
        walked = await ask(grace, "list payroll rows:20")
        for _ in range(8):
            walked = await click(grace, walked, "page_next")
        calls = len(cloudflare.calls)
        for action_id in ("page_next", "page_previous", "page_refresh", "filter_open"):
            said = await (await ada.click(walked, action_id)).message()
            assert "You may not look at `payroll`" in said.all_text(), action_id
        assert len(cloudflare.calls) == calls


async def test_a_creator_who_is_a_guest_by_now_has_no_digest_in_a_direct_message(
    run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation
) -> None:
    add_failure(cloudflare, "orders", "ord-1001", Failure("Error", "failed"))
    async with run_bot():
        await ask(slack.person("ada", "@ada"), "digest create daily 9am workflow:orders")
    slack.workspace.add(replace(ADA, guest="channel"))
    async with run_bot(bot_admins=GRACE.id):
        await ask(slack.person("grace"), "digest run 1")
        posted = (await wait_for_message(slack, "@ada")).all_text()
    assert "ord-1001" not in posted
    assert "may not look at this any more" in posted


async def test_a_digest_shows_no_secrets_that_errors_hold(
    run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation
) -> None:
    secret = "hunter2-canary"
    for number, text in enumerate(
        (f"401 for https://api:{secret}@pay.example/?sig={secret}", f"smtp_pass={secret} customer=c-{secret}")
    ):
        add_failure(cloudflare, "orders", f"ord-{1001 + number}", Failure("Error", text))
    async with run_bot(bot_redact="customer"):
        made = await ask_digest(slack.person("ada"), "create daily 9am workflow:orders")
        shown = await ask_digest(slack.person("ada"), "preview 1")
        await ask_digest(slack.person("ada"), "run 1")
        posted = await wait_for_message(slack)
    assert "ord-1001" in posted.all_text()
    for message in (made, shown, posted):
        assert secret not in message.text + json.dumps(message.blocks)
    assert "[hidden: " in posted.all_text()
