"""The form that narrows a list down: a question as a modal, and what was filled in back out of it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from bot.browse.form import Form
from bot.browse.model import ListQuery
from bot.browse.options import (
    ACCOUNT,
    MAX_TABLE_ROWS,
    ROWS,
    SINCE,
    STATUS,
    UNTIL,
    VIEW,
    VIEWS,
    View,
    default_rows,
)
from bot.cloudflare.models import Status
from bot.language import times
from bot.language.tokens import COMMAND
from bot.ui import limits
from bot.ui.elements import Message, code, command, section, statement
from bot.ui.form_fields import (
    form_view,
    input_field,
    menu,
    menu_option,
    number_input,
    option_field,
    status_options,
    text_input,
)
from bot.ui.form_state import State, selected_option, text_value
from bot.ui.limits import Block
from bot.ui.statuses import URGENCY

CALLBACK: Final = "filter"

# Values of options. No status and no account is called so.
_ANY: Final = "(any)"
_SAME: Final = "(same)"


def filter_view(query: ListQuery, form: Form, accounts: Sequence[str], metadata: str) -> Block:
    """Build the modal for a list of instances; `metadata` comes back with the submission.

    Raises:
        ValueError: the metadata does not fit, and cutting it would break it.
    """
    blocks = [
        section(f"Instances of {code(query.workflow)}"),
        option_field(STATUS, _statuses(query.status)),
        option_field(SINCE, text_input(form.since, SINCE.field.placeholder, times.LONGEST), optional=True),
        option_field(UNTIL, text_input(form.until, UNTIL.field.placeholder, times.LONGEST), optional=True),
        option_field(ROWS, number_input(form.rows, MAX_TABLE_ROWS), optional=True),
        option_field(VIEW, _views(form.view)),
    ]
    if len(accounts) > 1:
        blocks.append(_account(query.account or accounts[0], accounts))
    return form_view("Filter", blocks, callback=CALLBACK, submit="Show", metadata=metadata)


def filled_in(state: State, query: ListQuery) -> Form:
    """Return the filled-in form, given the list that the form was opened from."""
    # A menu that was not shown leaves everything as it is.
    status, account = (selected_option(state, key) or _SAME for key in ("status", "account"))
    statuses = {_SAME: query.status, _ANY: None}
    view = VIEWS.get(selected_option(state, VIEW.key) or "", query.view)
    rows = text_value(state, "rows")
    if view != query.view and rows == str(default_rows(query.view)):
        rows = ""  # the usual number of one view is not what was chosen for the other
    return Form(
        status=statuses[status] if status in statuses else Status(status),
        since=text_value(state, "since"),
        until=text_value(state, "until"),
        rows=rows,
        view=view,
        account=query.account if account == _SAME else account,
    )


def not_opened_message(query: ListQuery) -> Message:
    """Build the message for a form that Slack did not show."""
    title = "The form did not open."
    again = f"Try again, or type the filters: {command(query.command())}"
    advice = f"{again}\nAll there are: {command(f'{COMMAND} help filters')}"
    return statement("⚠️", title, advice)


def _statuses(present: Status | None) -> Block:
    options = [menu_option("Any status", _ANY), *status_options(present, value=_SAME)]
    return menu(options, _ANY if present is None else present if present in URGENCY else _SAME)


def _views(present: View) -> Block:
    options = [menu_option("A paragraph for each instance", "rows"), menu_option("A table", "table")]
    return menu(options, present)


def _account(present: str, accounts: Sequence[str]) -> Block:
    shown = list(accounts[: limits.OPTIONS])
    if present not in shown:
        shown[-1] = present
    options = [menu_option(name, _SAME if name == present else name) for name in shown]
    left = len(accounts) - len(shown)
    hint = f"{left} more do not fit into this menu: type account:NAME" if left else ""
    return input_field(ACCOUNT.key, replace(ACCOUNT.field, hint=hint), menu(options, _SAME))
