"""What may be asked of digests, in all the ways to say it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.browse.model import HelpQuery
from bot.browse.requests import ListInstances, ListWorkflows
from bot.cloudflare.models import Status
from bot.digests.command.requests import (
    ChangeDigest,
    CreateDigest,
    DeleteDigest,
    DigestChanges,
    DigestRequest,
    EditDigest,
    ListDigests,
    OpenForm,
    PauseDigest,
    PreviewDigest,
    RestoreDigest,
    ResumeDigest,
    RunDigest,
    ShowDigest,
)
from bot.digests.model import DigestSpec, Mention
from bot.language.command import Reading
from bot.language.schedule import Schedule
from tests.support.commands import HERE, HOME, read
from tests.support.digest_commands import catch_typed_refusal, read_spec, read_typed

NINE = Schedule("0 9 * * 1-5", HOME)
ADA = Mention("person", "U0ADA0001", "ada")
GRACE = Mention("person", "U0GRACE01", "grace")
ONCALL = Mention("group", "S0ONCALL1", "oncall")
AT_HERE = Mention("everybody", "here", "here")


@pytest.mark.parametrize("text", ["digest", "Digests", "digest list", " DIGEST\tlist", "/workflows digest"])
def test_a_command_that_begins_with_digest_is_about_digests(text: str) -> None:
    assert isinstance(read(text), OpenForm | ListDigests)


@pytest.mark.parametrize(
    "text",
    ["", "list digest", "digester", '"digest"', "/workflows", "help digest"],
)
def test_any_other_command_is_not(text: str) -> None:
    assert isinstance(read(text), ListInstances | ListWorkflows | HelpQuery)


@pytest.mark.parametrize(
    ("text", "request_"),
    [
        ("digest", OpenForm()),
        ("/workflows Digest ", OpenForm()),
        ("digests", ListDigests()),
        ("digest list", ListDigests()),
        ("digests LIST ALL", ListDigests(all=True)),
        ("digest list --all", ListDigests(all=True)),
        ("digest show 7", ShowDigest(7)),
        ("digest preview 7", PreviewDigest(7)),
        ("digest run 7", RunDigest(7)),
        ("digest Pause 7", PauseDigest(7)),
        ("digest resume 7", ResumeDigest(7)),
        ("digest edit 7", EditDigest(7)),
        ("digest delete 7", DeleteDigest(7)),
        ("/workflows digest restore 7", RestoreDigest(7)),
        ("digest help", HelpQuery("digest")),
        ("digest ?", HelpQuery("digest")),
        ("digest --help", HelpQuery("digest")),
        ("digest create daily --help", HelpQuery("digest")),
        ("digest create", OpenForm()),
        ("digest new", OpenForm(readings=(Reading("new", "create"),))),
        ("digests all", ListDigests(all=True)),
        ("digest list mine", ListDigests()),
        ("digest list here please", ListDigests()),
        ("digest 7", ShowDigest(7)),
        ("digest #7", ShowDigest(7)),
        ("digest 7 pause", PauseDigest(7)),
        ("digest run 7 now", RunDigest(7)),
        ("digest show me 7", ShowDigest(7)),
        ("digest run7", RunDigest(7)),
        ("digest show:7", ShowDigest(7)),
        ("digest pause no 7 please", PauseDigest(7)),
        ("digest preview", ListDigests(wanted="preview")),
        ("digest delete", ListDigests(wanted="delete")),
        ("digest edit", ListDigests(wanted="edit")),
        ("digest remove", ListDigests(wanted="delete", readings=(Reading("remove", "delete"),))),
    ],
)
def test_each_request_has_its_word(text: str, request_: DigestRequest) -> None:
    assert read_typed(text) == request_


@pytest.mark.parametrize(
    ("word", "request_"),
    [
        *((word, ShowDigest(7)) for word in ("view", "get", "info", "details", "history")),
        *((word, PreviewDigest(7)) for word in ("test", "try", "dry-run")),
        *((word, RunDigest(7)) for word in ("now", "send", "post", "trigger")),
        *((word, PauseDigest(7)) for word in ("stop", "mute", "Disable", "off", "suspend", "hold")),
        *((word, ResumeDigest(7)) for word in ("start", "unmute", "unpause", "enable", "on", "continue")),
        *((word, EditDigest(7)) for word in ("change", "update", "modify", "move", "reschedule")),
        *((word, DeleteDigest(7)) for word in ("remove", "rm", "del", "drop", "cancel", "unsubscribe")),
        *((word, RestoreDigest(7)) for word in ("undelete", "undo", "recover")),
    ],
)
def test_what_other_systems_call_a_verb_is_done_and_said(word: str, request_: DigestRequest) -> None:
    for text in (f"{word} 7", f"{word} #7", f"{word} no 7", f"7 {word}", f"{word}7"):
        said = read_typed(f"digest {text}")
        assert replace(said, readings=()) == request_
        assert said.readings == (Reading(word, request_.kind.removeprefix("digest_")),)


@pytest.mark.parametrize(
    "text", ["new daily 9am", "add daily 9am", "schedule daily 9am", "daily 9am", "9am daily"]
)
def test_create_may_be_called_otherwise_or_left_out(text: str) -> None:
    said = read_typed(f"digest {text}")
    assert isinstance(said, CreateDigest)
    assert said.plan == read_spec("daily 9am")


@pytest.mark.parametrize(
    "text",
    [
        "on weekdays 9am",
        "every monday 9am",
        "0 9 * * 1-5",
        "@daily",
        "9 am daily",
        "#ops daily 9am quiet",
        "quiet daily 9am",
        "all daily 9am",
    ],
)
def test_a_digest_without_its_verb_is_read_like_one_with_it(text: str) -> None:
    assert read_typed(f"digest {text}") == read_typed(f"digest create {text}")


@pytest.mark.parametrize(
    ("words", "changes"),
    [
        ("daily 10am", DigestChanges(cron="0 10 * * *")),
        ("to daily 10am", DigestChanges(cron="0 10 * * *")),
        ("daily 10am Asia/Tokyo", DigestChanges(cron="0 10 * * *", zone="Asia/Tokyo")),
        ("zone:UTC", DigestChanges(zone="UTC")),
        ("#ops", DigestChanges(channel="C0OPS0001", channel_name="ops")),
        ("quiet:no window:7d", DigestChanges(quiet=False, window=timedelta(days=7))),
        ("all", DigestChanges(workflows=())),
        ("workflow orders", DigestChanges(workflows=("orders",))),
        ("mention:@ada", DigestChanges(mentions=(ADA,))),
    ],
)
@pytest.mark.parametrize("verb", ["edit 7", "7", "edit #7", "edit no 7"])
def test_a_change_may_be_typed(verb: str, words: str, changes: DigestChanges) -> None:
    assert read_typed(f"digest {verb} {words}") == ChangeDigest(7, changes=changes)


def test_a_change_leaves_all_else_as_it_was() -> None:
    plan = read_spec("#ops weekdays 09:00 Asia/Tokyo workflow orders quiet mention:@ada")
    changed = DigestChanges(cron="0 10 * * *").apply(plan)
    assert changed == replace(plan, schedule=Schedule("0 10 * * *", "Asia/Tokyo"))
    assert DigestChanges(quiet=False).apply(plan) == replace(plan, quiet=False)


@pytest.mark.parametrize(
    ("words", "is_assumed"), [("daily 10am", True), ("zone:UTC", False), ("daily 10am UTC", False)]
)
def test_a_zone_that_was_assumed_stays_so_until_one_is_said(words: str, is_assumed: bool) -> None:
    change = read_typed(f"digest edit 7 {words}")
    assert isinstance(change, ChangeDigest)
    plan = DigestSpec(HERE, Schedule("0 9 * * *", "UTC"), zone_assumed=True)
    assert change.changes.apply(plan).zone_assumed is is_assumed


@pytest.mark.parametrize(
    "number",
    [
        "12",
        "#12",
        "# 12",
        "no 12",
        "No. 12",
        "no.12",
        "no:12",
        "nr 12",
        "number 12",
        "№12",
        "digest 12",
        "012",
    ],
)
def test_a_number_may_be_written_in_many_ways(number: str) -> None:
    assert read_typed(f"digest show {number}") == ShowDigest(12)


def test_a_number_is_one_even_where_a_channel_is_called_so() -> None:
    assert read_typed("digest pause #7") == PauseDigest(7)


def test_a_schedule_is_enough_and_is_meant_for_the_channel_at_hand_in_the_own_zone() -> None:
    assert read_typed("digest create weekdays 09:00") == CreateDigest(DigestSpec(HERE, NINE))


def test_everything_can_be_said_at_once() -> None:
    typed = (
        "#ops weekdays 09:00 America/New_York workflow orders refunds status:terminated window:7d quiet "
        "mention:@oncall mention:@ada thread:daily account:staging-eu"
    )
    assert read_typed(f"digest create {typed}") == CreateDigest(
        DigestSpec(
            channel="C0OPS0001",
            schedule=Schedule("0 9 * * 1-5", "America/New_York"),
            account="Staging-EU",
            workflows=("orders", "refunds"),
            status=Status("terminated"),
            window=timedelta(days=7),
            quiet=True,
            mentions=(ONCALL, ADA),
            daily_thread=True,
        ),
        "ops",
    )


@pytest.mark.parametrize(
    ("where", "channel"),
    [
        ("<#C0OPS0001|ops>", ("C0OPS0001", "ops")),
        ("<#G0SECRET1|>", ("G0SECRET1", "")),
        ("<#C0OPS0001>", ("C0OPS0001", "")),
        ("here", (HERE, "")),
        ("HERE", (HERE, "")),
        ("channel:<#C0OPS0001|ops>", ("C0OPS0001", "ops")),
        ("--channel <#C0OPS0001|ops>", ("C0OPS0001", "ops")),
        ("channel here", (HERE, "")),
        ("#G0SECRET1", ("G0SECRET1", "")),
    ],
)
@pytest.mark.parametrize("order", ["{0} weekdays 09:00", "weekdays 09:00 quiet {0}"])
def test_a_channel_is_the_one_that_slack_names(where: str, channel: tuple[str, str], order: str) -> None:
    request = read(f"digest create {order.format(where)}")
    assert isinstance(request, CreateDigest)
    assert (request.plan.channel, request.channel_name) == channel


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("", ()),
        ("all", ()),
        ("workflow all", ()),
        ("workflows:all", ()),
        ("workflow orders", ("orders",)),
        ("workflow:orders", ("orders",)),
        ("--workflow orders", ("orders",)),
        ("workflows orders refunds quiet", ("orders", "refunds")),
        ("workflows orders,refunds,", ("orders", "refunds")),
        ("workflows orders, refunds and billing", ("orders", "refunds", "billing")),
        ("workflow:orders workflow refunds orders", ("orders", "refunds")),
        ('workflow "my flow" “your, flow” orders', ("my flow", "your, flow", "orders")),
        (
            'workflow "quiet" "all" "errored" "<#C0OPS0001|ops>" "and"',
            ("quiet", "all", "errored", "#ops", "and"),
        ),
        ('workflow:quiet workflow:"all" workflow:errored', ("quiet", "all", "errored")),
        ("workflow monday 9am", ("monday", "9am")),
        ("workflow <http://my.flow|my.flow>", ("my.flow",)),
    ],
)
def test_workflows_are_named_up_to_the_next_option(words: str, names: tuple[str, ...]) -> None:
    request = read(f"digest create weekdays 09:00 {words}")
    assert isinstance(request, CreateDigest)
    assert request.plan.workflows == names
    assert request.plan.channel == HERE


@pytest.mark.parametrize(
    ("words", "mentions"),
    [
        ("mention:@ada", (ADA,)),
        ("mention @ada", (ADA,)),
        ("mention: @ada", (ADA,)),
        ("--mention @ada", (ADA,)),
        ("mention:@ada,@oncall mention:@grace", (ADA, ONCALL, GRACE)),
        ("mention @ada @grace quiet", (ADA, GRACE)),
        ("mention:@ada mention:@ada", (ADA,)),
        ('mention:"@ada, @grace"', (ADA, GRACE)),
        ("mention:here", (AT_HERE,)),
        ("mention:@here", (AT_HERE,)),
        ("mention here", (AT_HERE,)),
        ("mention:@channel", (Mention("everybody", "channel", "channel"),)),
        ("mention:@U0ADA0001", (Mention("person", "U0ADA0001"),)),
        ("mention:@S0ONCALL1", (Mention("group", "S0ONCALL1"),)),
    ],
)
def test_those_are_called_whom_slack_names(words: str, mentions: tuple[Mention, ...]) -> None:
    assert read_spec(f"daily 09:00 {words}").mentions == mentions


@pytest.mark.parametrize(
    ("markup", "mention"),
    [
        ("<@U1>", Mention("person", "U1")),
        ("<@W1|ada>", Mention("person", "W1", "ada")),
        ("<@U1|Ada Lovelace>", Mention("person", "U1")),
        ("<!subteam^S1>", Mention("group", "S1")),
        ("<!here|@here>", AT_HERE),
        ("@here", AT_HERE),
    ],
)
def test_every_form_of_slack_s_markup_is_read(markup: str, mention: Mention) -> None:
    request = read(f"digest create daily 09:00 mention:{markup} quiet")
    assert isinstance(request, CreateDigest)
    assert request.plan.mentions == (mention,)


@pytest.mark.parametrize(
    ("words", "window"),
    [("", 24), ("window:36h", 36), ("window 7d", 168), ("window:36 hours", 36), ("window 2  days", 48)],
)
def test_a_window_may_have_its_unit_apart(words: str, window: int) -> None:
    plan = read_spec(f"daily 09:00 {words} quiet")
    assert plan.window == timedelta(hours=window)
    assert plan.quiet is True


@pytest.mark.parametrize(
    "words", ["quiet", "QUIET", "quiet:yes", "only-failures", "--only-failures", "--quiet"]
)
def test_quiet_can_be_asked_for(words: str) -> None:
    assert read_spec(f"daily 09:00 {words}").quiet


@pytest.mark.parametrize(
    ("words", "ours", "reading"),
    [
        ("since:7d", "window:7d", Reading("since:7d", "window:7d")),
        ("since: 7d", "window:7d", Reading("since: 7d", "window:7d")),
        ("last:7 days", "window:7d", Reading("last:7 days", "window:7 days")),
        ("--notify @ada", "mention:@ada", Reading("--notify @ada", "mention:@ada")),
        ("cc:@ada,@grace", "mention:@ada,@grace", Reading("cc:@ada,@grace", "mention:@ada,@grace")),
        ("--silent", "quiet", Reading("--silent", "--quiet")),
        ("in:#ops", "#ops", Reading("in:#ops", "channel:#ops")),
        ("name:orders refunds", "workflow orders refunds", Reading("name:orders", "workflow:orders")),
        ('name:"all"', 'workflow "all"', Reading('name:"all"', 'workflow:"all"')),
        ("state:paused", "status:paused", Reading("state:paused", "status:paused")),
        ("state:failed", "status:errored", Reading("state:failed", "status:errored")),
        ("status:failed", "status:errored", Reading("status:failed", "status:errored")),
        ("--status Succeeded", "status:complete", Reading("--status Succeeded", "status:complete")),
    ],
)
def test_what_others_call_an_option_or_a_status_is_taken_and_said(
    words: str, ours: str, reading: Reading
) -> None:
    said = read_typed(f"digest create daily 9am {words}")
    assert isinstance(said, CreateDigest)
    assert said.plan == read_spec(f"daily 9am {ours}")
    assert said.readings == (reading,)
    change = read_typed(f"digest edit 7 {words}")
    assert isinstance(change, ChangeDigest)
    assert change.readings == (reading,)


def test_a_status_in_quotes_is_none_that_has_another_name() -> None:
    assert read_spec('daily 9am status:"failed"').status == "failed"


@pytest.mark.parametrize("words", ["", "quiet:no", "--quiet=false"])
def test_and_need_not_be(words: str) -> None:
    assert not read_spec(f"daily 09:00 {words}").quiet


@pytest.mark.parametrize("words", ["status:complete", "--status complete", "Complete", "status complete"])
def test_another_status_than_errored_may_stand_at_the_top(words: str) -> None:
    assert read_spec(f"daily 09:00 {words}").status == "complete"


def test_a_status_ends_the_names() -> None:
    plan = read_spec("daily 09:00 workflow orders running")
    assert plan.workflows == ("orders",)
    assert plan.status == "running"


def test_the_schedule_may_come_last() -> None:
    plan = read_spec("--status errored --quiet #ops workflow orders refunds weekdays 09:00")
    assert plan == read_spec("#ops weekdays 09:00 workflow orders refunds quiet")


@pytest.mark.parametrize(
    "words",
    [
        "daily 9am Asia/Tokyo",
        "daily 9am (asia/tokyo)",
        "daily 9am quiet zone:Asia/Tokyo",
        "daily 9am quiet Asia/Tokyo",
        "daily 9am Tokyo quiet",
        "daily 9am in Tokyo",
        "daily Tokyo time 9am",
        "daily 9am JST",
        "daily 9am zone Tokyo quiet",
        "daily 9am tz:jst",
    ],
)
def test_a_zone_may_be_said(words: str) -> None:
    assert read_spec(words).schedule == Schedule("0 9 * * *", "Asia/Tokyo")


def test_what_zone_a_word_was_taken_for_is_said() -> None:
    assert read_typed("digest create daily 9am CET").readings == (Reading("CET", "Europe/Berlin"),)
    assert read_typed("digest create daily 9am Asia/Tokyo").readings == ()


@pytest.mark.parametrize("words", ["daily 9am IST", "daily 9am zone:IST", "daily 9am quiet zone IST"])
def test_a_zone_with_several_meanings_is_asked_about(words: str) -> None:
    error = catch_typed_refusal(f"digest create {words}")
    assert error
    zones = [read_spec(text.whole().partition(" create ")[2]).schedule.zone for text in error.proposals]
    assert zones == ["Asia/Kolkata", "Europe/Dublin", "Asia/Jerusalem"]


@pytest.mark.parametrize(
    "words",
    [
        'schedule:"weekdays 9am"',
        "schedule: weekdays 9am",
        "--schedule weekdays 9am",
        'cron:"0 9 * * 1-5"',
        '--cron "0 9 * * 1-5"',
        '"0 9 * * MON-FRI"',
        "`0 9 * * 1-5`",
        "cron:`0 9 * * 1-5`",
        "please weekdays 9am",
        "weekdays 9am in here",
        "weekdays 9am and all",
        "a new digest weekdays 9am",
    ],
)
def test_a_schedule_may_be_quoted_or_named(words: str) -> None:
    assert read_spec(words) == read_spec("weekdays 09:00")


@pytest.mark.parametrize("text", ["pause 7 8", "pause 7 and 8", "pause 7,8"])
def test_of_two_numbers_each_is_proposed(text: str) -> None:
    error = catch_typed_refusal(f"digest {text}")
    assert error
    assert [proposal.whole() for proposal in error.proposals] == [
        "/workflows digest pause 7",
        "/workflows digest pause 8",
    ]
