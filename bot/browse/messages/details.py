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


def details_button(instance: str, value: str | None) -> Block | None:
    """Build the button of an instance; None without a value."""
    if value is None:
        return None
    pressed = button(LABEL, ShowInstance.kind, value, f"{LABEL} of {instance}")
    # Without `emoji`, which is for labels that have some: the characters add up where there are twenty.
    return {**pressed, "text": {"type": "plain_text", "text": LABEL}}
