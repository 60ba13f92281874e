"""From a list to one instance, its steps and its payloads, with the real bot."""

from datetime import timedelta

import pytest
from playwright.async_api import Locator, expect

from bot.playground.playground import Playground
from bot.playground.simulators.cloudflare import Attempt, Failure, Simulation, Step

from .conftest import Open, Opened, Scheme
from .test_accessibility import violations
from .test_instances import is_in_sight, overflow

pytestmark = pytest.mark.asyncio(loop_scope="package")

WORKFLOW = "long-run"
INSTANCE = "run-59620"
STEPS = 45


def add_long_run(simulation: Simulation) -> None:
    """Add an instance that failed in the last of its many steps."""
    created = simulation.now() - timedelta(hours=1)
    failure = Failure("PaymentError", "card declined: " + "the bank gave no reason. " * 8)

    def step(number: int) -> Step:
        begin = created + timedelta(seconds=10 * number)
        error = failure if number == STEPS else None
        attempt = Attempt(begin, begin + timedelta(seconds=9), error is None, error)
        return Step(
            f"reserve stock for the order {number}-1", (attempt,), None if error else '{"reserved":true}'
        )

    simulation.add_instance(
        WORKFLOW,
        id=INSTANCE,
        status="errored",
        created_on=created,
        error=failure,
        params='{"order":59620,"password":"hunter2"}',
        steps=tuple(step(number) for number in range(1, STEPS + 1)),
    )


def modal(opened: Opened, title: str) -> Locator:
    return opened.page.get_by_role("dialog", name=title, exact=True)


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark")])
async def test_a_row_leads_to_the_failed_step_and_to_all_steps_and_back(
    playground: Playground, open_page: Open, simulation: Simulation, width: int, scheme: Scheme
) -> None:
    add_long_run(simulation)
    opened = await open_page(playground, scheme, width=width, height=900)
    await opened.type(f"/workflows list {WORKFLOW}")
    details = opened.last.get_by_role("button", name="Details")
    await expect(details).to_have_count(1)
    await opened.shot(f"list-with-details-{width}-{scheme}")
    await details.focus()
    await details.press("Enter")
    dialog = modal(opened, "Instance")
    await expect(dialog).to_contain_text(f"{INSTANCE} · errored")
    await expect(dialog).to_contain_text("card declined")
    await expect(dialog.locator(".modal-body")).to_be_focused()
    assert await violations(opened.page) == []
    await opened.shot(f"one-instance-{width}-{scheme}")

    later = dialog.get_by_role("button", name="Later steps")
    await later.focus()
    await later.press("Enter")
    await expect(dialog).to_contain_text("reserve stock for the order 21")
    await expect(later).to_be_focused()
    assert await is_in_sight(later)
    await later.press("Enter")
    await expect(dialog).to_contain_text("reserve stock for the order 41")
    await expect(later).to_have_count(0)
    earlier = dialog.get_by_role("button", name="Earlier steps")
    await expect(earlier).to_be_focused()
    assert await is_in_sight(earlier)
    assert await overflow(opened.page) <= 0
    assert await dialog.locator(".modal-body").evaluate("(node) => node.scrollWidth - node.clientWidth") <= 0
    await opened.shot(f"one-instance-steps-{width}-{scheme}")

    await opened.page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    await expect(details).to_be_focused()


async def test_params_are_folded_in_the_message_and_stacked_over_the_modal(
    playground: Playground, open_page: Open, simulation: Simulation
) -> None:
    add_long_run(simulation)
    opened = await open_page(playground)
    await opened.type(f"/workflows show {WORKFLOW} {INSTANCE}")
    fold = opened.last.get_by_role("button", name="Params")
    await expect(fold).to_have_attribute("aria-expanded", "false")
    await fold.press("Enter")
    params = opened.last.get_by_role("group", name="Params")
    await expect(params).to_contain_text('"order": 59620')
    await expect(params).not_to_contain_text("hunter2")
    await opened.shot("folded-params")

    await opened.type(f"/workflows list {WORKFLOW}")
    await opened.last.get_by_role("button", name="Details").click()
    opener = modal(opened, "Instance").get_by_role("button", name="Params")
    await opener.click()
    await expect(modal(opened, "Payload")).to_contain_text('"order": 59620')
    await opened.page.keyboard.press("Escape")
    await expect(opener).to_be_focused()


async def test_a_table_of_instances_has_details_in_sight(
    playground: Playground, open_page: Open, simulation: Simulation
) -> None:
    add_long_run(simulation)
    opened = await open_page(playground, width=360)
    await opened.type(f"/workflows list {WORKFLOW} view:table")
    table = opened.last.get_by_role("table")
    details = table.get_by_role("row", name=INSTANCE).get_by_role("button", name="Details")
    await expect(details).to_be_in_viewport(ratio=1)
    assert await overflow(opened.page) <= 0
    assert await violations(opened.page) == []
    await opened.shot("table-with-details-360")
    await details.press("Enter")
    await expect(modal(opened, "Instance")).to_contain_text(INSTANCE)


async def test_a_guest_is_marked_and_told_that_they_may_nothing(
    playground: Playground, open_page: Open
) -> None:
    opened = await open_page(playground)
    await opened.page.get_by_label("Viewing as").select_option("Gus, a contractor (guest)")
    await opened.type("/workflows list order-processing")
    await expect(opened.last).to_contain_text("guest")
    await expect(opened.last.get_by_role("button", name="Details")).to_have_count(0)


async def test_a_message_is_looked_up_by_its_menu(
    playground: Playground, open_page: Open, simulation: Simulation
) -> None:
    add_long_run(simulation)
    opened = await open_page(playground, width=360)
    await opened.type(f"Why did {INSTANCE} of {WORKFLOW} fail?")
    await opened.last.get_by_role("button", name="More actions").press("Enter")
    item = opened.page.get_by_role("menuitem", name="Look up in Workflows")
    await expect(item).to_be_focused()
    assert await violations(opened.page) == []
    await opened.shot("message-menu-360")
    await item.press("Enter")
    await expect(opened.last).to_contain_text("Found in that message")
    await expect(opened.last).to_contain_text("Only visible to you")
    await opened.last.get_by_role("button", name=f"Details of {INSTANCE}").click()
    await expect(modal(opened, "Instance")).to_contain_text("card declined")


async def test_a_shared_instance_is_turned_in_place_for_everybody(
    playground: Playground, open_page: Open, simulation: Simulation
) -> None:
    add_long_run(simulation)
    ada, grace = [await open_page(playground) for _ in range(2)]
    await grace.page.get_by_label("Viewing as").select_option("Grace Hopper")
    await ada.type(f"/workflows show {WORKFLOW} {INSTANCE}")
    await ada.last.get_by_role("button", name="Share").click()
    for opened in (ada, grace):
        await expect(opened.last).to_contain_text("Shared by @ada")
        await expect(opened.last).not_to_contain_text("59620}")
    later = grace.last.get_by_role("button", name="Later steps")
    await later.press("Enter")
    for opened in (ada, grace):
        await expect(opened.last).to_contain_text("reserve stock for the order 21")
    await expect(later).to_be_focused()
    await expect(grace.messages).to_have_count(1)


async def test_a_whole_payload_comes_as_a_file_to_its_asker(
    playground: Playground, open_page: Open, simulation: Simulation
) -> None:
    add_long_run(simulation)
    opened = await open_page(playground)
    await opened.type(f"/workflows list {WORKFLOW}")
    await opened.last.get_by_role("button", name="Details").click()
    await modal(opened, "Instance").get_by_role("button", name="Params").click()
    await modal(opened, "Payload").get_by_role("button", name="as a file").click()
    direct = opened.page.get_by_role("list", name="Direct messages").get_by_role("button", name="workflows")
    await expect(direct).to_contain_text("new")
    for title in ("Payload", "Instance"):
        await opened.page.keyboard.press("Escape")
        await expect(modal(opened, title)).to_have_count(0)
    await direct.click()
    file = opened.last.get_by_role("group", name="File")
    await expect(file).to_contain_text('"order": 59620')
    await expect(file).not_to_contain_text("hunter2")
    await opened.shot("payload-file")
    async with opened.page.expect_download() as saving:
        await file.get_by_role("button", name="Download").click()
    assert (await saving.value).suggested_filename.endswith((".txt", ".json"))
