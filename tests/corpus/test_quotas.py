"""Quotas of phenomena: what is counted, what is missing, and what the command says."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from communique.annotations.reading import read_record, write_record
from communique.annotations.record import Record
from communique.cli import main
from communique.corpus.density.lint import Lint
from communique.corpus.density.phenomena import PHENOMENA, phenomenon_counts
from communique.corpus.density.quantities import density_counts
from communique.corpus.density.quotas import load_quotas, quota_counts
from communique.corpus.density.stats import document_stats
from communique.corpus.density.style import Style
from communique.corpus.density.table import print_lint
from communique.corpus.documents import Corpus
from communique.errors import InvalidInput
from communique.project import Project
from small_corpora import STORY, small_corpus, story_record

RECORD = story_record("story")


def counts(**changed: object) -> dict[str, int]:
    return phenomenon_counts(replace(RECORD, **changed), STORY)  # type: ignore[arg-type]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    project = small_corpus(tmp_path / "project")
    monkeypatch.setenv("COMMUNIQUE_PROJECT", str(project.root))
    return project


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["corpus", "stats", *arguments])


def test_every_phenomenon_is_counted() -> None:
    assert set(PHENOMENA) <= {*counts(), *density_counts(RECORD, STORY)}


def test_a_layer_that_was_not_annotated_has_no_counts() -> None:
    bare = Record("a", "1.0", "gold")
    assert phenomenon_counts(bare, STORY) == {}


def test_a_quote_is_contested_when_it_denies_or_another_part_says_otherwise() -> None:
    quotes, events = RECORD.quotes or (), RECORD.events or ()
    plain = tuple(replace(quote, polarity="positive") for quote in quotes)
    alone = tuple(replace(event, chain=None) for event in events)
    assert counts(quotes=plain, events=alone)["contested"] == 0
    denial = (replace(plain[0], polarity="negative"), *plain[1:])
    assert counts(quotes=denial, events=alone)["contested"] == 1
    inside = next(
        event
        for event in events
        for quote in quotes
        if any(part.start <= event.trigger.start < part.end for part in quote.content)
    )
    outside = next(event for event in events if event is not inside)
    both = tuple(
        replace(event, chain="c9", polarity="negative" if event is outside else "positive")
        for event in (inside, outside)
    )
    assert counts(quotes=plain, events=both)["contested"] >= 1


def test_relative_dates_name_neither_year_nor_month() -> None:
    times = RECORD.times or ()
    found = counts()["relative"]
    assert 0 < found <= len(times)
    assert counts(times=tuple(replace(one, value=None) for one in times))["relative"] == 0
    assert counts(times=tuple(replace(one, value="PAST_REF") for one in times))["relative"] == 0


def test_quotas_are_of_one_split(project: Project) -> None:
    corpus = Corpus(project)
    path = project.corpus / "quotas.yaml"
    path.write_text("split: test\nleast: {split: 1, nested: 1000}\n", encoding="utf-8")
    split, nested = quota_counts(document_stats(corpus), load_quotas(path))
    inside = [one for one in document_stats(corpus) if one.split == "test"]
    assert split.found == sum(one.counts["split"] for one in inside) > 0
    assert split.met and not nested.met


def test_the_command_shows_them_and_fails_when_asked_to_be_strict(project: Project) -> None:
    path = project.corpus / "quotas.yaml"
    path.write_text("split: test\nleast: {nested: 1000}\n", encoding="utf-8")
    shown = run()
    assert shown.exit_code == 0 and PHENOMENA["nested"] in shown.output
    assert "expected at least 1000" in shown.output
    (value,) = json.loads(run("--format", "json").output)
    assert value["quotas"]["nested"]["least"] == 1000 and not value["quotas"]["nested"]["met"]
    assert run("--strict").exit_code == 1


def test_the_commonest_cues_are_shown_and_none_may_be_too_common(project: Project) -> None:
    (project.corpus / "quotas.yaml").write_text("split: test\nleast: {}\n", encoding="utf-8")
    (value,) = json.loads(run("--format", "json").output)
    # four copies of a story with four cues
    assert value["cues"] == {"denied": 4, "told": 4, "said": 4, "called": 4}
    found = Lint((), Style(0, (), ()), (), {"stated": 36, "said": 34, "told": 30})
    (line,) = found.complaints()
    assert "36 %" in line and "stated" in line
    few = Lint((), Style(0, (), ()), (), {"stated": 40, "said": 9})
    assert list(few.complaints()) == []


def test_cues_are_shown_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    print_lint(Lint((), Style(0, (), ()), (), {"said [/x]": 40, "told [red] him": 20}))
    shown = capsys.readouterr().out
    assert "said [/x] 67 %, told [red] him 33 %" in shown


def test_openings_are_those_of_the_stories_not_of_headlines(project: Project) -> None:
    (project.corpus / "quotas.yaml").write_text("split: test\nleast: {}\n", encoding="utf-8")
    (value,) = json.loads(run("--format", "json").output)
    # four copies of a story, whose body begins below the dateline
    assert value["openings_alike"] == [["alpha-01", "alpha-02", "beta-01", "gamma-01"]]
    gold = project.gold / "beta-01.json"
    record = read_record(gold)
    first, *others = [zone for zone in record.zones or () if zone.type == "body"]
    kept = [zone for zone in record.zones or () if zone is not first]
    write_record(gold, replace(record, zones=tuple(kept)))
    (value,) = json.loads(run("--format", "json").output)
    assert others and value["openings_alike"] == [["alpha-01", "alpha-02", "gamma-01"]]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("split: test\nleast: {no_such: 3}\n", "no_such"),
        ("split: test\nleast: {nested: -1}\n", "-1"),
        ("split: test\nleast: {nested: true}\n", "true"),
        ("split: 3\nleast: {}\n", "3"),
        ("- nothing\n", "null"),
    ],
)
def test_a_file_that_has_no_quotas_is_refused(tmp_path: Path, text: str, found: str) -> None:
    path = tmp_path / "quotas.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidInput, match=found):
        load_quotas(path)
