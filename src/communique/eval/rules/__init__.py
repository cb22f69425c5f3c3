"""The system ``rules``: a modest baseline for all layers, from lexicons and patterns.

It knows general names (states and their capitals, international bodies), titles, cue verbs and
triggers, and was written without sight of the corpus: what it scores is what general knowledge of
newswire is worth. It reads a page in one pass after another, each in time linear in the text.
"""

from __future__ import annotations

from communique.annotations.record import Record
from communique.corpus.documents import Document, text_sha256
from communique.schemas.schema import load_schema

__all__ = ["predict"]


def predict(document: Document, text: str) -> Record:
    """The record of a text; of the metadata, the title and the day of publication are used.

    The text may be any text without lone surrogates: the record is sound, if not always sensible.
    """
    from communique.eval.rules.entities import assemble
    from communique.eval.rules.events import find_events
    from communique.eval.rules.lexicon import load_lexicon
    from communique.eval.rules.names import find_names
    from communique.eval.rules.nouns import find_nouns, find_pronouns
    from communique.eval.rules.page import read_page
    from communique.eval.rules.phrases import nested
    from communique.eval.rules.quotation import read_quotation
    from communique.eval.rules.quotes import find_quotes
    from communique.eval.rules.speakers import find_speakers
    from communique.eval.rules.times import find_times

    lexicon = load_lexicon()
    page = read_page(document, text)
    names = nested(find_names(page, lexicon))
    described = find_nouns(page, lexicon, names)
    cast = assemble(page, lexicon, nested([*names, *described, *find_pronouns(page, lexicon)]))
    times = find_times(page, document.published)
    quotation = read_quotation(page)
    quotes = find_quotes(page, lexicon, cast, times, quotation)
    spoken = find_speakers(page, lexicon, cast, quotes, quotation)
    mentions = [one.mention for one in cast.members] + spoken
    return Record(
        doc_id=document.doc_id,
        schema_version=load_schema().version,
        annotator="rules",
        text_sha256=text_sha256(text),
        zones=page.zones,
        entities=cast.entities,
        mentions=tuple(sorted(mentions, key=lambda one: (one.span.start, -one.span.end))),
        times=times,
        quotes=quotes,
        events=find_events(page, lexicon, cast, times, document.published),
    )
