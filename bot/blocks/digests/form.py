"""The form of a digest: a plan as a modal, and what was filled in back out of it."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from bot.blocks import filter as filter_form
from bot.blocks import limits
from bot.blocks.digests import fields
from bot.blocks.digests.words import command_of
from bot.blocks.limits import Block
from bot.blocks.parts import (
    Message,
    button,
    command,
    context,
    message,
    modal,
    plain,
    plain_text,
    section,
)
from bot.blocks.problems import explain
from bot.cloudflare.errors import CloudflareError
from bot.cloudflare.models import Status
from bot.digests.form import DAYS, DigestForm
from bot.digests.model import ERRORED, MOST_WORKFLOWS, Mention
from bot.query.form import Mistakes
from bot.query.model import COMMAND

CALLBACK: Final = "digest"

State = Mapping[str, Mapping[str, Mapping[str, Any]]]
"""What a submission carries: block id → action id → the element's state.

The block id is the field's name in `Mistakes`. So is the action id, but for menus that load as one types.
"""

_DAY_NAMES: Final = dict(
    zip(DAYS, ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"), strict=True)
)
_QUIET: Final = "quiet"
_DAILY_THREAD: Final = "daily_thread"
_HOW: Final = {
    _QUIET: "Only post when something is new",
    _DAILY_THREAD: "One thread a day: later digests go into the thread of the day's first",
}


def digest_form(form: DigestForm, number: int | None, accounts: Sequence[str], metadata: str) -> Block:
    """The modal of a new digest or, given its number, of one that is there.

    Args:
        form: what stands in it.
        number: of the digest that is edited; None for a new one.
        accounts: the names of all, the default first.
        metadata: comes back with what is filled in.

    Raises:
        ValueError: the metadata or a name does not fit, and cutting it would break it.
    """
    if len(metadata) > limits.METADATA:
        raise ValueError(f"a form's metadata has {len(metadata)} characters")
    blocks = [
        _input(
            "channel", "Channel", fields.channels(form.channel), hint="You and this bot have to be in it."
        ),
        _input("days", "Days", fields.boxes(_DAY_NAMES, form.days), optional=True),
        _input("time", "Time", fields.clock(form.time), optional=True),
        _input(
            "words",
            "Or in words",
            fields.text(form.words, "every 4h, first monday 9am, 0 9 * * 1-5"),
            hint="Takes the place of days and time.",
            optional=True,
        ),
        _input("zone", "Time zone", fields.zone(form.zone)),
        *_account(form, accounts),
        _input(
            "workflows",
            "Workflows",
            fields.workflows(form.workflows),
            hint=f"Up to {MOST_WORKFLOWS}; all of the account if left empty.",
            optional=True,
        ),
        _input("status", "Report instances that are newly", fields.statuses(form.status)),
        _input(
            "window",
            "Chart of the last",
            fields.text(form.window, "24h, 7d"),
            hint="From 1h to 30d.",
            optional=True,
        ),
        _input("how", "Posting", fields.boxes(_HOW, _how(form)), optional=True),
        _input(
            "people", "Call these people when something is new", fields.people(form.mentions), optional=True
        ),
        _input("groups", "Also call", fields.groups(form.mentions), optional=True),
        {"type": "actions", "elements": [button("Preview", "digest_form_preview", "form", "Preview")]},
    ]
    return {
        **modal("New digest" if number is None else f"Digest {number}", blocks, close="Cancel"),
        "callback_id": CALLBACK,
        "submit": plain_text("Create" if number is None else "Save", limits.TITLE),
        "private_metadata": metadata,
    }


def filled_in(state: State) -> DigestForm:
    """What stands in a form, at its submission or when a button in it is pressed."""
    how = _ticked(state, "how")
    people = _element(state, "people").get("selected_users") or ()
    mentions = [Mention("person", str(user)) for user in people]
    mentions += [fields.group(value) for value in _ticked(state, "groups")]
    return DigestForm(
        channel=str(_element(state, "channel").get("selected_conversation") or ""),
        zone=_chosen(state, "zone"),
        days=_ticked(state, "days"),
        time=str(_element(state, "time").get("selected_time") or ""),
        words=_typed(state, "words"),
        account=account_in(state),
        workflows=_ticked(state, "workflows"),
        status=Status(_chosen(state, "status") or ERRORED),
        window=_typed(state, "window"),
        quiet=_QUIET in how,
        daily_thread=_DAILY_THREAD in how,
        mentions=tuple(mentions),
    )


def account_in(state: State) -> str | None:
    """The account that is chosen; None for the default one."""
    chosen = _chosen(state, "account")
    return None if chosen in ("", fields.DEFAULT) else chosen


def field_errors(mistakes: Mistakes) -> dict[str, str]:
    """What is said at each field, as plain text."""
    nearest = {key: error.nearest for key, error in mistakes.by_field.items()}
    return {
        key: said + (f" Did you mean “{plain(close)}”?" if (close := nearest[key]) else "")
        for key, said in filter_form.field_errors(mistakes).items()
    }


def suggestions(names: Sequence[str]) -> list[Block]:
    """Options of a menu that loads as one types.

    Raises:
        ValueError: a name does not fit, and cutting it would break it.
    """
    return fields.named(names)


def form_not_opened_message(number: int | None) -> Message:
    """Slack did not show the form of a digest, or of a new one."""
    title = "The form did not open."
    typed = f"{COMMAND} digest create weekdays 09:00" if number is None else command_of("edit", number)
    advice = f"Try again, or type it: {command(typed)}\nAll there is: {command(f'{COMMAND} help digest')}"
    return message(f"{title} {advice}", [section(f"⚠️ *{title}*\n{advice}")])


def unchecked_words(error: CloudflareError) -> str:
    """What is said at the workflows, as plain text, when Cloudflare does not say whether they exist."""
    return plain(f"Nothing was kept: {explain(error).title} Try again in a minute.")


def form_mistake_message(field: str, words: str, number: int | None) -> Message:
    """What is said once the form is closed and has no fields any more.

    Args:
        field: which.
        words: what is wrong with it, as plain text.
        number: of the digest that was edited; None for a new one.
    """
    title = "Nothing was kept: something in the form is wrong."
    again = f"{COMMAND} digest" if number is None else command_of("edit", number)
    block = section(f"⚠️ *{title}*")
    said = {
        "type": "section",
        "text": plain_text(f"{field.capitalize()}: {words}", limits.CONTEXT, emoji=False),
    }
    return message(title, [block, said, context(f"The form again: {command(again)}")])


def _input(key: str, label: str, element: Block, hint: str | None = None, *, optional: bool = False) -> Block:
    block: Block = {
        "type": "input",
        "block_id": key,
        "label": plain_text(label, limits.BUTTON),
        "element": {"action_id": key, **element},
        "optional": optional,
    }
    if hint is not None:
        block["hint"] = plain_text(hint, limits.CONTEXT)
    return block


def _account(form: DigestForm, accounts: Sequence[str]) -> list[Block]:
    """A question where there is a choice, or where one was made."""
    if form.account is None and len(accounts) <= 1:
        return []
    return [_input("account", "Account", fields.accounts(form.account, accounts))]


def _how(form: DigestForm) -> list[str]:
    return [*([_QUIET] if form.quiet else []), *([_DAILY_THREAD] if form.daily_thread else [])]


def _element(state: State, key: str) -> Mapping[str, Any]:
    """The state of the one element of a block; nothing if the form had no such block."""
    return next(iter(state.get(key, {}).values()), {})


def _typed(state: State, key: str) -> str:
    return str(_element(state, key).get("value") or "")


def _chosen(state: State, key: str) -> str:
    option = _element(state, key).get("selected_option")
    return str(option["value"]) if option else ""


def _ticked(state: State, key: str) -> tuple[str, ...]:
    return tuple(str(option["value"]) for option in _element(state, key).get("selected_options") or ())
