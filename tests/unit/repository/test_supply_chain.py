"""Everything that is built into the bot is known by its hash, and listed."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[3]
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def pinned(name: str) -> dict[tuple[str, str], set[str]]:
    """The hashes of each package and version that a file of requirements names."""
    entries = re.split(r"^(?=[a-z0-9])", (ROOT / name).read_text(), flags=re.MULTILINE)[1:]
    found = {}
    for entry in entries:
        named = re.match(r"([a-z0-9._-]+)(?:\[[^\]]*\])?==(\S+)", entry)
        assert named is not None, entry
        found[named[1], named[2]] = set(HASH.findall(entry))
    return found


@pytest.fixture(scope="module")
def sbom(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What the command in CONTRIBUTING.md makes."""
    [command] = re.findall(
        r"^\.venv/bin/cyclonedx-py (.+)$", (ROOT / "CONTRIBUTING.md").read_text(), re.MULTILINE
    )
    file = tmp_path_factory.mktemp("sbom") / "sbom.json"
    arguments = command.replace("dist/sbom.cdx.json", str(file)).split()
    # Validation takes four of five seconds, and is the tool's own affair.
    subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "cyclonedx_py", *arguments, "--no-validate"],
        cwd=ROOT,
        check=True,
    )
    return json.loads(file.read_text())


def test_the_list_of_parts_has_every_requirement_with_its_version_and_hashes(sbom: Any) -> None:
    assert sbom["bomFormat"] == "CycloneDX"
    assert sbom["metadata"]["component"]["name"] == "workflows-bot"
    listed = {
        (part["name"], part["version"]): {
            entry["content"]
            for reference in part["externalReferences"]
            for entry in reference["hashes"]
            if entry["alg"] == "SHA-256"
        }
        for part in sbom["components"]
    }
    assert listed == pinned("requirements.txt")
    assert all(listed.values())


def test_what_builds_the_bot_is_pinned_by_hashes_and_is_what_the_tests_build_with() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    build, tests = pinned("requirements-build.txt"), pinned("requirements-dev.txt")
    assert project["dependency-groups"]["build"] == project["build-system"]["requires"]
    assert {f"{name}=={version}" for name, version in build} >= set(project["build-system"]["requires"])
    assert all(build.values())
    assert build.items() <= tests.items()


def test_what_the_bot_runs_with_is_what_it_is_tested_with() -> None:
    assert pinned("requirements.txt").items() <= pinned("requirements-dev.txt").items()


@pytest.mark.parametrize("file", ["README.md", "CONTRIBUTING.md"])
def test_no_step_downloads_a_build_tool_that_no_hash_names(file: str) -> None:
    installs = re.findall(r"pip install --no-deps [^\n&`]*", (ROOT / file).read_text())
    assert installs
    assert all("--no-build-isolation" in line for line in installs)


def test_the_base_image_and_the_actions_are_named_by_digest() -> None:
    bases = re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert bases
    assert all(re.fullmatch(r"python:3\.\d+\.\d+-slim-\w+@sha256:[0-9a-f]{64}", base) for base in bases)
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text())
    used = [step["uses"] for job in workflow["jobs"].values() for step in job["steps"] if "uses" in step]
    assert used
    assert all(re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", action) for action in used)
