"""Which keys name a secret, and where in a text such a key stands before its value."""

import re
import unicodedata
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Final

from bot.inspect.likely_secrets import OVERLAP, PART, placeholder

_WORD: Final = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+|[^\W_A-Za-z0-9]+")

_SECRET_WORDS: Final = frozenset(
    {
        *("password", "passwords", "passwd", "passphrase", "passcode", "pwd", "pin", "otp", "totp"),
        *("secret", "secrets", "credential", "credentials", "creds", "authorization", "cookie", "cookies"),
        *("jwt", "bearer", "ssn", "cvv", "cvc", "cvn", "pan", "iban", "pass", "pw", "sig", "signature"),
    }
)
"""A key with one of these among its words names a secret, as `user_password` or `Set-Cookie` do."""

_SECRET_PARTS: Final = re.compile(
    r"password|passwd|passphrase|credential|authorization|(?:api|private|secret|access|signing|encryption|master|"
    r"license|shared|session|auth|account|service|storage|webhook)_?keys?(?:id)?$|clientsecret|sessionid|"
    r"connectionstring|cardnumber|creditcard|securitycode|socialsecurity|(?:token|secret|pwd|cookie|passkey)s?$"
)
"""What names a secret in a key that is written together, as `accesstoken` is."""

_WHOLE_KEYS: Final = frozenset({"auth", "sid", "apikey", "dsn"})

_ENDINGS: Final = frozenset(
    {"value", "values", "hash", "string", "text", "base64", "header", "raw", "plain", "old", "new"}
)
"""Words at a key's end that leave it what it is, as in `token_value`."""

_HARMLESS_ENDINGS: Final = frozenset(
    {
        *(
            "type",
            "count",
            "length",
            "size",
            "name",
            "names",
            "version",
            "status",
            "limit",
            "total",
            "policy",
        ),
        *("expires", "expiry", "expiration", "ttl", "rate", "age", "at", "in", "on", "ms", "seconds"),
        *("enabled", "required", "valid", "url", "uri", "domain", "path"),
    }
)
"""Words at a key's end by which it only tells something about a secret, as in `token_type`."""

_ASSIGNMENT: Final = re.compile(
    r"(?<![\w$-])(?P<flag>-{1,4}+)?+"
    r"(?P<key>(?:(?i:api|private|access|secret|signing|encryption|auth|client|session|card|security)[ ])?"
    r"[^\W\d][\w$-]*+)"
    r"(?:\\*+[\"'`])?+\]?+"
    r"(?:(?P<sign>\s{0,20}+(?:=>|:=|={1,3}+|:(?!:))\s{0,20}+)|(?(flag)[ ]{1,20}+|(?!)))"
)
_NAMED: Final = re.compile(
    r"(?i)\b(?:name|key|header|field)\\*+[\"']?\s{0,9}+[:=]\s{0,9}+\\*+[\"'](?P<key>[^\"'\\\n]{1,80}+)\\*+[\"']"
    r"(?:[\s,;>]{0,9}+\\*+[\"']?value\\*+[\"']?\s{0,9}+[:=]\s{0,9}+|[^\S\n]{0,9}+\r?\n(?:[^\n]{1,80}\n){0,2}?\r?\n)"
)
_ELEMENT: Final = re.compile(r"<(?P<key>[^\W\d][\w:.-]*+)(?:\s[^<>]*+)?>")
_QUOTED: Final = re.compile(r"[bBrRuUfF]{0,2}(?P<mark>\\*+(?:\"\"\"|'''|[\"'`]))")
_BARE: Final = re.compile(r"[^\s&\"'<>]++")
_NOTHING: Final = re.compile(r"(?i)null|none|nil|undefined|true|false|\[\]|\{\}")
_JOINTS: Final = re.compile(r"[\s_.\-]+")
_NUMBER: Final = re.compile(r" [0-9]+\Z")  # of a key that an object has twice
_BRACKETS: Final = {"{": "}", "[": "]", "(": ")"}
_WHOLE_LINE: Final = frozenset({"authorization", "cookie", "cookies"})


def fold(name: str) -> str:
    """Return a key or a pattern as it is compared: without case, `-`, `_` and camel's humps."""
    return _JOINTS.sub("", unicodedata.normalize("NFKC", name)).casefold()


@lru_cache(maxsize=4096)
def is_named(key: str, patterns: tuple[str, ...]) -> bool:
    """Return whether a key is one of those that the settings name, with `*` and `?` for letters."""
    if not patterns:
        return False
    names = {fold(key), fold(_NUMBER.sub("", key))}
    return any(fnmatchcase(name, fold(pattern)) for pattern in patterns for name in names)


@lru_cache(maxsize=4096)
def is_secret_key(key: str) -> bool:
    """Return whether a key likely names a secret."""
    words = [word.lower() for word in _WORD.findall(unicodedata.normalize("NFKC", key))]
    while words and (words[-1].isdigit() or words[-1] in _ENDINGS):
        words.pop()
    if not words or words[-1] in _HARMLESS_ENDINGS:
        return False
    together = "".join(words)
    return (
        not _SECRET_WORDS.isdisjoint(words)
        or together in _WHOLE_KEYS
        or _SECRET_PARTS.search(together) is not None
    )


def is_count(key: str) -> bool:
    """Return whether a number under a key counts something, as `max_tokens` does."""
    return fold(key).endswith("tokens")


def mask_values_of_keys(text: str, patterns: tuple[str, ...]) -> str:
    """Replace the values that stand behind secret keys in a text.

    Found are `key=value`, `key: value`, `--key value`, `"key": "value"` in JSON that was cut, also where its
    quotation marks are escaped, elements of XML, and `"name": "key", "value": "value"`.

    Args:
        text: of any form.
        patterns: keys that the settings name, see `is_named`.
    """
    for where in (_ASSIGNMENT, _NAMED, _ELEMENT):
        text = _mask_where(where, text, patterns)
    return text


def _mask_where(where: re.Pattern[str], text: str, patterns: tuple[str, ...]) -> str:
    shown: list[str] = []
    position = done = 0
    while position < len(text):
        found = where.search(text, position, position + PART)  # see `substitute`
        if found is None:
            if position + PART >= len(text):
                break
            position += PART - OVERLAP
            continue
        if found.end() > position + PART - OVERLAP:  # it may go on
            found = where.match(text, found.start()) or found
        key = found["key"]
        named = is_named(key, patterns)
        if not named and not is_secret_key(key):
            position = found.end("key")
            continue
        start, end = _element(text, found.end()) if where is _ELEMENT else _value(text, found, key)
        value = text[start:end]
        if value and (named or not (_NOTHING.fullmatch(value) or (is_count(key) and value.isdigit()))):
            shown += [text[done:start], placeholder(key)]
            done = end
        position = max(end, found.end())
    return "".join((*shown, text[done:]))


def _element(text: str, start: int) -> tuple[int, int]:
    """Return where the text of an element begins and ends; `Promise<Token>` alone is none."""
    end = text.find("]]>" if text.startswith("<![CDATA[", start) else "<", start)
    if end < 0:
        end = len(text) if "</" in text or text.lstrip().startswith("<") else start
    return start, end


def _value(text: str, found: re.Match[str], key: str) -> tuple[int, int]:
    """Return where the value behind a key begins and ends; one that was cut goes on to the end."""
    start = found.end()
    if quoted := _QUOTED.match(text, start):
        return quoted.end(), _closing(text, quoted.end(), quoted["mark"])
    if text[start : start + 1] in _BRACKETS:
        return start, _closing_bracket(text, start)
    before = text[found.start() - 1 : found.start()]
    line_start = text.rfind("\n", max(0, found.start() - 40), found.start()) + 1
    begins_line = not text[line_start : found.start()].strip(" \t-*>#") and before not in {'"', "'", "`"}
    is_header = "sign" in found.groupdict() and ":" in (found["sign"] or "")
    if is_header and (begins_line or not _WHOLE_LINE.isdisjoint(map(str.lower, _WORD.findall(key)))):
        ends = [text.find(mark, start) for mark in ("\n", "\r", *({before} & {'"', "'", "`"}))]
        return start, min((end for end in ends if end >= 0), default=len(text))
    bare = _BARE.match(text, start)
    return (start, start + len(bare[0].rstrip(",;.)]}"))) if bare else (start, start)


def _closing(text: str, start: int, mark: str) -> int:
    """Return where a quotation ends: at the same mark that no backslash stands before."""
    end = text.find(mark, start)
    while end > start and text[end - 1] == "\\":
        end = text.find(mark, end + 1)
    return len(text) if end < 0 else end


def _closing_bracket(text: str, start: int) -> int:
    opening, closing = text[start], _BRACKETS[text[start]]
    depth = 0
    for found in re.compile(rf"[{re.escape(opening + closing)}]").finditer(text, start):
        depth += 1 if found[0] == opening else -1
        if depth == 0:
            return found.end()
    return len(text)
