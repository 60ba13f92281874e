"""The rules of the house, held against the code itself."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BOT = ROOT / "bot"

FLOORS = {
    "cli": 7,
    "__main__": 8,
    "serve": 6,
    "check": 6,
    "terminal": 6,
    "app": 5,
    "web": 4.5,
    "socket_mode": 4.5,
    "listeners": 4,
    "worker": 3.8,
    "slack": 3.6,
    "blocks": 3.4,
    "digests": 3.2,
    "browse": 3,
    "query": 2,
    "settings": 1.5,
    "setting_types": 1,
    "starting": 0,
    "cloudflare": 1,
    "storage": 1,
    "telemetry": 1,
}
"""A room imports only from rooms below it."""

STRANGERS = {
    "cloudflare": {"slack_bolt", "slack_sdk", "sqlalchemy", "structlog"},
    "query": {"aiohttp", "slack_bolt", "slack_sdk", "sqlalchemy"},
    "blocks": {"aiohttp", "asyncio", "slack_bolt", "slack_sdk"},
    "browse": {"aiohttp", "slack_bolt", "slack_sdk"},
    "digests": {"slack_bolt", "slack_sdk", "dbos"},
    "worker": {"slack_bolt"},
}
"""What a room never imports: I/O in the pure ones, Slack below the listeners."""


def _room(path: Path) -> str:
    return path.relative_to(BOT).parts[0].removesuffix(".py")


def _product() -> list[Path]:
    return [path for path in sorted(BOT.rglob("*.py")) if _room(path) not in ("__init__", "playground")]


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", _product(), ids=lambda path: str(path.relative_to(BOT)))
def test_a_room_imports_only_from_floors_below_it(path: Path) -> None:
    room = _room(path)
    for name in _imports(path):
        if not name.startswith("bot."):
            assert name.split(".")[0] not in STRANGERS.get(room, set()), f"{room} imports {name}"
            continue
        other = name.split(".")[1]
        if other == "__version__":
            continue
        assert other == room or FLOORS[other] < FLOORS[room], f"{room} imports {name}"


def test_the_product_does_not_know_that_there_is_a_playground() -> None:
    assert not [path for path in _product() if "playground" in path.read_text().lower()]


@pytest.mark.parametrize(
    "command", [("ruff", "check", "."), ("ruff", "format", "--check", "."), ("mypy",)], ids=" ".join
)
def test_the_tools_find_nothing(command: tuple[str, ...]) -> None:
    run = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
