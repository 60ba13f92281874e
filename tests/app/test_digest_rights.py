"""Who may do what with a digest, and that whoever may not is told who may."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.playground.simulators.slack import LocalSlack, Message, Person, User, Workspace
from tests.support.digest_actions import (
    OWN,
    ask_digest,
    line_of,
    press,
    public_messages,
    send_digest_command,
    stored_states,
)
from tests.support.fixtures import RunBot
from tests.support.messages import button_labels

LOOKING = ("show", "preview", "run")
CHANGING = ("pause", "resume", "edit", "delete", "restore")
ADA, ALAN = "<@U0ADA0001>", User("U0ALAN001", "alan", "Alan Turing")
REFUSALS = ("⛔ *Digest 1 is not yours to change.*", "⛔ *Digest 1 belongs to another channel.*")


@pytest.fixture
def workspace() -> Workspace:
    return Workspace(people=(*Workspace().people, ALAN))


@pytest.fixture
async def made(run_bot: RunBot, slack: LocalSlack) -> AsyncIterator[Message]:
    """Digest 1 of Ada's in #general; Grace is an admin, and Alan is nobody in particular."""
    async with run_bot(bot_admins="U0GRACE01"):
        yield await ask_digest(slack.person("ada"), "create weekdays 09:00")


def refused(message: Message) -> bool:
    return line_of(message) in REFUSALS


@pytest.mark.parametrize("channel", ["general", "ops", "@grace"])
async def test_its_creator_and_admins_may_do_everything_from_anywhere(
    channel: str, made: Message, slack: LocalSlack
) -> None:
    assert button_labels(made) == OWN
    people = [slack.person("grace", channel)]
    people += [] if channel == "@grace" else [slack.person("ada", channel)]
    for person in people:
        for word in ("show", "preview", "pause", "resume", "delete", "restore"):
            assert not refused(await ask_digest(person, f"{word} 1")), word
        assert (await (await send_digest_command(person, "edit 1")).view()).callback_id


async def test_whoever_is_in_its_channel_may_look_and_have_it_posted(
    made: Message, slack: LocalSlack
) -> None:
    alan = slack.person("alan")
    assert made.seen_only_by != alan.user.id
    shown = await ask_digest(alan, "show 1")
    assert button_labels(shown) == ["Preview", "Run now"]
    for action_id in ("digest_preview", "digest_run"):
        assert not refused(await press(alan, shown, action_id))


async def test_whoever_is_in_its_channel_may_change_nothing(
    made: Message, slack: LocalSlack, tmp_path: Path
) -> None:
    alan = slack.person("alan")
    for word in CHANGING:
        for answer in (await ask_digest(alan, f"{word} 1"), await forged(alan, made, word)):
            text = answer.all_text()
            assert text.startswith(REFUSALS[0]), word
            assert f"Only its creator {ADA} or an admin of this bot (<@U0GRACE01>) can do that." in text
            assert "`/workflows digest preview 1`" in text
            assert answer.seen_only_by == alan.user.id
            assert not answer.buttons()
    assert stored_states(tmp_path) == {1: "active"}
    assert not slack.views.open_now()


async def test_somebody_elsewhere_learns_nothing_of_it(
    made: Message, slack: LocalSlack, tmp_path: Path
) -> None:
    alan = slack.person("alan", "ops")
    for word in (*LOOKING, *CHANGING):
        text = (await ask_digest(alan, f"{word} 1")).all_text()
        assert text.startswith(REFUSALS), word
        assert f"its creator {ADA} or an admin of this bot (<@U0GRACE01>)" in text
        for secret in (made.channel, "weekdays", "all workflows"):
            assert secret not in text, word
    assert stored_states(tmp_path) == {1: "active"}
    assert not public_messages(slack)


async def test_of_a_deleted_one_only_those_who_may_restore_it_hear_more(
    made: Message, slack: LocalSlack, tmp_path: Path
) -> None:
    assert made
    await ask_digest(slack.person("ada"), "delete 1")
    for word in ("show", "pause", "delete"):
        assert line_of(await ask_digest(slack.person("alan"), f"{word} 1")) == "⚠️ *There is no digest 1.*"
    denied = await ask_digest(slack.person("alan"), "restore 1")
    assert denied.all_text().startswith(REFUSALS[0])
    assert "preview" not in denied.all_text(), "there is nothing to preview"
    assert stored_states(tmp_path) == {1: "deleted"}
    assert "is restored" in line_of(await ask_digest(slack.person("grace", "ops"), "restore 1"))
    assert stored_states(tmp_path) == {1: "active"}


async def test_without_admins_its_creator_alone_is_named(ada: Person, slack: LocalSlack) -> None:
    await ask_digest(ada, "create weekdays 09:00")
    assert (
        line_of(await ask_digest(slack.person("grace"), "pause 1"), 1)
        == f"Only its creator {ADA} can do that."
    )
    assert "it is shown to its creator <@U0ADA0001> only" in line_of(
        await ask_digest(slack.person("grace", "ops"), "show 1"), 1
    )


async def forged(person: Person, message: Message, word: str) -> Message:
    """The answer to a button that this person was never shown."""
    button = {"type": "button", "action_id": f"digest_{word}", "block_id": "b", "value": "1"}
    return await (await person.act(message, button)).message()
