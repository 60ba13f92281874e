"""`*` beside names means every workflow, and the answer says so."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.browse.requests import ListInstances
from bot.language.command import Command
from bot.routing.command_reader import read_command

NOW = datetime(2026, 11, 29, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["list *,orders errored", "list orders,* errored", "list * and orders errored"]
)
@pytest.mark.parametrize("workflows", [(), ("orders", "emails")])
def test_a_star_beside_names_means_every_workflow(text: str, workflows: tuple[str, ...]) -> None:
    command = Command.from_slack(text, accounts=("prod",), channel="C1", zone="UTC", now=NOW)
    request = read_command(replace(command, workflows=workflows))
    assert isinstance(request, ListInstances)
    assert not request.query.query.selection.workflows
    assert ("orders", "*") in [(reading.typed, reading.meant) for reading in request.readings]
