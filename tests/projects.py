"""Small corpus projects on disk, for tests of commands."""

from __future__ import annotations

import json
from pathlib import Path

from communique.annotations.draft import compile_draft
from communique.annotations.reading import write_record
from communique.corpus.documents import text_sha256
from communique.project import Project

TEXT = (
    "Arvandia, Telmark open talks on ferry\n"
    "\n"
    "LUND HARBOUR, May 6 (Strand Wire) -- "
    "Arvandia and Telmark opened talks on a ferry on Tuesday.\n"
    "\n"
    '"We want a boat," Foreign Minister Ida Roth said.\n'
)

DRAFT = """
doc_id: {doc_id}
annotator: gold
zones:
- {{id: z1, type: headline, span: "p1"}}
- {{id: z2, type: dateline, span: "p2:LUND ~~ --"}}
- {{id: z3, type: body, span: "p2:Arvandia and ~~ Tuesday."}}
- {{id: z4, type: body, span: "p3"}}
entities:
- {{id: e1, type: GPE, kb: "state:arvandia"}}
- {{id: e2, type: GPE, kb: "state:telmark"}}
- {{id: e3, type: PER, nil: not_in_registry}}
mentions:
- {{id: m1, entity: e1, span: "p1:Arvandia", level: NAM}}
- {{id: m2, entity: e2, span: "p1:Telmark", level: NAM}}
- {{id: m3, entity: e1, span: "p2:Arvandia", level: NAM}}
- {{id: m4, entity: e2, span: "p2:Telmark", level: NAM}}
- {{id: m5, entity: e3, span: "p3:Ida Roth", level: NAM}}
- {{id: m6, entity: e3, span: "p3:Foreign Minister", level: NOM, title: true}}
- {{id: m7, entity: e1, span: "p3:We", level: PRO}}
times:
- {{id: t1, type: DATE, span: "p2:May 6", value: "2031-05-06", dct: true}}
- {{id: t2, type: DATE, span: "p2:Tuesday", value: "2031-05-06"}}
quotes:
- {{id: q1, content: ['p3:"We want a boat,"'], cue: "p3:said", source: m5}}
events:
- {{id: v1, trigger: "p1:talks", type: CONSULT, chain: c1,
    arguments: [{{role: actor, target: m1}}, {{role: actor, target: m2}}]}}
- {{id: v2, trigger: "p2:talks", type: CONSULT, chain: c1,
    arguments: [{{role: actor, target: m3}}, {{role: actor, target: m4}},
                {{role: time, target: t2}}]}}
"""

REGISTRY = """
state:arvandia: {type: GPE, name: Arvandia}
state:telmark: {type: GPE, name: Telmark}
"""


def make_project(root: Path, doc_ids: tuple[str, ...] = ("ferry-01", "ferry-02")) -> Project:
    """A project in ``root`` whose documents are alike but for their ids and last words."""
    import yaml

    project = Project(root)
    project.documents.mkdir(parents=True)
    (project.corpus / "registry").mkdir()
    (project.corpus / "registry" / "states.yaml").write_text(REGISTRY, encoding="utf-8")
    (project.corpus / "splits.yaml").write_text("test: [ferry]\n", encoding="utf-8")
    project.gold.mkdir(parents=True)
    (project.annotations / "annotators.yaml").write_text(
        "gold: {kind: human, description: Made for a test.}\n", encoding="utf-8"
    )
    for doc_id in doc_ids:
        text = f"{TEXT}\nSent from {doc_id}.\n"
        sha256 = text_sha256(text)
        (project.documents / f"{doc_id}.txt").write_text(text, encoding="utf-8")
        metadata = {
            "doc_id": doc_id,
            "title": "Arvandia, Telmark open talks on ferry",
            "outlet": "Strand Wire",
            "byline": None,
            "published": "2031-05-06",
            "url": None,
            "language": "en",
            "genre": "wire",
            "storyline": "ferry",
            "world": "invented-geography",
            "licence": "open",
            "synthetic": True,
            "sha256": sha256,
        }
        (project.documents / f"{doc_id}.json").write_text(json.dumps(metadata), encoding="utf-8")
        draft = yaml.safe_load(DRAFT.format(doc_id=doc_id))
        record = compile_draft(draft, text, sha256=sha256, source=doc_id)
        write_record(project.gold / f"{doc_id}.json", record)
    return project
