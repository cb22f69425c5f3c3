"""The folder that a build goes to: what is refused, and how the new one takes the old one's place.

A build is written into a folder beside the target and renamed when it is complete, so that readers
see the old dataset or the new one. A build that is killed leaves its own folder behind; the next
one to the same target clears it away.
"""

from __future__ import annotations

import filecmp
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from communique.errors import CommuniqueError, quoted
from communique.project import Project
from communique.schemas.schema import load_schema

__all__ = ["MARKER", "check_target", "foreign_files", "new_folder", "replace_folder", "unwritable"]

MARKER = "# Made by `communique corpus build`; building again replaces the whole folder."
"""The second line of the card of every build: what tells a build from somebody's own folder."""

ENOUGH = 3
"""Files that are named before the others are only mentioned."""

CACHE = re.compile(r"cache-[0-9a-f]+\.arrow|.*\.lock")
"""What `datasets` leaves beside a shard that it has mapped."""


def check_target(out: Path, project: Project) -> Path:
    """The target with symbolic links resolved.

    Raises:
        CommuniqueError: the target lies in a folder of the project in which `load_dataset` would
            find something else, it is a file, it holds files that no build has made, or the file
            system does not let it be read.

    """
    try:
        return _checked(out, project)
    except (OSError, RuntimeError) as error:
        # A loop of symbolic links is a RuntimeError before Python 3.13.
        raise unwritable(out, error) from error


def unwritable(out: Path, error: Exception) -> CommuniqueError:
    """What the file system had against a target, as one line."""
    reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return CommuniqueError(f"{out}: found {reason!r}, expected to write a dataset there")


def _checked(out: Path, project: Project) -> Path:
    target = out.resolve()
    for name in ("corpus", "annotations", "schemas", "eval"):
        if target.is_relative_to((project.root / name).resolve()):
            raise CommuniqueError(
                f"{out}: found a folder inside {name}/, which holds sources; "
                "expected one apart from them, such as build/dataset"
            )
    if target.exists() and not target.is_dir():
        raise CommuniqueError(f"{out}: found a file, expected a folder or nothing")
    _recover(target)
    foreign = foreign_files(target)
    if foreign:
        names = ", ".join(quoted(name)[1:-1] for name in foreign[:ENOUGH])
        more = " and others" if len(foreign) > ENOUGH else ""
        raise CommuniqueError(
            f"{out}: found files that are not of a build ({names}{more}), expected an earlier "
            "build, an empty folder or nothing; name another folder"
        )
    return target


def foreign_files(folder: Path) -> list[str]:
    """The paths below a folder that no build can have put there; none when it is absent.

    The search ends when it is clear enough, so that a whole disk may be named by mistake.
    """
    splits = "|".join(load_schema().labels("split"))
    shard = re.compile(rf"[a-z]+/(?:{splits})-\d{{5}}-of-\d{{5}}\.arrow")
    foreign: list[str] = []
    shards = 0
    for parent, folders, files in os.walk(folder):
        inside = Path(parent).relative_to(folder)
        folders.sort()
        for name in sorted(files):
            path = (inside / name).as_posix()
            known = _is_card(folder / name) if path == "README.md" else shard.fullmatch(path)
            shards += path != "README.md" and bool(known)
            if not known and not (len(inside.parts) == 1 and CACHE.fullmatch(name)):
                foreign.append(path)
        links = [name for name in folders if (Path(parent) / name).is_symlink()]
        foreign += [f"{(inside / name).as_posix()}/" for name in links]
        if len(foreign) > ENOUGH:
            break
    if shards and not (folder / "README.md").is_file():
        foreign.append("shards without the card of a build")
    return foreign


@contextmanager
def new_folder(target: Path) -> Iterator[Path]:
    """A new folder beside the target to build in; removed in the end if it is still there."""
    target.parent.mkdir(parents=True, exist_ok=True)
    for left in target.parent.glob(f".{target.name}.*.part"):
        if not _is_running(left.name.split(".")[-2]):
            shutil.rmtree(left, ignore_errors=True)
    part = target.parent / f".{target.name}.{os.getpid()}.part"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir()
    try:
        yield part
    finally:
        shutil.rmtree(part, ignore_errors=True)


def replace_folder(target: Path, part: Path) -> bool:
    """Put a complete build in the place of the target; false when both hold the same bytes."""
    if not target.exists():
        part.rename(target)
        return True
    if _same(target, part):
        return False
    previous = _previous(target)
    target.rename(previous)
    try:
        part.rename(target)
    except BaseException:
        previous.rename(target)
        raise
    shutil.rmtree(previous, ignore_errors=True)
    return True


def _previous(target: Path) -> Path:
    return target.parent / f".{target.name}.previous"


def _recover(target: Path) -> None:
    """Bring back what a build that was killed in the middle of the exchange had moved away."""
    previous = _previous(target)
    if previous.is_symlink() or not previous.is_dir() or foreign_files(previous):
        return
    if target.exists():
        shutil.rmtree(previous)
    else:
        previous.rename(target)


def _is_card(path: Path) -> bool:
    with path.open("rb") as file:
        head = file.read(4096)
    return head.startswith(f"---\n{MARKER}\n".encode())


def _is_running(process: str) -> bool:
    if not process.isdecimal():
        return True
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True


def _same(one: Path, other: Path) -> bool:
    names = [
        sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))
        for folder in (one, other)
    ]
    if names[0] != names[1]:
        return False
    files = [name for name in names[0] if (one / name).is_file()]
    return all(filecmp.cmp(one / name, other / name, shallow=False) for name in files)
