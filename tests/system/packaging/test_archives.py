"""What is published: all that the bot needs, and nothing else."""

import configparser
import re
import tomllib
from importlib.metadata import version
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from bot import __version__

from .building import ROOT, Built, build, unpacked

KINDS = {".py", ".js", ".css", ".html", ".mako", ".svg", ".typed"}


def source() -> set[str]:
    """The files below `bot/`, without what Python leaves there."""
    files = (path for path in (ROOT / "bot").rglob("*") if path.is_file())
    return {str(path.relative_to(ROOT)) for path in files if "__pycache__" not in path.parts}


def test_the_wheel_holds_the_package_and_what_is_said_about_it(built: Built) -> None:
    about = built.wheel.about
    said = ("METADATA", "WHEEL", "RECORD", "entry_points.txt", "licenses/LICENSE")
    assert built.wheel.names() == source() | {f"{about}/{name}" for name in said}


def test_the_wheel_holds_migrations_the_pages_files_and_nothing_of_a_strange_kind(built: Built) -> None:
    names = {name for name in built.wheel.names() if name.startswith("bot/")}
    assert {Path(name).suffix for name in names} <= KINDS
    assert "bot/py.typed" in names
    assert "bot/storage/migrations/env.py" in names
    assert {Path(name).parent.name for name in names if "/migrations/" in name} == {"migrations", "versions"}
    assert "bot/playground/page/static/index.html" in names
    assert not [name for name in names if "test" in name.lower() or ".sqlite" in name]


def test_the_wheel_says_what_it_is(built: Built) -> None:
    metadata = built.wheel.metadata
    assert metadata["Name"] == "workflows-bot"
    assert metadata["Version"] == __version__
    assert metadata["License-Expression"] == "MIT"
    assert metadata["Requires-Python"] == ">=3.11"
    assert built.wheel.read(f"{built.wheel.about}/licenses/LICENSE") == (ROOT / "LICENSE").read_text()
    assert metadata.get_payload() == (ROOT / "README.md").read_text()
    wheel = built.wheel.read(f"{built.wheel.about}/WHEEL")
    assert "Root-Is-Purelib: true" in wheel
    assert "Tag: py3-none-any" in wheel


def test_the_wheel_brings_the_command_and_the_playground_that_joins_it(built: Built) -> None:
    entries = configparser.ConfigParser()
    entries.read_string(built.wheel.read(f"{built.wheel.about}/entry_points.txt"))
    assert {section: dict(entries[section]) for section in entries.sections()} == {
        "console_scripts": {"workflows-bot": "bot.cli:main"},
        "workflows_bot.commands": {"playground": "bot.playground.command:playground"},
    }


def test_the_wheel_requires_what_requirements_txt_pins(built: Built) -> None:
    required = [Requirement(line) for line in built.wheel.metadata.get_all("Requires-Dist", [])]
    wanted = [need for need in required if need.marker is None or "extra" not in str(need.marker)]
    pins = dict(
        re.findall(
            r"^([a-z0-9-]+)(?:\[[^]]*\])?==(\S+)", (ROOT / "requirements.txt").read_text(), re.MULTILINE
        )
    )
    assert len(wanted) > 10
    for need in wanted:
        assert pins[canonicalize_name(need.name)] in need.specifier, str(need)


def test_the_archive_of_the_sources_makes_the_same_wheel(built: Built, tmp_path: Path) -> None:
    tree = unpacked(built.sdist, tmp_path / "unpacked")
    again = build(tree, tmp_path / "again")
    assert again.wheel.file.read_bytes() == built.wheel.file.read_bytes()


def test_the_archive_of_the_sources_holds_what_tests_and_deployments_read(
    built: Built, tmp_path: Path
) -> None:
    tree = unpacked(built.sdist, tmp_path)
    top = {path.name for path in tree.iterdir()}
    assert top >= {
        "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "Procfile", "README.md", "SECURITY.md", "bot", "docs",
        "manifest.yaml", "pyproject.toml", "requirements-dev.txt", "requirements.txt", "tests",
    }  # fmt: skip
    left_out = {"node_modules", "artifacts", "__pycache__", ".env", ".venv"}
    assert not [path for path in tree.rglob("*") if path.name in left_out or path.suffix == ".sqlite3"]


def test_the_backend_that_builds_here_is_the_one_that_builds_elsewhere() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert project["build-system"]["requires"] == [f"hatchling=={version('hatchling')}"]
