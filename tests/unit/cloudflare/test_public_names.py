"""The package's public names can be imported, and the network loads only with a name that needs it."""

import json
import subprocess
import sys

import pytest

import bot.cloudflare


@pytest.mark.parametrize("name", bot.cloudflare.__all__)
def test_each_public_name_can_be_imported(name: str) -> None:
    assert getattr(bot.cloudflare, name) is not None


def test_another_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        _ = bot.cloudflare.Nothing


def test_the_network_loads_with_the_client() -> None:
    program = """
import json, sys
import bot.cloudflare
before = "aiohttp" in sys.modules
bot.cloudflare.WorkflowsClient
print(json.dumps([before, "aiohttp" in sys.modules]))
"""
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert json.loads(run.stdout) == [False, True]
