"""Databases as earlier versions left them."""

from importlib.resources import files

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection


def downgrade(connection: Connection, revision: str) -> None:
    """Take the tables back to what they were after a migration."""
    config = Config()
    config.set_main_option("script_location", str(files("bot.storage") / "migrations"))
    config.attributes["connection"] = connection
    command.downgrade(config, revision)
