"""What the server has, put in our terms: whose annotation of which document each one is."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from xml.etree import ElementTree

from communique.annotations.label_studio.client import Client
from communique.errors import CommuniqueError, quoted
from communique.schemas.instructions import project_settings
from communique.schemas.label_studio import labelling_config
from communique.schemas.schema import Schema

__all__ = [
    "Found",
    "Reader",
    "Reading",
    "Remote",
    "Source",
    "Work",
    "annotator_names",
    "find_project",
    "ownership",
    "project_title",
    "read_works",
    "same_config",
    "screen",
    "unique_key",
    "without_copies",
    "without_words",
]


LONGEST_TITLE = 50


@dataclass(frozen=True, slots=True)
class Source:
    """A document as it goes to the server."""

    doc_id: str
    text: str
    sha256: str
    title: str | None = None
    published: date | None = None

    @property
    def key(self) -> tuple[str, str]:
        """What a task is known by; no id of the server."""
        return self.doc_id, self.sha256

    def data(self, layers: Sequence[str] | None = None) -> dict[str, Any]:
        """The data of its task."""
        data: dict[str, Any] = {
            "text": self.text,
            "doc_id": self.doc_id,
            "text_sha256": self.sha256,
            "title": self.title or self.doc_id,
        }
        return data if layers is None else {**data, "layers": list(layers)}


@dataclass(frozen=True, slots=True)
class Work:
    """One annotation on the server; ``annotator`` is whose record it is.

    One that is ``untouched`` came with its task and was never saved since.
    """

    doc_id: str
    annotator: str
    task: int
    id: int
    updated_at: str
    result: list[dict[str, Any]]
    skipped: bool
    untouched: bool
    layers: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Reading:
    """What one task holds: annotations, and whose drafts."""

    source: Source
    task: int
    updated_at: str
    works: list[Work]
    drafts: list[str]


@dataclass(slots=True)
class Found:
    """The tasks of a project, by what they are to us.

    ``foreign`` tasks have no document id, ``stale`` ones another text than the document has now,
    ``altered`` ones another text than their own hash says. ``tasks`` may have several for one
    document, when two imported it at once. ``count`` is the number of all, ``newest`` the latest
    time at which the server changed one.
    """

    tasks: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    stale: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    altered: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    foreign: int = 0
    count: int = 0
    newest: str = ""

    def add(self, task: Mapping[str, Any], sources: Mapping[str, Source]) -> Source | None:
        """Take in a task; the document, if it is a task of it as it is now."""
        self.count += 1
        self.newest = max(self.newest, task["updated_at"], key=_moment)
        data = task["data"] if isinstance(task.get("data"), dict) else {}
        doc_id = data.get("doc_id")
        slim = {
            "id": int(task["id"]),
            "updated_at": task["updated_at"],
            "data": {**data, "text": None},  # it is not needed from here on, and long
            "predicted": bool(task["total_predictions"]),
        }
        if not isinstance(doc_id, str):
            self.foreign += 1
        elif (source := sources.get(doc_id)) is None:
            self.unknown.append(doc_id)
        elif data.get("text_sha256") != source.sha256:
            self.stale.setdefault(doc_id, []).append(slim)
        elif data.get("text") != source.text:
            self.altered.setdefault(doc_id, []).append(slim)
        else:
            self.tasks.setdefault(doc_id, []).append(slim)
            return source
        return None

    @property
    def duplicated(self) -> dict[str, list[dict[str, Any]]]:
        """Documents with more than one task."""
        return {doc_id: tasks for doc_id, tasks in self.tasks.items() if len(tasks) > 1}


@dataclass(frozen=True, slots=True)
class Remote:
    """A project on a server."""

    client: Client
    id: int
    title: str
    config: str
    created_at: str

    @property
    def identity(self) -> str:
        """Another project under the same title has another one."""
        return self.created_at

    def find(self, sources: Mapping[str, Source], doc_ids: Collection[str] | None = None) -> Found:
        """All tasks of the project, or only of some documents; those of ``sources`` by document."""
        found = Found()
        for task in self.client.tasks(self.id, doc_ids=doc_ids):
            found.add(task, sources)
        return found


def _moment(time: str) -> datetime:
    return datetime.fromisoformat(time) if time else datetime.min.replace(tzinfo=UTC)


def project_title(pass_: str) -> str:
    """The title of the project of a pass."""
    return f"communique: {pass_}"


def find_project(
    client: Client, title: str, *, schema: Schema | None = None, pass_: str | None = None
) -> Remote | None:
    """The project with this title (or number); ``None`` if there is none.

    With ``schema`` and ``pass_`` one is created then.

    Raises:
        CommuniqueError: there are several.

    """
    matching = [
        one
        for one in client.projects()
        if one.get("title") == title or (title.isdecimal() and str(one["id"]) == title)
    ]
    if len(matching) > 1:
        ids = ", ".join(str(one["id"]) for one in matching)
        raise CommuniqueError(
            f"{client.url}: found the projects {ids} with the title {quoted(title)}, expected one; "
            "say which with --project NUMBER, or rename the others"
        )
    if matching:
        value = client.project(int(matching[0]["id"]))
    elif schema is not None and pass_ is not None:
        if len(title) > LONGEST_TITLE:
            raise CommuniqueError(
                f"found a project title of {len(title)} characters, expected at most "
                f"{LONGEST_TITLE}, which is all that Label Studio takes"
            )
        config = screen(schema, pass_)
        value = client.create_project(
            title,
            config,
            f"The pass {pass_} of this corpus.",
            settings=project_settings(schema),
        )
    else:
        return None
    return Remote(
        client,
        int(value["id"]),
        str(value.get("title", title)),
        str(value.get("label_config", "")),
        str(value.get("created_at", "")),
    )


def screen(schema: Schema, pass_: str) -> str:
    """The labelling configuration of a pass."""
    return labelling_config(schema, pass_)


def same_config(one: str, other: str) -> bool:
    """Whether two configurations are the same but for layout and comments."""
    return _canonical(one) == _canonical(other)


def unique_key(remote: Remote, source: Source, annotator: str) -> str:
    """The name under which an annotation is created on a task that is there: only once."""
    return f"communique/{remote.id}/{source.doc_id}/{source.sha256}/{annotator}"


def ownership(source: Source, annotator: str) -> int:
    """The number by which we know the annotation that was pushed for an annotator.

    The server keeps it with the annotation, in an import too. It has 53 bits, the first of them 1,
    so that numbers which others count up to do not come near it.
    """
    key = f"communique/{source.doc_id}/{source.sha256}/{annotator}"
    return 1 << 52 | int.from_bytes(hashlib.sha256(key.encode()).digest()[:8]) >> 12


def without_copies(works: Iterable[Work]) -> list[Work]:
    """The annotations of a document, without untouched ones that are there another time.

    An import of which no answer came may be carried out late, beside the one that was repeated.
    What nobody has touched is only what we sent, so it gives way to one that somebody worked on.
    """
    kept: list[Work] = []
    for work in sorted(works, key=lambda work: work.untouched):
        same = [one for one in kept if one.annotator == work.annotator]
        copy = any(not one.untouched or one.result == work.result for one in same)
        if not (work.untouched and copy):
            kept.append(work)
    return sorted(kept, key=lambda work: (work.task, work.id))


def annotator_names(users: Iterable[Mapping[str, Any]]) -> dict[int, str]:
    """The annotator that each user of the server is, by the user's id.

    It is what stands before the @; who comes second with the same is called by the whole address.
    Nobody is called ``gold``.
    """
    names: dict[int, str] = {}
    for user in sorted(users, key=lambda user: int(user["id"])):
        email = str(user.get("email") or user.get("username") or f"user-{user['id']}").lower()
        name = _slug(email.partition("@")[0])
        if name in {*names.values(), "gold"}:
            name = _slug(email.replace("@", "-at-"))
        if name in names.values():
            name = _slug(f"{name[:50]}-{user['id']}")
        names[int(user["id"])] = name
    return names


def read_works(
    remote: Remote, tasks: Mapping[int, Source], *, annotators: Collection[str]
) -> Iterator[Reading]:
    """The annotations and drafts of some tasks as the server has them now.

    An annotation that we created for one of the ``annotators`` is that annotator's, whoever works
    on it; any other is that of the user who made it.
    """
    if not tasks:
        return
    reader = Reader(remote, annotators)
    for exported in remote.client.export(remote.id, list(tasks)):
        source = tasks.get(int(exported["id"]))
        data = exported.get("data") or {}
        if source is None or (data.get("doc_id"), data.get("text_sha256")) != source.key:
            continue  # deleted meanwhile, and its id used again
        yield reader.reading(exported, source)


class Reader:
    """Tells of exported tasks whose annotations they hold; it asks once who the users are."""

    def __init__(self, remote: Remote, annotators: Collection[str]) -> None:
        self.annotators = annotators
        self.users = annotator_names(remote.client.users())

    def reading(self, exported: Mapping[str, Any], source: Source) -> Reading:
        """What a task of a document holds."""
        names = {ownership(source, name): name for name in self.annotators}
        return Reading(
            source=source,
            task=int(exported["id"]),
            updated_at=str(exported.get("updated_at")),
            works=[
                _work(one, exported, names, self.users) for one in exported.get("annotations") or ()
            ],
            drafts=[
                _user(one.get("user"), self.users)
                for one in exported.get("drafts") or ()
                if isinstance(one, dict)
            ],
        )


def _work(
    one: Mapping[str, Any],
    task: Mapping[str, Any],
    names: Mapping[int, str],
    users: Mapping[int, str],
) -> Work:
    layers = task["data"].get("layers")
    return Work(
        doc_id=task["data"]["doc_id"],
        annotator=names.get(one.get("import_id") or 0) or _user(one.get("completed_by"), users),
        task=int(task["id"]),
        id=int(one["id"]),
        updated_at=str(one.get("updated_at")),
        result=one["result"] if isinstance(one.get("result"), list) else [],
        skipped=bool(one.get("was_cancelled")),
        untouched=one.get("updated_by") is None,
        layers=tuple(map(str, layers)) if isinstance(layers, list) else None,
    )


def without_words(result: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """A result list without the words of the text, to be kept where the text must not be."""
    kept = []
    for one in result:
        value = one.get("value")
        if isinstance(value, Mapping) and "start" in value and isinstance(value.get("text"), str):
            one = {**one, "value": {key: value[key] for key in value if key != "text"}}
        kept.append(dict(one))
    return kept


def _user(value: object, users: Mapping[int, str]) -> str:
    """The annotator that a user is, given as id, as object or (for drafts) as address."""
    if isinstance(value, Mapping):
        value = value.get("id")
    if isinstance(value, str) and value.isdecimal():
        value = int(value)
    if isinstance(value, int):
        return users.get(value, f"user-{value}")
    return _slug(value.partition("@")[0]) if isinstance(value, str) else "unknown"


def _slug(text: str) -> str:
    slug = re.sub(r"[^a-z0-9._-]+", "-", text.lower())[:64].strip("._-")
    return slug or "unnamed"


def _canonical(config: str) -> str:
    try:
        root = ElementTree.fromstring(config)
    except ElementTree.ParseError:
        return config
    for element in root.iter():
        element.tail = None
        element.text = " ".join(element.text.split()) if element.text else None
    text = ElementTree.tostring(root, encoding="unicode")
    return ElementTree.canonicalize(text, strip_text=True)
