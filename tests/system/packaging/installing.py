"""An environment that holds a wheel, what requirements.txt pins, and nothing else."""

import subprocess
import sys
import venv
from dataclasses import dataclass
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement

from .building import ROOT, Wheel


@dataclass(frozen=True)
class Installed:
    """A virtual environment.

    Attributes:
        folder: where it is; no part of this repository.
    """

    folder: Path

    @property
    def python(self) -> Path:
        return self.folder / "bin" / "python"

    @property
    def command(self) -> Path:
        return self.folder / "bin" / "workflows-bot"

    @property
    def packages(self) -> Path:
        [found] = self.folder.glob("lib/python*/site-packages")
        return found

    def pip(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the tests' own pip on it, which can reach no index."""
        return subprocess.run(
            [sys.executable, "-m", "pip", "--python", str(self.python), *arguments],
            capture_output=True,
            text=True,
            check=False,
            env={"PIP_NO_INDEX": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PATH": ""},
        )


def environment(folder: Path) -> Installed:
    """An environment with what requirements.txt pins, and without the bot.

    Nothing is downloaded again: each pin is a link to the same version among what the tests run with. What
    the tests have beyond those pins is not to be found from there.
    """
    venv.create(folder, with_pip=False, symlinks=True)
    installed = Installed(folder)
    for pin in pins():
        link(distribution(pin.name), installed.packages)
    return installed


def install(wheel: Wheel, folder: Path) -> Installed:
    """The same with a wheel, installed by pip."""
    installed = environment(folder)
    done = installed.pip("install", "--no-deps", str(wheel.file))
    assert done.returncode == 0, done.stderr
    return installed


def pins() -> list[Requirement]:
    """What requirements.txt asks for on this platform."""
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    found = [Requirement(line.removesuffix("\\")) for line in lines if line[:1].isalpha()]
    return [pin for pin in found if pin.marker is None or pin.marker.evaluate()]


def link(package: Distribution, into: Path) -> None:
    """Make a package importable from another folder; its commands, which lie elsewhere, stay behind."""
    for name in {file.parts[0] for file in package.files or ()} - {"..", "__pycache__"}:
        (into / name).symlink_to(Path(str(package.locate_file(name))))
