"""Where things lie: the resources of the toolkit and the folders of a corpus project."""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from communique.errors import CommuniqueError

__all__ = ["Project", "find_project", "resource_folder"]


def resource_folder(name: str) -> Path:
    """The folder ``schemas`` or ``eval``: of the checkout if this is one, else of the package."""
    checkout = Path(__file__).parents[2]
    if (checkout / "pyproject.toml").is_file() and (checkout / name).is_dir():
        return checkout / name
    return Path(str(files("communique"))) / "resources" / name


@dataclass(frozen=True, slots=True)
class Project:
    """The folders of one corpus; ``root`` holds ``corpus/`` and ``annotations/``."""

    root: Path

    @property
    def corpus(self) -> Path:
        """Documents, splits, registry."""
        return self.root / "corpus"

    @property
    def documents(self) -> Path:
        """Texts that ship, and the metadata of all."""
        return self.corpus / "documents"

    @property
    def restricted(self) -> Path:
        """Hydrated texts; ignored by version control."""
        return self.corpus / "restricted"

    @property
    def annotations(self) -> Path:
        """Stand-off records."""
        return self.root / "annotations"

    @property
    def gold(self) -> Path:
        """The adjudicated record of each document."""
        return self.annotations / "gold"

    @property
    def passes(self) -> Path:
        """One folder of records per annotator."""
        return self.annotations / "passes"


def find_project(start: Path | None = None) -> Project:
    """The project that ``start`` (default: the current folder) lies in.

    ``COMMUNIQUE_PROJECT`` names the folder directly.

    Raises:
        CommuniqueError: there is no folder with ``corpus/documents`` here or above.

    """
    named = os.environ.get("COMMUNIQUE_PROJECT")
    begin = (Path(named) if named else start or Path.cwd()).resolve()
    for folder in [begin] if named else [begin, *begin.parents]:
        if (folder / "corpus" / "documents").is_dir():
            return Project(folder)
    raise CommuniqueError(
        f"{begin}: found no corpus here or above, expected a folder with corpus/documents; "
        "run inside a project or set COMMUNIQUE_PROJECT"
    )
