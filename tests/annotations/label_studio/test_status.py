"""`communique annotations status` on a real server."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from communique.annotations.label_studio.client import Client
from communique.annotations.label_studio.server import Server
from communique.annotations.progress_commands import HEADLINES
from communique.annotations.reading import read_record, write_record
from communique.annotations.sync_commands import push, status
from projects import make_project


def test_the_agreement_so_far_of_each_two(
    server: Server,
    client: Client,
    project: dict[str, Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    corpus = make_project(tmp_path / "corpus")
    monkeypatch.setenv("COMMUNIQUE_PROJECT", str(corpus.root))
    monkeypatch.setenv("LABEL_STUDIO_URL", server.url)
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", server.token)
    named = ["--project", project["title"]]
    run = CliRunner()
    assert run.invoke(push, named).exit_code == 0
    gold = read_record(corpus.gold / "ferry-01.json")
    write_record(corpus.passes / "ada" / "ferry-01.json", replace(gold, annotator="ada"))
    shown = run.invoke(status, named)
    assert shown.exit_code == 0 and "agreement so far" not in shown.stdout
    # Bob has all but the last event: of n, F1 is 2(n - 1) / (2n - 1).
    bob = replace(gold, annotator="bob", events=(gold.events or ())[:-1])
    write_record(corpus.passes / "bob" / "ferry-01.json", bob)
    n = len(gold.events or ())
    expected = 2 * (n - 1) / (2 * n - 1)
    told = json.loads(run.invoke(status, [*named, "--format", "json"]).stdout)
    (pair,) = told["agreement"]
    assert (pair["annotators"], pair["documents"], pair["problem"]) == (["ada", "bob"], 1, None)
    assert list(pair["figures"]) == list(HEADLINES)
    assert pair["figures"]["mentions.strict"] == 1
    assert pair["figures"]["events.trig-c"] == pytest.approx(expected)
    shown = run.invoke(status, named)
    assert "agreement so far" in shown.stdout
    (row,) = (line for line in shown.stdout.splitlines() if "ada, bob" in line)
    assert f"{expected:.3f}" in row
