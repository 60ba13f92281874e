"""The form of a digest: a plan as a modal, and what was filled in back out of it."""

from collections.abc import Sequence
from typing import Final

from bot.browse.messages import filter_form
from bot.cloudflare.errors import CloudflareError
from bot.cloudflare.models import Status
from bot.digests.form import DAYS, DigestForm
from bot.digests.messages import fields
from bot.digests.messages.phrases import command_of
from bot.digests.model import ERRORED, MOST_WORKFLOWS, Mention
from bot.language.errors import FormErrors
from bot.language.tokens import COMMAND
from bot.ui import limits
from bot.ui.elements import Message, button, command, context, message, modal, plain, plain_text, section
from bot.ui.form_state import State, chosen, people, selected_options, typed
from bot.ui.limits import Block
from bot.ui.problems import explain

CALLBACK: Final = "digest"

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
    """Build the modal of a new digest or, given its number, of an existing one.

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
    """Return a form's values, at its submission or when a button in it is pressed."""
    how = selected_options(state, "how")
    mentions = [Mention("person", user) for user in people(state, "people")]
    mentions += filter(None, map(fields.group, selected_options(state, "groups")))
    return DigestForm(
        channel=typed(state, "channel", "selected_conversation"),
        zone=chosen(state, "zone") or "",
        days=selected_options(state, "days"),
        time=typed(state, "time", "selected_time"),
        words=typed(state, "words"),
        account=account_in(state),
        workflows=selected_options(state, "workflows"),
        status=Status(chosen(state, "status") or ERRORED),
        window=typed(state, "window"),
        quiet=_QUIET in how,
        daily_thread=_DAILY_THREAD in how,
        mentions=tuple(mentions),
    )


def account_in(state: State) -> str | None:
    """Return the chosen account; None for the default one."""
    account = chosen(state, "account")
    return None if account in ("", fields.DEFAULT) else account


def field_errors(mistakes: FormErrors) -> dict[str, str]:
    """Return the error at each field, as plain text."""
    nearest = {key: error.nearest for key, error in mistakes.by_field.items()}
    return {
        key: said + (f" Did you mean “{plain(close)}”?" if (close := nearest[key]) else "")
        for key, said in filter_form.field_errors(mistakes).items()
    }


def suggestions(names: Sequence[str]) -> list[Block]:
    """Build the options of a menu that loads while a person types.

    Raises:
        ValueError: a name does not fit, and cutting it would break it.
    """
    return fields.named(names)


def form_not_opened_message(number: int | None) -> Message:
    """Say that Slack did not show the form of a digest, or of a new one."""
    title = "The form did not open."
    typed = f"{COMMAND} digest create weekdays 09:00" if number is None else command_of("edit", number)
    advice = f"Try again, or type it: {command(typed)}\nAll there is: {command(f'{COMMAND} help digest')}"
    return message(f"{title} {advice}", [section(f"⚠️ *{title}*\n{advice}")])


def unchecked_words(error: CloudflareError, reference: str) -> str:
    """Say at the workflows, as plain text, that Cloudflare did not confirm whether they exist.

    The reference is what the log knows it by.
    """
    return plain(
        f"The digest was not saved: {explain(error).title} Try again in a minute. (reference {reference})"
    )


def form_mistake_message(field: str, words: str, number: int | None) -> Message:
    """Describe an error of a form that is already closed.

    Args:
        field: which.
        words: what is wrong with it, as plain text.
        number: of the digest that was edited; None for a new one.
    """
    title = "The digest was not saved: please fix the form."
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
    """Build the menu of accounts if there is a choice, or if one was made."""
    if form.account is None and len(accounts) <= 1:
        return []
    return [_input("account", "Account", fields.accounts(form.account, accounts))]


def _how(form: DigestForm) -> list[str]:
    return [*([_QUIET] if form.quiet else []), *([_DAILY_THREAD] if form.daily_thread else [])]
