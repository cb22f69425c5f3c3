"""How fast communique pushes to and pulls from Label Studio, beside the server alone, in one run.

Run it with `make bench`, or in other sizes with::

    python tests/benchmarks/sync.py --documents 100 --project 300

It starts a server of its own. The figures and the machine go to `eval/results/benchmark-sync.json`,
tables of them to `eval/results/benchmark-sync.md`. Pushes and full pulls of ours are the commands,
from process start to end, with every check and every file they write; what they are compared with
are calls whose input is ready before the clock starts and whose answer is only received.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
from measured import Process, Timing, machine, run, timed
from stories import ANNOTATOR, save, stories
from sync_tables import markdown

from communique.annotations.label_studio.client import Client
from communique.annotations.label_studio.pull import Pulled, pull
from communique.annotations.label_studio.remote import Source, find_project, screen
from communique.annotations.label_studio.results import results_of
from communique.annotations.label_studio.server import PROGRAM, Server, start
from communique.annotations.label_studio.state import Store, load_state
from communique.annotations.reading import read_record
from communique.annotations.record import Record
from communique.annotations.sync_commands import sources_of
from communique.files import write_text
from communique.project import Project
from communique.schemas.schema import load_schema

__all__ = ["Bench", "Sizes", "measure"]

ROOT = Path(__file__).parents[2]
SCHEMA = load_schema()
PACKAGES = ("communique", "label-studio-sdk", "httpx", "msgspec")
PATIENCE = 900.0
"""Seconds that one call may take: the server needs most of a minute for a large export."""

CHECKED = 10
"""Pulled records of which it is looked at whether they are those that were pushed."""

Json = dict[str, Any]


@dataclass(frozen=True)
class Sizes:
    """How much is pushed and pulled; the defaults are those of the published figures."""

    documents: int = 1_000
    project: int = 10_000
    loop: int = 60
    changed: int = 20
    rounds: int = 5
    repeats: int = 3


@dataclass
class Bench:
    """A server that runs, the sizes of a run, and what came out so far."""

    url: str
    token: str
    folder: Path
    sizes: Sizes
    figures: Json = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.client = Client(self.url, self.token, timeout=PATIENCE)
        self.http = httpx.Client(
            base_url=self.url,
            headers={"Authorization": f"Token {self.token}"},
            timeout=PATIENCE,
            trust_env=False,
        )

    def command(self, project: Project, name: str, title: str, *options: str) -> Process:
        """`communique annotations` with a command that talks to the server."""
        program = Path(sys.executable).with_name("communique")
        command = [str(program), "annotations", name, "--url", self.url, "--project", title]
        environment = {
            **os.environ,
            "LABEL_STUDIO_API_KEY": self.token,
            "COMMUNIQUE_PROJECT": str(project.root),
        }
        return run([*command, "--format", "json", *options], environment)

    def push(self, project: Project, title: str) -> Process:
        """Documents and records to a project."""
        done = self.command(project, "push", title, "--annotator", ANNOTATOR)
        told = json.loads(done.output)
        if told["problems"] or told["conflict"]:
            raise SystemExit(f"{title}: a push ended with problems")
        return done

    def pull(self, project: Project, title: str, count: int) -> Process:
        """All records from a project; they have to be there, sound and as many as pushed."""
        done = self.command(project, "pull", title, "--since", "all")
        told = json.loads(done.output)
        if len(told["written"]) + told["unchanged"] != count or told["problems"]:
            raise SystemExit(f"{title}: a pull brought {len(told['written'])} of {count} records")
        return done

    def empty_project(self, title: str) -> int:
        """A project of the server with our screen and no task, by its number."""
        return int(self.client.create_project(title, screen(SCHEMA, "all"), "a benchmark")["id"])

    def project_id(self, title: str) -> int:
        """The number of a project."""
        found = find_project(self.client, title)
        assert found is not None
        return found.id

    def received(self, path: str, params: Any) -> int:
        """Fetch something, look at none of it, and say how many bytes it had."""
        size = 0
        with self.http.stream("GET", path, params=params) as answer:
            answer.raise_for_status()
            for part in answer.iter_bytes():
                size += len(part)
        return size

    def as_json(self, path: str, params: Any) -> Any:
        """Fetch something as a JSON value."""
        return self.http.get(path, params=params).raise_for_status().json()


def push(bench: Bench) -> None:
    """A push with annotations, against one call of the SDK after the other, and a bare import."""
    count = bench.sizes.documents
    local = save(bench.folder / "push", stories(count))
    ready = [(source.data(), result) for source, result in _ready(local)]
    looped = ready[: bench.sizes.loop]
    half = len(looped) // 2
    loop = [_sdk_loop(bench, looped[:half], "loop before")]
    runs = [bench.push(_copy(local), f"push {one}") for one in range(bench.sizes.repeats)]
    loop.append(_sdk_loop(bench, looped[half:], "loop after"))
    payload = [
        {"data": data, "annotations": [{"result": result, "ground_truth": False}]}
        for data, result in ready
    ]
    bare = _bare_import(bench, payload)
    per_document = sum(loop) / len(looped)
    seconds = statistics.median(one.seconds for one in runs)
    bench.figures["push"] = {
        "documents": count,
        "regions": _regions(ready),
        "command": _runs([one.seconds for one in runs]),
        "peak_megabytes": _megabytes(runs),
        "bare_import": bare.as_json(),
        "sdk_documents": len(looped),
        "sdk_seconds": round(sum(loop), 3),
        "sdk_seconds_for_all_documents": round(per_document * count, 1),
        "ratio": round(per_document * count / seconds, 1),
    }


def _ready(project: Project) -> Iterator[tuple[Source, list[Json]]]:
    """The documents of a project as tasks, with the regions of their records."""
    store = Store(project)
    for doc_id, source in sources_of(store)[0].items():
        record = store.read(ANNOTATOR, doc_id)
        assert record is not None
        yield source, results_of(record, source.text, SCHEMA)


def _sdk_loop(bench: Bench, ready: Sequence[tuple[Json, list[Json]]], title: str) -> float:
    """Seconds for creating tasks and annotations one by one, as the manual of the SDK shows it."""
    from label_studio_sdk import LabelStudio

    http = httpx.Client(timeout=PATIENCE, trust_env=False)
    make: Any = LabelStudio
    sdk = make(base_url=bench.url, api_key=bench.token, httpx_client=http)
    project = bench.empty_project(title)

    def create(data: Json, result: list[Json]) -> None:
        task = sdk.tasks.create(project=project, data=data)
        sdk.annotations.create(id=int(task.id), result=result, ground_truth=False)

    create(*ready[0])  # the first calls import half the SDK
    begin = time.perf_counter()
    for data, result in ready:
        create(data, result)
    seconds = time.perf_counter() - begin
    http.close()
    return seconds


def _bare_import(bench: Bench, payload: Sequence[Json]) -> Timing:
    """The server's own bulk import of the same, ready made, in one request; never twice."""
    content = json.dumps(payload).encode()
    project = bench.empty_project("bare import")

    def send() -> None:
        bench.http.post(
            f"/api/projects/{project}/import",
            content=content,
            headers={"Content-Type": "application/json"},
        ).raise_for_status()

    return timed(send, 1, warm=False)[0]


def full(bench: Bench) -> None:
    """Full pulls of a small and a large project, and the server's ways to give everything."""
    small, large = bench.sizes.documents, bench.sizes.project
    rows = [_full(bench, count) for count in (small, large)]
    last, title = rows[-1], _title(large)
    project = bench.project_id(title)
    exports = [_export(bench, project) for _ in range(2)]
    last["export"] = _runs([timing.median for timing, _ in exports])
    last["export_megabytes"] = round(exports[0][1] / 1e6, 1)
    last["listing"] = timed(lambda: _listing(bench, project), 1, warm=False)[0].as_json()
    fastest = min(*(timing.median for timing, _ in exports), last["listing"]["seconds"])
    last["ratios"] = {
        name: round(last[name]["seconds"] / fastest, 2) for name in ("into_empty", "again")
    }
    memory = [row["peak_megabytes"] for row in rows]
    bench.figures["full"] = {
        "rows": rows,
        "fastest_seconds": round(fastest, 2),
        "memory_growth": round(memory[-1] / memory[0], 2),
    }


def _title(count: int) -> str:
    return f"full {count}"


def _full(bench: Bench, count: int) -> Json:
    """Push a project, and pull it: into a folder without records, and again."""
    local = save(bench.folder / _title(count), stories(count))
    pushed = bench.push(local, _title(count))
    here = Store(local)
    wanted = {
        path.stem: read_record(path)
        for path in sorted((local.passes / ANNOTATOR).iterdir())[:CHECKED]
    }
    # the annotator stays known, as in the repository that a colleague has cloned
    shutil.rmtree(local.passes / ANNOTATOR)
    shutil.rmtree(here.folder)
    (local.passes / ANNOTATOR).mkdir()
    into_empty = bench.pull(local, _title(count), count)
    for doc_id, record in wanted.items():
        if here.read(ANNOTATOR, doc_id) != record:
            raise SystemExit(f"{doc_id}: a pull brought another record than was pushed")
    again = bench.pull(local, _title(count), count)
    return {
        "documents": count,
        "push": _runs([pushed.seconds]),
        "into_empty": _runs([into_empty.seconds]),
        "again": _runs([again.seconds]),
        "push_megabytes": _megabytes([pushed]),
        "peak_megabytes": _megabytes([into_empty, again]),
    }


def _export(bench: Bench, project: int) -> tuple[Timing, int]:
    """The server's export of all tasks in one request."""
    params = {"exportType": "JSON", "download_all_tasks": "true"}
    return timed(lambda: bench.received(f"/api/projects/{project}/export", params), 1, warm=False)


def _listing(bench: Bench, project: int, page_size: int = 1_000) -> int:
    """The server's list of all tasks with all their fields, page after page; bytes of it."""
    size = 0
    pages = -(-bench.sizes.project // page_size)
    for page in range(1, pages + 1):
        params = {"project": project, "fields": "all", "page": page, "page_size": page_size}
        size += bench.received("/api/tasks/", params)
    return size


def incremental(bench: Bench) -> None:
    """Pulls of a few changed annotations of the large project, and what the server needs alone.

    In turns ours goes first and the server alone, so that neither gains from the other. The first
    pull is told by itself too: it comes soon after everything was pushed.
    """
    title = _title(bench.sizes.project)
    local = Project(bench.folder / title)
    project = bench.project_id(title)
    ids = [(str(one["data"]["doc_id"]), int(one["id"])) for one in bench.client.tasks(project)]
    ids.sort()
    found: dict[str, list[float]] = {name: [] for name in ("pull", "with_corpus", "nothing")}
    alone: list[float] = []
    for number in range(bench.sizes.rounds):
        since = _newest(bench, project)
        first = number * bench.sizes.changed
        _change(bench, local, project, ids[first : first + bench.sizes.changed])
        if number % 2:
            alone.append(_asked(bench, project, since))
        pulled, seconds, with_corpus = _pulled(bench, local, title)
        if not number % 2:
            alone.append(_asked(bench, project, since))
        if len(pulled.written) != bench.sizes.changed or pulled.problems:
            raise SystemExit(f"a pull brought {len(pulled.written)} of {bench.sizes.changed}")
        found["pull"].append(seconds)
        found["with_corpus"].append(with_corpus)
        nothing, seconds, _ = _pulled(bench, local, title)
        if nothing.written or nothing.problems:
            raise SystemExit("a pull brought what nobody had changed")
        found["nothing"].append(seconds)
    command = [bench.command(local, "pull", title).seconds for _ in range(bench.sizes.repeats)]
    server = statistics.median(alone)
    bench.figures["incremental"] = {
        "documents": bench.sizes.project,
        "changed": bench.sizes.changed,
        "first_pull_seconds": round(found["pull"][0], 3),
        **{name: _runs(seconds) for name, seconds in found.items()},
        "nothing_command": _runs(command),
        "server_alone": _runs(alone),
        "beyond_server": round(statistics.median(found["pull"]) - server, 3),
        "beyond_server_with_corpus": round(statistics.median(found["with_corpus"]) - server, 3),
    }


def _change(bench: Bench, local: Project, project: int, tasks: Sequence[tuple[str, int]]) -> None:
    """Turn the polarity of a quote in some annotations, as somebody on the server may."""
    store = Store(local)
    for task in bench.client.export(project, [number for _, number in tasks]):
        record = store.read(ANNOTATOR, str(task["data"]["doc_id"]))
        assert record is not None
        result = results_of(_turned(record), str(task["data"]["text"]), SCHEMA)
        (annotation,) = task["annotations"]
        bench.client.update_annotation(int(annotation["id"]), result)


def _turned(record: Record) -> Record:
    quotes = record.quotes or ()
    polarity = "positive" if quotes[0].polarity == "negative" else "negative"
    return replace(record, quotes=(replace(quotes[0], polarity=polarity), *quotes[1:]))


def _pulled(bench: Bench, local: Project, title: str) -> tuple[Pulled, float, float]:
    """An incremental pull; its seconds, and those with reading the texts of the corpus."""
    store = Store(local)
    begin = time.perf_counter()
    sources, _ = sources_of(store)
    middle = time.perf_counter()
    remote = find_project(bench.client, title)
    assert remote is not None
    state = load_state(store, remote.title, remote.identity)
    pulled = pull(remote, sources, store, state, SCHEMA)
    end = time.perf_counter()
    return pulled, end - middle, end - begin


def _newest(bench: Bench, project: int) -> str:
    """The server's time of the task that was changed last."""
    query = json.dumps({"ordering": ["-tasks:updated_at"]})
    params = {"project": project, "page": 1, "page_size": 1, "query": query}
    return str(bench.as_json("/api/tasks/", params)["tasks"][0]["updated_at"])


def _asked(bench: Bench, project: int, since: str) -> float:
    """Seconds for two requests: which tasks moved since a time, and these tasks in full."""
    moved = {
        "filter": "filter:tasks:updated_at",
        "operator": "greater",
        "type": "Datetime",
        "value": since,
    }
    query = json.dumps({"filters": {"conjunction": "and", "items": [moved]}})
    params = {"project": project, "page": 1, "page_size": 200, "query": query}
    begin = time.perf_counter()
    tasks = bench.as_json("/api/tasks/", params)["tasks"]
    wanted = [("exportType", "JSON"), ("download_all_tasks", "true")]
    wanted += [("ids[]", str(task["id"])) for task in tasks]
    bench.received(f"/api/projects/{project}/export", wanted)
    seconds = time.perf_counter() - begin
    if len(tasks) != bench.sizes.changed:
        raise SystemExit(f"the server says that {len(tasks)} tasks moved")
    return seconds


PARTS: tuple[Callable[[Bench], None], ...] = (push, full, incremental)


def measure(server: Server, folder: Path, sizes: Sizes) -> Json:
    """All parts on a server that runs; ``folder`` is for the local side."""
    bench = Bench(server.url, server.token, folder, sizes)
    with bench.client, bench.http:
        for part in PARTS:
            with _said(part.__name__):
                part(bench)
    return bench.figures


def _copy(project: Project) -> Project:
    """A project as it was before anything was pushed."""
    root = Path(tempfile.mkdtemp(dir=project.root.parent)) / "project"
    shutil.copytree(project.root, root)
    return Project(root)


def _regions(ready: Sequence[tuple[Json, list[Json]]]) -> float:
    """How many regions an annotation has in the mean."""
    counts: list[int] = [sum(one["type"] == "labels" for one in result) for _, result in ready]
    return round(sum(counts) / len(counts), 1)


def _runs(seconds: Sequence[float]) -> Json:
    return {
        "seconds": round(statistics.median(seconds), 4),
        "runs": len(seconds),
        "fastest": round(min(seconds), 4),
        "slowest": round(max(seconds), 4),
    }


def _megabytes(runs: Sequence[Process]) -> int:
    return round(max(one.peak_bytes for one in runs) / 1e6)


@contextmanager
def _said(name: str) -> Iterator[None]:
    begin = time.perf_counter()
    yield
    print(f"{name}: {time.perf_counter() - begin:.0f} s", file=sys.stderr, flush=True)


def _served(folder: Path) -> Server:
    """A server with an empty database, made from the one of the tests where there is one."""
    own = ROOT / ".venv-server" / "bin" / "label-studio"
    if own.is_file():
        os.environ.setdefault(PROGRAM, str(own))
    template = ROOT / "build" / "label-studio-template"
    if template.is_dir():
        shutil.copytree(template, folder)
    return start(folder, timeout=300)


def _options(given: Sequence[str] | None = None) -> tuple[Sizes, Path]:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    sizes: Mapping[str, int] = vars(Sizes())
    for name, default in sizes.items():
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--out", type=Path, default=Path("eval/results"))
    options = parser.parse_args(given)
    return Sizes(**{name: getattr(options, name) for name in sizes}), options.out


def main() -> None:
    """Measure, and write what came out."""
    sizes, out = _options()
    before = machine(PACKAGES)
    begin = time.perf_counter()
    with tempfile.TemporaryDirectory() as name, _served(Path(name) / "server") as server:
        with Client(server.url, server.token) as client:
            version = client.version()
        figures = measure(server, Path(name), sizes)
    whole = {
        "what": "make bench: push to and pull from Label Studio, beside the server alone",
        "machine": before,
        "server": f"Label Studio {version}, SQLite",
        "seconds": round(time.perf_counter() - begin),
        **figures,
    }
    write_text(out / "benchmark-sync.json", json.dumps(whole, indent=2) + "\n")
    page = markdown(whole)
    write_text(out / "benchmark-sync.md", page)
    print(page)


if __name__ == "__main__":
    main()
