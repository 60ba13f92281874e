"""Whose share a request of Slack's is charged to."""

import pytest

from bot.slack.bolt import _person
from bot.slack.interaction import Interaction


@pytest.mark.parametrize(
    "body",
    [
        {"command": "/workflows", "user_id": "U1", "team_id": "T1"},
        {"command": "/workflows", "team_id": "T1"},
        {"type": "block_actions", "user": {"id": "U1", "team_id": "T1"}},
        {"type": "view_submission", "user": {"id": "U1"}, "view": {"private_metadata": "x"}},
        {"type": "block_suggestion", "user": {"id": 7}},
        {"type": "block_actions", "user": "U1"},
        {"type": "event_callback", "event": {"user": "U1"}},
        {},
    ],
)
def test_the_person_who_is_charged_is_the_one_who_is_answered(body: dict[str, object]) -> None:
    read = Interaction.of_command if "command" in body else Interaction.of_payload
    assert _person(body) == read(body).user
