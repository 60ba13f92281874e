"""The buttons of rows, from end to end: which instance they open, and in which lists they stand."""

from datetime import UTC, datetime, timedelta

from bot.browse.requests import ShowInstance
from bot.playground.simulators.cloudflare import Simulation
from bot.playground.simulators.slack import LocalSlack, Message, Person
from tests.support.buttons import CODEC
from tests.support.messages import ask, click, row_ids

START = datetime.now(UTC) - timedelta(days=1)


def fill(cloudflare: Simulation, count: int, status: str = "errored") -> list[str]:
    """Add instances, a second apart; return their ids, newest first."""
    made = [
        cloudflare.add_instance(
            "orders", id=f"ord-{number:04}", status=status, created_on=START + timedelta(seconds=number)
        ).id
        for number in range(count)
    ]
    return made[::-1]


def opened_by(message: Message) -> list[str]:
    """Return the instances that the buttons of a message open, from top to bottom."""
    requests = [
        CODEC.decode(button.value or "")
        for button in message.buttons()
        if button.action_id.partition(":")[0] == "instance_show"
    ]
    assert all(isinstance(request, ShowInstance) and request.workflow == "orders" for request in requests)
    return [request.instance for request in requests if isinstance(request, ShowInstance)]


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
