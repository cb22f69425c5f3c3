"""The dataset card: generated from what was built, so that it says nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa

from communique import __version__
from communique.annotations.annotators import Annotator
from communique.corpus.dataset.build import Built, Tally
from communique.corpus.dataset.card_agreement import agreement_section
from communique.corpus.dataset.card_charts import charts
from communique.corpus.dataset.card_metadata import front_matter
from communique.corpus.dataset.config import Column
from communique.schemas.schema import load_schema

__all__ = ["dataset_card"]

ABOUT = """\
## What it is

*communique* is diplomatic news annotated for **entities, quotes and events** at once, by one
schema, in the same documents. It is made to answer a question that no single layer can: *who
said, through whom, that which state did (or will, or will not) do what to whom, and when.* Every
document carries page zones, entities with all their mentions (names, noun phrases, pronouns,
metonymic capitals), registry ids that join documents of one storyline, time expressions with ISO
values, attributions with content, cue, source and nesting, and events typed by PLOVER with
arguments and factuality. Offsets are half-open ranges of Unicode code points into `text`.
"""

LOADING = """\
## How to load it

```python
from datasets import load_dataset

documents = load_dataset("PATH/TO/THIS/FOLDER")            # everything, one row per document
sentences = load_dataset("PATH/TO/THIS/FOLDER", "ner")     # tokens and IOB2 tags
```

Every config also loads with `streaming=True`. A single shard opens in place, without a copy, with
`Dataset.from_file`. It takes `datasets` 4.0 or newer. In `documents` a layer that nobody annotated
is null; an empty list says that the annotator found nothing.
"""

NER = """\
This config goes unchanged into the token-classification examples of `transformers`
(`run_ner.py`): `tokens` and `ner_tags` have the names that they look for. `ner_tags` are names
only (level NAM); `--label_column_name mention_tags` takes noun phrases and pronouns too. Flat tags
cannot nest: of mentions that stand in one another the outermost is tagged. Tokens in masked zones
(byline, boilerplate, repeated captions) are left out; `offsets` lead back into the text.
"""

DERIVED = """\
## What is derived

Quote `type`, `depth`, `anonymous` and `implicit`, the `ere_realis` and `factbank` of an event
and the whole config `claims` were computed from the annotation, not annotated. A quote's type is
the share of its content in quotation marks, relative to the quote that it stands in. Names of
entities in `quotes`, `events` and `claims` are what the document calls them.
"""

LIMITATIONS = """\
## What it is not good for

- The texts imitate a genre. Frequencies of words, names and topics say nothing about the world,
  and a system that does well here has still to be tried on the news that it is meant for.
- One language, one register; the corpus is small, so compare systems with intervals over documents
  (`communique eval`), not by the second decimal.
- Many mastheads, few voices. Outlets differ in spelling, marks and layout, but their officials
  speak in aphorisms more often than real ones do, their stories like to open and close on an
  object, and acts such as thanking and apologising are frequent. All splits share these habits.
- The test split is denser in nested and interrupted quotes, unnamed sources, denials and
  cancellations than the news is: figures on it are lower than on an ordinary day's news.
- The second list of decisions in the guidelines was made after the test split had been adjudicated.
  What it settles (resignations, revoked visas, courts, apologies) is uniform in train and
  validation, and in the test split only where both annotators had seen it alike.
- Event types are those that PLOVER knows; whatever it does not type is not annotated.
"""


def dataset_card(built: Built, annotators: Mapping[str, Annotator]) -> str:
    """The card of a build: YAML front matter, then the text for people."""
    sections = [
        _heading(built),
        ABOUT,
        _counts(built),
        _configs(built),
        LOADING,
        _example(built),
        "## What it is made of\n\n" + charts(built.tallies),
        _annotators(built, annotators),
        agreement_section(built.agreement),
        built.densities,
        _licences(built),
        DERIVED,
        LIMITATIONS,
        _citation(),
    ]
    return front_matter(built, annotators) + "\n" + "\n".join(one for one in sections if one)


def _heading(built: Built) -> str:
    documents = sum(tally.documents for tally in built.tallies.values())
    synthetic = sum(tally.synthetic for tally in built.tallies.values())
    reported = documents - synthetic
    lines = ["# communique", ""]
    if synthetic:
        lines += [
            f"> **{_of(synthetic, documents)} synthetic**: written for this corpus, not reported.",
            "> Officials, outlets, quotations and events are invented, even where states and",
            "> cities are real (`world: real-geography`); in the others the states are invented",
            "> too (`world: invented-geography`). Nothing in them happened, and nobody said it.",
        ]
    if reported:
        lines += [
            *([">"] if synthetic else []),
            f"> {_of(reported, documents)} a real report of real events (`world: reported`).",
        ]
    return "\n".join(lines) + "\n"


def _of(count: int, total: int) -> str:
    if count == total:
        return f"All {total} documents are" if total > 1 else "The one document is"
    return f"{count} of {total} documents {'is' if count == 1 else 'are'}"


def _counts(built: Built) -> str:
    layers = [
        name
        for name in load_schema().lists
        if any(name in tally.annotations for tally in built.tallies.values())
    ]
    rows = [
        [split, tally.documents, tally.sentences, tally.tokens, *(_annotated(tally, layers))]
        for split, tally in built.tallies.items()
    ]
    text = "## How much there is\n\n" + _table(
        ["split", "documents", "sentences", "tokens", *layers], rows
    )
    text += (
        "\nTokens and sentences are those outside masked zones of the texts that ship. Rows:\n\n"
    )
    splits = list(built.tallies)
    text += _table(
        ["config", "a row is one", *splits],
        [
            [
                f"`{config.name}`",
                config.unit,
                *(
                    built.parts[config.name][split].rows
                    if split in built.parts[config.name]
                    else "–"
                    for split in splits
                ),
            ]
            for config in built.configs
        ],
    )
    if len(splits) < len(load_schema().labels("split")) or any(
        len(parts) < len(splits) for parts in built.parts.values()
    ):
        text += "\nA split without rows is absent.\n"
    return text


def _annotated(tally: Tally, layers: Sequence[str]) -> Iterable[int]:
    return (sum(tally.annotations.get(layer, {}).values()) for layer in layers)


def _configs(built: Built) -> str:
    parts = ["## What is in a row\n"]
    for number, config in enumerate(built.configs):
        default = " (default)" if number == 0 else ""
        parts.append(f"### `{config.name}`{default}: one row per {config.unit}\n")
        rows = [[f"`{one.name}`", _type(one), one.description] for one in config.columns]
        parts.append(_table(["column", "type", "meaning"], rows))
        parts += [NER] if config.name == "ner" else []
    return "\n".join(parts)


def _type(column: Column) -> str:
    if column.labels:
        return f"list of labels: {', '.join(column.labels)}"
    return _type_words(column.type)


def _type_words(kind: pa.DataType) -> str:
    if pa.types.is_fixed_size_list(kind):
        return "[start, end]"
    if pa.types.is_list(kind):
        inner = _type_words(kind.value_type)
        return f"list of {inner}"
    if pa.types.is_struct(kind):
        return "{" + ", ".join(field.name for field in kind) + "}"
    return str(kind)


def _example(built: Built) -> str:
    shown = [name for name in ("documents", "quotes") if name in built.examples]
    if not shown:
        return ""
    parts = ["## First rows\n"]
    for name in shown:
        config = next(one for one in built.configs if one.name == name)
        row = {column.name: _short(built.examples[name][column.name]) for column in config.columns}
        lines = [
            f"  {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}"
            for key, value in row.items()
        ]
        what = f"`{name}`, with long texts and lists cut at the `…`:"
        parts.append(f"{what}\n\n```json\n{{\n" + ",\n".join(lines) + "\n}\n```\n")
    return "\n".join(parts)


def _short(value: Any) -> Any:
    if isinstance(value, str) and len(value) > 160:
        return value[:159] + "…"
    if isinstance(value, list | tuple) and len(value) > 2:
        return [value[0], "…"]
    return value


def _annotators(built: Built, annotators: Mapping[str, Annotator]) -> str:
    text = "## Who annotated\n\n"
    known = [annotators[name] for name in built.annotators if name in annotators]
    unknown = [name for name in built.annotators if name not in annotators]
    if known:
        rows = [[f"`{one.id}`", one.kind, one.description] for one in known]
        text += _table(["annotator", "kind", "who"], rows) + "\n"
    if unknown:
        names = ", ".join(f"`{name}`" for name in unknown)
        text += f"Nothing is recorded about {names}.\n\n"
    if not built.annotators:
        return text + "Nobody yet: no document has a gold record.\n"
    if any(one.kind != "human" for one in known):
        text += (
            "Annotation by language models is not human judgement, and passes by models of one\n"
            "family are not independent of each other: agreement between them shows that the\n"
            "guidelines can be followed, not that people would decide so. Human review is\n"
            "welcome; the toolkit comes with the labelling project for it.\n"
        )
    return text


def _licences(built: Built) -> str:
    text = (
        "## Licences\n\n"
        "Open texts and all annotation: [CC BY 4.0](https://creativecommons.org/licenses/by/4.0/).\n"
        "The toolkit: Apache-2.0.\n"
    )
    if not built.restricted:
        return text
    rows = [
        [f"`{one.doc_id}`", one.outlet, one.published, f"`{one.sha256}`"]
        for one in built.restricted
    ]
    if built.restricted_texts:
        here = (
            f"This build holds the text of {built.restricted_texts} of them, because it was here:\n"
            "**do not pass it on.** `communique corpus build --public` leaves it out.\n"
        )
    else:
        here = (
            "Their rows in `documents` have neither `text` nor `title`, and they have no rows in\n"
            "the other configs, which hold words of the text. `communique corpus hydrate` takes\n"
            "your own copy, checks it against the hash, and the next build includes it.\n"
        )
    return (
        f"{text}\n### Restricted texts\n\n"
        "These texts belong to others; only stand-off annotation and a hash of the text ship.\n"
        f"{here}\n" + _table(["document", "outlet", "published", "SHA-256 of the text"], rows)
    )


def _citation() -> str:
    return (
        "## Citation\n\n"
        "```bibtex\n"
        "@misc{communique,\n"
        "  title  = {communique: an annotated corpus of diplomatic news for entities, quotes and"
        " events},\n"
        "  author = {{The communique authors}},\n"
        f"  note   = {{Version {__version__}, schema {load_schema().version}}}\n"
        "}\n"
        "```\n"
    )


def _table(head: Sequence[object], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table; numbers are set with separators."""

    def line(cells: Iterable[object]) -> str:
        return "| " + " | ".join(_cell(cell) for cell in cells) + " |\n"

    return line(head) + line("---" for _ in head) + "".join(line(row) for row in rows)


def _cell(value: object) -> str:
    text = f"{value:,}" if isinstance(value, int) else str(value)
    return " ".join(text.replace("|", "\\|").split())
