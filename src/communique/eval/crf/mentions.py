"""Mentions: one field each for names, for names in names, for noun phrases and for pronouns.

In one level, mentions are nested in each other only by way of exception, so that flat labels hold
them; what is predicted on several levels and crosses is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from communique.annotations.record import Entity, Mention, Record
from communique.eval.crf.features import mention_features
from communique.eval.crf.labels import LEVELS, layers, phrase_of, phrases_of
from communique.eval.crf.model import Chunk, Features, Model, chunks, fit, labels_of
from communique.eval.rules.lexicon import load_lexicon
from communique.eval.rules.page import Page
from communique.eval.rules.phrases import Phrase, nested

__all__ = ["Cast", "MentionModel", "cast_of", "train_mentions"]


@dataclass(frozen=True, slots=True)
class Cast:
    """The mentions of a page, each with the phrase it was made of, and their entities."""

    phrases: tuple[Phrase, ...]
    mentions: tuple[Mention, ...]
    entities: tuple[Entity, ...]


@dataclass(frozen=True)
class MentionModel:
    """The fields of the levels, and of the names inside names."""

    levels: dict[str, Model]
    inner: Model

    def phrases(self, page: Page, ruled: Record) -> list[Phrase]:
        """The mentions of a page, nested properly, in the order of the text."""
        features = mention_features(page, load_lexicon(), ruled)
        found: list[Phrase] = []
        for level in LEVELS:
            labelled = _tagged(page, features, self.levels[level])
            found += [phrase_of(page, one, level) for one in labelled]
            if level == "NAM":
                inside = _tagged(page, _with_outer(page, features, labelled), self.inner)
                found += [phrase_of(page, one, level) for one in inside]
        return nested(found)


def train_mentions(pages: Iterable[tuple[Page, Record, Record]]) -> MentionModel:
    """The fields that pages with the record of the rules and their gold teach."""
    sequences: dict[str, list[tuple[Features, list[str]]]] = {
        name: [] for name in (*LEVELS, "inner")
    }
    for page, ruled, gold in pages:
        features = mention_features(page, load_lexicon(), ruled)
        phrases = phrases_of(page, gold)
        for level in LEVELS:
            outer, inner = layers(one for one in phrases if one.level == level)
            sequences[level] += _sequences(page, features, outer)
            if level == "NAM":
                sequences["inner"] += _sequences(page, _with_outer(page, features, outer), inner)
    return MentionModel({level: fit(sequences[level]) for level in LEVELS}, fit(sequences["inner"]))


def cast_of(page: Page, phrases: Sequence[Phrase]) -> Cast:
    """Phrases as mentions of entities, by simple rules.

    The same name or description is the same entity, and so is a person's last name; a description
    right before a person's name is a title; a pronoun is of the last entity of its type.
    """
    beside = {one.first: one for one in phrases if one.level == "NAM" and one.type == "PER"}
    whole_names: dict[str, str] = {}
    for one in beside.values():
        whole_names.setdefault(one.key.rpartition(" ")[2], one.key)
    ids: dict[tuple[str, str], str] = {}
    entities: list[Entity] = []
    mentions: list[Mention] = []
    last: dict[str, str] = {}
    for number, one in enumerate(phrases, 1):
        named = beside.get(one.end) if one.level == "NOM" and one.type == "PER" else None
        key = (named or one).key
        key = whole_names.get(key, key) if one.type == "PER" else key
        if one.level == "PRO" and one.type in last:
            entity = last[one.type]
        else:
            entity = ids.setdefault((one.type, key), f"e{len(ids) + 1}")
            if len(ids) > len(entities):
                nil = "not_in_registry" if named or one.level == "NAM" else "unnamed"
                entities.append(Entity(entity, one.type, nil=nil))
        last[one.type] = entity
        span = page.span(one.first, one.end)
        title = named is not None
        mentions.append(Mention(f"m{number}", entity, span, one.level, title=title))
    return Cast(tuple(phrases), tuple(mentions), tuple(entities))


def _with_outer(page: Page, features: Features, outer: Iterable[Chunk]) -> Features:
    """The features with what the name around each word is."""
    labels = labels_of(range(len(page.words)), outer)
    return [
        [*own, f"outer={label}", f"outer={label}|{word}"]
        for own, label, word in zip(features, labels, page.lower, strict=True)
    ]


def _sequences(
    page: Page, features: Features, wanted: Sequence[Chunk]
) -> list[tuple[Features, list[str]]]:
    return [
        (features[place.start : place.stop], labels_of(place, wanted)) for place in page.sentences
    ]


def _tagged(page: Page, features: Features, model: Model) -> list[Chunk]:
    return [
        chunk
        for place in page.sentences
        for chunk in chunks(place, model.tag(features[place.start : place.stop]))
    ]
