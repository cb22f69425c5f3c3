"""Density statistics: counts by hand, ratios of sums, bands, the warning, and the command."""

from __future__ import annotations

import json
import statistics
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from communique.annotations.record import Record, Span, Zone
from communique.cli import main
from communique.corpus.density.bands import Band, Bands, load_bands
from communique.corpus.density.quantities import QUANTITIES, annotation_counts, density_counts
from communique.corpus.density.stats import density_problems, document_stats, group_stats
from communique.corpus.documents import Corpus
from communique.corpus.masks import masked_spans, visible_sentences
from communique.errors import InvalidInput
from communique.project import Project
from small_corpora import STORY, small_corpus, story_record

RECORD = story_record("story")


def quantity(name: str, *counts: dict[str, int]) -> float | None:
    return next(one for one in QUANTITIES if one.name == name).of(counts)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["corpus", "stats", *arguments])


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    project = small_corpus(tmp_path / "project")
    monkeypatch.setenv("COMMUNIQUE_PROJECT", str(project.root))
    return project


def test_counts_of_a_story() -> None:
    # Headline 5 tokens, caption 7, lead with dateline 34, the split quote 20, and in the last
    # paragraph 14 + 6. The furniture, byline, credits and second caption do not count.
    assert density_counts(RECORD, STORY) == {
        "tokens": 5 + 7 + 34 + 20 + 14 + 6,
        "sentences": 6,
        "deviation": round(6 * statistics.pstdev([5, 7, 34, 20, 14, 6])),
        "sampled": 86,
        "types": 54,
        "mentions": 20,
        "named": 14,  # all but it, We, reporters, A Telmark official, and inspectors twice
        "entities": 9,
        "unregistered": 4,  # the ministry, the reporters, the official, the inspectors
        "times": 3,
        "events": 5,
        "negated": 1,  # not cancelled
        "quotes": 4,
        "marked": 3,  # the split quote is direct, the two around "a farce" are mixed
        "implicit": 0,
        "addressed": 1,
        "nested": 1,  # what Roth called stands in what the official said
        "split": 1,
        "cues": 4,
        "said": 1,
    }


def test_a_line_that_is_half_caption_and_half_credit_counts_in_half() -> None:
    words = [[token.slice(STORY) for token in one] for one in visible_sentences(RECORD, STORY)]
    assert words[1] == ["Ida", "Roth", "in", "Lund", "on", "Monday", "."]
    assert not any("Photo" in one or "Skip" in one or "Ada" in one for one in words)


def test_without_zones_and_without_a_record_everything_counts() -> None:
    bare = replace(RECORD, zones=None)
    assert masked_spans(None) == masked_spans(bare) == ()
    # 3 + 5 + 3 tokens of furniture, headline, byline; 11 and 13 of the caption lines; 74 below.
    assert sum(map(len, visible_sentences(None, STORY))) == 3 + 5 + 3 + 11 + 13 + 34 + 20 + 14 + 6
    of_words = {"tokens", "sentences", "deviation", "sampled", "types"}
    assert density_counts(None, STORY).keys() == of_words


def test_a_token_that_a_masked_zone_touches_is_masked() -> None:
    record = Record("a", "1.0", "gold", zones=(Zone("z1", "boilerplate", Span(0, 6)),))
    assert visible_sentences(record, "Skip this text.") == ((Span(10, 14), Span(14, 15)),)


def test_types_and_the_deviation_of_lengths() -> None:
    counts = density_counts(None, "No deal. No deal and no talks.")
    # No, deal, the stop, and, talks; sentences of 3 and 6 tokens
    assert (counts["types"], counts["sampled"]) == (5, 9)
    assert quantity("types", counts) == pytest.approx(100 * 5 / 9)
    assert quantity("sentence_deviation", counts) == 1.5
    long = density_counts(None, "word " * 300 + "end.")
    assert (long["types"], long["sampled"], long["tokens"]) == (1, 200, 302)


def test_said_is_a_word_of_the_cue_and_no_part_of_one() -> None:
    def cues(*spans: Span) -> Record:
        return replace(
            RECORD,
            quotes=tuple(
                replace(RECORD.quotes[0], id=f"q{number}", cue=(span,))  # type: ignore[index]
                for number, span in enumerate(spans)
            ),
        )

    text = "has said, unsaid, Says, told"
    spans = Span(0, 8), Span(10, 16), Span(18, 22), Span(24, 28)
    counts = density_counts(cues(*spans), text + STORY)
    assert (counts["said"], counts["cues"]) == (2, 4)


def test_nested_is_by_another_speaker_only() -> None:
    quotes = {quote.id: quote for quote in RECORD.quotes or ()}

    def nested(source: str | None) -> int:
        inner = replace(quotes["q4"], source=source)
        return density_counts(replace(RECORD, quotes=(quotes["q3"], inner)), STORY)["nested"]

    assert nested("m17") == 1
    assert nested("m15") == 0  # the official himself
    assert nested(None) == 0  # nobody knows


def test_quantities_are_ratios_of_sums() -> None:
    long, short = {"tokens": 300, "quotes": 3}, {"tokens": 100, "quotes": 5}
    assert quantity("quotes", long, short) == 100 * 8 / 400
    assert quantity("sentence_length", {"tokens": 90, "sentences": 4}) == 22.5
    assert quantity("implicit", {"implicit": 1, "quotes": 8}) == 12.5


def test_a_layer_that_was_not_annotated_takes_no_part() -> None:
    done, undone = {"tokens": 200, "events": 10}, {"tokens": 1000}
    assert quantity("events", done, undone) == 5
    assert quantity("events", undone) is None
    assert quantity("negated", {"events": 0, "negated": 0}) is None


def test_annotations_by_type() -> None:
    counts = annotation_counts(RECORD, STORY)
    assert counts["mentions"] == {"NAM": 14, "NOM": 4, "PRO": 2}
    assert counts["quotes"] == {"direct": 1, "indirect": 1, "mixed": 2}
    assert counts["events"] == {"COERCE": 1, "CONSULT": 2, "REJECT": 1, "SUPPORT": 1}
    assert annotation_counts(RECORD, None)["quotes"] == {"untyped": 4}
    assert "times" not in annotation_counts(replace(RECORD, times=None), STORY)


def test_a_warning_for_each_value_outside_its_band(project: Project) -> None:
    document = Corpus(project).document("alpha-01")
    # 4 quotes in 86 tokens are 4.65 per 100; 14 names are 16.3.
    bands = Bands(50, {"quotes": Band(1.4, 4.1), "named_mentions": Band(6, 17)}, {})
    (problem,) = density_problems(document, RECORD, STORY, bands)
    assert problem.check == "density.band"
    assert problem.severity == "warning"
    assert problem.doc_id == "alpha-01"
    assert problem.path == "$.quotes"
    assert problem.found == "quotes 4.65 per 100 tokens"
    assert "1.4–4.1" in problem.expected


def test_no_warning_for_short_documents_nor_for_layers_that_are_not_there(
    project: Project,
) -> None:
    document = Corpus(project).document("alpha-01")
    high = {"quotes": Band(90, 99)}
    assert density_problems(document, RECORD, STORY, Bands(87, high, {})) == []
    assert len(density_problems(document, RECORD, STORY, Bands(86, high, {}))) == 1
    unquoted = replace(RECORD, quotes=None)
    assert density_problems(document, unquoted, STORY, Bands(1, high, {})) == []


def test_ends_of_a_band_belong_to_it() -> None:
    band = Band(1.4, 4.1)
    assert [band.side(value) for value in (1.39, 1.4, 2, 4.1, 4.11)] == [-1, 0, 0, 0, 1]
    assert str(band) == "1.4–4.1"


def test_every_quantity_of_the_repository_has_a_band() -> None:
    """On the repository's own ``corpus/bands.yaml``."""
    bands = load_bands()
    assert bands.document_tokens == 250
    assert all(bands.for_corpus(one.name) for one in QUANTITIES)
    assert bands.for_corpus("quotes") == Band(2.3, 3.2)
    assert bands.for_corpus("events") == bands.document["events"] == Band(4, 8)


def test_a_quantity_with_a_band_of_documents_only_can_be_argued_too(tmp_path: Path) -> None:
    file = tmp_path / "bands.yaml"
    text = "{document_tokens: 9, bands: {types: {document: [1, 2]}}, argued: {types: why}}"
    file.write_text(text, encoding="utf-8")
    assert load_bands(file).argued == {"types": "why"}


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("{document_tokens: 9, bands: {speed: {corpus: [1, 2]}}}", "$.bands.speed"),
        ("{document_tokens: 9, bands: {quotes: {corpus: [2, 1]}}}", "$.bands.quotes.corpus"),
        ("{document_tokens: 9, bands: {quotes: {corpus: [1]}}}", "$.bands.quotes.corpus"),
        ("{document_tokens: 9, bands: {quotes: {corpus: [a, b]}}}", "$.bands.quotes.corpus"),
        ("{document_tokens: 9, bands: {quotes: {page: [1, 2]}}}", "$.bands.quotes"),
        (
            "{document_tokens: 9, bands: {quotes: {corpus: [1, 2]}}, argued: {events: why}}",
            "$.argued.events",
        ),
        ("{document_tokens: 9, bands: {}, argued: [quotes]}", "$.argued"),
        ("{document_tokens: nine, bands: {}}", "$.document_tokens"),
        ("{document_tokens: 9}", "$.bands"),
        ("[]", "$.bands"),
    ],
)
def test_bad_bands(text: str, path: str, tmp_path: Path) -> None:
    file = tmp_path / "bands.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidInput) as error:
        load_bands(file)
    assert path in [problem.path for problem in error.value.problems]


def test_groups(project: Project) -> None:
    documents = document_stats(Corpus(project))
    by_split = {one.name: len(one.documents) for one in group_stats(documents, "split")}
    assert by_split == {"train": 2, "validation": 1, "test": 1, "restricted": 1}
    assert len(group_stats(documents, "document")) == 5
    (whole,) = group_stats(documents)
    # A restricted document is reported on its own.
    assert [one.document.doc_id for one in whole.documents] == [
        *("alpha-01", "alpha-02", "beta-01", "gamma-01")
    ]
    assert whole.annotations["events"]["CONSULT"] == 4 * 2
    # Each text ends in "This was the file alpha-01.", which is 8 more tokens.
    assert whole.tokens == 4 * (86 + 8)


def test_without_its_text_a_restricted_document_counts_for_annotations_only(
    project: Project,
) -> None:
    (project.restricted / "omega-01.txt").unlink()
    groups = group_stats(document_stats(Corpus(project)), "document")
    omega = next(one for one in groups if one.name == "omega-01")
    assert (omega.tokens, omega.without_text) == (0, 1)
    assert omega.annotations["quotes"] == {"untyped": 4}
    assert all(cell.value is None and cell.side == 0 for cell in omega.cells)


def test_the_command_marks_what_is_outside_also_without_colour(project: Project) -> None:
    result = run()
    assert result.exit_code == 0, result.output
    assert "\x1b" not in result.output
    quotes = next(line for line in result.output.splitlines() if line.startswith(" quotes "))
    # 16 quotes in 376 tokens, against the band of the corpus.
    assert quotes.split()[:4] == ["quotes", "4.3", "↑", "2.3–3.2"]
    assert "4 documents, 376 tokens in 28 sentences" in result.output
    assert " mentions" in result.output


@pytest.mark.parametrize("by", ["document", "storyline", "split"])
def test_the_command_by_group(project: Project, by: str) -> None:
    result = run("--by", by)
    assert result.exit_code == 0, result.output
    names = {"document": "alpha-01", "storyline": "alpha", "split": "train"}
    lines = [line.split()[0] for line in result.output.splitlines() if line.strip()]
    assert lines.count(names[by]) == 2


def test_the_command_as_json(project: Project) -> None:
    result = run("--by", "split", "--format", "json")
    groups = {one["name"]: one for one in json.loads(result.output)}
    quotes = groups["train"]["quantities"]["quotes"]
    assert quotes["value"] == round(100 * 8 / 188, 4)
    assert quotes["band"] == [2.3, 3.2]
    assert quotes["within"] is False
    assert groups["train"]["annotations"]["quotes"] == {"direct": 2, "indirect": 2, "mixed": 4}


def test_strict_fails_when_something_is_outside(project: Project) -> None:
    assert run("--strict").exit_code == 1
    # Documents of under 250 tokens are held against nothing.
    assert run("--strict", "--by", "document").exit_code == 0


def test_the_bands_of_a_project_come_before_those_of_the_package(project: Project) -> None:
    own = "{document_tokens: 50, bands: {quotes: {document: [1, 9]}}}"
    (project.corpus / "bands.yaml").write_text(own, encoding="utf-8")
    assert run("--strict").exit_code == 0
    (group, *_) = json.loads(run("--by", "document", "--format", "json").output)
    assert group["quantities"]["quotes"]["band"] == [1, 9]
    assert group["quantities"]["events"]["band"] is None


def test_what_is_outside_for_a_reason_passes_and_the_reason_is_said(project: Project) -> None:
    def bands(high: int) -> None:
        text = (
            f"{{document_tokens: 50, bands: {{quotes: {{corpus: [1, {high}]}}}}, "
            "argued: {quotes: short stories speak more}}"
        )
        (project.corpus / "bands.yaml").write_text(text, encoding="utf-8")

    bands(4)
    assert run("--strict").exit_code == 0
    assert "quotes: short stories speak more" in run().output
    (whole,) = json.loads(run("--format", "json").output)
    assert whole["quantities"]["quotes"]["argued"] == "short stories speak more"
    # the reason is for the corpus as a whole only, and not for what is within
    assert run("--strict", "--by", "split").exit_code == 1
    load_bands.cache_clear()
    bands(5)
    assert run("--strict").exit_code == 1
    assert "quotes: is not outside its band; remove the reason" in run().output


def test_an_empty_corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "corpus" / "documents").mkdir(parents=True)
    (tmp_path / "corpus" / "splits.yaml").write_text("{}\n", encoding="utf-8")
    monkeypatch.setenv("COMMUNIQUE_PROJECT", str(tmp_path))
    result = run()
    assert (result.exit_code, result.output) == (0, "no documents\n")


def test_the_statistics_of_the_repository() -> None:
    """On the repository's own corpus."""
    project = Project(Path(__file__).parents[2])
    documents = document_stats(Corpus(project))
    (whole,) = group_stats(documents)
    assert whole.tokens > 250 * len(whole.documents) / 2
