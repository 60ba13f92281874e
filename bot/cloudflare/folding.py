"""Texts of errors without what differs between two failures of one cause. Pure, in linear time.

Folded are ids, numbers, times, addresses and quotations, in whichever language. What says what went wrong
stays: words, codes and statuses, and the keys of JSON.
"""

import re
import unicodedata
from typing import Final

from bot.cloudflare.error_codes import is_code, is_json_key, is_telling

_MOST_LOOKED_AT: Final = 4_000
_MOST_READ: Final = 1_000
_MOST_KEPT: Final = 300
"""Characters of a message that count. A difference behind them is not shown either."""
_MOST_FOLDED: Final = 2 * _MOST_KEPT
"""Lists of numbers and of quotations get shorter once more."""
_LONGEST_NAME: Final = 3
"""Characters of a word with one digit that is a name, such as `R2` or `v1`; a longer one is an id."""
_NAMES: Final = frozenset(
    (
        "s3",
        "r2",
        "d1",
        "h2",
        "k8s",
        "ec2",
        "oauth1",
        "oauth2",
        "auth0",
        "http2",
        "http3",
        "ipv4",
        "ipv6",
        "utf8",
        "web3",
        "neo4j",
        "log4j",
        "win32",
    )
)
"""Longer ones that many errors are about."""

_INVISIBLE: Final = dict.fromkeys(
    (0x2116, 0xAD, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A))
)
_FRAMES: Final = re.compile(
    r"""^[ \t]*(?:
        at\ [^\n]*(?::\d+\)?|\)|>)[ \t]*       # JavaScript and Java
      | \.\.\.\ \d+\ more[ \t]*
      | Traceback\ \(most\ recent\ call\ last\):[ \t]*
      | File\ "[^"\n]*",\ line\ \d+[^\n]*(?:\n[ \t]+(?!File\ ")[^\n]*)*   # Python, with its lines of code
      | from\ \S+:\d+:in\ [^\n]*                # Ruby
      | goroutine\ \d+\ [^\n]*
      | \S+\.(?:go|rs|exs?):\d+[^\n]*
    )$""",
    re.VERBOSE | re.MULTILINE,
)
_FRAME_IN_LINE: Final = re.compile(
    r"\sat\s(?:async\s)?(?:[\w.<>$\[\]]{1,120}\s)?\(?(?!\d)[^\s()]{1,300}:\d{1,9}(?::\d{1,9})?\)?(?=\s|$)"
)
_ESCAPED_QUOTE: Final = re.compile(r'\\+"')
_AROUND_JSON: Final = re.compile(r'"(?=[{\[])|(?<=[}\]])"')

_RULES: Final = {
    "prose": r"(?-i:(?:(?<![\w.@+/~-])(?![A-Fa-f][a-f]{7})[A-Z]?[a-z]{1,23}[ ](?![ =:]))+)",
    "url": r"""\b[a-z][a-z0-9+.-]{1,20}://[^\s<>"'`]+
        | (?<![\w.@/-])(?:[a-z0-9-]{1,63}\.){1,5}[a-z]{2,24}(?::\d{1,5})?/[^\s<>"'`]*""",
    "data": r"\bdata:[\w/+.-]{1,60};base64,[\w+/=-]*",
    "mail": r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}",
    "resource": r"\b(?:arn|urn):[\w:/.*@+-]+",
    "ipv6": r"""(?<![\w:])(?:(?=[0-9a-f:]{0,39}\d)(?=[0-9a-f:]{0,39}::)|(?=(?:[0-9a-f]{1,4}:){7}))
        [0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,8}(?:%\w+)?(?![\w:])""",
    "mac": r"(?<![\w:-])(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}(?![\w:-])",
    "smtp": r"\b[245]\d\d[ -][245]\.\d{1,3}\.\d{1,3}\b",
    "date": r"\b\d{1,2}(?:\.|er)?\s(?:de\s)?[^\W\d_]{3,12}\.?\s(?:de\s)?(?:19|20)\d\d\b",
    "path": r"""(?<![\w/\\.~<-])(?:[a-z]:|\.{1,2}|~)?(?:[/\\][\w.@%+~=-]+)+[/\\]?
        | (?<![\w/\\.@-])[\w.@-]+(?:/[\w.@%+~=-]+){2,}/?""",
    "quoted": r"""\"[^"]*" | “[^”“]*[”“] | „[^“”"]*[“”"] | ”[^”]*” | «[^»]*» | »[^«]*« | `[^`]*`
        | \u2039[^\u203a]*\u203a | 「[^」]*」 | 『[^』]*』 | 《[^》]*》
        | (?<!\w)'[^']*'(?!\w) | (?<!\w)‘[^’]*’(?!\w) | (?<!\w)‚[^‘’]*[‘’]""",
    "token": r"\beyj[\w-]+(?:\.[\w-]+){1,2} | (?<![\w+/])(?=[a-z/+]{0,60}\d)[\w+/]{24,}={0,2}(?![\w+/])",
    "phone": r"(?<!\w)\+\d[\d\s().-]{5,20}\d\b",
    "version": r"\bv\d{1,9}(?:\.\d{1,9}){1,4}[\w.+-]*",
    "id": r"""(?P<named>(?-i:\b(?:\w{1,40}(?:_id|_ID|Id|ID)|[Ii]d|ID|_id|[Uu]uid|UUID))["']?\s?[=:]\s?)
        (?![{\["'])[\w.+/=-]+""",
    "masked": r"(?<![\w*])[\w-]{0,60}[*\u2022]{3,}[\w-]{0,60}",
    "file": r"""(?<![\w.@-])[\w@+~-]{1,120}
        \.(?:pdf|png|jpe?g|heic|gif|webp|tiff?|svg|mp[34]|mov|wav|csv|tsv|docx?|xlsx?)\b""",
    "element": r"(?P<tag><[a-z][\w:.-]{0,40}>)[^<>]{1,400}(?=</)",
    "word": r"[a-z0-9_-]+ | \d+",
}
"""What is looked for, the first that fits. Each repeats no group that repeats the same characters.

Prose is most of a text: plain words, none of which another rule would find, are passed over at once. Its
group is not possessive: before 3.11.5 Python matches those wrongly if they can give characters back.
"""
_PARTICULAR: Final = re.compile(
    "|".join(f"(?P<{name}>{rule})" for name, rule in _RULES.items()), re.VERBOSE | re.IGNORECASE
)

_DIGIT: Final = re.compile(r"\d")
_SHORTEST_HEX: Final = 8
_HEX: Final = re.compile(rf"[0-9a-f]{{{_SHORTEST_HEX},}}", re.IGNORECASE)
_LOCALE: Final = re.compile(r"[a-z]{2}[-_][A-Z]{2}")
_IDENTIFIER: Final = re.compile(r"[^\W\d][\w$.]*")
_LONG_NUMBER: Final = re.compile(r"\d{4,}")
_LOWER: Final = re.compile(r"[a-z]+")
_PREFIXED: Final = re.compile(r"[a-z]{2,5}_(?=[a-zA-Z]*[A-Z])(?=[a-zA-Z]*[a-z])[a-zA-Z]{8,}")
"""An id such as Stripe's, that happens to have no digit."""
_OF_PERSON: Final = re.compile(r"\b(?:[Uu]ser|[Bb]enutzer|[Uu]tilisateur|[Uu]suario|[Uu]tente)\s\Z")
"""Before the name of a person in capitals, as SAP and Oracle have them."""
_SHORTEST_RANDOM: Final = 10
_FEWEST_RUNS: Final = 4
_FIRST_OF_NAMES: Final = frozenset("vABCDEFGHIJKLMNOPQRSTUVWXYZ")

_CALENDAR: Final = r"""(?:(?:Mon|Tue(?:s)?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?
    | Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?
    | Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?
    | [AaPp]\.?[Mm]\b\.?|UTC|GMT|CES?T|[ECMP][SD]T|BST|IST|JST|MSK|Z)(?!\w)"""
_CURRENCY: Final = (
    r"[$€£¥₹₽₩]|(?:USD|EUR|GBP|JPY|CHF|CNY|INR|AUD|CAD|BRL|SEK|NOK|DKK|PLN|usd|eur|gbp|jpy|chf)(?!\w)"
)
_UNIT: Final = r"""(?:(?:ms|msecs?|milliseconds?|secs?|s|seconds?|mins?|m|minutes?|h|hrs?|hours?|d|days?
    | weeks?|months?|years?|bytes?|[kKMGT]i?B|[kmg]b
    | Sekunden?|Minuten?|Stunden?|Tage?n?|secondes?|heures?|jours?|segundos?|minutos?|horas?|d[ií]as?
    | secondi|minuti|ore|giorni|секунд\w{0,2}|минут\w{0,2}|час\w{0,2})(?!\w)
    | 秒钟|秒間?|分钟|分間?|小时|時間|초|분|시간|%)"""
_NUMBER: Final = rf"\#(?:\s?/?(?:{_UNIT}|{_CURRENCY})){{0,2}}"
_NUMBERS: Final = re.compile(
    rf"""(?:{_CALENDAR}[,.]?\s){{0,3}}(?:(?:{_CURRENCY})\s?)?(?<![\w\#])[+.\u2212]?{_NUMBER}
    (?:(?:,?\s|\s?[.,:/+|x*\u00d7\u2013-]\s?)(?:{_NUMBER}|{_CALENDAR}[,.]?(?=\s|$)|{_CALENDAR}(?=[+-])))*
    (?:\s\([^()]{{1,60}}\bTime\))?""",
    re.VERBOSE,
)
"""What times, amounts, spans, addresses and lists of numbers are folded to."""
_QUOTES: Final = re.compile(r'""(?:\.{3})?(?:,?\s?(?:and\s)?""(?:\.{3})?)*')
_QUOTED_VALUE: Final = re.compile(r'(\w\s?[:=]\s?)""')
"""What stands behind a name: one value has quotes, and another of the same cause is a number without."""
_COUNTED: Final = re.compile(r"(?<=# )([A-Za-z]{2,}?)(?:ies|es|s|y|e)(?![A-Za-z])")
"""What is counted, in the plural of many languages."""


def fold_text(text: str) -> str:
    """Return a text without what is particular in it, shortened to what counts."""
    folded = _fold_beginning(_without_frames(text)[:_MOST_READ])
    folded = _QUOTED_VALUE.sub(r"\1#", _QUOTES.sub('""', " ".join(folded.split())))
    folded = _NUMBERS.sub("#", folded.replace("{#}", "#"))
    return _COUNTED.sub(r"\1", folded)[:_MOST_KEPT].strip()


def fold_name(name: str) -> str:
    """Return the name of an error likewise; that of a class may have digits, but no long numbers."""
    if _IDENTIFIER.fullmatch(name):
        return _LONG_NUMBER.sub("#", name)[:_MOST_KEPT]
    return fold_text(name)


def _fold_beginning(text: str) -> str:
    """Return a text with what is particular folded, as far as it can count."""
    parts: list[str] = []
    length = place = 0
    for found in _PARTICULAR.finditer(text):
        parts += (text[place : found.start()], _fold(found))
        length += len(parts[-2]) + len(parts[-1])
        place = found.end()
        if length > _MOST_FOLDED:
            return "".join(parts)
    return "".join((*parts, text[place:]))


def _without_frames(text: str) -> str:
    """Return a text in one form of its characters, without the places in code that it passed through."""
    text = unicodedata.normalize("NFKC", text[:_MOST_LOOKED_AT].translate(_INVISIBLE))
    if '\\"' in text:
        text = _AROUND_JSON.sub("", _ESCAPED_QUOTE.sub('"', text))
    return _FRAME_IN_LINE.sub("", _FRAMES.sub("", text))


def _fold(found: re.Match[str]) -> str:
    match found.lastgroup:
        case "prose":
            return found[0]
        case "url":
            return "URL"
        case "id":
            return f"{found['named']}#"
        case "element":
            return _fold_element(found)
        case "quoted":
            return _fold_quoted(found)
    is_kept = found.lastgroup == "smtp" or (found.lastgroup == "word" and not _is_particular(found))
    return found[0] if is_kept else "#"


def _fold_quoted(found: re.Match[str]) -> str:
    """Return what is left of a quotation: nothing but its marks, unless it says what went wrong."""
    text, start, end = found.string, found.start(), found.end()
    if is_json_key(text, start, end):
        return found[0]
    if not is_telling(text, start):
        return '""'
    if is_code(text, start + 1, end - 1):
        return found[0]
    return f'"{_PARTICULAR.sub(_fold, found[0][1:-1])}"'


def _fold_element(found: re.Match[str]) -> str:
    """Return an element of XML with its text, unless that is particular."""
    tag, inner = found["tag"], found[0][len(found["tag"]) :]
    if not is_telling(found.string, found.start() + len(tag)):
        return f"{tag}#"
    return tag + _PARTICULAR.sub(_fold, inner)


def _is_particular(found: re.Match[str]) -> bool:
    """Return whether a word is a number or an id: it differs between two failures of one cause."""
    word = found[0]
    if word.isalpha() and word[1:].islower() and len(word) < _SHORTEST_HEX:
        return False
    if not _DIGIT.search(word):
        if word.isupper() and _OF_PERSON.search(found.string[max(0, found.start() - 16) : found.start()]):
            return True
        return _HEX.fullmatch(word) is not None or _LOCALE.fullmatch(word) is not None or _is_random(word)
    digits = sum(map(str.isdigit, word))
    is_short = len(word) <= _LONGEST_NAME and digits == 1 and word.isalnum() and word[0] in _FIRST_OF_NAMES
    is_name = is_short or word.lower() in _NAMES
    return not is_name and not is_code(found.string, found.start(), found.end())


def _is_random(word: str) -> bool:
    """Return whether a word has the letters of an id: its case changes as in no name, or it has a prefix."""
    if _PREFIXED.fullmatch(word):
        return True
    lower = _LOWER.findall(word)
    single = sum(len(each) == 1 for each in lower)
    return len(word) >= _SHORTEST_RANDOM and len(lower) >= _FEWEST_RUNS and 2 * single >= len(lower)
