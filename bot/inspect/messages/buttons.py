"""The buttons of one instance."""

from dataclasses import dataclass
from typing import Final

from bot.cloudflare.dashboard import DashboardPage, write_url
from bot.inspect.model import InstanceRef
from bot.ui.elements import actions, button, context, share_button
from bot.ui.limits import Block

LIST_LABELS: Final = {True: "Errored instances", False: "All instances"}
_LONGEST_URL: Final = 3_000


@dataclass(frozen=True, slots=True)
class InstanceControls:
    """The values of an instance's buttons; a button that would lead nowhere has none.

    Attributes:
        refresh: the instance as it is now.
        previous: the page of steps before.
        next: the page of steps after.
        failed: the page with the step that failed: the one that ended the instance, else the first.
        going: the page with the step that goes on.
        list: the list of the workflow's instances.
        share: the instance, for everybody in the channel.
        version: the newest instances that ran the same version.
        of_errored: that list holds those that errored alone.
        account_id: Cloudflare's id of its account, for the dashboard; None lets the dashboard ask.
        incomplete: a button is missing, as what it carries could not be kept.
    """

    refresh: str | None = None
    previous: str | None = None
    next: str | None = None
    failed: str | None = None
    going: str | None = None
    list: str | None = None
    share: str | None = None
    version: str | None = None
    of_errored: bool = False
    account_id: str | None = None
    incomplete: bool = False


def step_buttons(controls: InstanceControls) -> list[Block]:
    """Build the buttons that turn the pages of steps."""
    wanted = (
        ("◀ Earlier steps", "steps_previous", controls.previous),
        ("Later steps ▶", "steps_next", controls.next),
        ("Failed step", "steps_failed", controls.failed),
        ("Running now", "steps_going", controls.going),
    )
    return actions([button(label, action, value, label) for label, action, value in wanted if value])


def instance_buttons(subject: InstanceRef, controls: InstanceControls) -> list[Block]:
    """Build the row of buttons below an instance. All of them are put together here."""
    buttons = []
    if controls.refresh is not None:
        buttons.append(button("⟳ Refresh", "instance_refresh", controls.refresh, "Refresh this instance"))
    if controls.list is not None:
        label = LIST_LABELS[controls.of_errored]
        buttons.append(button(label, "list_open", controls.list, f"{label} of {subject.workflow}"))
    if controls.version is not None:
        label = "Others of this version"
        buttons.append(button(label, "version_list", controls.version, label))
    buttons += _dashboard_button(subject, controls.account_id)
    if controls.share is not None:
        buttons.append(share_button(controls.share, "instance"))
    blocks = actions(buttons)
    if controls.incomplete:
        blocks.append(context("A button is missing: this bot's database does not answer. Try again later."))
    return blocks


def _dashboard_button(subject: InstanceRef, account_id: str | None) -> list[Block]:
    url = write_url(DashboardPage(account_id, subject.workflow, subject.instance))
    if len(url) > _LONGEST_URL:
        return []
    pressed = button("Open in Cloudflare", "dashboard_open", "-", "Open in Cloudflare's dashboard")
    return [{**pressed, "url": url}]
