"""Who "I" and "we" are: the speaker of the direct quote around them, or the speaker's state."""

from __future__ import annotations

from collections.abc import Sequence

from communique.annotations.record import Mention, Quote
from communique.eval.rules.entities import Cast
from communique.eval.rules.lexicon import Lexicon
from communique.eval.rules.page import Page
from communique.eval.rules.quotation import Quotation

__all__ = ["find_speakers"]


def find_speakers(
    page: Page, lexicon: Lexicon, cast: Cast, quotes: Sequence[Quote], quotation: Quotation
) -> list[Mention]:
    """Mentions of the first person in quotes whose source is known, in the order of the text.

    "we" is the state that the speaker's title names, where there is one.
    """
    entity_of = {one.mention.id: one.entity.id for one in cast.members}
    speaker_at: dict[int, str] = {}
    for quote in quotes:  # those inside others come later and take their words over
        speaker = entity_of.get(quote.source or "")
        if speaker is None:
            continue
        for span in quote.content:
            for at in range(page.starts[span.start], page.ends[span.end]):
                if quotation.quoted(at):
                    speaker_at[at] = speaker
    taken = {(one.first, one.end) for one in cast.members}
    found: list[Mention] = []
    for at, speaker in sorted(speaker_at.items()):
        word = page.lower[at]
        if (at, at + 1) in taken:
            continue
        if word in lexicon.words["speakers"]:
            speaker = cast.state_of.get(speaker, speaker)
        elif word not in lexicon.words["speaker"]:
            continue
        number = len(cast.members) + len(found) + 1
        found.append(Mention(f"m{number}", speaker, page.span(at, at + 1), "PRO"))
    return found
