"""The form that narrows a list down: a question as a modal, and what was filled in back out of it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from bot.browse.command.condition_options import ERROR, TRIGGER, TRIGGERS
from bot.browse.command.options import (
    ACCOUNT,
    CREATED,
    CREATED_UNTIL,
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
from bot.browse.form import TEXT_CONDITIONS, Form, condition_texts
from bot.browse.model import ListQuery
from bot.browse.requests import SuggestNames
from bot.cloudflare.models import Status
from bot.language import times
from bot.language.options import Field, Option
from bot.language.tokens import COMMAND
from bot.ui import limits
from bot.ui.elements import Message, context, plain_text, statement
from bot.ui.form_fields import (
    form_view,
    input_field,
    menu,
    menu_option,
    multi_menu,
    number_input,
    option_field,
    status_options,
    text_input,
)
from bot.ui.form_state import State, selected_option, selected_options, text_value
from bot.ui.limits import Block
from bot.ui.mrkdwn import code, command
from bot.ui.statuses import URGENCY

CALLBACK: Final = "filter"
WORKFLOWS: Final = "workflows"
"""The block of the workflows."""

_WORKFLOWS: Final = Field(
    "Workflows", hint="None means every one. A pattern such as order-* can be typed, too"
)
_LONGEST_TEXT: Final = 300
"""Of a condition that the form shows; a longer one stays as it is."""

# Values of options. No status, no trigger and no account is called so.
_ANY: Final = "(any)"
_SAME: Final = "(same)"


def filter_view(query: ListQuery, form: Form, accounts: Sequence[str], metadata: str) -> Block:
    """Build the modal for a list of instances; `metadata` comes back with the submission.

    Raises:
        ValueError: the metadata does not fit, and cutting it would break it.
    """
    shown = [option for option in TEXT_CONDITIONS if _is_shown(form.texts.get(option.key, ""))]
    first = [_text(option, form.texts) for option in shown if option is ERROR]
    others = [_text(option, form.texts) for option in shown if option is not ERROR]
    blocks = [
        _workflows(form.workflows),
        option_field(STATUS, _statuses(form.statuses), optional=True),
        _time(SINCE, form.since),
        _time(UNTIL, form.until),
        *first,
        _time(CREATED, form.created),
        _time(CREATED_UNTIL, form.created_until),
        *others,
        option_field(TRIGGER, _triggers(form.where.trigger)),
        option_field(ROWS, number_input(form.rows, MAX_TABLE_ROWS), optional=True),
        option_field(VIEW, _views(form.view)),
    ]
    if len(accounts) > 1:
        blocks.append(_account(query.account or accounts[0], accounts))
    return form_view("Filter", blocks, callback=CALLBACK, submit="Show", metadata=metadata)


def filled_in(state: State, query: ListQuery) -> Form:
    """Return the filled-in form, given the list that the form was opened from."""
    # A field that was not shown leaves everything as it is.
    chosen = query.selection
    account = selected_option(state, ACCOUNT.key) or _SAME
    view = VIEWS.get(selected_option(state, VIEW.key) or "", query.view)
    rows = text_value(state, ROWS.key)
    if view != query.view and rows == str(default_rows(query.view)):
        rows = ""  # the usual number of one view is not what was chosen for the other
    trigger = selected_option(state, TRIGGER.key) or _SAME
    triggers = {_SAME: chosen.where.trigger, _ANY: None}
    before = condition_texts(chosen.where)
    typed = {option.key: text_value(state, option.key) for option in TEXT_CONDITIONS if option.key in state}
    return Form(
        statuses=_chosen_statuses(state, chosen.statuses),
        since=text_value(state, SINCE.key),
        until=text_value(state, UNTIL.key),
        rows=rows,
        view=view,
        account=query.account if account == _SAME else account,
        workflows=selected_options(state, WORKFLOWS) if WORKFLOWS in state else chosen.workflows,
        created=text_value(state, CREATED.key),
        created_until=text_value(state, CREATED_UNTIL.key),
        texts={key: text for key, text in typed.items() if text != before[key]},
        where=replace(chosen.where, trigger=triggers.get(trigger, trigger)),
    )


def not_opened_message(query: ListQuery) -> Message:
    """Build the message for a form that Slack did not show."""
    title = "The form did not open."
    again = f"Try again, or type the filters: {command(query.command())}"
    advice = f"{again}\nAll there are: {command(f'{COMMAND} help filters')}"
    return statement("⚠️", title, advice)


def _is_shown(text: str) -> bool:
    return len(text) <= _LONGEST_TEXT


def _text(option: Option[Any], texts: Mapping[str, str]) -> Block:
    element = text_input(texts.get(option.key, ""), option.field.placeholder, _LONGEST_TEXT)
    return option_field(option, element, optional=True)


def _time(option: Option[Any], text: str) -> Block:
    return option_field(option, text_input(text, option.field.placeholder, times.LONGEST), optional=True)


def _workflows(present: Sequence[str]) -> Block:
    """Build the menu of workflows, which loads while a person types; too many for it stay as they are."""
    if len(present) > limits.OPTIONS or any(len(name) > limits.OPTION_VALUE for name in present):
        return context(f"These stay as they are: {len(present)} workflows, from {code(present[0])}")
    element: Block = {
        "type": "multi_external_select",
        "action_id": SuggestNames.kind,
        "min_query_length": 0,
        "max_selected_items": limits.OPTIONS,
        "placeholder": plain_text("Every workflow", limits.BUTTON),
    }
    chosen = [menu_option(name, name, emoji=False) for name in present]
    return input_field(
        WORKFLOWS, _WORKFLOWS, {**element, "initial_options": chosen} if chosen else element, optional=True
    )


def _statuses(present: Sequence[Status]) -> Block:
    """Build the menu of statuses; those that this bot does not know stand in it by their places."""
    options = status_options(None)
    values = [status if status in URGENCY else f"{_SAME}{place}" for place, status in enumerate(present)]
    for status, value in zip(present, values, strict=True):
        if status not in URGENCY:
            options += status_options(status, value=value)[-1:]
    return multi_menu(options, values, "Any status")


def _chosen_statuses(state: State, present: tuple[Status, ...]) -> tuple[Status, ...]:
    if STATUS.key not in state:
        return present
    unknown = {f"{_SAME}{place}": status for place, status in enumerate(present)}
    chosen = (unknown.get(value, Status(value)) for value in selected_options(state, STATUS.key))
    return tuple(dict.fromkeys(chosen))


def _triggers(present: str | None) -> Block:
    options = [menu_option("Anything", _ANY), *(menu_option(name, name) for name in TRIGGERS)]
    if present is not None and present not in TRIGGERS:
        options.append(menu_option(present, _SAME, emoji=False))
    return menu(options, _ANY if present is None else present if present in TRIGGERS else _SAME)


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
