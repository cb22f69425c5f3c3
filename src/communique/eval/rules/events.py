"""Which acts the page mentions: triggers, how real they are, and who takes part."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from communique.annotations.record import Argument, Event, Time
from communique.eval.rules.cues import subject_before
from communique.eval.rules.entities import Cast, Member
from communique.eval.rules.lexicon import Lexicon, Trigger
from communique.eval.rules.page import Page
from communique.schemas.schema import load_schema

__all__ = ["find_events"]

REACH = 12
"""Words behind a trigger in which recipients and places are looked for."""

NEAR = 6
"""Words before a trigger that say whether the act is real."""

PLACES = frozenset({"GPE", "LOC", "FAC"})
ENDS = frozenset({";", ":", "--", "—", "–", "that", "while", "after", "before"})
"""Words behind which nobody takes part in what stands before them."""

BREAKS = frozenset({",", ";", ":", "--", "—", "“", "”", '"', "and", "but"})
POSSESSIVES = frozenset({"its", "his", "her", "their", "our", "my"})
MEETINGS = frozenset({"CONSULT", "COOPERATE"})
MOMENTS = frozenset({"DATE", "TIME"})


def find_events(
    page: Page, lexicon: Lexicon, cast: Cast, times: Sequence[Time], published: str
) -> tuple[Event, ...]:
    """The events of a page in the order of the text.

    Left out are acts in which nobody takes part, unless they take up an earlier one (*the talks*),
    and those without a role that their type requires.
    """
    reader = _Reader(page, lexicon, cast, times, published)
    acts = _known([act for at in range(len(page.words)) if (act := reader.act(at))])
    acts = [
        replace(act, event=replace(act.event, id=f"v{number}"))
        for number, act in enumerate(acts, 1)
    ]
    return tuple(_chained(_called_off(acts, page, lexicon)))


@dataclass(frozen=True, slots=True)
class _Act:
    """An event, the word of its trigger, and the entities that act or suffer."""

    at: int
    event: Event
    parties: frozenset[str]


@dataclass(slots=True)
class _Parties:
    """Who takes part, by role, each once."""

    actor: list[Member]
    recipient: list[Member]
    place: list[Member]

    def arguments(self) -> Iterator[Argument]:
        seen: set[str] = set()
        for role in ("actor", "recipient", "place"):
            for one in getattr(self, role):
                if one.mention.id not in seen:
                    seen.add(one.mention.id)
                    yield Argument(role, one.mention.id)


class _Reader:
    """Reads the words around one trigger after the other."""

    def __init__(
        self, page: Page, lexicon: Lexicon, cast: Cast, times: Sequence[Time], published: str
    ) -> None:
        self.page = page
        self.lexicon = lexicon
        self.cast = cast
        self.published = published
        self.times = [time for time in times if time.type in MOMENTS]
        self.time_at = [page.starts[time.span.start] for time in self.times]
        self.requires = {
            label.name: label.requires
            for label in load_schema().vocabularies["event_type"].values()
        }
        self.title_ends = frozenset(one.end for one in cast.members if one.mention.title)
        self.covered = bytearray(len(page.words))
        for one in cast.members:
            self.covered[one.first : one.end] = b"\1" * (one.end - one.first)

    def act(self, at: int) -> _Act | None:
        """The act that a word denotes."""
        trigger = self.trigger(at)
        if trigger is None:
            return None
        parties = self.parties(at, trigger)
        if trigger.type == "CONSULT" and trigger.mode != "visit":
            parties = _Parties(parties.actor + parties.recipient, [], parties.place)
        if "recipient" in self.requires[trigger.type] and not parties.recipient:
            if trigger.type != "COOPERATE" or len(parties.actor) < 2:
                return None
            parties.recipient.append(parties.actor.pop())
        involved = frozenset(one.entity.id for one in parties.actor + parties.recipient)
        arguments = list(parties.arguments())
        time = self.time(at)
        if time is not None:
            arguments.append(Argument("time", time.id))
        realis, polarity, certainty = self.factuality(at, trigger, time)
        event = Event(
            "",
            self.page.span(at, at + 1),
            trigger.type,
            trigger.mode,
            realis,
            polarity,
            certainty,
            tuple(arguments),
        )
        return _Act(at, event, involved)

    def trigger(self, at: int) -> Trigger | None:
        """What act a word denotes, if it does so where it stands."""
        page, words, word = self.page, self.lexicon.words, self.page.lower[at]
        trigger = self.lexicon.triggers.get(word)
        if word in words["cooperating"] and set(page.lower[max(0, at - 3) : at]) & words["joint"]:
            trigger = Trigger("COOPERATE", None, verb=False)
        if trigger is None or self.covered[at]:
            return None
        first = at == page.sentence_of[at].start
        if not (page.words[at].islower() or page.zone_of[at] == "headline" or first):
            return None
        before = "" if first else page.lower[at - 1]
        nominal = words["determiners"] | words["prepositions"] | words["modifiers"] | {"'s"}
        return replace(trigger, verb=trigger.verb and (before == "to" or before not in nominal))

    def parties(self, at: int, trigger: Trigger) -> _Parties:
        """Who stands before a trigger and behind it."""
        page, words = self.page, self.lexicon.words
        sentence = page.sentence_of[at]
        before = page.lower[max(sentence.start, at - 2) : at]
        passive = trigger.verb and bool(words["be"] & set(before)) and page.lower[at][-3:] != "ing"
        subject = self.subject(at, trigger, self.clause_start(at, trigger))
        found = _Parties([], [], [])
        (found.recipient if passive else found.actor).extend(self.joined_before(subject, sentence))
        limit = next(
            (i for i in range(at + 1, min(sentence.stop, at + REACH)) if self.closes(i)),
            min(sentence.stop, at + REACH),
        )
        reached = at + 1
        for one in self.cast.after(at + 1, limit):
            governor = page.lower[one.first - 1]
            if governor == "by" and (passive or not trigger.verb):
                found.actor[:] = [one]
            elif governor in words["place_prepositions"] and one.entity.type in PLACES:
                found.place.append(one)
            elif not passive and self.is_free(one) and self.reaches(reached, one, found.recipient):
                found.recipient.append(one)
                reached = one.end
        return found

    def subject(self, at: int, trigger: Trigger, floor: int) -> Member | None:
        """Who acts, by what stands before a trigger in its clause."""
        page, lexicon = self.page, self.lexicon
        if trigger.verb and page.lower[at - 1 : at] == ("to",):
            return next(self.cast.before(at, floor), None)  # urged Kenya to release
        one = subject_before(page, lexicon, self.cast, at, floor, owner=not trigger.verb)
        if one is not None and not trigger.verb:
            between = set(page.lower[one.end : at]) & lexicon.words["prepositions"]
            return None if between - {"of"} else one
        return one

    def reaches(self, first: int, member: Member, others: Sequence[Member]) -> bool:
        """Whether an act reaches a participant behind it, alone or in a list with others."""
        if others:
            return self.joins(first, member.first)
        end = member.first
        if end - 1 in self.title_ends and self.page.words[end - 1] == ",":
            end -= 1  # met the premier, Olaf Brask
        return "," not in self.page.words[first:end]

    def joins(self, first: int, end: int) -> bool:
        """Whether the words between two names join them; in headlines a comma does."""
        between = self.page.lower[first:end]
        headline = self.page.zone_of[first] == "headline"
        return between in (("and",), (",", "and")) or (headline and between == (",",))

    def is_free(self, member: Member) -> bool:
        """Whether a mention is no possessive: it signed its treaty."""
        return self.page.lower[member.first] not in POSSESSIVES or member.end > member.first + 1

    def clause_start(self, at: int, trigger: Trigger) -> int:
        """Where the clause of a trigger starts: behind "that" and the last cue before it.

        For a noun, behind the last verb that is an act of its own: condemned the seizure.
        """
        page, start = self.page, self.page.sentence_of[at].start
        for index in range(at - 1, max(start, at - REACH) - 1, -1):
            word = page.lower[index]
            cue, act = self.lexicon.cues.get(word), self.lexicon.triggers.get(word)
            ends = (cue is not None and cue.complement == "clause") or (
                act is not None and act.verb and not trigger.verb
            )
            direct = index == at - 1 or page.lower[index + 1] == "to"  # pledged aid
            if word in ENDS or (ends and not self.covered[index] and not direct):
                return index + 1
        return start

    def joined_before(self, member: Member | None, sentence: range) -> list[Member]:
        """A subject with those joined to it by a comma or "and", in the order of the text."""
        found = [member] if member else []
        for one in self.cast.before(member.first, sentence.start) if member else ():
            listed = len(found) > 1 and self.page.words[one.end : found[0].first] == (",",)
            if not (listed or self.joins(one.end, found[0].first)):
                break
            found.insert(0, one)
        return found

    def closes(self, at: int) -> bool:
        """Whether a word ends the clause, for what takes part in its act."""
        trigger = self.lexicon.triggers.get(self.page.lower[at])
        return self.page.lower[at] in ENDS or bool(trigger and trigger.verb)

    def time(self, at: int) -> Time | None:
        """The nearest time in the sentence of a trigger."""
        sentence, place = self.page.sentence_of[at], bisect_left(self.time_at, at)
        near = [i for i in (place - 1, place) if 0 <= i < len(self.times)]
        inside = [i for i in near if self.time_at[i] in sentence]
        best = min(inside, key=lambda i: abs(self.time_at[i] - at), default=None)
        return None if best is None else self.times[best]

    def factuality(self, at: int, trigger: Trigger, time: Time | None) -> tuple[str, str, str]:
        """Realis, polarity and certainty, by the words before a trigger in its clause."""
        page, words = self.page, self.lexicon.words
        sentence = page.sentence_of[at]
        start = max(sentence.start, at - NEAR)
        start = next(
            (i + 1 for i in range(at - 1, start - 1, -1) if page.lower[i] in BREAKS), start
        )
        before = frozenset(page.lower[start:at])
        infinitive = trigger.verb and "to" in page.lower[max(start, at - 1) : at]
        realis = "actual"
        if before & words["generic"]:
            realis = "generic"
        elif before & words["hypothetical"]:
            realis = "hypothetical"
        elif before & words["future"] or infinitive or self.is_later(time):
            realis = "future"
        around = page.lower[max(sentence.start, at - NEAR) : min(sentence.stop, at + REACH)]
        off = trigger.type in MEETINGS and bool(words["calling_off"] & set(around))
        polarity = "negative" if off or before & words["negative"] else "positive"
        certainty = "possible" if before & words["possible"] else "certain"
        return realis, polarity, certainty

    def is_later(self, time: Time | None) -> bool:
        """Whether a time is a day after the publication."""
        day = (time.value or "")[:10] if time else ""
        return len(day) == 10 and day[:4].isdigit() and day > self.published


def _known(acts: Sequence[_Act]) -> list[_Act]:
    """The acts with parties; one without takes those of the last one of its type before it."""
    found = []
    parties: dict[str, frozenset[str]] = {}
    for act in acts:
        known = act.parties or parties.get(act.event.type)
        if known:
            parties[act.event.type] = known
            found.append(replace(act, parties=known))
    return found


def _called_off(acts: Sequence[_Act], page: Page, lexicon: Lexicon) -> list[_Act]:
    """The acts, with the meeting that is called off as the topic of calling it off."""
    found = []
    for place, act in enumerate(acts):
        if page.lower[act.at] in lexicon.words["calling_off"] and act.event.type == "REJECT":
            near = [*acts[max(0, place - 1) : place], *acts[place + 1 : place + 2]]
            for other in near:
                if other.event.type in MEETINGS and abs(other.at - act.at) < REACH:
                    topic = Argument("topic", other.event.id)
                    event = replace(act.event, arguments=(*act.event.arguments, topic))
                    act = replace(act, event=event)
                    break
        found.append(act)
    return found


def _chained(acts: Sequence[_Act]) -> Iterator[Event]:
    """The events, those of one type with the same parties in one chain."""
    count = Counter((act.event.type, act.parties) for act in acts)
    chains: dict[object, str] = {}
    for act in acts:
        key = act.event.type, act.parties
        if count[key] > 1:
            chain = chains.setdefault(key, f"c{len(chains) + 1}")
            yield replace(act.event, chain=chain)
        else:
            yield act.event
