"""Opening the filter's form, filling it in, and seeing what comes of it."""

from bot.playground.simulators.cloudflare import Simulation
from bot.playground.simulators.slack import LocalSlack, Message, Person, Reply, View
from tests.unit.ui.filling import Answer, filled


async def opened(person: Person, message: Message) -> View:
    return await (await person.click(message, "filter_open")).view()


async def submitted(person: Person, view: View, **answers: Answer) -> Reply:
    return await person.submit(view, filled(view.payload, **answers))


async def shown_after(slack: LocalSlack, person: Person, view: View, **answers: str | None) -> Message:
    """The message that takes the place of the list, or appears below it."""
    following = slack.next_message()
    reply = await submitted(person, view, **answers)
    assert not reply.errors
    assert slack.views.current(view) is None, "the form is closed"
    return await following


def command(message: Message) -> str:
    """What stands in a list's last line to be typed again."""
    return str(message.blocks[-1]["elements"][0]["text"].split("`")[1])


def fill(cloudflare: Simulation, count: int = 25) -> None:
    for number in range(count):
        status = "errored" if number % 5 == 0 else "complete"
        cloudflare.add_instance("orders", id=f"ord-{number:03}", status=status)
