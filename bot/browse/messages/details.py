"""The button that opens one instance, on each row that names one."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from bot.browse.requests import ShowInstance
from bot.ui.elements import button
from bot.ui.limits import Block

ValueOf = Callable[[ShowInstance], str | None]
"""Writes a request as a button's value; None if it does not fit into one."""

LABEL: Final = "Details"


def no_value(_: ShowInstance) -> None:
    """Leave every button out."""


def details_value(shown: ShowInstance, value_of: ValueOf) -> str | None:
    """Return what the button of one instance carries; None if not even its id fits.

    What the list knew of it stays out if it does not fit, so that no row needs the database.
    """
    value = value_of(shown)
    return value_of(replace(shown, row=None)) if value is None and shown.row is not None else value


def details_button(shown: ShowInstance, value_of: ValueOf, name: str = "") -> Block | None:
    """Build the button of an instance; None if not even its id fits.

    Args:
        shown: what it asks for.
        value_of: writes that.
        name: of the instance for those who do not see the button; its id unless given.
    """
    value = details_value(shown, value_of)
    return None if value is None else button_of(name or shown.instance, value)


def button_of(name: str, value: str) -> Block:
    """Build the button that carries a value; `name` is the instance's for those who do not see it."""
    pressed = button(LABEL, ShowInstance.kind, value, f"{LABEL} of {name}")
    # Without `emoji`, which is for labels that have some: the characters add up where there are twenty.
    return {**pressed, "text": {"type": "plain_text", "text": LABEL}}
