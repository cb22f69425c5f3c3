"""What a word looks like to the fields: its letters, its neighbours, what the rules say of it.

The lexicon and the predictions of the system ``rules`` are hints here, whose weight is learnt.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from communique.annotations.record import Record
from communique.eval.crf.labels import level_rows, quote_rows
from communique.eval.crf.model import Features
from communique.eval.rules.lexicon import Lexicon
from communique.eval.rules.page import Page
from communique.eval.rules.quotation import Quotation
from communique.eval.rules.runs import is_title_case, known_names

__all__ = ["mention_features", "quote_features"]

WINDOW = 2
NEAR = 6
"""Words that are near."""


def mention_features(page: Page, lexicon: Lexicon, ruled: Record) -> Features:
    """The features by which mentions are found, for each word of a page."""
    own = _with_rows(_own(page, lexicon), level_rows(page, ruled))
    elsewhere = _elsewhere(page, lexicon)
    return [
        [*_around(page, own, at), *_pairs(page, at), *elsewhere.get(page.words[at], ())]
        for at in range(len(page.words))
    ]


def quote_features(
    page: Page, lexicon: Lexicon, quotation: Quotation, mentioned: Sequence[str], ruled: Record
) -> Features:
    """The features by which contents and cues are found; ``mentioned`` are labels of mentions."""
    own = _with_rows(_own(page, lexicon), quote_rows(page, ruled))
    verbs = [at for at in range(len(page.words)) if _may_attribute(page, lexicon, at)]
    found = []
    for at in range(len(page.words)):
        sentence = page.sentence_of[at]
        quoted = "quoted" if quotation.quoted(at) else "plain"
        extra = [
            quoted,
            f"opens={at in quotation.ends}",
            f"mention={mentioned[at]}",
            f"to-end={min(sentence.stop - at, 3)}",
            f"from-start={min(at - sentence.start, 3)}",
            f"any-quoted={any(i in quotation.ends for i in sentence)}",
        ]
        before = [verb for verb in verbs if sentence.start <= verb < at]
        behind = [verb for verb in verbs if at < verb < sentence.stop]
        extra += _verb_features(page, quotation, at, before[-1:], "before")
        extra += _verb_features(page, quotation, at, behind[-1:], "last")
        extra += _verb_features(page, quotation, at, behind[:1], "behind")
        extra += [f"is-verb={at in verbs}|{quoted}", f"verbs={min(len(before), 2)}"]
        for step in (-1, 1):
            near = at + step
            if sentence.start <= near < sentence.stop:
                extra.append(f"mention[{step}]={mentioned[near]}")
                extra.append(f"quoted[{step}]={quotation.quoted(near)}")
                extra.append(f"verb[{step}]={near in verbs}")
        found.append([*_around(page, own, at), *_pairs(page, at), *extra])
    return found


def _verb_features(
    page: Page, quotation: Quotation, at: int, verbs: Sequence[int], where: str
) -> Iterator[str]:
    """What is to be said of a verb of the same sentence that may attribute."""
    if not verbs:
        yield f"{where}=none"
        return
    verb = verbs[0]
    far = "near" if abs(verb - at) <= NEAR else "far"
    yield f"{where}={page.lower[verb]}"
    yield f"{where}={far}"
    yield f"{where}-quoted={quotation.quoted(verb)}|{quotation.quoted(at)}"
    yield f"{where}-then={' '.join(page.lower[verb + 1 : verb + 2])}"
    low, high = sorted((verb, at))
    commas = sum(page.words[i] == "," for i in range(low, high))
    yield f"{where}-commas={min(commas, 2)}"
    if "that" in page.lower[low:high]:
        yield f"{where}-that"


def _may_attribute(page: Page, lexicon: Lexicon, at: int) -> bool:
    """Whether a word may be a verb that attributes, by the word before it."""
    word = page.lower[at]
    if word == "according":
        return True
    if word not in lexicon.cues or not page.words[at].islower():
        return False
    before = page.lower[at - 1] if at > page.sentence_of[at].start else ""
    return before not in lexicon.words["determiners"] | lexicon.words["modifiers"] | {"'s", "-"}


def _own(page: Page, lexicon: Lexicon) -> list[list[str]]:
    """What each word says by itself."""
    plain = frozenset(word for word in page.words if word.islower())
    inner = frozenset(
        page.words[at]
        for sentence in page.sentences
        for at in sentence[1:]
        if page.words[at][0].isupper() and not is_title_case(page, sentence)
    )
    lists = {name: sorted(words) for name, words in sorted(lexicon.words.items())}
    member: dict[str, list[str]] = {}
    for name, words in lists.items():
        for word in words:
            member.setdefault(word, []).append(f"in={name}")
    found = []
    for at, (word, lower) in enumerate(zip(page.words, page.lower, strict=True)):
        own = [f"word={lower}", f"shape={_shape(word)}", *member.get(lower, ())]
        if lower in lexicon.roles:
            kind, plural = lexicon.roles[lower]
            own += [f"role={kind}", f"role={kind}|{plural}"]
        if word in lexicon.heads:
            own.append(f"head={lexicon.heads[word]}")
        if lower in lexicon.cues:
            own.append(f"cue={lexicon.cues[lower].complement}")
        if lower in lexicon.triggers:
            own.append("trigger")
        if word[0].isupper():
            own.append(f"capital={word in inner}|{lower in plain}")
        if page.joined(at):
            own.append("joined")
        found.append(own)
    for first, (end, thing) in known_names(page, lexicon).items():
        for at in range(first, end):
            kind = "demonym" if thing.demonym else thing.type
            found[at].append(f"known={'B' if at == first else 'I'}-{kind}")
    return found


def _with_rows(own: Sequence[Sequence[str]], rows: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """What each word says by itself, with what the rules take it for."""
    return [
        [*one, *(f"rules-{name}={row[at]}" for name, row in rows.items())]
        for at, one in enumerate(own)
    ]


def _elsewhere(page: Page, lexicon: Lexicon) -> dict[str, list[str]]:
    """What stands beside each capitalised word anywhere on the page: a name has one type."""
    found: dict[str, dict[str, None]] = {}
    for sentence in page.sentences:
        for at in sentence:
            if not page.words[at][0].isupper():
                continue
            seen = found.setdefault(page.words[at], {})
            for step in (-1, 1):
                if at + step in sentence:
                    for one in _kinds(page, lexicon, at + step):
                        seen[f"page{step}:{one}"] = None
    return {word: list(seen) for word, seen in found.items()}


def _kinds(page: Page, lexicon: Lexicon, at: int) -> Iterator[str]:
    """What kind of neighbour a word is."""
    word, lower = page.words[at], page.lower[at]
    if word[0].isupper():
        yield "capital"
        if word in lexicon.heads:
            yield f"head={lexicon.heads[word]}"
    elif not word[0].isalnum() or len(lower) < 5:
        yield f"word={lower}"
    if lower in lexicon.words["titles"] or lower in lexicon.words["honorifics"]:
        yield "title"
    if lower in lexicon.roles:
        yield f"role={lexicon.roles[lower][0]}"
    if lower in lexicon.cues:
        yield "cue"


def _around(page: Page, own: Sequence[Sequence[str]], at: int) -> list[str]:
    """What a word and its neighbours in the sentence say."""
    sentence = page.sentence_of[at]
    word = page.lower[at]
    found = ["bias", f"zone={page.zone_of[at]}"]
    found += [f"{side}={word[:n] if side == 'pre' else word[-n:]}" for side, n in ENDS]
    for step in range(-WINDOW, WINDOW + 1):
        near = at + step
        if sentence.start <= near < sentence.stop:
            found += [f"{step}:{one}" for one in own[near]]
        else:
            found.append(f"{step}:edge")
    return found


ENDS = [(side, n) for side in ("pre", "suf") for n in (2, 3, 4)]


def _pairs(page: Page, at: int) -> Iterator[str]:
    """Pairs of neighbouring words, and of their shapes."""
    sentence = page.sentence_of[at]
    for first in (at - 1, at):
        if sentence.start <= first < sentence.stop - 1:
            yield f"{first - at}:pair={page.lower[first]} {page.lower[first + 1]}"
            shapes = _shape(page.words[first]), _shape(page.words[first + 1])
            yield f"{first - at}:shapes={' '.join(shapes)}"


def _shape(word: str) -> str:
    """The kinds of letters of a word, repetitions left out: ``Xx`` of *Brussels*."""
    kinds = re.sub(r"\d", "9", re.sub(r"[^\W\d_]", lambda m: "X" if m[0].isupper() else "x", word))
    return "".join(kind for kind, _ in groupby(kinds))
