"""What is asked without a workflow's name, and what the bot does not do yet."""

import pytest
from syrupy.assertion import SnapshotAssertion

from bot.playground.simulators.cloudflare import Simulation
from bot.playground.simulators.slack import Person
from tests.support.messages import ask, click, mask_times, row_ids


@pytest.fixture
def some_failed(cloudflare: Simulation) -> Simulation:
    cloudflare.add_instance("orders", id="ord-1", status="errored")
    cloudflare.add_instance("orders", id="ord-2", status="errored")
    cloudflare.add_instance("image_pipeline", id="img-1", status="errored")
    cloudflare.add_instance("refunds", id="ref-1", status="complete")
    return cloudflare


@pytest.mark.usefixtures("some_failed")
@pytest.mark.parametrize(
    "text",
    [
        "queued",
        "accounts",
        "restart orders ord-1234",
        "alert #ops",
    ],
)
async def test_it_is_answered_in_words(text: str, ada: Person, snapshot: SnapshotAssertion) -> None:
    assert mask_times((await ask(ada, text)).all_text()) == snapshot


@pytest.mark.usefixtures("some_failed")
async def test_the_workflow_that_is_meant_is_a_press_away(ada: Person) -> None:
    which = await ask(ada, "what failed?")
    assert row_ids(await click(ada, which, "list_open")) == ["ord-2", "ord-1"]
    assert row_ids(await click(ada, which, "list_open", 1)) == ["img-1"]


async def test_a_name_in_other_words_costs_one_look_at_the_names(
    ada: Person, some_failed: Simulation
) -> None:
    shown = await ask(ada, "Image Pipeline failed")
    assert row_ids(shown) == ["img-1"]
    assert "Read `Image Pipeline` as `image_pipeline` and `failed` as `status:errored`." in shown.all_text()
    assert some_failed.list_calls == 1


@pytest.mark.parametrize("text", ["restart", "restart errored"])
async def test_a_workflow_may_be_called_like_a_verb_that_is_not_there_yet(
    text: str, ada: Person, some_failed: Simulation
) -> None:
    some_failed.add_instance("restart", id="res-1", status="errored")
    assert row_ids(await ask(ada, text)) == ["res-1"]


@pytest.mark.parametrize("text", ["jobs errored", "show jobs errored", "errored jobs"])
async def test_a_workflow_may_be_called_by_a_small_word(
    text: str, ada: Person, some_failed: Simulation
) -> None:
    some_failed.add_instance("jobs", id="job-1", status="errored")
    assert row_ids(await ask(ada, text)) == ["job-1"]
    assert some_failed.workflow_calls == 1


@pytest.mark.usefixtures("some_failed")
async def test_where_the_names_can_t_be_read_the_refusal_is_what_it_was(
    ada: Person, cloudflare: Simulation
) -> None:
    cloudflare.add_workflow("image pipeline")
    told = await ask(ada, "orders xyzzy")
    assert "`xyzzy` is a word I don't know" in told.all_text()


async def test_an_instance_that_is_named_where_a_workflow_was_expected_is_told_apart(
    ada: Person, some_failed: Simulation
) -> None:
    some_failed.add_instance("refunds", id="5dd78a45-4313-491a-8f70-0bbe1d4061fa", status="errored")
    told = await ask(ada, "5dd78a45-4313-491a-8f70-0bbe1d4061fa")
    assert "🔴 5dd78a45-4313-491a-8f70-0bbe1d4061fa · errored" in told.all_text()
    assert (some_failed.workflow_calls, some_failed.list_calls, some_failed.describe_calls) == (1, 0, 3)


@pytest.mark.usefixtures("some_failed")
@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("payload orders latest", "ord-2"),
        ("orders failed with payload too large", 'error:"payload too large"'),
        ("payload-worker", "payload-worker"),
        ("payload", "payload"),
    ],
)
async def test_a_command_that_holds_the_name_of_another_field_is_answered(
    text: str, told: str, ada: Person
) -> None:
    assert told in (await ask(ada, text)).all_text(), "Bolt looks for the word in the whole body"


async def test_the_version_is_told(ada: Person) -> None:
    assert "Workflows bot 0." in (await ask(ada, "version")).all_text()


@pytest.mark.usefixtures("some_failed")
async def test_a_time_that_is_mistyped_is_no_workflow(ada: Person) -> None:
    asked = await ask(ada, "what failed yesteday")
    assert "`yesteday` is not a time I can read." in asked.all_text()
    assert "nothing failed yesterday" in (await click(ada, asked, "command_run")).all_text()
