"""The rules of the repository, held against the code itself."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    "command",
    [("ruff", "check", "."), ("ruff", "format", "--check", "."), ("importlinter.cli",)],
    ids=" ".join,
)
def test_the_tools_find_nothing(command: tuple[str, ...]) -> None:
    call = ["-c", "from importlinter.cli import lint_imports_command as run; run()"]
    arguments = call if command == ("importlinter.cli",) else ["-m", *command]
    # Other tests, which wait for answers, go first.
    run = subprocess.run(
        ["nice", "-n", "5", sys.executable, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.timeout(600)
def test_the_types_are_right(finished_command: subprocess.CompletedProcess[str]) -> None:
    assert finished_command.returncode == 0, finished_command.stdout + finished_command.stderr


def test_importing_a_pure_room_loads_neither_a_database_nor_the_network() -> None:
    program = """
import importlib, json, pkgutil, sys
for name in ["bot.ui", "bot.language"]:
    room = importlib.import_module(name)
    for module in pkgutil.walk_packages(room.__path__, f"{name}."):
        importlib.import_module(module.name)
print(json.dumps(sorted({name.split(".")[0] for name in sys.modules})))
"""
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert {"sqlalchemy", "aiohttp", "slack_sdk", "slack_bolt", "dbos"}.isdisjoint(json.loads(run.stdout))


def test_the_product_does_not_know_that_there_is_a_playground() -> None:
    product = [path for path in (ROOT / "bot").rglob("*.py") if "playground" not in path.parts]
    assert not [path for path in product if "playground" in path.read_text().lower()]
