"""Databases as earlier versions left them."""

from importlib.resources import files

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection


def downgrade(connection: Connection, revision: str) -> None:
    """Take the tables back to what they were after a migration."""
    command.downgrade(_config(connection), revision)


def run_all_migrations(connection: Connection) -> None:
    """Bring an empty database up to date as every version after the other would have."""
    command.upgrade(_config(connection), "head")


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(files("bot.storage") / "migrations"))
    config.attributes["connection"] = connection
    return config
