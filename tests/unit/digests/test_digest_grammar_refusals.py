"""Each mistake: the words named, what is wrong with them, the nearest right ones, the command put right."""

from dataclasses import replace

import pytest

from bot.browse.requests import ListInstances
from bot.language.command import Command
from bot.language.errors import QueryError
from bot.routing.command_reader import read_command
from tests.support.commands import ACCOUNTS, HERE, HOME, NOW, read
from tests.support.digest_commands import catch_typed_refusal, encode_mentions, read_spec, read_typed

NOTHING = "is not a digest command"
NO_NUMBER = "is no number of a digest"
STRAY = "is a word I don't know behind the schedule"
UNKNOWN = "is an option I don't know"
CHANNEL = "is taken for a channel, and Slack did not identify it"
NO_MARK = "is taken for a channel, and has no `#`"
HELP = "/workflows help digest"  # where nothing nearer is certain
MANY = " ".join(f"w{number}" for number in range(1, 22))

MISTAKES = (
    ("lsit", f"lsit {NOTHING}", "list"),
    ("creat #ops daily 9am", f"creat {NOTHING}", "create #ops daily 9am"),
    ("--list", f"--list {NOTHING}", "list"),
    ("xyzzy", f"xyzzy {NOTHING}", None),
    ("list al", "al is no part of the digests", "list all"),
    ("list for me", "for me is no part of the digests", None),
    ("show it", f"it {NO_NUMBER}", "show"),
    ("pause ops", f"ops {NO_NUMBER}", "pause"),
    ("pause in ops", f"in ops {NO_NUMBER}", "pause"),
    ("pause 3 in ops", f"3 in ops {NO_NUMBER}", "pause 3"),
    ("show 0", f"0 {NO_NUMBER}", None),
    ("show " + 5000 * "9", f"{5000 * '9'} {NO_NUMBER}", None),
    ("create #ops", "create #ops does not say when", "create #ops daily 09:00"),
    ("create here quiet", "create here does not say when", "create here daily 09:00 quiet"),
    ("create workflow a b", "create does not say when", "create daily 09:00 workflow a b"),
    ("create daily", "daily names no time", "create daily 09:00"),
    ("create #ops dialy 9am", "dialy is not a known schedule", "create #ops daily 9am"),
    (
        "create daily 9am Europe/Berln",
        "Europe/Berln is no time zone I know",
        "create daily 9am Europe/Berlin",
    ),
    ("create #nowhere daily 9am", f"#nowhere {CHANNEL}", None),
    ("create ops daily 9am", f"ops {NO_MARK}", None),
    ("create ops at nine", f"ops {NO_MARK}", None),
    ("create in ops daily 9am", f"ops {NO_MARK}", None),
    ("create to ops at nine", f"ops {NO_MARK}", None),
    ("create daily 9am in ops", f"ops {NO_MARK}", None),
    ("ops daily 9am", f"ops {NO_MARK}", None),
    ("in ops daily 9am", f"ops {NO_MARK}", None),
    ("create daily 9am in Berln", "Berln is no time zone I know", "create daily 9am in zone:Europe/Berlin"),
    ("create in Berln daily 9am", "Berln is no time zone I know", "create in zone:Europe/Berlin daily 9am"),
    ("list in ops", "ops is no part of the digests", None),
    ("create daily 9am #nowhere", f"#nowhere {CHANNEL}", None),
    ("create daily 9am channel:@ada", "channel:@ada is no channel", None),
    ("create quite daily 9am", f"quite {NO_MARK}", "create quiet daily 9am"),
    ("create #ops daily 9am #dev", "#dev comes after `#ops`, which settles the same", None),
    (
        "create @ada daily 9am",
        "@ada is a person without `mention:`",
        "create mention:@ada daily 9am",
    ),
    ("create daily 9am orders", f"orders {STRAY}", "create daily 9am workflow orders"),
    ('create daily 9am "my flow"', f'"my flow" {STRAY}', 'create daily 9am workflow "my flow"'),
    ('create daily 9am "quite"', f'"quite" {STRAY}', 'create daily 9am workflow "quite"'),
    ("create daily 9am quite", f"quite {STRAY}", "create daily 9am quiet"),
    ("create daily 9am failed", f"failed {STRAY}", "create daily 9am status:errored"),
    ("create daily 9am errord", f"errord {STRAY}", "create daily 9am errored"),
    ("create daily 9am runner", f"runner {STRAY}", "create daily 9am workflow runner"),
    ("create daily 9am workfow a b", f"workfow {STRAY}", "create daily 9am workflow a b"),
    ("create daily 9am 7d", f"7d {STRAY}", "create daily 9am window:7d"),
    ("create statsu:complete daily 9am", f"statsu:complete {UNKNOWN}", "create status:complete daily 9am"),
    ("create daily 9am sinse:7d", f"sinse:7d {UNKNOWN}", "create daily 9am"),
    ("create daily 9am xyzzy:1", f"xyzzy:1 {UNKNOWN}", "create daily 9am"),
    ("create xyzzy:1 daily 9am", f"xyzzy:1 {UNKNOWN}", "create daily 9am"),
    ("create xyzzy:1", f"xyzzy:1 {UNKNOWN}", "create"),
    (
        "create daily 9am status:faild",
        "status:faild is not a known status",
        "create daily 9am status:errored",
    ),
    ("create daily 9am status wurst", "status wurst is not a known status", None),
    ("create daily 9am window:99d", "window:99d is too long a window", "create daily 9am window:30d"),
    ("create daily 9am window 90m", "window 90m is no window I know", "create daily 9am window:2h"),
    (
        "create daily 9am window:7d window:8d",
        "window:8d comes after `window:7d`, which settles the same",
        None,
    ),
    ("create daily 9am UTC zone:UTC", "zone:UTC comes after `UTC`, which settles the same", None),
    (
        "create daily 9am zone:berln",
        "zone:berln is no time zone I know",
        "create daily 9am zone:Europe/Berlin",
    ),
    ("7 puase", f"7 puase {NOTHING}", "pause 7"),
    ("rename 7", f"rename {NOTHING}", None),
    ("cancle 7", f"cancle {NOTHING}", None),
    ("every day", "every day names no time", "every day 09:00"),
    ("#ops", "digest #ops does not say when", "#ops daily 09:00"),
    ("every morning", "every morning names no time", "every morning at 09:00"),
    ("create every morning", "every morning names no time", "create every morning at 09:00"),
    ("create hourly until 5", "until 5 is no part of a digest", None),
    ("create daily 9am starting monday", "starting monday is no part of a digest", None),
    ("create daily 9am or 5pm", "or follows a whole schedule", None),
    ("create mon 9am and tue 10am", "and follows a whole schedule", None),
    ("create daily 9am friday", "friday follows a whole schedule", None),
    ("create daily 9am for orders", "for is not `workflow`", "create daily 9am workflow orders"),
    ("create daily 9am for 2 weeks", f"for {STRAY}", None),
    ("create daily 9am only me", f"only {STRAY}", None),
    ("create every other monday 9am", "every other monday does not come on the same days of each week", None),
    ("edit 7 daily", "daily names no time", None),
    ("edit 7 10am", "10am names no days", None),
    ("create daily report 9am", "daily names no time", None),
    ("create weekly report mondays 9am", "weekly is not a known schedule", None),
    ("create daily 9am report on mondays", f"report {STRAY}", None),
    ("create daily 9am failures only", f"failures {STRAY}", None),
    ("create daily 9am last 7 days", "last 7 days is not `window`", "create daily 9am window 7 days"),
    ("create for orders daily 9am", "for is not `workflow`", "create workflow orders daily 9am"),
    ("on mondays", "on mondays names no time", "on mondays 09:00"),
    ("edit 7 queit", "queit is not a known schedule", "edit 7 quiet"),
    ("edit it daily 9am", f"it daily 9am {NO_NUMBER}", None),
    ("create daily 9am quiet:perhaps", "quiet:perhaps is neither yes nor no", "create daily 9am quiet"),
    ("create daily 9am thread", "thread has no value", "create daily 9am thread:daily"),
    ("create daily 9am thread:hourly", "thread:hourly is no kind of thread", "create daily 9am thread:daily"),
    ("create daily 9am account:prodd", "account:prodd is no account I know", "create daily 9am account:prod"),
    ("create daily 9am status quiet", "status has no value", None),
    ("create daily 9am mention:", "mention: has no value", None),
    ("create daily 9am mention:,", "mention:, has no name", None),
    ("create daily 9am workflow", "workflow names no workflow", None),
    ("create daily 9am workflow quiet", "workflow names no workflow", None),
    ("create daily 9am workflow a all", "all and `a` exclude each other", None),
    ('create daily 9am workflow ""', '"" has 0 characters', None),
    (f"create daily 9am workflow {65 * 'a'}", f"{65 * 'a'} has 65 characters", None),
    ('create daily 9am workflow a,"my flow"', 'a,"my has a quote in its middle', None),
    (f"create daily 9am workflow {MANY}", "w21 is workflow number 21", None),
    (f"create daily 9am workflow {101 * 'w '}", "w is name number 101", None),
    ('create daily 9am workflow "a', '"a opens a quote that is never closed', "create daily 9am workflow a"),
    (
        "create daily 9am mention:@nobody",
        "mention:@nobody mentions `@nobody`, but Slack did not recognise the name",
        None,
    ),
    (
        "create daily 9am mention @ada,@nobody",
        "mention @ada,@nobody mentions `@nobody`, but Slack did not recognise the name",
        None,
    ),
    (
        "create daily 9am mention:@chanel",
        "mention:@chanel mentions `@chanel`, but Slack did not recognise the name",
        "create daily 9am mention:@channel",
    ),
    (
        "create daily 9am mention:@everyone",
        "mention:@everyone is nobody whom a bot may call",
        "create daily 9am mention:@channel",
    ),
    ("create daily 9am mention:#ops", "mention:#ops is a channel, and channels are not called", None),
)


@pytest.mark.parametrize(("typed", "problem", "right"), MISTAKES)
def test_a_mistake_is_answered_with_what_to_type_instead(typed: str, problem: str, right: str | None) -> None:
    error = catch_typed_refusal(f"digest {typed}")
    assert error
    assert f"{error.word} {error.problem}" == problem
    assert error.expected
    assert error.corrected == (f"/workflows digest {right}" if right else HELP)


@pytest.mark.parametrize("right", [right for *_, right in MISTAKES if right])
def test_what_is_advised_can_be_typed(right: str) -> None:
    assert catch_typed_refusal(f"/workflows digest {right}") is None


def test_the_refusal_of_a_bare_name_says_what_to_put_before_it() -> None:
    error = catch_typed_refusal("digest create daily 9am order-processing")
    assert error
    assert "`workflow` before a workflow's name, as in `workflow order-processing`" in error.expected


@pytest.mark.parametrize(
    ("words", "right"),
    [
        ("order-processing @daily", "@daily workflow:order-processing"),
        ("create Order_Procesing dialy 9am quiet", "create daily 9am quiet workflow:order-processing"),
        ("create #ops `order-processing` daily 9am", "create #ops daily 9am workflow:order-processing"),
        ("edit 1 order-processing", "edit 1 workflow:order-processing"),
        ("order-processing failde daily 9am", None),
        ("create order daily 9am", None),
        ("create #order-processing daily 9am", None),
    ],
)
def test_a_workflow_that_stands_in_another_words_place_is_put_behind_all_else(
    words: str, right: str | None
) -> None:
    sent = encode_mentions(f"digest {words}")
    typed = Command.from_slack(sent, accounts=ACCOUNTS, channel=HERE, zone=HOME, now=NOW)
    with pytest.raises(QueryError) as refused:
        read_command(replace(typed, workflows=("invoices", "order-processing")))
    assert refused.value.corrected == (f"/workflows digest {right}" if right else HELP)


@pytest.mark.parametrize(
    ("words", "right"),
    [
        ("create ops at nine", "create here daily at 09:00"),
        ("create OPS daily 9am", "create here daily 9am"),
        ("create #ops daily 9am", "create here daily 9am"),
        ("create daily 9am to ops", "create daily 9am to here"),
        ("create daily 9am ops", "create daily 9am here"),
        ("ops daily 9am", "here daily 9am"),
        ("create daily 9am channel ops", "create daily 9am here"),
        ("create daily 9am channel:ops", "create daily 9am here"),
        ("edit 3 to ops", "edit 3 to here"),
        ("list ops", "list here"),
        ("list of ops", "list of here"),
        ("pause ops", "pause"),
    ],
)
def test_the_name_of_the_channel_itself_is_proposed_as_here(words: str, right: str) -> None:
    typed = Command(f"digest {words}", channel=HERE, now=NOW, channel_name="ops")
    with pytest.raises(QueryError) as refused:
        read_command(typed)
    assert refused.value.corrected == f"/workflows digest {right}"


def test_a_word_that_is_the_channel_and_a_workflow_may_mean_either() -> None:
    typed = Command(
        "digest create ops daily 9am", channel=HERE, now=NOW, workflows=("ops",), channel_name="ops"
    )
    with pytest.raises(QueryError) as refused:
        read_command(typed)
    assert [proposal.whole() for proposal in refused.value.proposals] == [
        "/workflows digest create here daily 9am",
        "/workflows digest create daily 9am workflow:ops",
    ]


def test_a_bare_word_in_a_channels_place_is_no_fault_of_the_app() -> None:
    error = catch_typed_refusal("digest create ops daily 9am")
    assert error
    assert "`#ops`" in error.expected
    assert "should_escape" not in error.expected


@pytest.mark.parametrize("words", ["#nowhere daily 9am", "daily 9am mention:@nobody"])
def test_an_unidentified_name_is_explained_by_the_setting_and_by_the_form(words: str) -> None:
    error = catch_typed_refusal(f"digest create {words}")
    assert error
    assert "“Escape channels, users, and links”" in error.expected
    assert "`should_escape: true`" in error.expected
    assert "`/workflows digest`" in error.expected


def test_an_unidentified_channel_is_explained_by_the_command_in_that_channel() -> None:
    error = catch_typed_refusal("digest create #nowhere daily 9am")
    assert error
    assert "this command in that channel" in error.expected


@pytest.mark.timeout(30)
@pytest.mark.parametrize("words", [5000 * "mon ", 5000 * "a ", 5000 * "<@U1|a> ", 5000 * "first "])
def test_an_endless_text_does_not_hold_up_the_others(words: str) -> None:
    assert catch_typed_refusal(f"digest create workflow {words}")


def test_a_sixth_person_is_refused() -> None:
    people = " ".join(f"mention:@U0PERSON{number}" for number in range(6))
    error = catch_typed_refusal(f"digest create daily 9am {people}")
    assert error
    assert f"{error.word} {error.problem}" == "mention:@U0PERSON5 is mention number 6"


def test_twenty_workflows_and_five_people_are_not_too_many() -> None:
    people = " ".join(f"mention:@U0PERSON{number}" for number in range(5))
    assert (
        catch_typed_refusal(f"digest create daily 9am workflow {MANY.removesuffix(' w21')} {people}") is None
    )


@pytest.mark.parametrize("words", ["errored", "status:errored since:2h", "since:2h"])
def test_a_list_of_the_workflow_that_is_called_digest_is_still_within_reach(words: str) -> None:
    error = catch_typed_refusal(f"digest {words}")
    assert error
    assert error.corrected == f"/workflows list digest {words}"
    assert isinstance(read(error.corrected or ""), ListInstances)


def test_a_slip_in_the_word_digest_itself_is_put_right() -> None:
    with pytest.raises(QueryError) as refusal:
        read_typed("digset create #ops daily 9am")
    assert refusal.value.corrected == "/workflows digest create #ops daily 9am"
    assert read_spec("#ops daily 9am")
