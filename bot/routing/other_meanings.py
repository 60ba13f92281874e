"""Commands that were read without the names of the workflows, and may mean something else with them."""

import re

from bot.browse.command.names import looks_like_instance
from bot.browse.command.word_errors import OLDEST
from bot.browse.command.written_names import is_phrase
from bot.browse.requests import DescribeInstance, ListInstances, ListWorkflows, NotYet
from bot.export.requests import StartExport
from bot.failures.requests import ListFailures
from bot.language.command import Command
from bot.language.mistyped_times import one_slip_from
from bot.language.tokens import split
from bot.routing.verbs import nearest_command
from bot.slack.requests import Request
from bot.stats.requests import ShowStats


def may_mean_another(request: Request, typed: Command) -> bool:
    """Return whether the workflows' names are needed to tell what a command means.

    What was read as a name may be something else: a whole command in quotes, a lone `yesterday`, or one that
    is mistyped. What was read without a name may have one that is a filler, as `jobs`, or a verb not there
    yet, as `restart`. Each of several names is to be one of the account's.
    """
    of_lists = ListInstances | ListFailures | StartExport | ShowStats
    if isinstance(request, of_lists) and (name := request.query.query.workflow):
        is_read = bool(request.readings) and bool(request.query.query.selection.where)
        is_read = is_read or _may_be_text(name, typed.text)
        may_be_other = is_phrase(name) or looks_like_instance(name) or name.lower() in OLDEST
        may_be_slip = nearest_command(name) is not None or one_slip_from(name) is not None
        return " " in name or may_be_other or may_be_slip or is_read
    if isinstance(request, DescribeInstance) and request.workflow is not None:
        # Two words of a name may have been read as a name and an id, or a name that looks like an id as one.
        instance, name, text = request.instance, request.workflow, typed.text
        if instance is None:
            return False
        is_odd = not looks_like_instance(instance) or looks_like_instance(name)
        return is_odd or text.find(instance) < text.find(name)
    may_lack_name = isinstance(request, of_lists | ListWorkflows | NotYet | DescribeInstance)
    return may_lack_name and any(word.key is None for word in split(typed.text))


def _may_be_text(name: str, text: str) -> bool:
    """Return whether what was read as a name may be a step's or an error's: `failed in X`, `X errors`."""
    word = re.escape(name)
    beside = rf"\b(?:in|at|on|during) (?:the )?{word}|{word} (?:errors?|exceptions?)\b"
    return re.search(beside, text) is not None
