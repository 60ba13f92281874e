"""Find what a text mentions: links to the dashboard, `NAME/ID`, names of workflows, ids of instances.

Pure, and linear in the text's length: anybody may have written it.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from bot.browse.command.names import looks_like_instance
from bot.cloudflare.dashboard import read_url
from bot.cloudflare.requests import MAX_WORKFLOW_NAME
from bot.slack.message_text import MOST_TEXT

MOST_MENTIONS: Final = 10

_PIECE: Final = re.compile(
    r"(?P<url>https?://[^\s<>|\"'`]+)"
    r"|<[@#!][^<>]*>"  # people, channels and dates in Slack's markup name nothing
    r"|(?P<word>[\w-]+(?:[/:#][\w-]+)?)"
)
_PAIR: Final = re.compile(r"([\w-]+)([/:#])([\w-]+)")
_MAX_ID: Final = 100
"""Characters of an id that stands alone; a link may hold one of any length that there is."""
_LONGEST_ID: Final = 271
_BEHIND_URL: Final = ".,;:!?)]}*_~"
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}(?:T\d{2})?")
_ENTITIES: Final = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))


@dataclass(frozen=True, slots=True)
class Mention:
    """A workflow, or an instance, that a text mentions.

    Attributes:
        workflow: its name; None for an id that stands alone.
        instance: the instance's id; None for a workflow.
        account: as settings name it, where the workflow is known; None means the default one.
        account_id: Cloudflare's, where a link says it.
        near: for an id that stands alone, the workflow that the text names before it, or the only one in it.
    """

    workflow: str | None
    instance: str | None = None
    account: str | None = None
    account_id: str | None = None
    near: "Mention | None" = None


@dataclass(frozen=True, slots=True)
class Mentions:
    """What a text mentions, in its order, each once.

    Attributes:
        shown: at most `MOST_MENTIONS`.
        left_out: how many more there are.
    """

    shown: tuple[Mention, ...]
    left_out: int = 0


def find_mentions(text: str, workflows: Mapping[str, str | None]) -> Mentions:
    """Return what a text mentions.

    Args:
        text: in Slack's markup or without it; `MOST_TEXT` characters of it are looked at.
        workflows: the account of each workflow that is known, as settings name it, by the workflow's name.
    """
    found = list(_Finder(workflows).find(text[:MOST_TEXT]))
    linked = {(each.workflow, each.instance) for each in found if each.account_id is not None}
    paired = {each.instance for each in found if each.workflow is not None}
    named = {each.workflow: replace(each, instance=None) for each in found if each.workflow is not None}
    near = next(iter(named.values())) if len(named) == 1 else None
    kept: dict[tuple[str | None, str | None, str | None], Mention] = {}
    for mention in found:
        if mention.workflow is not None:
            near = named[mention.workflow]
            if mention.account_id is None and (mention.workflow, mention.instance) in linked:
                continue
        elif mention.instance in paired or (near is None and not _has_letter(mention.instance or "")):
            continue  # it is shown with its workflow; or it may be any number
        shown = mention if mention.workflow is not None else replace(mention, near=near)
        kept.setdefault((mention.workflow, mention.instance, mention.account_id), shown)
    unique = tuple(kept.values())
    return Mentions(unique[:MOST_MENTIONS], max(len(unique) - MOST_MENTIONS, 0))


class _Finder:
    """Reads the pieces of a text, one after the other."""

    def __init__(self, workflows: Mapping[str, str | None]) -> None:
        self._workflows = workflows
        self._names = {name.casefold(): name for name in workflows}

    def find(self, text: str) -> Iterator[Mention]:
        """Yield what a text mentions, as often as it does."""
        for piece in _PIECE.finditer(text):
            if piece["url"]:
                yield from self._read_url(piece["url"])
            elif piece["word"]:
                yield from self._read_word(piece["word"])

    def _read_url(self, url: str) -> Iterator[Mention]:
        for entity, sign in _ENTITIES:
            url = url.replace(entity, sign)
        page = read_url(url.rstrip(_BEHIND_URL))
        if page is None or page.workflow is None or not 1 <= len(page.workflow) <= MAX_WORKFLOW_NAME:
            return
        instance = page.instance if 1 <= len(page.instance or "") <= _LONGEST_ID else None
        account = self._workflows.get(page.workflow)
        yield Mention(page.workflow, instance, account, page.account)

    def _read_word(self, word: str) -> Iterator[Mention]:
        pair = _PAIR.fullmatch(word)
        if pair is None:
            yield from self._read_single(word)
            return
        name, mark, instance = pair.groups()
        known = self._known(name)
        has_digit = any(sign.isdigit() for sign in instance)
        is_id = _is_id(instance) or (mark == "/" and has_digit and len(instance) <= _MAX_ID)
        if known is not None and is_id:
            yield replace(known, instance=instance)
            return
        yield from self._read_single(name)
        yield from self._read_single(instance)

    def _read_single(self, word: str) -> Iterator[Mention]:
        known = self._known(word)
        if known is not None:
            yield known
        elif _is_id(word):
            yield Mention(None, word)

    def _known(self, word: str) -> Mention | None:
        name = word if word in self._workflows else self._names.get(word.casefold())
        return None if name is None else Mention(name, account=self._workflows[name])


def _is_id(word: str) -> bool:
    """Return whether a word is most likely the id of an instance, and no date."""
    return _is_uuid(word) or (looks_like_instance(word) and _DATE.fullmatch(word) is None)


def _is_uuid(word: str) -> bool:
    try:
        return len(word) == 36 and str(UUID(word)) == word.lower()
    except ValueError:
        return False


def _has_letter(word: str) -> bool:
    """Return whether an id has a letter; one of digits alone may be any number."""
    return any(sign.isalpha() for sign in word)
