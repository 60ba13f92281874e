"""What can go wrong while browsing, in words."""

from bot.browse.command.names import looks_like_instance
from bot.browse.errors import CursorRefused, NoSuchWorkflow, NoSuchWorkflows
from bot.browse.model import ListQuery, overview_command
from bot.browse.selection import PATTERN
from bot.language.tokens import COMMAND, quote
from bot.ui.explanations import Problem, explain
from bot.ui.mrkdwn import code, command
from bot.ui.problems import Suggestion


def similar(workflow: str, value: str) -> Suggestion:
    """Suggest the same list of another workflow, which has a similar name."""
    return Suggestion(f"Did you mean {code(workflow)}?", "Open", value, f"Open {workflow}")


def without_missing(value: str) -> Suggestion:
    """Suggest the same list of the workflows that exist."""
    return Suggestion("The same list of the others:", "Open", value, "Open the same list of the others")


def restart(value: str) -> Suggestion:
    """Suggest the same list from its beginning."""
    accessibility_label = "Start this list again from its beginning"
    return Suggestion("The same list from its beginning:", "Start again", value, accessibility_label)


@explain.register
def _(_: CursorRefused) -> Problem:
    return Problem(
        "Cloudflare no longer takes this cursor.",
        ("It is most likely too old. The list can be started again from its beginning.",),
    )


@explain.register
def _(error: NoSuchWorkflow) -> Problem:
    if error.is_listed:
        return Problem(
            f"Cloudflare has no workflow {code(error.query.workflow)} any more.",
            (
                f"It is still in the list of {code(error.account)}: it was most likely deleted a moment ago.",
                "*Refresh* below `/workflows` shows what there is.",
            ),
        )
    advice = [_all_of(error.query)]
    if looks_like_instance(error.query.workflow):
        find = command(f"{COMMAND} find {quote(error.query.workflow)}")
        advice.append(f"If it is the id of an instance: {find} finds its workflow.")
    return Problem(
        f"{code(error.account)} has no workflow called {code(error.query.workflow)}.", tuple(advice)
    )


@explain.register
def _(error: NoSuchWorkflows) -> Problem:
    names = [code(each) for each in error.missing if PATTERN not in each]
    patterns = [code(each) for each in error.missing if PATTERN in each]
    kinds = ["called " + ", ".join(names)] * bool(names) + ["like " + ", ".join(patterns)] * bool(patterns)
    return Problem(
        f"{code(error.account)} has no workflow {' and none '.join(kinds)}.",
        (_all_of(error.query),),
    )


def _all_of(query: ListQuery) -> str:
    overview = command(overview_command(query.account).whole())
    return f"{overview} shows them all, `{COMMAND} help` what else there is."
