"""What a process costs, as Linux counts it (`/proc`)."""

import os
import re
from pathlib import Path
from typing import Final

_PEAK: Final = re.compile(r"^VmHWM:\s+(\d+) kB$", re.MULTILINE)
_USER, _SYSTEM = 11, 12
"""Places of the fields `utime` and `stime` behind the program's name, see proc(5)."""


def peak(pid: int) -> float:
    """Return the most resident memory in MiB that a process has had."""
    found = _PEAK.search(Path(f"/proc/{pid}/status").read_text(encoding="utf-8"))
    if found is None:
        raise RuntimeError(f"process {pid} has no memory any more")
    return int(found[1]) / 1024


def cpu_seconds(pid: int) -> float:
    """Return how long a process has computed. Other work on the machine hardly changes it."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[_USER]) + int(fields[_SYSTEM])) / os.sysconf("SC_CLK_TCK")
