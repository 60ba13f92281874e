"""What a plan says of itself can be typed again; and no text whatever breaks the reading of it."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from hypothesis import assume, example, given
from hypothesis import strategies as st

from bot.cloudflare.models import STATUSES, Status
from bot.digests.command.requests import CreateDigest
from bot.digests.model import MOST_MENTIONS, MOST_WORKFLOWS, DigestSpec, Mention, spec_command
from bot.language import cron
from bot.language.cron_words import SHORTEST
from bot.language.schedule import Schedule
from bot.language.tokens import extract_mentions, from_slack
from tests.support.commands import ACCOUNTS, HOME, escaped, read
from tests.support.digest_commands import catch_refusal, catch_typed_refusal, encode_mentions
from tests.unit.language.strategies import any_text, hostile_text, workflow_names

from .strategies import schedules

WORDS = """
    create list show preview run pause resume edit delete restore help new stop all here channel quiet
    workflow workflows orders refunds, and daily weekdays 9am 09:00 every 4h hourly cron 0 9 * mon,thu
    UTC Europe/Berlin Foo/Bar (utc) berlin CET status:errored status errored failed statsu:x window:7d
    window 36 hours mention:@ada mention mention:@oncall,@here @grace @everyone mention:@nobody #ops #dev
    #nowhere ops thread:daily thread account:prod account:x zone:UTC tz:x --quiet --status --mention
    --help —window workflow:a,b workflow:all only-failures quiet:no 7 #7 no show:7 run7 /workflows digest
    digests " ' ` “x” \\ <#C1|ops> <#G1|> <@U1> <@U1|a b> <!subteam^S1|@x> <!here> <!date^1> &lt; <!> <#|>
    <https://a.example|a.example> <mailto:a@b|a@b> <#C1|o,ps> mention:<@U1|a>,<!here>x \u202e
"""

commands = st.lists(st.sampled_from(WORDS.split()) | hostile_text, max_size=9).map(" ".join)

people = st.builds(
    Mention,
    st.just("person"),
    st.from_regex(r"[UW][A-Z0-9]{8,10}", fullmatch=True),
    st.just("") | st.from_regex(r"[a-z0-9][a-z0-9._'-]{0,20}", fullmatch=True),
)
groups = st.builds(
    Mention,
    st.just("group"),
    st.from_regex(r"S[A-Z0-9]{8,10}", fullmatch=True),
    st.just("") | st.from_regex(r"[a-z0-9][a-z0-9._-]{0,20}", fullmatch=True),
)
everybody = st.sampled_from([Mention("everybody", word, word) for word in ("here", "channel")])
mentions = st.lists(
    people | groups | everybody, max_size=MOST_MENTIONS, unique_by=lambda mention: (mention.kind, mention.id)
)
statuses = st.sampled_from(STATUSES) | st.sampled_from([Status("zzz"), Status("x y"), Status('q"')])


def is_seldom(schedule: Schedule) -> bool:
    """Whether people may have it: some cron forms fire more often than they are let."""
    first, second = cron.closest(schedule.cron)
    return second - first >= SHORTEST


plans = st.builds(
    DigestSpec,
    channel=st.from_regex(r"[CG][A-Z0-9]{8,10}", fullmatch=True),
    schedule=schedules.filter(is_seldom),
    account=st.none() | st.sampled_from(ACCOUNTS),
    workflows=st.lists(
        workflow_names
        | st.sampled_from(["all", "ALL", "a,b", "quiet", "#ops", "@ada", "and", "UTC", "errored"]),
        max_size=MOST_WORKFLOWS,
        unique=True,
    ).map(tuple),
    status=statuses,
    window=st.integers(1, 30 * 24).map(lambda hours: timedelta(hours=hours)),
    quiet=st.booleans(),
    mentions=mentions.map(tuple),
    daily_thread=st.booleans(),
)


def as_slack_sends_plan(plan: DigestSpec) -> str:
    """The command of a plan; Slack recognises its channel and whom it calls."""
    command = escaped(spec_command(plan, "CHANNEL")).replace("CHANNEL", f"<#{plan.channel}|ops>", 1)
    at = len(command)
    for mention in reversed(plan.mentions):
        typed = f"@{mention.name or mention.id}"
        at = command.rindex(f"mention:{typed}", 0, at) + len("mention:")
        command = command[:at] + markup(mention) + command[at + len(typed) :]
    return command


def markup(mention: Mention) -> str:
    forms: Mapping[str, str] = {
        "person": f"<@{mention.id}|{mention.name}>",
        "group": f"<!subteam^{mention.id}|@{mention.name}>",
        "everybody": f"<!{mention.id}>",
    }
    return forms[mention.kind]


NINE = Schedule("0 9 * * *", HOME)


@given(plans)
@example(DigestSpec("C00000001", NINE, workflows=("all", "a,b", "workflow:x", "--quiet")))
@example(
    DigestSpec(
        "C00000001", Schedule("0 9 * * 1-5", "UTC"), mentions=(Mention("person", "U00000001", "here"),)
    )
)
def test_a_plan_reads_its_own_command_as_itself(plan: DigestSpec) -> None:
    text = as_slack_sends_plan(plan)
    assert read(text, zone="Asia/Kathmandu") == CreateDigest(plan, "ops")


@given(
    commands | any_text | hostile_text,
    st.sampled_from(["", "digest ", "digest create ", "digest create daily 9am "]),
)
@example("9" * 5000, "digest show ")
@example("9" * 5000 + "h", "digest create daily 9am window:")
def test_any_text_is_read_or_refused_in_words(text: str, before: str) -> None:
    error = catch_refusal(before + text)
    if error is not None:
        assert all((error.word, error.problem, error.expected))
        assert error.proposals
        assert not error.choices or len(error.choices) == len(error.proposals)


@given(commands, st.sampled_from(["digest ", "digest create ", "digest create daily 9am "]))
@example("#ops whenever", "digest create ")
@example("#ops dialy 9am mention:@ada quite", "digest create ")
def test_every_proposed_command_can_be_read(text: str, before: str) -> None:
    error = catch_typed_refusal(before + text)
    if error is not None and error.nearest is not None:
        assert error.corrected is not None
        assert catch_typed_refusal(error.corrected) is None


SENTENCES: Sequence[Sequence[str]] = (
    ("create", "#ops", "weekdays", "09:00", "workflow", "orders"),
    ("create", "daily", "9am", "Europe/Berlin", "quiet", "mention:@oncall", "thread:daily"),
    ("create", "daily", "9am", "status:errored", "window:36h", "account:prod"),
    ("pause", "7"),
    ("list", "all"),
)


@given(st.sampled_from(SENTENCES), st.data())
def test_two_letters_swapped_are_read_or_refused_by_name_and_put_right(
    sentence: Sequence[str], data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(sentence) - 1))
    word = sentence[place]
    at = data.draw(st.integers(0, max(0, len(word) - 2)))
    assume(word[at : at + 2].isalpha())
    slip = word[:at] + word[at : at + 2][::-1] + word[at + 2 :]
    error = catch_typed_refusal(" ".join(("digest", *sentence[:place], slip, *sentence[place + 1 :])))
    if error is not None:
        assert slip in error.word or error.word in slip or error.nearest is not None
        assert error.corrected is None or catch_typed_refusal(error.corrected) is None


@given(commands | any_text | hostile_text)
def test_what_slack_recognised_stands_where_it_was_typed(text: str) -> None:
    typed, references = extract_mentions(text)
    assert typed == from_slack(text)
    assert all(typed[found.start : found.end] == found.typed for found in references)


@given(commands)
def test_what_was_typed_comes_back_from_slack(text: str) -> None:
    assert from_slack(encode_mentions(text)) == text
