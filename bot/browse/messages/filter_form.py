"""The form that narrows a list down: a question as a modal, and what was filled in back out of it."""

import re
from collections.abc import Sequence
from typing import Final

from bot.browse.form import Form
from bot.browse.model import DEFAULT_ROWS, MAX_ROWS, ListQuery
from bot.cloudflare.models import Status
from bot.language import times
from bot.language.errors import FormErrors, QueryError
from bot.language.tokens import COMMAND
from bot.ui import limits
from bot.ui.elements import (
    URGENCY,
    Message,
    appearance,
    code,
    command,
    message,
    modal,
    plain,
    plain_text,
    section,
)
from bot.ui.form_state import State, chosen, typed
from bot.ui.limits import Block

CALLBACK: Final = "filter"

# Values of options. No status and no account is called so.
_ANY: Final = "(any)"
_SAME: Final = "(same)"

_LONGEST_WORD: Final = 40


def filter_view(query: ListQuery, form: Form, accounts: Sequence[str], metadata: str) -> Block:
    """Build the modal for a list of instances; `metadata` comes back with the submission.

    Raises:
        ValueError: the metadata does not fit, and cutting it would break it.
    """
    if len(metadata) > limits.METADATA:
        raise ValueError(f"a form's metadata has {len(metadata)} characters")
    blocks = [
        section(f"Instances of {code(query.workflow)}"),
        _input("status", "Status", _statuses(query.status)),
        _input(
            "since",
            "Created since",
            _time(form.since, "24h, today, monday 09:00"),
            hint=f"In your own time zone. Every way to write a time: {COMMAND} help times",
            optional=True,
        ),
        _input("until", "Created until", _time(form.until, "1h, yesterday 17:30"), optional=True),
        _input(
            "rows",
            "Rows",
            _number(form.rows),
            hint=f"1 to {MAX_ROWS} in one message; {DEFAULT_ROWS} if left empty",
            optional=True,
        ),
    ]
    if len(accounts) > 1:
        blocks.append(_account(query.account or accounts[0], accounts))
    return {
        **modal("Filter", blocks, close="Cancel"),
        "callback_id": CALLBACK,
        "submit": plain_text("Show", limits.TITLE),
        "private_metadata": metadata,
    }


def filled_in(state: State, query: ListQuery) -> Form:
    """Return the filled-in form, given the list that the form was opened from."""
    # A menu that was not shown leaves everything as it is.
    status, account = (chosen(state, key) or _SAME for key in ("status", "account"))
    statuses = {_SAME: query.status, _ANY: None}
    return Form(
        status=statuses[status] if status in statuses else Status(status),
        since=typed(state, "since"),
        until=typed(state, "until"),
        rows=typed(state, "rows"),
        account=query.account if account == _SAME else account,
    )


def field_errors(mistakes: FormErrors) -> dict[str, str]:
    """Return the error at each field, as plain text."""
    return {key: _said(key, error) for key, error in mistakes.by_field.items()}


def not_opened_message(query: ListQuery) -> Message:
    """Build the message for a form that Slack did not show."""
    title = "The form did not open."
    again = f"Try again, or type the filters: {command(query.command())}"
    advice = f"{again}\nAll there are: {command(f'{COMMAND} help filters')}"
    return message(f"{title} {advice}", [section(f"⚠️ *{title}*\n{advice}")])


def _input(key: str, label: str, element: Block, hint: str | None = None, *, optional: bool = False) -> Block:
    block: Block = {
        "type": "input",
        "block_id": key,
        "label": plain_text(label, limits.BUTTON),
        "element": {**element, "action_id": key},
        "optional": optional,
    }
    if hint is not None:
        block["hint"] = plain_text(hint, limits.CONTEXT)
    return block


def _statuses(present: Status | None) -> Block:
    """Build the menu of statuses, any first, then the most urgent; an unknown status comes last."""
    options = [_option("Any status", _ANY)]
    options += [_option(_looks(Status(status)), status) for status in URGENCY]
    if present is not None and present not in URGENCY:
        options.append(_option(_looks(present), _SAME))
    chosen = _ANY if present is None else present if present in URGENCY else _SAME
    return _menu(options, chosen)


def _looks(status: Status) -> str:
    looks = appearance(status)
    return f"{looks.emoji} {looks.word}"


def _account(present: str, accounts: Sequence[str]) -> Block:
    shown = list(accounts[: limits.OPTIONS])
    if present not in shown:
        shown[-1] = present
    options = [_option(name, _SAME if name == present else name) for name in shown]
    left = len(accounts) - len(shown)
    hint = f"{left} more do not fit into this menu: type account:NAME" if left else None
    return _input("account", "Account", _menu(options, _SAME), hint)


def _menu(options: list[Block], chosen: str) -> Block:
    (initial,) = (option for option in options if option["value"] == chosen)
    return {"type": "static_select", "options": options, "initial_option": initial}


def _option(text: str, value: str) -> Block:
    return {"text": plain_text(text, limits.OPTION), "value": value}


def _time(text: str, such_as: str) -> Block:
    element: Block = {
        "type": "plain_text_input",
        "max_length": times.LONGEST,
        "placeholder": plain_text(such_as, limits.BUTTON),
    }
    return {**element, "initial_value": text} if text else element


def _number(text: str) -> Block:
    return {
        "type": "number_input",
        "is_decimal_allowed": False,
        "min_value": "1",
        "max_value": str(MAX_ROWS),
        "initial_value": text,
    }


def _said(key: str, error: QueryError) -> str:
    """Return an error in plain words, without the keys and the code that only commands have."""
    word = limits.shorten(plain(error.word.removeprefix(f"{key}:")), _LONGEST_WORD)
    advice = plain(f"{error.problem}. Expected: {error.expected}.")
    return f"“{word}” " + re.sub(r"`(?:[a-z]+:(?=[^`]))?([^`]*?):?`", r"\1", advice)
