"""Long commands that run in the background from the beginning on, so that no worker of xdist waits for them.

They fill the time in which tests wait for answers; the tests that ask what came of them come last. With
xdist the process that hands out the tests runs them, else the only one there is.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from threading import Event, Thread
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
FUZZED: Final = 10_000  # inputs of each parser

COMMANDS: Final[Mapping[str, tuple[str, ...]]] = {
    "tests/unit/repository/test_layers.py::test_the_types_are_right": ("mypy",),
    "tests/robustness/hostile/test_fuzzing.py::test_ten_thousand_inputs_break_no_parser": (
        "tests.robustness.hostile",
        "--runs",
        str(FUZZED),
        "--seed",
        "1",
    ),
}
"""The test that asks for it, and the module with its arguments, in the order in which they run."""

_FOLDER: Final = "background_commands_folder"
_OUTCOME: Final = ("code", "out", "err")
_running: "_Runner | None" = None


class _Runner:
    """Runs commands one after the other; a file of each tells its exit code when it has ended."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._stopped = Event()
        self._thread: Thread | None = None

    def start(self, tests: Collection[str]) -> None:
        """Begin with what these tests ask for, unless that was done before."""
        wanted = [test for test in COMMANDS if test in tests]
        if self._thread is None and wanted:
            self._thread = Thread(target=self._run, args=(wanted,), name="background commands")
            self._thread.start()

    def stop(self) -> None:
        """End what still runs, as nobody will ask for it."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()
        shutil.rmtree(self.folder)

    def _run(self, tests: Iterable[str]) -> None:
        for test in tests:
            code, out, err = _files(self.folder, test)
            command = ["nice", "-n", "10", sys.executable, "-m", *COMMANDS[test]]  # tests go first
            with out.open("wb") as stdout, err.open("wb") as stderr:
                process = subprocess.Popen(command, cwd=ROOT, stdout=stdout, stderr=stderr, process_group=0)
                while process.poll() is None:
                    if self._stopped.wait(0.2):
                        os.killpg(process.pid, signal.SIGTERM)
                        process.wait()
            if self._stopped.is_set():
                return
            written = code.with_suffix(".new")
            written.write_text(str(process.returncode))
            written.rename(code)


def _files(folder: Path, test: str) -> list[Path]:
    name = test.rpartition("::")[2]
    return [folder / f"{name}.{kind}" for kind in _OUTCOME]


@pytest.hookimpl(tryfirst=True)  # xdist starts its workers then
def pytest_sessionstart(session: pytest.Session) -> None:
    global _running  # noqa: PLW0603 - pytest calls functions of a module
    if not hasattr(session.config, "workerinput"):
        _running = _Runner(Path(tempfile.mkdtemp(prefix="background-commands-")))


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: object) -> None:
    """Tell a worker of xdist where to look."""
    if _running is not None:
        node.workerinput[_FOLDER] = str(_running.folder)  # type: ignore[attr-defined]  # xdist has no types


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_node_collection_finished(ids: Collection[str]) -> None:
    if _running is not None:
        _running.start(ids)


def pytest_collection_finish(session: pytest.Session) -> None:
    if _running is not None and not session.config.option.collectonly:
        _running.start({item.nodeid for item in session.items})


def pytest_sessionfinish() -> None:
    global _running  # noqa: PLW0603
    if _running is not None:
        _running.stop()
        _running = None


@pytest.fixture
def finished_command(request: pytest.FixtureRequest) -> subprocess.CompletedProcess[str]:
    """Return what came of the command that belongs to this test, once it has ended."""
    told = getattr(request.config, "workerinput", {}).get(_FOLDER)
    folder = Path(told) if told else _folder_here()
    code, out, err = _files(folder, request.node.nodeid)
    while not code.exists():  # the test's own timeout bounds it
        time.sleep(0.2)
    return subprocess.CompletedProcess(
        COMMANDS[request.node.nodeid], int(code.read_text()), out.read_text(), err.read_text()
    )


def _folder_here() -> Path:
    if _running is None:
        raise AssertionError("it runs from the beginning of the session to its end")
    return _running.folder
