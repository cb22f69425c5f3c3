"""The dataset card: read by the card parsers of the Hub, and true to what was built."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from communique.annotations.annotators import load_annotators
from communique.corpus.dataset.build import dataset_configs, write_dataset
from communique.corpus.dataset.card_charts import chart
from communique.corpus.dataset.target import MARKER
from communique.errors import InvalidInput
from communique.files import parse_yaml
from communique.project import Project
from small_corpora import SECRET, add_document, small_corpus


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return small_corpus(tmp_path / "project")


def card(project: Project, out: Path, *, public: bool = True) -> str:
    write_dataset(project, out, public=public)
    return (out / "README.md").read_text(encoding="utf-8")


def metadata(text: str) -> Any:
    return parse_yaml(text.split("---\n")[1], source="card")


def table_below(text: str, heading: str) -> list[list[str]]:
    """The cells of the first table after a heading, without its head."""
    lines = text.split(heading, 1)[1].splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith("|"))
    rows = []
    for line in lines[first + 2 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split(" | ")])
    return rows


def test_the_parser_of_the_hub_reads_it(project: Project, tmp_path: Path) -> None:
    hub = pytest.importorskip("huggingface_hub")
    card(project, tmp_path / "out")
    data = hub.DatasetCard.load(tmp_path / "out" / "README.md").data
    assert data.license == "cc-by-4.0"
    assert data.language == ["en"]
    assert data.annotations_creators == ["expert-generated"]
    assert data.language_creators == ["machine-generated", "found"]
    assert data.multilinguality == ["monolingual"]
    assert data.size_categories == ["n<1K"]
    assert data.source_datasets == ["original"]
    assert "token-classification" in data.task_categories
    assert "named-entity-recognition" in data.task_ids
    assert data.pretty_name.startswith("communique")


def test_its_features_and_counts_are_those_of_the_shards(project: Project, tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    hub = pytest.importorskip("huggingface_hub")
    built, _ = write_dataset(project, tmp_path / "out")
    data = hub.DatasetCard.load(tmp_path / "out" / "README.md").data
    infos = datasets.info.DatasetInfosDict.from_dataset_card_data(data)
    assert list(infos) == [config.name for config in dataset_configs()]
    for config in dataset_configs():
        declared = json.loads(config.schema.metadata[b"huggingface"])["info"]["features"]
        info = infos[config.name]
        assert info.features == datasets.Features.from_dict(declared)
        # As datasets itself would write it.
        written = next(one for one in data["dataset_info"] if one["config_name"] == config.name)
        assert written["features"] == info.features._to_yaml_list()
        assert {name: split.num_examples for name, split in info.splits.items()} == {
            split: part.rows for split, part in built.parts[config.name].items()
        }
    for config in data["configs"]:
        for files in config["data_files"]:
            assert list((tmp_path / "out").glob(files["path"]))
    assert [config.get("default", False) for config in data["configs"]] == [True] + 4 * [False]


def test_the_front_matter_is_plain_yaml(project: Project, tmp_path: Path) -> None:
    text = card(project, tmp_path / "out")
    assert text.startswith(f"---\n{MARKER}\n")
    # `parse_yaml` refuses aliases, which other readers of cards may not know either.
    assert metadata(text) == yaml.safe_load(text.split("---\n")[1])


def test_what_is_synthetic_comes_first(project: Project, tmp_path: Path) -> None:
    text = card(project, tmp_path / "out")
    body = text.split("---\n", 2)[2].strip().splitlines()
    assert body[0] == "# communique"
    assert body[2].startswith("> **4 of 5 documents are synthetic**")
    assert body[7].startswith("> 1 of 5 documents is a real report of real events")
    alone = small_corpus(tmp_path / "alone", {"alpha-01": "alpha"})
    assert "> **The one document is synthetic**" in card(alone, tmp_path / "one")
    add_document(alone, "alpha-02", "alpha")
    text = card(alone, tmp_path / "two")
    assert "> **All 2 documents are synthetic**" in text
    assert "real report" not in text


def test_counts(project: Project, tmp_path: Path) -> None:
    text = card(project, tmp_path / "out")
    # A document has 86 tokens in 6 sentences and 8 more in its last one.
    assert table_below(text, "## How much there is") == [
        ["train", "2", "14", "188", "20", "18", "40", "6", "8", "10"],
        ["validation", "1", "7", "94", "10", "9", "20", "3", "4", "5"],
        ["test", "1", "7", "94", "10", "9", "20", "3", "4", "5"],
        ["restricted", "1", "0", "0", "10", "9", "20", "3", "4", "5"],
    ]
    assert table_below(text, "Rows:") == [
        ["`documents`", "document", "2", "1", "1", "1"],
        ["`ner`", "sentence", "14", "7", "7", "–"],
        ["`quotes`", "quote", "8", "4", "4", "–"],
        ["`events`", "event mention", "10", "5", "5", "–"],
        ["`claims`", "claim", "10", "5", "5", "–"],
    ]


def test_every_column_is_described(project: Project, tmp_path: Path) -> None:
    text = card(project, tmp_path / "out")
    for config in dataset_configs():
        rows = table_below(text, f"### `{config.name}`")
        assert [row[0] for row in rows] == [f"`{name}`" for name in config.schema.names]
        assert all(len(row) == 3 and row[2].endswith(".") for row in rows)
    assert "| [start, end] |" in text


def test_the_first_row_is_one_of_the_first_split(project: Project, tmp_path: Path) -> None:
    text = card(project, tmp_path / "out")
    shown = [json.loads(one) for one in re.findall(r"```json\n(.*?)```", text, re.DOTALL)]
    documents, quotes = shown
    assert documents["doc_id"] == quotes["doc_id"] == "alpha-01"
    assert documents["text"].endswith("…")
    assert documents["quotes"][1] == "…"
    assert quotes["quote_id"] == "q1"


def test_a_corpus_of_restricted_texts_shows_no_row(tmp_path: Path) -> None:
    project = small_corpus(tmp_path / "project", {"omega-01": "omega"})
    text = card(project, tmp_path / "out", public=False)
    assert "First rows" not in text
    assert SECRET not in text
    assert metadata(text)["language_creators"] == ["found"]


def test_licences_and_restricted_texts(project: Project, tmp_path: Path) -> None:
    public = card(project, tmp_path / "public")
    assert metadata(public)["license"] == "cc-by-4.0"
    assert "have neither `text` nor `title`" in public
    own = card(project, tmp_path / "own", public=False)
    assert metadata(own)["license"] == "other"
    assert "**do not pass it on.**" in own
    (row,) = table_below(public, "### Restricted texts")
    assert row[:3] == ["`omega-01`", "Strand Wire", "2031-05-06"]
    without = small_corpus(tmp_path / "open", {"alpha-01": "alpha"})
    assert "### Restricted texts" not in card(without, tmp_path / "open-out")


def annotators(project: Project, text: str) -> None:
    (project.annotations / "annotators.yaml").write_text(text, encoding="utf-8")


def test_who_annotated(project: Project, tmp_path: Path) -> None:
    text = card(project, tmp_path / "people")
    assert table_below(text, "## Who annotated") == [
        ["`gold`", "human", "Two people at one table."]
    ]
    assert "not human judgement" not in text
    annotators(project, "gold: {kind: language-model, description: A | B}\n")
    text = card(project, tmp_path / "model")
    assert "| `gold` | language-model | A \\| B |" in text
    assert "not human judgement" in text
    assert metadata(text)["annotations_creators"] == ["machine-generated"]


def test_an_annotator_that_nothing_is_known_about(project: Project, tmp_path: Path) -> None:
    (project.annotations / "annotators.yaml").unlink()
    text = card(project, tmp_path / "out")
    assert "Nothing is recorded about `gold`." in text
    assert metadata(text)["annotations_creators"] == ["other"]


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("gold: {kind: oracle, description: x}", "$.gold"),
        ("gold: {kind: human}", "$.gold"),
        ("gold: human", "$.gold"),
        ("gold: {kind: human, description: x, age: 3}", "$.gold"),
        ("[gold]", "$"),
    ],
)
def test_bad_annotators(text: str, path: str, tmp_path: Path) -> None:
    file = tmp_path / "annotators.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidInput) as error:
        load_annotators(file)
    assert [problem.path for problem in error.value.problems] == [path]


def test_the_loading_example_names_configs_that_exist(project: Project, tmp_path: Path) -> None:
    text = card(project, tmp_path / "out")
    (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    pytest.importorskip("datasets")
    folder = str(tmp_path / "out")
    scope: dict[str, Any] = {}
    exec(code.replace("PATH/TO/THIS/FOLDER", folder), scope)
    assert scope["documents"]["train"].num_rows == 2
    assert "ner_tags" in scope["sentences"]["train"].column_names


def test_charts_are_made_of_what_was_built(project: Project, tmp_path: Path) -> None:
    text = card(project, tmp_path / "out")
    block = text.split("Mentions by level:\n\n```text\n")[1].split("```")[0]
    counts = {line.split()[0]: int(line.split()[1]) for line in block.splitlines()}
    rows = load_gold_levels(project)
    assert counts == rows
    assert block.splitlines()[0].count("█") == 40  # the longest bar


def load_gold_levels(project: Project) -> dict[str, int]:
    found: dict[str, int] = {}
    for path in project.gold.glob("*.json"):
        for mention in json.loads(path.read_text(encoding="utf-8")).get("mentions") or ():
            found[mention["level"]] = found.get(mention["level"], 0) + 1
    return found


def test_bars_are_in_proportion() -> None:
    assert chart({"a": 40, "bb": 10, "c": 0}) == f"a   40  {'█' * 40}\nbb  10  {'█' * 10}\nc    0\n"
    assert chart({"a": 16, "b": 1}).splitlines()[1] == "b   1  ██▌"  # 40 / 16 = 2.5
    assert chart({}) == ""


def test_agreement_is_on_the_card_when_it_was_measured(project: Project, tmp_path: Path) -> None:
    assert "two annotators agree" not in card(project, tmp_path / "without")
    stored = {
        "annotators": ["one", "two"],
        "split": "test",
        "documents": 7,
        "figures": {
            "times.value": {
                "layer": "times",
                "statistic": "accuracy",
                "value": 0.91,
                "interval": [0.8, 1.0],
            },
            "quotes.addressee": {
                "layer": "quotes",
                "statistic": "F1",
                "value": None,
                "interval": None,
            },
        },
        "gates": [
            {"figure": "times.value", "least": 0.9, "status": "passed"},
            {"figure": "events.trig-c", "least": 0.7, "status": "missed"},
        ],
        "signature": "agreement|docs:7",
    }
    (project.annotations / "agreement.json").write_text(json.dumps(stored), encoding="utf-8")
    text = card(project, tmp_path / "with")
    assert table_below(text, "## How far two annotators agree") == [
        ["times", "`times.value` (accuracy)", ".910", ".800 – 1.000", "≥ .900, passed"]
    ]
    assert "1 of 2 gates are passed; not: `events.trig-c`." in text
    assert "`one` and `two` annotated the same 7 documents of the split test" in text
