"""What all tests share."""

import pytest

pytest.register_assert_rewrite("tests.support")  # a failing assert of a helper shows its values
pytest_plugins = ["tests.support.plugin", "tests.support.distribution", "tests.support.background_commands"]
