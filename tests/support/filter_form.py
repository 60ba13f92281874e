"""Open the filter form, fill it in, and read the answer."""

from bot.playground.simulators.cloudflare import Simulation
from bot.playground.simulators.slack import LocalSlack, Message, Person, Reply, View
from tests.support.form_values import Answer, fill_form


async def open_filter(person: Person, message: Message) -> View:
    return await (await person.click(message, "filter_open")).view()


async def submit_filter(person: Person, view: View, /, **answers: Answer) -> Reply:
    return await person.submit(view, fill_form(view.payload, **answers))


async def submit_and_wait(slack: LocalSlack, person: Person, view: View, /, **answers: str | None) -> Message:
    """Submit the form, and return the message that replaces the list or appears below it."""
    following = slack.next_message()
    reply = await submit_filter(person, view, **answers)
    assert not reply.errors
    assert slack.views.current(view) is None, "the form is closed"
    return await following


def echoed_command(message: Message) -> str:
    """Return the command in a list's last line."""
    return str(message.blocks[-1]["elements"][0]["text"].split("`")[1])


def add_orders(cloudflare: Simulation, count: int = 25) -> None:
    """Add instances of `orders`, every fifth errored."""
    for number in range(count):
        status = "errored" if number % 5 == 0 else "complete"
        cloudflare.add_instance("orders", id=f"ord-{number:03}", status=status)
