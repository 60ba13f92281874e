"""Buttons of digests that say nothing of use, that come too late, and that are pressed twice."""

import asyncio
from pathlib import Path

import pytest

from bot.digests.command.requests import DIGEST_CODEC, DeleteDigest, OfDigest, PauseDigest
from bot.playground.simulators.slack import LocalSlack, Message, Person, Reply
from tests.support.clock import far_schedule
from tests.support.digest_actions import (
    OWN_MENU,
    answers,
    ask_digest,
    choose,
    first_seen,
    line_of,
    menu_labels,
    menus,
    press,
    stored_states,
)
from tests.support.fixtures import ReadLog
from tests.support.form_values import fill_form
from tests.support.messages import button_labels

BUTTONS = ("show", "preview", "run", "pause", "resume", "edit", "delete", "restore")
VALUES = ("", "x", "0", "-1", "1.5", " 1", "1\n", "٣", "9" * 30, "1; DROP TABLE digests", "<!here>")


async def forged(person: Person, message: Message, word: str, value: str) -> Reply:
    button = {"type": "button", "action_id": f"digest_{word}", "block_id": "b", "value": value}
    return await person.act(message, button)


async def test_a_value_that_is_no_number_is_explained(ada: Person, tmp_path: Path, read_log: ReadLog) -> None:
    made = await ask_digest(ada, "create weekdays 09:00")
    for word, value in [*((word, "x") for word in BUTTONS), *(("show", value) for value in VALUES)]:
        said = await (await forged(ada, made, word, value)).message()
        assert "from an older version of the bot" in said.all_text(), (word, value)
    assert stored_states(tmp_path) == {1: "active"}
    assert not [entry for entry in read_log() if entry["level"] in ("error", "critical")]


async def test_a_digest_that_is_gone_is_said_to_be(ada: Person, read_log: ReadLog) -> None:
    made = await ask_digest(ada, "create weekdays 09:00")
    for word in BUTTONS:
        assert line_of(await (await forged(ada, made, word, "77")).message()) == "⚠️ *There is no digest 77.*"
    await ask_digest(ada, "delete 1")
    for button in made.buttons():
        said = await (await ada.press(made, button)).message()
        assert line_of(said) == "🗑️ *Digest 1* in <#C0GENERAL> *is deleted.*"
    assert not [entry for entry in read_log() if entry["level"] in ("error", "critical")]


async def test_a_button_that_changes_nothing_leaves_the_message_that_it_is_in(ada: Person) -> None:
    made = await ask_digest(ada, "create weekdays 09:00")
    preview = await press(ada, made, "digest_preview")
    assert answers(ada) == [made, preview]


async def test_a_button_of_an_earlier_card_leaves_it(ada: Person) -> None:
    made = await ask_digest(ada, "create weekdays 09:00")
    paused = await (await forged(ada, made, "pause", DIGEST_CODEC.encode(PauseDigest(1)))).message()
    assert answers(ada) == [made, paused]


@pytest.mark.parametrize(
    ("word", "said", "state"),
    [
        ("pause", "is paused", "paused"),
        ("resume", "is active again", "active"),
        ("delete", "is deleted", "deleted"),
        ("restore", "is restored", "active"),
        ("run", "is being made", "active"),
        ("preview", "Nothing failed in the last 24 hours", "active"),
    ],
)
async def test_a_button_pressed_three_times_at_once_does_what_it_says_once(
    word: str, said: str, state: str, ada: Person, tmp_path: Path, read_log: ReadLog
) -> None:
    made = await ask_digest(ada, "create weekdays 09:00")
    if word == "restore":
        await ask_digest(ada, "delete 1")
    replies = await asyncio.gather(*(forged(ada, made, word, "1") for _ in range(3)))
    answers = [line_of(await reply.message()) for reply in replies]
    assert said in answers[0]
    assert all(said in answer or "There is no digest 1" in answer for answer in answers)
    assert stored_states(tmp_path) == {1: state}
    assert not [entry for entry in read_log() if entry["level"] in ("error", "critical")]
    assert (
        len([text for text in (await ask_digest(ada, "list")).all_text().split("\n") if "*Digest 1*" in text])
        <= 1
    )


async def test_opposite_buttons_at_once_leave_it_in_one_of_both_states(ada: Person, tmp_path: Path) -> None:
    made = await ask_digest(ada, "create weekdays 09:00")
    replies = await asyncio.gather(*(forged(ada, made, word, "1") for word in ("pause", "resume") * 3))
    for reply in replies:
        await reply.message()
    (state,) = stored_states(tmp_path).values()
    assert state in ("paused", "active")
    offered = "Resume" if state == "paused" else "Pause"
    assert offered in button_labels(await ask_digest(ada, "show 1"))


async def test_a_button_of_a_digest_carries_a_request(ada: Person) -> None:
    made = await ask_digest(ada, "create weekdays 09:00")
    for button in made.buttons():
        request = DIGEST_CODEC.decode(button.value or "")
        assert isinstance(request, OfDigest)
        assert (request.kind, request.number) == (button.action_id, 1)


async def test_what_changes_a_digest_changes_the_card_in_place(ada: Person) -> None:
    card = await ask_digest(ada, "create weekdays 09:00")
    shown = len(answers(ada))
    for word, said in (
        ("pause", "is paused"),
        ("resume", "is active again"),
        ("delete", "is deleted"),
        ("restore", "is restored"),
    ):
        card = await press(ada, card, f"digest_{word}")
        assert said in line_of(card)
        assert len(answers(ada)) == shown, word
        assert said in answers(ada)[-1].all_text()
    reply = await ada.click(card, "digest_edit")
    form = await reply.view()
    saved = await ada.submit(form, fill_form(form.payload, words="daily 10:00"))
    changed = await first_seen(saved)
    assert "is changed" in line_of(changed)
    assert len(answers(ada)) == shown
    assert "daily at 10:00" in answers(ada)[-1].all_text()


async def test_a_menu_in_a_list_does_what_it_says_and_leaves_the_list(ada: Person, tmp_path: Path) -> None:
    await ask_digest(ada, "create weekdays 09:00")
    await ask_digest(ada, f"create {far_schedule()}")
    listed = await ask_digest(ada, "list")
    assert menu_labels(listed) == [OWN_MENU, OWN_MENU]
    assert "is paused" in line_of(await choose(ada, listed, "Pause", 1))
    deleted = await choose(ada, listed, "Delete")
    assert "*Digest 1* in <#C0GENERAL> *is deleted.*" in line_of(deleted)
    assert stored_states(tmp_path) == {1: "deleted", 2: "paused"}
    assert listed in answers(ada)
    await press(ada, deleted, "digest_restore")
    assert stored_states(tmp_path) == {1: "active", 2: "paused"}
    block_id, menu = menus(listed)[0]
    action = {"type": "overflow", "action_id": menu["action_id"], "block_id": block_id}
    for value in ("1", "x", ""):
        reply = await ada.act(listed, {**action, "selected_option": {"value": value}})
        assert "older version" in (await reply.message()).all_text()


async def test_the_same_digest_made_twice_is_pointed_out_and_made(ada: Person, slack: LocalSlack) -> None:
    await ask_digest(ada, "create weekdays 09:00")
    twice = await ask_digest(ada, "create weekdays 9am account:default")
    assert "⚠️ Digest 1 tells the same there at the same times." in twice.all_text()
    assert "`/workflows digest delete 2`" in twice.all_text()
    other = await ask_digest(ada, "create weekdays 09:00 status:terminated")
    assert "the same" not in other.all_text()
    there = slack.person("ada", "ops")
    assert "the same" not in (await ask_digest(there, "create weekdays 09:00")).all_text()
    await press(ada, twice, "digest_delete")
    back = await ask_digest(ada, "restore 2")
    assert "⚠️ Digest 1 tells the same there" in back.all_text()


async def test_a_button_of_the_previous_version_carries_a_number_and_is_answered(ada: Person) -> None:
    made = await ask_digest(ada, "create weekdays 09:00")
    said = await (await forged(ada, made, "pause", "1")).message()
    assert "paused" in said.all_text()


async def test_a_request_behind_another_button_is_refused(ada: Person, tmp_path: Path) -> None:
    made = await ask_digest(ada, "create weekdays 09:00")
    value = DIGEST_CODEC.encode(DeleteDigest(1))
    for forged_value in (value, value[:-2], value + "x"):
        said = await (await forged(ada, made, "preview", forged_value)).message()
        assert "This button can't be read." in said.all_text()
    assert stored_states(tmp_path) == {1: "active"}
