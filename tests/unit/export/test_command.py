"""The words of an export."""

import pytest

from bot.browse.requests import ListInstances
from bot.cloudflare.models import Status
from bot.export.requests import StartExport
from bot.language.command import Command
from bot.language.errors import QueryError
from bot.language.times import Clock
from bot.routing.command_reader import read_command
from tests.support.commands import HERE, NOW, read


def export(text: str) -> StartExport:
    request = read(text)
    assert isinstance(request, StartExport), request
    return request


@pytest.mark.parametrize(
    ("text", "file_format", "workflows", "statuses"),
    [
        ("export orders", "csv", ("orders",), ()),
        ("export orders errored", "csv", ("orders",), ("errored",)),
        ("export orders as jsonl", "jsonl", ("orders",), ()),
        ("export orders as json lines", "jsonl", ("orders",), ()),
        ("export orders in csv", "csv", ("orders",), ()),
        ("export orders csv", "csv", ("orders",), ()),
        ("export orders format:ndjson", "jsonl", ("orders",), ()),
        ("export csv", "csv", ("csv",), ()),
        ("export as jsonl *", "jsonl", (), ()),
        ("export *", "csv", (), ()),
        ("export * status:errored", "csv", (), ("errored",)),
        ("export orders,emails errored,terminated", "csv", ("orders", "emails"), ("errored", "terminated")),
        ("export order-*", "csv", ("order-*",), ()),
        ("csv orders", "csv", ("orders",), ()),
        ("download orders as json", "jsonl", ("orders",), ()),
    ],
)
def test_the_format_stands_beside_what_a_list_takes(
    text: str, file_format: str, workflows: tuple[str, ...], statuses: tuple[str, ...]
) -> None:
    request = export(text)
    selection = request.query.query.selection
    assert (request.format, selection.workflows) == (file_format, workflows)
    assert selection.statuses == tuple(map(Status, statuses))
    assert request.channel == ""


@pytest.mark.parametrize(
    ("text", "channel"),
    [
        ("export orders to <#C0OPS0001|ops>", "C0OPS0001"),
        ("export orders as jsonl to <#C0OPS0001|ops>", "C0OPS0001"),
        ("export orders to <#C0OPS0001>", "C0OPS0001"),
        ("export orders to:<#C0OPS0001|ops> errored", "C0OPS0001"),
        ("export orders to me", ""),
        ("export orders to here", HERE),
        ("export orders from yesterday to here", HERE),
    ],
)
def test_the_channel_is_said_on_purpose(text: str, channel: str) -> None:
    request = read(text)
    assert isinstance(request, StartExport)
    assert request.channel == channel


@pytest.mark.parametrize(
    "text",
    [
        "export orders since:24h errored as jsonl to <#C0OPS0001|ops>",
        "export * status:errored,terminated created:2h",
        'export "my flow" until:"yesterday 17:30"',
        "export order-*,emails longer:10m",
    ],
)
def test_the_command_for_the_same_is_read_as_the_same(text: str) -> None:
    request = export(text)
    again = export(request.again().sent())
    assert (again.format, again.channel, again.channel_name) == (
        request.format,
        request.channel,
        request.channel_name,
    )
    assert again.query.resolve(Clock(NOW)) == request.query.resolve(Clock(NOW))
    assert again.command() == request.command()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("export", "takes a whole list"),
        ("export orders top 5", "can't be used in an export"),
        ("export orders rows:20", "can't be used in an export"),
        ("export orders view:table", "can't be used in an export"),
        ("export orders cursor:abc", "can't be used in an export"),
        ("export orders as pdf", "is no format of a file"),
        ("export orders to #ops", "is no channel that Slack recognised"),
        ("export orders to ops", "is taken for a channel, and has no `#`"),
        ("export orders failed into ops as csv", "is taken for a channel, and has no `#`"),
        ("export * to ops", "is taken for a channel, and has no `#`"),
        ("export orders <#C0OPS0001|ops>", "does not say what for"),
    ],
)
def test_what_an_export_does_not_take_is_refused(text: str, problem: str) -> None:
    with pytest.raises(QueryError, match=problem):
        read(text)


@pytest.mark.parametrize("workflows", [(), ("orders", "emails", "order-refunds")])
@pytest.mark.parametrize(
    "words",
    [
        "all orders since:24h",
        "every errored orders",
        "orders all statuses",
        "order-* all",
        "orders, all",
        "orders failed with all retries used",
        "orders in step all",
        "all since:24h",
        "every failed",
        "* all",
    ],
)
def test_words_for_all_mean_in_an_export_what_they_mean_in_a_list(
    words: str, workflows: tuple[str, ...]
) -> None:
    commands = [Command(f"{verb} {words}", now=NOW, workflows=workflows) for verb in ("export", "list")]
    exported, listed = map(read_command, commands)
    assert isinstance(exported, StartExport)
    assert isinstance(listed, ListInstances)
    assert exported.query == listed.query


@pytest.mark.parametrize("words", ["all", "everything", "every workflow", "any", "all as csv"])
def test_an_export_of_all_is_one_of_the_instances_of_every_workflow(words: str) -> None:
    assert export(f"export {words}").command() == "/workflows export *"


def test_the_name_of_the_channel_itself_is_proposed_as_here() -> None:
    with pytest.raises(QueryError) as refused:
        read_command(Command("export orders to ops", channel=HERE, now=NOW, channel_name="ops"))
    assert refused.value.corrected == "/workflows export orders to here"


def test_a_name_behind_to_is_a_workflow_where_there_is_one() -> None:
    request = read_command(Command("export orders to emails", now=NOW, workflows=("emails", "orders")))
    assert isinstance(request, StartExport)
    assert request.query.query.selection.workflows == ("orders", "emails")
