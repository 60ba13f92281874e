"""The form of a digest: a plan as a modal, and what was filled in back out of it."""

from collections.abc import Sequence
from typing import Final

from bot.browse.command.options import ACCOUNT
from bot.cloudflare.errors import CloudflareError
from bot.cloudflare.models import Status
from bot.digests.command.options import CHANNEL, QUIET, STATUS, THREAD, WINDOW, WORKFLOW, ZONE
from bot.digests.form import DAYS, NOT_CHOSEN, DigestForm
from bot.digests.messages import fields
from bot.digests.messages.phrases import command_of
from bot.digests.model import ERRORED, Mention
from bot.language.options import Field
from bot.language.tokens import COMMAND
from bot.ui import limits
from bot.ui.elements import Message, button, context, message, plain_text, section, statement
from bot.ui.explanations import explain
from bot.ui.form_fields import (
    checkboxes,
    form_view,
    input_field,
    menu,
    option_field,
    status_options,
    text_input,
    time_input,
)
from bot.ui.form_state import State, selected_option, selected_options, selected_users, text_value
from bot.ui.limits import Block
from bot.ui.mrkdwn import command, plain

CALLBACK: Final = "digest"

_DAY_NAMES: Final = dict(
    zip(DAYS, ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"), strict=True)
)
_WORDS: Final = Field(
    "Or in words",
    hint="Takes the place of days and time.",
    placeholder="every 4h, first monday 9am, 0 9 * * 1-5",
)
_PEOPLE: Final = Field("Call these people when something is new")
_QUIET: Final = "quiet"
_DAILY_THREAD: Final = "daily_thread"
_HOW: Final = {value: option.field.label for value, option in ((_QUIET, QUIET), (_DAILY_THREAD, THREAD))}
_LONGEST: Final = 300
_ZONE_ASSUMED: Final = (
    "⚠️ Slack did not tell your time zone. UTC stands in until it does, then your own takes its place. "
    "Choose a zone if you want another one."
)


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
    blocks = [
        option_field(CHANNEL, fields.channels(form.channel)),
        input_field("days", Field("Days"), checkboxes(_DAY_NAMES, form.days), optional=True),
        input_field("time", Field("Time"), time_input(form.time), optional=True),
        input_field("words", _WORDS, text_input(form.words, _WORDS.placeholder, _LONGEST), optional=True),
        option_field(ZONE, fields.zone(form.zone)),
        *([context(_ZONE_ASSUMED)] if form.zone_assumed else []),
        *_account(form, accounts),
        option_field(WORKFLOW, fields.workflows(form.workflows), key="workflows", optional=True),
        option_field(STATUS, menu(status_options(form.status), form.status)),
        option_field(WINDOW, text_input(form.window, WINDOW.field.placeholder, _LONGEST), optional=True),
        input_field("how", Field("Posting"), checkboxes(_HOW, _how(form)), optional=True),
        input_field("people", _PEOPLE, fields.people(form.mentions), optional=True),
        input_field("groups", Field("Also call"), fields.groups(form.mentions), optional=True),
        {"type": "actions", "elements": [button("Preview", "digest_form_preview", "form", "Preview")]},
    ]
    return form_view(
        "New digest" if number is None else f"Digest {number}",
        blocks,
        callback=CALLBACK,
        submit="Create" if number is None else "Save",
        metadata=metadata,
    )


def filled_in(state: State, *, zone_assumed: bool = False) -> DigestForm:
    """Return a form's values, at its submission or when a button in it is pressed.

    Args:
        state: what was filled in.
        zone_assumed: UTC stood in it for a zone that was not known.
    """
    how = selected_options(state, "how")
    mentions = [Mention("person", user) for user in selected_users(state, "people")]
    mentions += filter(None, map(fields.group, selected_options(state, "groups")))
    return DigestForm(
        channel=text_value(state, "channel", "selected_conversation"),
        zone=selected_option(state, "zone") or "",
        zone_assumed=zone_assumed,
        days=selected_options(state, "days"),
        time=text_value(state, "time", "selected_time"),
        words=text_value(state, "words"),
        account=chosen_account(state),
        workflows=selected_options(state, "workflows"),
        status=Status(selected_option(state, "status") or ERRORED),
        window=text_value(state, "window"),
        quiet=_QUIET in how,
        daily_thread=_DAILY_THREAD in how,
        mentions=tuple(mentions),
    )


def chosen_account(state: State) -> str | None:
    """Return the chosen account; None for the default one, or where there is no choice."""
    if ACCOUNT.key not in state:
        return None
    account = selected_option(state, ACCOUNT.key) or NOT_CHOSEN
    return None if account == fields.DEFAULT else account


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
    return statement("⚠️", title, advice)


def unchecked_words(error: CloudflareError, request_id: str) -> str:
    """Say at the workflows, as plain text, that Cloudflare did not confirm whether they exist.

    The request id is what the log knows it by.
    """
    return plain(
        f"The digest was not saved: {explain(error).title} Try again in a minute. (reference {request_id})"
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


def _account(form: DigestForm, accounts: Sequence[str]) -> list[Block]:
    """Build the menu of accounts if there is a choice, or if one was made."""
    if form.account is None and len(accounts) <= 1:
        return []
    return [option_field(ACCOUNT, fields.accounts(form.account, accounts))]


def _how(form: DigestForm) -> list[str]:
    return [*([_QUIET] if form.quiet else []), *([_DAILY_THREAD] if form.daily_thread else [])]
