"""What the figures were measured on."""

import json
import os
import platform
import re
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Final

_LIBRARIES: Final = ("aiohttp", "slack-bolt", "pydantic", "cloudflare")
_LOCK: Final = Path(__file__).parents[1] / "system" / "engine" / "worker" / "package-lock.json"
_CPU: Final = re.compile(r"^model name\s*:\s*(.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine, and the programs on it.

    Attributes:
        cpu: its model's name.
        cores: that this process may use.
        load: how many processes wanted one, in the mean of the last minute: figures of a busy machine
            are worth less.
        system: the operating system.
        versions: of Python and of what is measured, by name.
    """

    cpu: str
    cores: int
    load: float
    system: str
    versions: dict[str, str]


def this_machine() -> Machine:
    """The one that this runs on."""
    versions = {"Python": platform.python_version()}
    versions |= {name: version(name) for name in _LIBRARIES}
    locked = json.loads(_LOCK.read_text(encoding="utf-8"))["packages"]
    versions["wrangler"] = locked["node_modules/wrangler"]["version"]
    return Machine(
        cpu=_cpu(),
        cores=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        load=os.getloadavg()[0],
        system=f"{platform.system()} {platform.release()}",
        versions=versions,
    )


def _cpu() -> str:
    try:
        found = _CPU.search(Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    except OSError:
        found = None
    return found[1] if found else platform.processor() or platform.machine()
