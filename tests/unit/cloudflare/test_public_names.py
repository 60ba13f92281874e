"""The package's public names can be imported."""

import pytest

import bot.cloudflare


@pytest.mark.parametrize("name", bot.cloudflare.__all__)
def test_each_public_name_can_be_imported(name: str) -> None:
    assert getattr(bot.cloudflare, name) is not None


def test_another_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        _ = bot.cloudflare.Nothing
