"""The YAML front matter of the dataset card: what `load_dataset` and the Hub read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from communique.annotations.annotators import Annotator
from communique.corpus.dataset.build import Built
from communique.corpus.dataset.target import MARKER
from communique.schemas.arrow import features

__all__ = ["front_matter"]

SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
"""The Hub's size categories, by the number of documents below which each one holds."""

CREATORS = {
    "human": "expert-generated",
    "language-model": "machine-generated",
    "adjudication": "other",
    "system": "machine-generated",
}
"""The Hub's name for each kind of annotator."""

TAGS = [
    *("diplomacy", "international-relations", "news", "synthetic"),
    *("entity-linking", "metonymy", "quotation-attribution", "event-extraction"),
    *("event-argument-extraction", "factuality", "temporal-expressions", "plover"),
]


def front_matter(built: Built, annotators: Mapping[str, Annotator]) -> str:
    """The front matter with its delimiters; ``features`` and ``num_examples`` are those built."""
    import yaml

    body = yaml.safe_dump(_metadata(built, annotators), sort_keys=False, allow_unicode=True)
    return f"---\n{MARKER}\n{body}---\n"


def _metadata(built: Built, annotators: Mapping[str, Annotator]) -> dict[str, Any]:
    documents = sum(tally.documents for tally in built.tallies.values())
    synthetic = sum(tally.synthetic for tally in built.tallies.values())
    known = {CREATORS[annotators[one].kind] for one in built.annotators if one in annotators}
    languages = ["machine-generated"] if synthetic else []
    languages += ["found"] if synthetic < documents else []
    return {
        **_licence(built),
        "language": list(built.languages),
        "pretty_name": "communique: diplomatic news annotated for entities, quotes and events",
        "annotations_creators": sorted(known) or ["other"],
        "language_creators": languages,
        "multilinguality": ["monolingual" if len(built.languages) == 1 else "multilingual"],
        "size_categories": [next((name for n, name in SIZES if documents < n), "n>1M")],
        "source_datasets": ["original"],
        "task_categories": ["token-classification", "text-classification"],
        "task_ids": ["named-entity-recognition", "coreference-resolution"],
        "tags": TAGS,
        "configs": [
            {
                "config_name": config.name,
                **({"default": True} if number == 0 else {}),
                "data_files": [
                    {"split": split, "path": f"{config.name}/{split}-*.arrow"}
                    for split in built.parts[config.name]
                ],
            }
            for number, config in enumerate(built.configs)
        ],
        "dataset_info": [_info(built, number) for number in range(len(built.configs))],
    }


def _licence(built: Built) -> dict[str, str]:
    if not built.restricted_texts:
        return {"license": "cc-by-4.0"}
    return {"license": "other", "license_name": "cc-by-4.0-with-restricted-texts"}


def _info(built: Built, number: int) -> dict[str, Any]:
    config = built.configs[number]
    parts = built.parts[config.name]
    size = sum(part.bytes for part in parts.values())
    labels = {column.name: column.labels for column in config.columns if column.labels}
    return {
        "config_name": config.name,
        "features": _struct(features(config.schema, labels)),
        "splits": [
            {"name": split, "num_bytes": part.bytes, "num_examples": part.rows}
            for split, part in parts.items()
        ],
        "download_size": size,
        "dataset_size": size,
    }


def _struct(fields: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"name": name, **_yaml_feature(feature)} for name, feature in fields.items()]


def _yaml_feature(feature: Mapping[str, Any]) -> dict[str, Any]:
    """A feature in the short form that `datasets` reads from a card, from its JSON form."""
    match feature.get("_type"):
        case "Value":
            return {"dtype": feature["dtype"]}
        case "ClassLabel":
            names = {str(number): name for number, name in enumerate(feature["names"])}
            return {"dtype": {"class_label": {"names": names}}}
        case "List":
            inner: Any = _yaml_feature(feature["feature"])
            if list(inner) in (["dtype"], ["struct"]):
                (inner,) = inner.values()
            length = {"length": feature["length"]} if "length" in feature else {}
            return {"list": inner, **length}
        case _:
            return {"struct": _struct(feature)}
