from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from annotations.label_studio.syncing import SCHEMA
from communique.annotations.label_studio.client import Client
from communique.annotations.label_studio.server import Server
from communique.annotations.label_studio.state import Store
from communique.annotations.reading import read_record, write_record
from communique.annotations.sync_commands import pull, push, sources_of, status
from communique.errors import CommuniqueError, InvalidInput
from communique.project import Project
from projects import make_project
from small_corpora import SECRET, small_corpus


@pytest.fixture
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    made = make_project(tmp_path / "corpus")
    monkeypatch.setenv("COMMUNIQUE_PROJECT", str(made.root))
    return made


def run(command: Any, *arguments: str, code: int = 0) -> Result:
    result = CliRunner().invoke(command, arguments)
    assert result.exit_code == code, result.output + repr(result.exception)
    return result


def test_from_an_empty_server_to_records(
    corpus: Project, server: Server, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LABEL_STUDIO_URL", server.url)
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", server.token)
    title = f"commands {uuid.uuid4().hex[:12]}"
    named = ("--project", title)
    assert "would be created with 2 documents" in run(push, *named, "--dry-run").output
    assert not any(one["title"] == title for one in client.projects())
    record = read_record(corpus.gold / "ferry-01.json")
    try:
        assert "ferry-02 (gold): new annotation" in run(push, *named, "--annotator", "gold").output
        told = json.loads(run(push, *named, "--annotator", "gold", "--format", "json").stdout)
        assert told["unchanged"] == ["ferry-01 (gold)", "ferry-02 (gold)"]
        assert run(push, *named, "ferry-01").output == "1 unchanged\n"
        told = json.loads(run(pull, *named, "--since", "all", "--format", "json").stdout)
        assert told["unchanged"] == 2 and told["written"] == []
        assert read_record(corpus.gold / "ferry-01.json") == record
        told = json.loads(run(status, *named, "--format", "json").stdout)
        assert [(row["annotator"], row["done"], row["to_pull"]) for row in told["rows"]] == [
            ("gold", 2, 0)
        ]
        assert "gold" in run(status, *named).output
    finally:
        for one in client.projects():
            if one["title"] == title:
                client.delete_project(one["id"])


def test_a_pull_from_nowhere_is_one_line(
    corpus: Project, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LABEL_STUDIO_URL", server.url)
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", server.token)
    for command in (pull, status):
        result = CliRunner().invoke(command, ["--project", "no such project"])
        assert isinstance(result.exception, CommuniqueError)
        assert "push first" in str(result.exception)


def test_restricted_texts_stay_on_this_machine(tmp_path: Path) -> None:
    store = Store(small_corpus(tmp_path / "corpus"))
    sources, held = sources_of(store, send_to="https://labels.example.org")
    assert held == ["omega-01"]
    assert not any(SECRET in one.text for one in sources.values())
    assert "omega-01" in sources_of(store, send_to="http://127.0.0.1:8080")[0]
    assert "omega-01" in sources_of(store, send_to="https://a.org", restricted=True)[0]


def test_a_text_with_another_hash_is_not_sent(corpus: Project) -> None:
    (corpus.documents / "ferry-01.txt").write_text("Another text.", encoding="utf-8")
    with pytest.raises(InvalidInput, match="another hash"):
        sources_of(Store(corpus))


def test_records_of_gold_have_their_own_folder(corpus: Project) -> None:
    store = Store(corpus)
    record = read_record(store.record("gold", "ferry-01"))
    write_record(store.record("one", "ferry-01"), record, SCHEMA)
    assert store.annotators() == {"gold", "one"}
