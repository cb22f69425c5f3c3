"""Small corpora with several splits and a restricted text, for tests of statistics and datasets."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import yaml

from communique.annotations.draft import compile_draft
from communique.annotations.reading import write_record
from communique.annotations.record import Record
from communique.corpus.documents import text_sha256
from communique.project import Project

STORY = """\
Skip to content

Orvia denies barring Telmark inspectors

By Ada Moss
Ida Roth in Lund on Monday. Photo by Ben Orr
Ida Roth in Lund on Monday. Photo by Ben Orr | Reprints

LUND, May 6 (Strand Wire) -- The Orvian Foreign Ministry on Tuesday denied that it had barred \
inspectors from Telmark's ferries, and the U.S. welcomed talks in Lund.

“We want a boat,” Ida Roth told reporters, “and we want it soon.”

A Telmark official said Roth had called the visit “a farce”. Lund has not cancelled it.
"""

DRAFT = """
annotator: gold
zones:
- {id: z1, type: boilerplate, span: "p1"}
- {id: z2, type: headline, span: "p2"}
- {id: z3, type: byline, span: "p3"}
- {id: z4, type: caption, span: "p4:Ida Roth in Lund on Monday."}
- {id: z5, type: boilerplate, span: "p4:Photo by Ben Orr"}
- {id: z6, type: caption, span: "p5:Ida Roth in Lund on Monday.", duplicate_of: z4}
- {id: z7, type: boilerplate, span: "p5:Photo ~~ Reprints"}
- {id: z8, type: dateline, span: "p6:LUND ~~ --"}
- {id: z9, type: body, span: "p6:The Orvian ~~ Lund."}
- {id: z10, type: body, span: "p7-p8"}
entities:
- {id: e1, type: GPE, kb: "state:orvia"}
- {id: e2, type: GPE, kb: "state:telmark"}
- {id: e3, type: ORG, nil: not_in_registry}
- {id: e4, type: PER, kb: "person:ida-roth"}
- {id: e5, type: GPE, kb: "city:lund"}
- {id: e6, type: GPE, kb: "iso3166-1:USA"}
- {id: e7, type: PER, nil: unnamed}
- {id: e8, type: PER, nil: unnamed}
- {id: e9, type: PER, nil: unnamed}
mentions:
- {id: m1, entity: e1, span: "p2:Orvia", level: NAM}
- {id: m2, entity: e2, span: "p2:Telmark", level: NAM}
- {id: m3, entity: e4, span: "p4:Ida Roth", level: NAM}
- {id: m4, entity: e5, span: "p4:Lund", level: NAM}
- {id: m5, entity: e5, span: "p6:LUND", level: NAM}
- {id: m6, entity: e3, span: "p6:Orvian Foreign Ministry", level: NAM}
- {id: m7, entity: e1, span: "p6:Orvian", level: NAM, demonym: true}
- {id: m8, entity: e3, span: "p6:it", level: PRO}
- {id: m9, entity: e2, span: "p6:Telmark", level: NAM}
- {id: m10, entity: e6, span: "p6:U.S.", level: NAM}
- {id: m11, entity: e5, span: "p6:Lund", level: NAM}
- {id: m12, entity: e1, span: "p7:We", level: PRO}
- {id: m13, entity: e4, span: "p7:Ida Roth", level: NAM}
- {id: m14, entity: e7, span: "p7:reporters", level: NOM}
- {id: m15, entity: e8, span: "p8:A Telmark official", level: NOM}
- {id: m16, entity: e2, span: "p8:Telmark", level: NAM}
- {id: m17, entity: e4, span: "p8:Roth", level: NAM}
- {id: m18, entity: e1, span: "p8:Lund", level: NAM, use: metonymic}
- {id: m19, entity: e9, span: "p6:inspectors", level: NOM}
- {id: m20, entity: e9, span: "p2:inspectors", level: NOM}
times:
- {id: t1, type: DATE, span: "p6:May 6", value: "2031-05-06", dct: true}
- {id: t2, type: DATE, span: "p6:Tuesday", value: "2031-05-06"}
- {id: t3, type: DATE, span: "p4:Monday", value: "2031-05-05"}
quotes:
- {id: q1, content: "p6:it had barred inspectors from Telmark's ferries", cue: "p6:denied",
   source: m6, polarity: negative}
- {id: q2, content: ["p7:“We want a boat,”", "p7:“and we want it soon.”"], cue: "p7:told",
   source: m13, addressees: [m14]}
- {id: q3, content: "p8:Roth had called the visit “a farce”", cue: "p8:said", source: m15}
- {id: q4, content: "p8:the visit “a farce”", cue: "p8:called", source: m17, parent: q3}
events:
- {id: v1, trigger: "p6:barred", type: COERCE, mode: restrict,
   arguments: [{role: actor, target: m8}, {role: recipient, target: m9}, {role: time, target: t2}]}
- {id: v2, trigger: "p6:talks", type: CONSULT, realis: future,
   arguments: [{role: actor, target: m6}, {role: place, target: m11}]}
- {id: v3, trigger: "p6:welcomed", type: SUPPORT,
   arguments: [{role: actor, target: m10}, {role: topic, target: v2}]}
- {id: v4, trigger: "p8:visit", type: CONSULT, mode: visit, chain: c1}
- {id: v5, trigger: "p8:cancelled", type: REJECT, polarity: negative,
   arguments: [{role: actor, target: m18}, {role: topic, target: v4}]}
"""

REGISTRY = """
state:orvia: {type: GPE, name: Orvia, demonyms: [Orvian]}
state:telmark: {type: GPE, name: Telmark}
person:ida-roth: {type: PER, name: Ida Roth}
city:lund: {type: GPE, name: Lund, seat_of: "state:orvia"}
"""

SECRET = "An embargoed sentence of exactly the kind that never leaves this machine unhydrated."

SPLITS: Mapping[str, str] = {
    "alpha": "train",
    "beta": "validation",
    "gamma": "test",
    "omega": "restricted",
}
"""The splits of the storylines that a corpus may have."""


def small_corpus(
    root: Path,
    documents: Mapping[str, str] | None = None,
    *,
    annotated: bool = True,
) -> Project:
    """A project with the given ``{doc_id: storyline}``; documents of ``omega`` are restricted.

    A restricted text lies hydrated in its place and ends with ``SECRET``. Without
    ``annotated`` no document has a record.
    """
    documents = documents or {
        "alpha-01": "alpha",
        "alpha-02": "alpha",
        "beta-01": "beta",
        "gamma-01": "gamma",
        "omega-01": "omega",
    }
    project = Project(root)
    for folder in (project.documents, project.restricted, project.corpus / "registry"):
        folder.mkdir(parents=True)
    project.gold.mkdir(parents=True)
    (project.corpus / "registry" / "all.yaml").write_text(REGISTRY, encoding="utf-8")
    splits: dict[str, list[str]] = {}
    for storyline in dict.fromkeys(documents.values()):
        splits.setdefault(SPLITS[storyline], []).append(storyline)
    (project.corpus / "splits.yaml").write_text(yaml.safe_dump(splits), encoding="utf-8")
    (project.annotations / "annotators.yaml").write_text(
        "gold: {kind: human, description: Two people at one table.}\n", encoding="utf-8"
    )
    for doc_id, storyline in documents.items():
        add_document(project, doc_id, storyline, annotated=annotated)
    return project


def add_document(project: Project, doc_id: str, storyline: str, *, annotated: bool = True) -> None:
    """Write the text, metadata and gold record of one document."""
    restricted = SPLITS[storyline] == "restricted"
    text = f"{STORY}\n{SECRET if restricted else f'This was the file {doc_id}.'}\n"
    folder = project.restricted if restricted else project.documents
    (folder / f"{doc_id}.txt").write_text(text, encoding="utf-8", newline="\n")
    metadata = {
        "doc_id": doc_id,
        "title": SECRET if restricted else "Orvia denies barring Telmark inspectors",
        "outlet": "Strand Wire",
        "byline": "Ada Moss",
        "published": "2031-05-06",
        "url": None,
        "language": "en",
        "genre": "wire",
        "storyline": storyline,
        "world": "reported" if restricted else "invented-geography",
        "licence": "restricted" if restricted else "open",
        "synthetic": not restricted,
        "sha256": text_sha256(text),
    }
    (project.documents / f"{doc_id}.json").write_text(json.dumps(metadata), encoding="utf-8")
    if annotated:
        write_record(project.gold / f"{doc_id}.json", story_record(doc_id, text))


def story_record(doc_id: str, text: str = STORY) -> Record:
    """The gold record of a text that begins with ``STORY``."""
    draft = {"doc_id": doc_id, **yaml.safe_load(DRAFT)}
    return compile_draft(draft, text, sha256=text_sha256(text), source=doc_id)
