"""Names that others chose are inert wherever a digest shows them."""

import pytest

from bot.language.tokens import in_quotes
from bot.playground.simulators.cloudflare import Failure, Simulation
from bot.playground.simulators.slack import LocalSlack, PayloadValidator, Person
from tests.support.digest_actions import add_failure, ask_digest, line_of, send_digest_command

from .test_hostile_names import NAMES, live_markup

OURS = {"<#C0GENERAL>", "<@U0ADA0001>"}
"""Markup that digests are meant to hold: their channel, and for one reader alone their creator."""
LONG = "&<>" * 21


@pytest.fixture(params=["newer blocks", "plain blocks"])
def blocks(request: pytest.FixtureRequest, slack: LocalSlack) -> None:
    if request.param == "plain blocks":
        slack.workspace.validator = PayloadValidator(frozenset({"data_table", "data_visualization"}))


@pytest.mark.usefixtures("blocks")
async def test_hostile_names_ids_and_errors_are_inert(ada: Person, cloudflare: Simulation) -> None:
    names = [*NAMES, LONG]
    for name in names:
        add_failure(cloudflare, name, name, Failure(name, f"{name}\n{name}" * 9))
    created = await ask_digest(ada, f"create daily 9am workflow {' '.join(map(in_quotes, names))}")
    assert line_of(created).startswith("✅"), created.all_text()
    for message in (
        created,
        await ask_digest(ada, "list"),
        await ask_digest(ada, "show 1"),
        await ask_digest(ada, "preview 1"),
        await ask_digest(ada, "pause 1"),
        await ask_digest(ada, "delete 1"),
    ):
        assert set(live_markup(message)) <= OURS
        assert "\u202e" not in f"{message.text}{message.all_text()}"


async def test_hostile_names_stand_in_a_form_and_come_back_unchanged(
    ada: Person, cloudflare: Simulation
) -> None:
    for name in NAMES:
        cloudflare.add_workflow(name)
    await ask_digest(ada, f"create daily 9am workflow {' '.join(map(in_quotes, NAMES))}")
    view = await (await send_digest_command(ada, "edit 1")).view()
    (chosen,) = (block["element"] for block in view.payload["blocks"] if block["block_id"] == "workflows")
    assert [option["value"] for option in chosen["initial_options"]] == list(NAMES)
    offered = await ada.type_into_menu("digest_workflows", "", view)
    assert {option["value"] for option in offered["options"]} == set(NAMES)


@pytest.mark.parametrize(
    "text",
    [
        "create <!here> daily 9am",
        "create daily 9am workflow <!channel>",
        "create daily 9am workflow &lt;!channel&gt;",
        "create daily 9am Mars/<@U0ADA0001>",
        "show <!here>",
        "<https://evil.example|create> daily 9am",
        "create daily 9am mention:<!everyone>",
        "create daily 9am account:*`prod`*",
    ],
)
async def test_what_somebody_types_comes_back_inert(text: str, ada: Person, cloudflare: Simulation) -> None:
    cloudflare.add_workflow("orders")
    said = await ask_digest(ada, text)
    assert said.all_text().startswith("⚠️")
    assert not live_markup(said)
