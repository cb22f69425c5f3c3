"""A small corpus beside a project on a real server, and short words for what people do to both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from communique.annotations.label_studio import push as pushing
from communique.annotations.label_studio import push_plan as planning
from communique.annotations.label_studio.client import Client
from communique.annotations.label_studio.pull import Pulled, pull
from communique.annotations.label_studio.push_plan import Plan
from communique.annotations.label_studio.remote import Remote, Source, find_project
from communique.annotations.label_studio.results import results_of
from communique.annotations.label_studio.state import Store, load_state
from communique.annotations.reading import read_record, write_record
from communique.annotations.record import Record, Time
from communique.corpus.documents import Corpus
from communique.schemas.schema import load_schema

SCHEMA = load_schema()
ME = "annotator"


@dataclass
class Bench:
    client: Client
    store: Store
    title: str

    @property
    def remote(self) -> Remote:
        found = find_project(self.client, self.title)
        assert found is not None
        return found

    @property
    def sources(self) -> dict[str, Source]:
        corpus = Corpus(self.store.project)
        return {
            one.doc_id: Source(one.doc_id, corpus.text(one.doc_id) or "", one.sha256, one.title)
            for one in corpus.documents()
        }

    def plan(self, annotator: str | None = None, **options: Any) -> Plan:
        remote = self.remote
        state = load_state(self.store, remote.title, remote.identity)
        return planning.plan(
            remote, self.sources, self.store, state, SCHEMA, annotator=annotator, **options
        )

    def push(self, annotator: str | None = None, *, prune: bool = False, **options: Any) -> Plan:
        plan = self.plan(annotator, **options)
        self.apply(plan, prune=prune)
        return plan

    def apply(self, plan: Plan, *, prune: bool = False) -> list[str]:
        remote = self.remote
        state = load_state(self.store, remote.title, remote.identity)
        return pushing.apply(plan, remote, self.sources, self.store, state, prune=prune)

    def pull(self, **options: Any) -> Pulled:
        remote = self.remote
        state = load_state(self.store, remote.title, remote.identity)
        return pull(remote, self.sources, self.store, state, SCHEMA, **options)

    def tasks(self, doc_id: str | None = None) -> list[dict[str, Any]]:
        tasks = self.client.export(self.remote.id)
        return [task for task in tasks if doc_id in (None, task["data"].get("doc_id"))]

    def annotations(self, doc_id: str) -> list[dict[str, Any]]:
        return [one for task in self.tasks(doc_id) for one in task["annotations"]]

    def annotate(self, doc_id: str, result: list[dict[str, Any]], unique_id: str = "") -> int:
        """An annotation by the user of the API key, as the screen would send it."""
        key = unique_id or f"by hand {self.title} {doc_id}"
        task = int(self.tasks(doc_id)[0]["id"])
        return int(self.client.create_annotation(task, result, unique_id=key)["id"])

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        return self.client._call("POST", path, body=dict(body))

    def change_there(self, doc_id: str, record: Record) -> None:
        (annotation,) = self.annotations(doc_id)
        self.client.update_annotation(int(annotation["id"]), self.result(record))

    def result(self, record: Record) -> list[dict[str, Any]]:
        return results_of(record, self.sources[record.doc_id].text, SCHEMA)

    def gold(self, doc_id: str, annotator: str = ME) -> Record:
        return replace(read_record(self.store.record("gold", doc_id)), annotator=annotator)

    def here(self, doc_id: str, annotator: str = ME) -> Record:
        return read_record(self.store.record(annotator, doc_id))

    def write(self, record: Record) -> None:
        write_record(self.store.record(record.annotator, record.doc_id), record)


def retimed(record: Record, value: str) -> Record:
    """The record with another value of its last time."""
    times: tuple[Time, ...] = record.times or ()
    return replace(record, times=(*times[:-1], replace(times[-1], value=value)))


def polarised(record: Record) -> Record:
    """The record with its first quote negative."""
    quotes = record.quotes or ()
    return replace(record, quotes=(replace(quotes[0], polarity="negative"), *quotes[1:]))
