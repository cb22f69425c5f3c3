"""The fixtures of the checks: a valid corpus on disk, and what to change in it.

How a fixture is written is said in ``tests/fixtures/checks/README.md``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from communique.annotations.draft import compile_draft
from communique.annotations.reading import format_record
from communique.corpus.documents import text_sha256
from communique.project import Project
from communique.schemas.schema import load_schema

FIXTURES = Path(__file__).parent / "fixtures" / "checks"
VALID = FIXTURES / "valid"
BAD = FIXTURES / "bad"


@cache
def load(path: Path) -> Any:
    """A YAML file; read once, so nobody may change the value."""
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def valid_project(root: Path, change: Mapping[str, Any] | None = None) -> Project:
    """The valid corpus in a folder, with the changes of one fixture.

    The restricted document ``secret-01`` is hydrated.
    """
    change = change or {}
    project = Project(root)
    for folder in (project.documents, project.restricted, project.gold, project.passes):
        folder.mkdir(parents=True)
    (project.corpus / "registry").mkdir()
    common = load(VALID / "project.yaml")
    registry = project.corpus / "registry" / "all.yaml"
    registry.write_text(common["registry"], encoding="utf-8")
    (project.corpus / "splits.yaml").write_text(common["splits"], encoding="utf-8")
    annotators = project.annotations / "annotators.yaml"
    annotators.write_text(common["annotators"], encoding="utf-8")
    for doc_id, metadata in common["documents"].items():
        changed = change if doc_id == change.get("doc", "bridge-01") else {}
        write_document(project, doc_id, metadata, changed)
    for name, content in change.get("files", {}).items():
        write_file(root, name, content)
    return project


def write_document(
    project: Project, doc_id: str, metadata: Mapping[str, Any], change: Mapping[str, Any]
) -> None:
    """Text, metadata and gold record of one document."""
    text = (VALID / f"{doc_id}.txt").read_bytes().decode("utf-8")
    for old, new in change.get("text", ()):
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in the text"
        text = text.replace(old, new)
    fixed = {
        "doc_id": doc_id,
        "byline": None,
        "url": None,
        "genre": "wire",
        "world": "invented-geography",
        "synthetic": True,
        "sha256": text_sha256(text),
    }
    value = {**fixed, **metadata, **change.get("metadata", {})}
    licence = metadata["licence"]
    folder = project.documents if licence == "open" else project.restricted
    (folder / f"{doc_id}.txt").write_bytes(text.encode("utf-8"))
    place = project.documents / f"{doc_id}.json"
    place.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    record = json.loads(record_text(doc_id, text, change))
    # As a toolkit of another make would write it: what is wrong must come through.
    (project.gold / f"{doc_id}.json").write_text(
        json.dumps(record, ensure_ascii=False), encoding="utf-8"
    )


def record_text(doc_id: str, text: str, change: Mapping[str, Any]) -> str:
    """The record of a draft as JSON, with the changes of one fixture."""
    draft = merged(load(VALID / f"{doc_id}.yaml"), change.get("draft", {}))
    gone = set(change.get("remove", ()))
    for name in load_schema().lists:
        draft[name] = [item for item in draft[name] if item["id"] not in gone]
    record = compile_draft(draft, text, sha256=text_sha256(text), source=doc_id)
    value = merged(json.loads(format_record(record)), change.get("record", {}))
    return json.dumps(value, ensure_ascii=False)


def merged(value: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """A draft or record with changed fields, and with changed or added annotations."""
    result = dict(value)
    for key, new in change.items():
        if key not in load_schema().lists:
            result[key] = new
        elif new is None:
            del result[key]
        else:
            items = {item["id"]: dict(item) for item in result[key]}
            extra = []
            for item in new:
                if item["id"] in items and not item.get("again"):
                    items[item["id"]].update(item)
                else:
                    extra.append({key: one for key, one in item.items() if key != "again"})
            result[key] = [*items.values(), *extra]
    return result


def write_file(root: Path, name: str, content: Any) -> None:
    """One more file of a fixture, or one less."""
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if content is None:
        path.unlink()
    elif isinstance(content, bytes):
        path.write_bytes(content)
    elif isinstance(content, str):
        path.write_text(content, encoding="utf-8", newline="")
    elif "folder" in content:
        path.mkdir()
    elif "size" in content:
        path.write_bytes(b"a" * content["size"])
    else:
        text = (root / content["copy"]).read_bytes().decode("utf-8")
        for old, new in content.get("replace", ()):
            assert old in text, f"no {old!r} in {content['copy']}"
            text = text.replace(old, new)
        path.write_bytes(text.encode("utf-8"))


def files_below(root: Path) -> dict[str, bytes]:
    """Every file below a folder with its bytes, to see that nothing was written."""
    files: Iterable[Path] = (path for path in sorted(root.rglob("*")) if path.is_file())
    return {str(path.relative_to(root)): path.read_bytes() for path in files}
