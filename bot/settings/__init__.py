"""Settings from the environment or an `.env` file, checked before anything starts."""

from bot.settings.accounts import AccountSettings, DatabaseSettings, ReportSettings
from bot.settings.loading import SettingsError, load, load_as
from bot.settings.model import LOOPBACK, Settings

__all__ = [
    "LOOPBACK",
    "AccountSettings",
    "DatabaseSettings",
    "ReportSettings",
    "Settings",
    "SettingsError",
    "load",
    "load_as",
]
