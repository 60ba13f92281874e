"""The two archives that are published, built from this source tree, and what is in them."""

import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from email.message import Message
from email.parser import Parser
from pathlib import Path

ROOT = Path(__file__).parents[3]


@dataclass(frozen=True)
class Wheel:
    file: Path

    def names(self) -> set[str]:
        with zipfile.ZipFile(self.file) as archive:
            return set(archive.namelist())

    def read(self, name: str) -> str:
        with zipfile.ZipFile(self.file) as archive:
            return archive.read(name).decode()

    @property
    def about(self) -> str:
        """The folder of what is said about the package."""
        name, version, *_ = self.file.name.split("-")
        return f"{name}-{version}.dist-info"

    @property
    def metadata(self) -> Message:
        return Parser().parsestr(self.read(f"{self.about}/METADATA"))


@dataclass(frozen=True)
class Built:
    """What comes of building the tree: an archive of its sources, and a wheel."""

    sdist: Path
    wheel: Wheel


def build(tree: Path, into: Path) -> Built:
    """Build both from a folder that holds `pyproject.toml`.

    The backend is the one that pyproject.toml pins, and comes with the tests' own requirements: nothing is
    downloaded.
    """
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-d", str(into), "-t", "sdist", "-t", "wheel"],
        cwd=tree,
        check=True,
        capture_output=True,
    )
    [sdist], [wheel] = into.glob("*.tar.gz"), into.glob("*.whl")
    return Built(sdist, Wheel(wheel))


def unpacked(sdist: Path, into: Path) -> Path:
    """The source tree in an archive."""
    with tarfile.open(sdist) as archive:
        archive.extraction_filter = getattr(tarfile, "data_filter", None)  # Python 3.11.2 has none yet
        archive.extractall(into)  # noqa: S202 - an archive that was just made here
    [tree] = into.iterdir()
    return tree
