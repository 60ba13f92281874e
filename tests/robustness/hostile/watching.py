"""Watches the branches of `bot` for atheris, cheaply.

atheris calls libFuzzer at each branch and for each comparison, thousands of times for a command. Here a set
collects the branches, and libFuzzer hears of each once an input: whether it was taken, not how often.
Comparisons are not reported, as libFuzzer would take the numbers that they hold for pieces of text.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from types import CodeType
from typing import Final

import atheris
from atheris import instrument_bytecode
from atheris.import_hook import HookManager
from atheris.instrument_bytecode import Instruction, Instrumentor

_taken: Final[set[int]] = set()


class _Instrumentor(Instrumentor):  # type: ignore[misc]  # atheris has no types
    def to_code(self) -> CodeType:
        """Return the code, and free the instructions, each of which holds the list of them all."""
        code: CodeType = super().to_code()
        self.instructions.clear()
        return code


def watch_imports(package: str, exclude: list[str]) -> AbstractContextManager[object]:
    """Watch the modules of a package that are imported in the block, but for those of `exclude`."""
    atheris._trace_branch = _taken.add  # noqa: SLF001 - each branch looks it up where it is taken
    Instruction.__eq__ = object.__eq__  # it compares identities, too, and takes a third of the start
    Instruction.expanded_instructions = list[Instruction]  # nobody reads them, and they take a fifth
    instrument_bytecode.Instrumentor = _Instrumentor
    watched: AbstractContextManager[object] = HookManager(
        {package}, set(exclude), enable_loader_override=True, trace_dataflow=False
    )
    return watched


def report_branches(run: Callable[[bytes], None]) -> Callable[[bytes], None]:
    """Return a function that runs an input and then tells libFuzzer which branches it took."""
    reports: list[Callable[[int], None]] = []

    def watched(data: bytes) -> None:
        if not reports:  # atheris has put libFuzzer's own in the place of ours when it began
            reports.append(atheris._trace_branch)  # noqa: SLF001
            atheris._trace_branch = _taken.add  # noqa: SLF001
        _taken.clear()
        run(data)
        for branch in _taken:
            reports[0](branch)

    return watched
