"""Which phrases mean the same thing: the mentions of a page with their entities.

Names are joined by their canonical form, a person's last name, an abbreviation in brackets or the
end of an organisation's name; descriptions by their words or head noun; pronouns and groups by what
was mentioned last.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from communique.annotations.record import Entity, Mention
from communique.eval.rules.lexicon import Lexicon
from communique.eval.rules.page import Page
from communique.eval.rules.phrases import Phrase

__all__ = ["Cast", "Member", "assemble"]

ACTORS = frozenset({"PER", "ORG", "GPE"})
NEW = frozenset({"a", "an", "another", "some", "several"})
ALL = frozenset({"the", "both", "these", "those"})
LANDS = frozenset({"country", "kingdom", "nation", "republic"})
GENERIC = frozenset({"GPE", "LOC", "FAC", "DOC", "ORG"})
"""Types of which a description that is never taken up again, and has no name in it, is dropped."""

LOOKBACK = 20
"""Entities that are looked through for the members of a group."""

LONGEST_TAIL = 6
"""Words of an organisation's name by whose end it may be called."""


@dataclass(frozen=True, slots=True)
class Member:
    """A mention of the words ``[first, end)`` with its entity."""

    first: int
    end: int
    mention: Mention
    entity: Entity


@dataclass(frozen=True)
class Cast:
    """The mentions of a page in the order of the text.

    ``state_of`` leads from a person's entity to that of the state in the person's title.
    """

    entities: tuple[Entity, ...]
    members: tuple[Member, ...]
    state_of: Mapping[str, str]

    @cached_property
    def participants(self) -> tuple[Member, ...]:
        """The outermost mentions of persons, organisations and states, titles left out."""
        found: list[Member] = []
        end = 0
        for one in self.members:
            if one.first >= end:
                end = one.end
                if one.entity.type in ACTORS and not one.mention.title:
                    found.append(one)
        return tuple(found)

    def before(self, at: int, floor: int) -> Iterator[Member]:
        """The participants in ``[floor, at)``, the last one first."""
        for place in range(bisect_right(self._ends, at) - 1, -1, -1):
            if self.participants[place].first < floor:
                return
            yield self.participants[place]

    def after(self, at: int, limit: int) -> Iterator[Member]:
        """The participants in ``[at, limit)``, in order."""
        for place in range(bisect_left(self._starts, at), len(self.participants)):
            if self.participants[place].end > limit:
                return
            yield self.participants[place]

    @cached_property
    def _starts(self) -> list[int]:
        return [one.first for one in self.participants]

    @cached_property
    def _ends(self) -> list[int]:
        return [one.end for one in self.participants]


def assemble(page: Page, lexicon: Lexicon, phrases: Sequence[Phrase]) -> Cast:
    """The cast of a page from phrases in the order of the text that nest properly."""
    resolver = _Resolver(page, lexicon, phrases)
    kept = [
        (phrase, draft)
        for phrase in phrases
        if (draft := resolver.draft_of.get((phrase.first, phrase.end))) and not draft.is_generic
    ]
    drafts = {id(draft): draft for _, draft in kept}
    drafts |= {id(one): one for draft in tuple(drafts.values()) for one in draft.members}
    ids = {key: f"e{number}" for number, key in enumerate(drafts, 1)}
    entities = {key: draft.entity(ids) for key, draft in drafts.items()}
    members = []
    for number, (phrase, draft) in enumerate(kept, 1):
        mention = Mention(
            f"m{number}",
            ids[id(draft)],
            page.span(phrase.first, phrase.end),
            phrase.level,
            phrase.use,
            phrase.demonym,
            title=phrase.beside is not None,
        )
        members.append(Member(phrase.first, phrase.end, mention, entities[id(draft)]))
    state_of = {
        ids[id(draft)]: ids[id(draft.state)]
        for draft in drafts.values()
        if draft.state is not None and id(draft.state) in ids
    }
    return Cast(tuple(entities.values()), tuple(members), state_of)


@dataclass(slots=True, eq=False)
class _Draft:
    """An entity while its mentions are gathered; ``state`` is the one a person speaks for."""

    type: str
    kb: str | None = None
    named: bool = False
    kept: bool = False
    described: int = 0
    members: tuple[_Draft, ...] = ()
    state: _Draft | None = None

    @property
    def is_generic(self) -> bool:
        """Whether it is described once only, in words that hold no name."""
        known = self.named or self.kept or self.members
        return not known and self.described < 2 and self.type in GENERIC

    def entity(self, ids: Mapping[int, str]) -> Entity:
        """The entity under its id."""
        nil = None
        if self.kb is None:
            nil = "not_in_registry" if self.named else "unnamed"
        members = tuple(ids[id(one)] for one in self.members)
        if members:
            nil = "aggregate"
        return Entity(ids[id(self)], self.type, self.kb, nil, members)


class _Resolver:
    """Walks through the phrases, inner ones before those around them."""

    def __init__(self, page: Page, lexicon: Lexicon, phrases: Sequence[Phrase]) -> None:
        self.page = page
        self.lexicon = lexicon
        self.draft_of: dict[tuple[int, int], _Draft] = {}
        self.by_key: dict[tuple[object, ...], _Draft] = {}
        self.by_head: dict[tuple[str, str], _Draft] = {}
        self.recent: dict[str, dict[int, _Draft]] = {}
        """What was mentioned, the latest last: by entity type, ``thing`` and ``plural``."""
        self.state_at: dict[int, _Draft] = {}
        self.ending: dict[int, _Draft] = {}
        self.name_at = {one.first: one for one in phrases if one.level == "NAM"}
        self.surnames: dict[str, str] = {}
        for one in phrases:
            if one.level == "NAM" and one.type == "PER" and " " in one.key:
                self.surnames.setdefault(one.key.rpartition(" ")[2], one.key)
        for one in sorted(phrases, key=lambda it: (it.end, -it.first)):
            resolve = {"NAM": self.name, "NOM": self.noun, "PRO": self.pronoun}[one.level]
            if draft := resolve(one):
                self.draft_of[one.first, one.end] = draft

    def name(self, phrase: Phrase) -> _Draft:
        """The entity of a name."""
        key: tuple[object, ...] = ("NAM", phrase.type, phrase.key)
        if phrase.kb:
            key = ("kb", phrase.kb)
        elif phrase.type == "PER":
            key = ("NAM", "PER", self.surnames.get(phrase.key, phrase.key))
        elif phrase.type == "ORG" and (before := self.spelt_out(phrase)):
            self.by_key[key] = before
        elif phrase.type == "ORG" and (owner := self.owner(phrase)):
            key = ("NAM", "ORG", phrase.key, id(owner))
        draft = self.get(key, phrase.type, phrase.kb)
        draft.named = True
        if phrase.type == "ORG":
            words = phrase.key.split()
            for start in range(1, min(len(words) - 1, LONGEST_TAIL)):
                self.by_key["NAM", "ORG", " ".join(words[start:])] = draft
            self.by_head["ORG", words[-1].lower()] = draft
        if phrase.type == "GPE":
            self.state_at[phrase.first] = draft
        self.ending[phrase.end] = draft
        if not self.is_scene(phrase):
            self.touch(draft)
        return draft

    def is_scene(self, phrase: Phrase) -> bool:
        """Whether a name only says where something is."""
        before = self.page.lower[phrase.first - 1] if phrase.first else ""
        return self.page.zone_of[phrase.first] == "dateline" or (
            phrase.type == "GPE" and before in self.lexicon.words["place_prepositions"]
        )

    def owner(self, phrase: Phrase) -> _Draft | None:
        """Whose an organisation is: China's Foreign Ministry."""
        if self.page.words[phrase.first - 1 : phrase.first] != ("'s",):
            return None
        return self.ending.get(phrase.first - 1)

    def spelt_out(self, phrase: Phrase) -> _Draft | None:
        """The organisation whose name stands before its abbreviation in brackets."""
        before = self.page.words[phrase.first - 1 : phrase.first]
        if before != ("(",) or not phrase.key.isupper():
            return None
        for first in range(phrase.first - 2, max(-1, phrase.first - 12), -1):
            draft = self.draft_of.get((first, phrase.first - 1))
            if draft and draft.type == "ORG" and self.page.words[first][0] == phrase.key[0]:
                return draft
        return None

    def noun(self, phrase: Phrase) -> _Draft:
        """The entity of a description."""
        lower = self.page.lower[phrase.first : phrase.end]
        article = lower[0] if lower[0] in self.lexicon.words["determiners"] else ""
        head, _, number = phrase.key.partition("/")
        states = [self.state_at[i] for i in range(phrase.first, phrase.end) if i in self.state_at]
        draft = self.described(phrase, lower, article, head, number == "plural", states)
        draft.described += 1
        draft.kept |= any(i in self.name_at for i in range(phrase.first, phrase.end))
        if phrase.type == "PER" and states and draft.state is None:
            draft.state = states[0]
        self.by_head[phrase.type, phrase.key] = draft
        self.touch(draft, plural=number == "plural")
        return draft

    def described(
        self,
        phrase: Phrase,
        lower: tuple[str, ...],
        article: str,
        head: str,
        plural: bool,
        states: Sequence[_Draft],
    ) -> _Draft:
        if phrase.beside in self.name_at:
            return self.name(self.name_at[phrase.beside])
        if group := self.group(phrase, lower) if plural and not states else None:
            return group
        if article and article not in NEW and not states:
            if phrase.type == "GPE" and head in LANDS and (land := self.latest("GPE")):
                return land
            if draft := self.by_head.get((phrase.type, phrase.key)):
                return draft
        words = " ".join(lower[bool(article) :])
        key = ("NOM", phrase.type, words)
        if article in NEW:
            self.by_key.pop(key, None)
        return self.get(key, phrase.type, None)

    def group(self, phrase: Phrase, lower: tuple[str, ...]) -> _Draft | None:
        """The last so many states or persons, for "the two sides" and its like."""
        count = next((self.lexicon.counts[w] for w in lower[:2] if w in self.lexicon.counts), 0)
        if lower[0] not in ALL:
            return None
        kind = "PER" if phrase.type == "PER" else "GPE"
        latest = islice(reversed(self.recent.get(kind, {}).values()), LOOKBACK)
        named = list(islice((one for one in latest if one.named), count))
        if count < 2 or len(named) < count:
            return None
        draft = self.get(("group", phrase.type, frozenset(map(id, named))), phrase.type, None)
        draft.members = tuple(reversed(named))
        return draft

    def pronoun(self, phrase: Phrase) -> _Draft | None:
        """What was mentioned last and fits a pronoun."""
        kind = {"person": "PER"}.get(phrase.key, phrase.key)
        return self.latest(kind)

    def latest(self, kind: str) -> _Draft | None:
        return next(reversed(self.recent.get(kind, {}).values()), None)

    def get(self, key: tuple[object, ...], kind: str, kb: str | None) -> _Draft:
        if key not in self.by_key:
            self.by_key[key] = _Draft(kind, kb)
        return self.by_key[key]

    def touch(self, draft: _Draft, *, plural: bool = False) -> None:
        """Make an entity the latest of its kinds."""
        kinds = {"plural"} if plural or draft.members else {draft.type}
        if kinds & {"ORG", "GPE"}:
            kinds.add("thing")
        for kind in kinds:
            recent = self.recent.setdefault(kind, {})
            recent.pop(id(draft), None)
            recent[id(draft)] = draft
