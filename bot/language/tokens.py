"""Text into words: quotes, `key:value`, wrangler's flags, and what Slack makes of a text on its way."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from bot.language.errors import QueryError

COMMAND: Final = "/workflows"
"""The slash command, which people also paste behind itself."""

_MARKUP: Final = re.compile(
    r"<(?P<scheme>[a-z][a-z0-9+.-]*:)(?P<address>[^|<>\s]*)(?:\|(?P<label>[^<>]*))?>"
    r"|<(?P<mark>[#@!])(?P<id>[^|<>\s]+)(?:\|(?P<name>[^<>]*))?>"
    r"|&(?:lt|gt|amp);",
    re.IGNORECASE,
)
_DASHBOARD: Final = re.compile(r"//(?:one\.)?dash\.cloudflare\.com/", re.IGNORECASE)
_ENTITIES: Final = {"&lt;": "<", "&gt;": ">", "&amp;": "&"}
_ENTITY_OF: Final = {sign: entity for entity, sign in _ENTITIES.items()}
_QUOTES: Final = {
    **dict.fromkeys('"“”„‟«»', '"“”„‟«»'),
    **dict.fromkeys("'‘’‚‛", "'‘’‚‛"),
}
_BOLD: Final = re.compile(r"\*{1,3}\w[^*]*\*{1,3}(?![\w*])")
_OPENING_MARKS: Final = "`\N{MODIFIER LETTER GRAVE ACCENT}\N{ACUTE ACCENT}~([{<>•·,;"
_CLOSING_MARKS: Final = "`\N{MODIFIER LETTER GRAVE ACCENT}\N{ACUTE ACCENT}~)]}<>•·,;.!?…"
_AS_PASTED: Final = ("cursor", "mention")
"""Keys whose values may end in any sign; names of people and channels may, too."""
_JOINERS: Final = "\u200c\u200d"
"""Emoji and some scripts are written with them; all else that nobody sees goes."""
_SPACE: Final = re.compile(r"\s")
_KEY: Final = re.compile(r"(?!https?://)([A-Za-z_-]+):")
_FLAG: Final = re.compile(r"(?:--|—|–)([A-Za-z][A-Za-z_-]*)(=?)")
_PLAIN: Final = re.compile(
    r"[^\s:\\" + re.escape("".join((*_QUOTES, *sorted({"*", *_OPENING_MARKS, *_CLOSING_MARKS})))) + r"]+"
)


@dataclass(frozen=True, slots=True)
class Token:
    """One word of a command.

    Attributes:
        text: as it was typed, for messages.
        start: where it begins in the command's text.
        key: of `key:value` or `--key value`, in lower case with `_`; None for a bare word.
        value: what remains, without its quotes; empty for a flag whose value is the next word.
        raw: the value as it was typed, quotes and all.
        is_flag: it was written as `--key`.
    """

    text: str
    start: int
    key: str | None
    value: str
    raw: str
    is_flag: bool = False

    @property
    def end(self) -> int:
        """Where the next character stands in the command's text."""
        return self.start + len(self.text)

    @property
    def quoted(self) -> bool:
        """Return whether the value stood in quotes."""
        return self.raw != self.value

    def wrong(
        self, problem: str, *, expected: str, nearest: str | tuple[str, ...] | None = None
    ) -> QueryError:
        """Return an error that names this word, and can put it right where it stands."""
        span = (self.start, self.end)
        return QueryError(self.text, problem, expected=expected, nearest=nearest, span=span)


@dataclass(frozen=True, slots=True)
class SlackMention:
    """A channel, or somebody, that Slack recognised in a command.

    Attributes:
        start: where it begins in the text as it was typed.
        typed: what was typed: `#` or `@` and the name, or the id where Slack does not say the name.
        kind: `#` for a channel, `@` for a person, `!` for a group or everybody.
        id: Slack's; before a group's stands `subteam^`.
        name: without its `#` or `@`; empty where Slack does not say.
    """

    start: int
    typed: str
    kind: str
    id: str
    name: str

    @property
    def end(self) -> int:
        """Where the next character stands in the text as it was typed."""
        return self.start + len(self.typed)

    def sent(self) -> str:
        """Return the mention as Slack sends it."""
        return f"<{self.kind}{self.id}|{escape(self.name)}>" if self.name else f"<{self.kind}{self.id}>"


def from_slack(text: str) -> str:
    """Undo what Slack writes into a command's text: `<url|label>`, `<#C1|name>`, and three entities."""
    return extract_mentions(text)[0]


def extract_mentions(text: str) -> tuple[str, tuple[SlackMention, ...]]:
    """Return the same text, and the channels and people that Slack recognised in it, in their order."""
    typed, mentions = "", []
    at = 0
    for found in _MARKUP.finditer(text):
        typed += text[at : found.start()]
        at = found.end()
        if found["mark"]:
            mentions.append(_mention(found, len(typed)))
            typed += mentions[-1].typed
        else:
            typed += _label(found) if found["scheme"] else _plain(found[0])
    return typed + text[at:], tuple(mentions)


def _mention(found: re.Match[str], start: int) -> SlackMention:
    sign = found["mark"].replace("!", "@")
    name = _plain(found["name"] or "").removeprefix(sign)
    if len(name.split()) != 1 or name != name.strip():
        name = ""  # it would not be read as one word
    typed = sign + (name or found["id"].removeprefix("subteam^"))
    return SlackMention(start, typed, found["mark"], found["id"], name)


def _label(link: re.Match[str]) -> str:
    """Return a link's label; without one its address, which for a mail or a call is what was typed.

    A label of somebody's own hides the address, which is what a link to Cloudflare's dashboard is pasted for.
    """
    is_web = link["scheme"].lower().startswith("http")
    if is_web and _DASHBOARD.match(link["address"]):
        return _plain(f"{link['scheme']}{link['address']}")
    return _plain(link["label"] or (f"{link['scheme']}{link['address']}" if is_web else link["address"]))


def escape(text: str) -> str:
    """Return a text with the three entities that Slack makes of what was typed."""
    return re.sub("[&<>]", lambda sign: _ENTITY_OF[sign[0]], text)


def _plain(text: str) -> str:
    return re.sub("|".join(_ENTITIES), lambda entity: _ENTITIES[entity[0]], text)


@lru_cache(maxsize=64)  # each way to read a command asks for its words
def split(text: str) -> tuple[Token, ...]:
    """Return the words of a command.

    Raises:
        QueryError: a quote is opened and never closed.
    """
    tokens = []
    at = 0
    while (start := _skip_space(text, at)) < len(text):
        token, at = _token(text, start)
        tokens.append(token)
    return tuple(tokens)


def span_with_marks(text: str, start: int, end: int) -> tuple[int, int]:
    """Return where some words of a text begin and end with the marks that people put around them."""
    while start and (
        text[start - 1] in _OPENING_MARKS or text[start - 1] == "*" or _is_unseen(text[start - 1])
    ):
        start -= 1
    while end < len(text) and (text[end] in _CLOSING_MARKS or text[end] == "*" or _is_unseen(text[end])):
        end += 1
    return start, end


def without_marks(word: str) -> str:
    """Return a word without the marks that people put around it."""
    start, end = 0, len(word)
    while start < end and (word[start] in _OPENING_MARKS or _is_unseen(word[start])):
        start += 1
    while end > start and (word[end - 1] in _CLOSING_MARKS or _is_unseen(word[end - 1])):
        end -= 1
    return word[start:end]


def quote(value: str) -> str:
    """Return a value so written that `split` reads it back as one word and as no key."""
    if _PLAIN.fullmatch(value) and not _FLAG.match(value) and not any(map(_is_unseen, value)):
        return value
    return in_quotes(value)


def in_quotes(value: str) -> str:
    """Return a value in quotes, whatever it holds."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _skip_space(text: str, at: int) -> int:
    """Return where the next word begins, behind space and the marks that people put around words."""
    while at < len(text) and (text[at].isspace() or _is_opening_mark(text, at)):
        at += 1
    return at


def _behind_marks(text: str, start: int) -> int:
    """Return where a value begins behind the marks before it; one of nothing but marks stays as it is."""
    at = start
    while at < len(text) and _is_opening_mark(text, at):
        at += 1
    return at if _word_end(text, at) > at else start


def _is_opening_mark(text: str, at: int) -> bool:
    """Return whether a sign is put before a word; a star is, where it makes the word bold."""
    sign = text[at]
    return sign in _OPENING_MARKS or (_BOLD.match(text, at) is not None if sign == "*" else _is_unseen(sign))


@lru_cache(maxsize=256)
def _is_unseen(sign: str) -> bool:
    """Return whether nobody sees a sign, which comes along when something is pasted."""
    return unicodedata.category(sign) == "Cf" and sign not in _JOINERS


def _token(text: str, start: int) -> tuple[Token, int]:
    """Return the word that begins here, without the marks at its end, and where the next one may begin."""
    if flag := _FLAG.match(text, start):
        if flag[2] or _word_end(text, flag.end()) == flag.end():
            value, end = _value(text, flag.end()) if flag[2] else ("", flag.end())
            key = _canonical(flag[1])
            return Token(text[start:end], start, key, value, text[flag.end() : end], is_flag=True), end
        end = _word_end(text, flag.end())
        return Token(text[start:end], start, None, text[start:end], text[start:end]), end
    key_match = _KEY.match(text, start)
    name = _canonical(key_match[1]) if key_match else None
    begin = key_match.end() if key_match else start
    if key_match and name not in _AS_PASTED:
        begin = _behind_marks(text, begin)
    value, end = _value(text, begin)
    raw = text[begin:end]
    if value == raw and name not in _AS_PASTED and not raw.startswith(("@", "#")):
        is_bold = "*" in raw and _BOLD.search(text, 0, end) is not None
        value = raw = _without_marks(raw, is_bold=is_bold)
    text = text[start : begin + len(raw)]
    if value == raw and not text.isascii():
        value = raw = "".join(sign for sign in raw if not _is_unseen(sign))
    return Token(text, start, name, value, raw), end


def _without_marks(word: str, *, is_bold: bool) -> str:
    """Return a word without the marks at its end; one of nothing but marks stays as it is."""
    end = len(word)
    while end and (
        word[end - 1] in _CLOSING_MARKS or _is_unseen(word[end - 1]) or (is_bold and word[end - 1] == "*")
    ):
        end -= 1
    return word[:end] or word


def _canonical(key: str) -> str:
    return key.lower().replace("-", "_")


def _value(text: str, start: int) -> tuple[str, int]:
    """Return a value without its quotes, and where it ends."""
    closing = _QUOTES.get(text[start : start + 1])
    if closing is None:
        end = _word_end(text, start)
        return text[start:end], end
    # A plain quote is closed by its like alone; a smart one by any of its family, as keyboards mix them.
    if text[start] in "\"'":
        closing = text[start]
    value = []
    at = start + 1
    while at < len(text):
        if text[at] == "\\" and text[at + 1 : at + 2] in ("\\", *closing):
            value.append(text[at + 1])
            at += 2
        elif text[at] in closing:
            return "".join(value), at + 1
        else:
            value.append(text[at])
            at += 1
    raise QueryError(
        text[start:],
        "opens a quote that is never closed",
        expected="a closing quote",
        nearest=text[start + 1 :].strip(),
        span=(start, len(text)),
    )


def _word_end(text: str, start: int) -> int:
    space = _SPACE.search(text, start)
    return space.start() if space else max(start, len(text))
