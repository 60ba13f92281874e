"""The pages in docs/ agree with the code."""

from bot.settings import AccountSettings, Settings
from tests.docs import PAGE, REGENERATE, settings_page


def test_the_settings_page_is_generated_from_the_settings() -> None:
    assert PAGE.read_text(encoding="utf-8") == settings_page(), f"run `{REGENERATE}`"


def test_every_setting_has_a_description() -> None:
    fields = {**Settings.model_fields, **AccountSettings.model_fields}
    assert [name for name, field in fields.items() if not field.description] == []
