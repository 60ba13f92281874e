"""The log: one form for the bot's own lines and for those of its libraries, and nothing in it of people's."""

from bot.logs.configuration import configure_logging, run_log

__all__ = ["configure_logging", "run_log"]
