"""Fuzz by hand, guided by the coverage of `bot`: `python -m tests.robustness.hostile [TARGET …] --runs N`.

Prints libFuzzer's figures for each; an input that breaks something is printed as a test to paste.
"""

import argparse
import gc
import os
import sys
import tempfile
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from types import FunctionType

import atheris

from tests.robustness.hostile.watching import report_branches, watch_imports

ROOT = Path(__file__).parents[3]
UNREAD = ("playground", "digests/delivery", "jobs", "logs", "settings", "storage")
"""Below `bot`: nothing there reads what comes in, and each branch that is watched takes its time."""


def _modules(path: Path) -> list[str]:
    files = [path] if path.is_file() else path.rglob("*.py")
    names = [".".join(file.relative_to(ROOT).with_suffix("").parts) for file in files]
    return [name.removesuffix(".__init__") for name in names]


gc.disable()  # watching a module makes millions of objects that stay until the end of that module
with watch_imports("bot", exclude=[name for below in UNREAD for name in _modules(ROOT / "bot" / below)]):
    from tests.robustness.hostile.mutation import mutate_bytes
    from tests.robustness.hostile.seeds import dictionary
    from tests.robustness.hostile.targets import TARGETS, Target
gc.enable()
gc.freeze()


def main(arguments: Sequence[str] | None = None) -> int:
    """Fuzz the targets one after the other, each in its own process, as libFuzzer exits the process."""
    options = _options().parse_args(arguments)
    failed = [name for name in options.targets if not _ended_well(name, options)]
    for name in failed:
        sys.stderr.write(f"{name}: FAILED\n")
    return 1 if failed else 0


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.robustness.hostile", description=__doc__)
    parser.add_argument(
        "targets", nargs="*", default=list(TARGETS), metavar="TARGET", help=", ".join(TARGETS)
    )
    parser.add_argument("--runs", type=int, default=10_000, help="inputs for each")
    parser.add_argument("--seed", type=int, default=0, help="another one, other inputs; 0 takes any")
    parser.add_argument("--corpus", type=Path, help="a folder that keeps what found something new, by target")
    return parser


def _ended_well(name: str, options: argparse.Namespace) -> bool:
    sys.stderr.flush()
    child = os.fork()
    if not child:
        try:
            _fuzz(name, options)
        except BaseException:  # noqa: BLE001 - the parent goes on with the next one
            traceback.print_exc()
        os._exit(70)
    _, status, used = os.wait4(child, 0)
    sys.stderr.write(f"{name}: {used.ru_utime + used.ru_stime:.1f} s of a core\n")
    return os.waitstatus_to_exitcode(status) == 0


def _fuzz(name: str, options: argparse.Namespace) -> None:
    target = TARGETS[name]
    seeds = target.seeds()
    with tempfile.TemporaryDirectory() as scratch:
        corpus = (options.corpus or Path(scratch)) / name
        corpus.mkdir(parents=True, exist_ok=True)
        for number, seed in enumerate(seeds):
            (corpus / f"seed-{number}").write_bytes(seed)
        words = Path(scratch) / "words"
        words.write_text("\n".join(f'"{_escaped(word)}"' for word in dictionary(seeds)) + "\n")
        flags = [
            f"-runs={options.runs}",
            f"-seed={options.seed}",
            f"-dict={words}",
            "-max_len=8192",
            "-len_control=0",
            "-timeout=20",
            "-rss_limit_mb=3000",
            "-verbosity=0",
            "-print_final_stats=1",
            f"-artifact_prefix={scratch}/",
        ]
        changing = {"custom_mutator": _mutated} if target.is_json else {}
        atheris.Setup([name, *flags, str(corpus)], report_branches(_named(name, target)), **changing)
        _call_with_room(atheris.Fuzz)  # ends this process


def _call_with_room(function: Callable[[], None]) -> None:
    """Call a function from a frame of 128 KiB, behind which Python has mapped as much again for its frames.

    Python 3.11 maps its frames' memory by 16 KiB and gives it back when the first frame in it returns. Where
    that is one which each word of a command needs, half of the time goes into it.
    """

    def call() -> None:
        function()

    FunctionType(call.__code__.replace(co_stacksize=2**14), globals(), closure=call.__closure__)()


def _escaped(word: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in word)


def _named(name: str, target: Target) -> Callable[[bytes], None]:
    def run(data: bytes) -> None:
        try:
            target.run(data)
        except BaseException:
            sys.stderr.write(f"\n{name} breaks. To keep it: TARGETS[{name!r}].run({data!r})\n")
            raise

    return run


def _mutated(data: bytes, most: int, seed: int) -> bytes:
    """Mutate mostly as JSON, and sometimes as bytes with libFuzzer."""
    random = Random(seed)  # noqa: S311 - no secret
    changed = mutate_bytes(data, random, most) if random.random() < 0.9 else None
    return bytes(atheris.Mutate(data, most)) if changed is None else changed


if __name__ == "__main__":
    sys.exit(main())
