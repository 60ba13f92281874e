"""The tests' pytest plugin: the shared fixtures, which tests are fast, and how many examples a property has.

`pytest -m fast` runs the tests that need no socket, no database and no other process. They are the plain
functions below the folders in `FAST`; nothing marks them by hand. In
every run, a fast test that opens a socket fails.
"""

import atexit
import gc
import os
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from functools import cache
from importlib import import_module
from inspect import iscoroutinefunction
from pathlib import Path
from shutil import disk_usage

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).parents[2]
FAST = tuple(
    ROOT / "tests/unit" / name
    for name in ("access", "browse", "cloudflare", "digests", "inspect", "language", "settings", "ui")
)
NOT_FAST = frozenset(
    ROOT / "tests/unit" / name
    for name in (
        "browse/test_by_end.py",
        "browse/test_by_end_changing.py",
        "browse/test_merged.py",
        "browse/test_merged_changing.py",
        "cloudflare/test_workflow_pages.py",
        "digests/test_reading_over_time.py",
    )
)
"""Properties over simulated lists or accounts: plain functions with event loops of their own."""
MEMORY = Path("/dev/shm")  # noqa: S108 - every file gets a folder of its own, as below any TMPDIR
ROOM = 2 * 1024**3  # bytes; a run needs a few hundred megabytes
FEW_EXAMPLES = 10
"""Of each property under `-m fast`; those with a number of their own keep to it with `examples`."""

_SLOW_EVENTS = frozenset(
    {"socket.bind", "socket.connect", "socket.getaddrinfo", "sqlite3.connect", "subprocess.Popen", "os.fork"}
)
_fast_thread: int | None = None
"""The thread in which a fast test runs."""


class NotFast(Exception):
    """A fast test did what takes time."""


def pytest_configure(config: pytest.Config) -> None:
    gc.disable()  # until all is collected: what is loaded stays, and to look through it takes a fifth
    _keep_bytecode()
    _keep_files_in_memory()
    # A busy machine is no failure of the code: no deadline for an example.
    patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.register_profile("suite", patient)
    settings.register_profile("fast", patient, max_examples=FEW_EXAMPLES)
    if not config.getoption("--hypothesis-profile"):
        settings.load_profile("fast" if only_fast(config) else "suite")
    if hasattr(config, "workerinput"):
        atexit.register(os._exit, 0)  # to free a worker's memory piece by piece takes it a second
    if not only_fast(config) and not _hands_out_tests(config):  # they load the whole bot
        config.pluginmanager.import_plugin("tests.support.fixtures")


def _hands_out_tests(config: pytest.Config) -> bool:
    """Return whether this process has workers, which collect the tests."""
    is_worker = hasattr(config, "workerinput")
    return bool(config.getoption("tx", ())) and not config.option.collectonly and not is_worker


@pytest.hookimpl(tryfirst=True)
def pytest_collectstart(collector: pytest.Collector) -> None:
    """Let each worker of xdist begin to load the tests at another place, so that each compiles a part.

    All at the same place compile the same modules at the same time.
    """
    config = collector.config
    if isinstance(collector, pytest.Session) and hasattr(config, "workerinput") and not only_fast(config):
        _load_from_another_place(config)


def _load_from_another_place(config: pytest.Config) -> None:
    worker = config.workerinput  # type: ignore[attr-defined]  # xdist has no types
    modules = sorted(module for path in _asked_for(config) for module in path.rglob("test_*.py"))
    start = len(modules) * int(worker["workerid"].removeprefix("gw")) // worker["workercount"]
    for module in (*modules[start:], *modules[:start]):
        with suppress(Exception):  # it comes again when the module is collected
            import_module(".".join(module.relative_to(ROOT).with_suffix("").parts))


def _asked_for(config: pytest.Config) -> Iterator[Path]:
    """Yield the folders whose tests are all to be collected."""
    for argument in config.args:
        path = Path(config.invocation_params.dir, argument)
        if path.is_dir() and path.is_relative_to(ROOT):
            yield path if path != ROOT else ROOT / "tests"


def pytest_collection_finish() -> None:
    """Take all that was loaded so far out of the garbage collector's way: it stays until the end.

    So does what loading left over, as looking for it takes longer than it is worth. What comes later the
    collector looks at less often than it would by itself: most of that stays until its test ends.
    """
    gc.freeze()
    gc.set_threshold(10_000)
    gc.enable()


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown() -> None:
    """Let go of the test's servers, a thousand of which aiohttp remembers with all that their handlers hold.

    The garbage collector would go through them again and again, and stop a bot for seconds meanwhile.
    """
    if "aiohttp.web_app" in sys.modules:
        sys.modules["aiohttp.web_app"]._cached_build_middleware.cache_clear()  # noqa: SLF001 - there is no other way


def _keep_bytecode() -> None:
    """Compile a module once, and not again in each worker and each process that a test starts."""
    sys.dont_write_bytecode = False
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def _keep_files_in_memory() -> None:
    """Put the tests' databases where no write waits for a disk, if this machine has room there.

    They are thrown away, and no test takes the power from a machine. A disk that others keep busy stops a
    commit for seconds, which is no failure of the code either.
    """
    if "TMPDIR" not in os.environ and MEMORY.is_dir() and disk_usage(MEMORY).free >= ROOM:
        os.environ["TMPDIR"] = str(MEMORY)
        tempfile.tempdir = None  # it may have been asked for already


def only_fast(config: pytest.Config) -> bool:
    """Return whether this run is of the fast tests and no others."""
    return str(config.getoption("-m")).strip() == "fast"


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Do not even import the other folders for the fast tests."""
    if not only_fast(config):
        return None
    path = collection_path
    near = any(path.is_relative_to(folder) or folder.is_relative_to(path) for folder in FAST)
    return path in NOT_FAST or not near or None


def pytest_itemcollected(item: pytest.Item) -> None:
    if is_fast(item):
        item.add_marker("fast")


def is_fast(item: pytest.Item) -> bool:
    """Return whether a test is pure: coroutines talk to the simulators."""
    if not isinstance(item, pytest.Function) or not _is_of_fast_module(item.path):
        return False
    return not iscoroutinefunction(item.function)


@cache
def _is_of_fast_module(module: Path) -> bool:
    return module not in NOT_FAST and any(module.is_relative_to(folder) for folder in FAST)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Hold fast tests to what is said of them."""
    with forbid_slow_calls() if item.get_closest_marker("fast") else nullcontext():
        return (yield)


@contextmanager
def forbid_slow_calls() -> Iterator[None]:
    """Let this thread open no socket and no database, and start no process.

    Raises:
        NotFast: where it tries to.
    """
    global _fast_thread  # noqa: PLW0603 - an audit hook sees what happens in the whole process
    _watch_slow_calls()
    _fast_thread = threading.get_ident()
    try:
        yield
    finally:
        _fast_thread = None


def _audit(event: str, arguments: tuple[object, ...]) -> None:
    if _fast_thread is not None and event in _SLOW_EVENTS and threading.get_ident() == _fast_thread:
        raise NotFast(f"{event}{arguments!r} in a test that counts as fast, see {__file__}")


@cache
def _watch_slow_calls() -> None:
    """Watch what this process does from now on: that makes imports a tenth slower, and can't be ended."""
    sys.addaudithook(_audit)
