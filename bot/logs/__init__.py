"""The log: one form for the bot's own lines and for those of its libraries, and nothing in it of people's."""

from bot.logs.configuration import configure_logging, run_log
from bot.logs.repeats import FailureLog

__all__ = ["FailureLog", "configure_logging", "run_log"]
