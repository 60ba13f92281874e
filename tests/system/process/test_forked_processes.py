"""A forked process ends, says and sees what one would that a shell had started."""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.forked import ForkedProcess


@pytest.mark.parametrize(
    ("function", "argument", "code"),
    [
        (print, "well", 0),
        (sys.exit, 7, 7),
        (sys.exit, "a reason", 1),
        (int, "no number", 1),
        (signal.raise_signal, signal.SIGKILL, -signal.SIGKILL),
    ],
    ids=["returned", "exited", "said-why", "raised", "killed"],
)
async def test_its_code_tells_how_it_ended(
    tmp_path: Path, function: Callable[..., None], argument: object, code: int
) -> None:
    process = ForkedProcess(function, (argument,), tmp_path, {})
    assert await process.wait() == code
    assert process.returncode == code


@pytest.mark.parametrize(
    ("function", "arguments", "said"),
    [(print, ("words",), "words"), (os.system, ("pwd",), "{folder}"), (os.system, ("echo $NAME",), "value")],
    ids=["output", "folder", "environment"],
)
async def test_it_has_a_folder_an_output_and_an_environment_of_its_own(
    tmp_path: Path, function: Callable[..., Any], arguments: tuple[str], said: str
) -> None:
    process = ForkedProcess(function, arguments, tmp_path / "new", {"NAME": "value"})
    assert await process.wait() == 0
    assert (tmp_path / "new/stdout.txt").read_text().strip() == said.format(folder=tmp_path / "new")
    assert (tmp_path / "new/stderr.txt").read_text() == ""


async def test_a_signal_reaches_it_and_comes_too_late_once_it_has_ended(tmp_path: Path) -> None:
    process = ForkedProcess(signal.pause, (), tmp_path, {})
    assert process.returncode is None
    process.terminate()
    assert await process.wait() == -signal.SIGTERM
    process.kill()
    assert process.returncode == -signal.SIGTERM
