"""Help on failures, on finding, on statistics and on exports: all of it can be typed."""

import re
from collections.abc import Collection
from typing import Any

import pytest

from bot.browse.command.options import ACCOUNT
from bot.browse.model import HelpQuery
from bot.export.command import EXPORT_OPTIONS
from bot.failures.command import FAILURE_OPTIONS
from bot.home.help import help_message
from bot.language.options import Option
from bot.routing.command_reader import read_command, read_with_times
from bot.stats.command import STATS_OPTIONS
from tests.support.commands import typed

TOPICS = {"failures": FAILURE_OPTIONS, "find": (ACCOUNT,), "stats": STATS_OPTIONS, "export": EXPORT_OPTIONS}


@pytest.mark.parametrize(("topic", "options"), TOPICS.items())
def test_a_topic_names_each_option_of_its_verb_with_an_example_that_can_be_read(
    topic: str, options: Collection[Option[Any]]
) -> None:
    text = help_message(topic, ["default"], "orders").text
    for option in options:
        assert f"`{option.example}`" in text, option.key
        of = "ord-59603" if topic == "find" else "orders"
        beside = " cursor:abc" if option.key == "direction" else ""
        read_with_times(typed(f"{topic} {of} {option.example}{beside}"))


@pytest.mark.parametrize("topic", TOPICS)
def test_each_command_in_a_topic_can_be_read(topic: str) -> None:
    text = help_message(topic, ["default"], "orders").text
    commands = re.findall(r"`(?:/workflows )?((?:failures|find|stats|export|search)[: ][^`]+)`", text)
    assert commands
    for words in commands:
        read_with_times(typed(words))


@pytest.mark.parametrize("topic", TOPICS)
def test_a_topic_is_shown_by_its_verb_as_well(topic: str) -> None:
    for text in (f"help {topic}", f"{topic} help"):
        request = read_command(typed(text))
        assert isinstance(request, HelpQuery)
        assert request.topic == topic
