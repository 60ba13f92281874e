"""The buttons of rows, from end to end: which instance they open, and in which lists they stand."""

from bot.browse.requests import ShowInstance
from bot.playground.simulators.cloudflare import Simulation
from bot.playground.simulators.slack import LocalSlack, Person
from tests.support.buttons import CODEC
from tests.support.messages import ask, click, row_ids
from tests.support.rows import fill, opened_by


async def test_each_row_s_button_opens_its_own_instance_on_every_page(
    ada: Person, cloudflare: Simulation
) -> None:
    made = fill(cloudflare, 25)
    message = await ask(ada, "list orders")
    for start in (0, 10, 20):
        assert opened_by(message) == row_ids(message) == made[start : start + 10]
        if start < 20:
            message = await click(ada, message, "page_next")
    assert opened_by(await click(ada, message, "page_refresh")) == made[20:]


async def test_a_button_carries_what_the_list_knows(ada: Person, cloudflare: Simulation) -> None:
    fill(cloudflare, 1)
    (button, *_) = (await ask(ada, "orders errored")).buttons()
    request = CODEC.decode(button.value or "")
    assert isinstance(request, ShowInstance)
    assert request.row is not None
    assert (request.row.id, request.row.status) == ("ord-0000", "errored")


async def test_a_press_opens_the_instance_at_once(
    ada: Person, cloudflare: Simulation, slack: LocalSlack
) -> None:
    made = fill(cloudflare, 12)
    message = await click(ada, await ask(ada, "list orders"), "page_next")
    view = await (await ada.click(message, "instance_show", 1)).view()
    assert made[11] in view.all_text()
    assert len(slack.calls_of("views.open")) == 1


async def test_rows_need_no_database(ada: Person, cloudflare: Simulation) -> None:
    fill(cloudflare, 10)
    message = await ask(ada, "list orders")
    assert all((button.value or "").startswith("2.") for button in message.buttons())
