"""`communique annotations push`, `pull` and `status`: records to and from Label Studio."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from communique.annotations.label_studio.remote import Source
    from communique.annotations.label_studio.state import Store
    from communique.errors import Problem

__all__ = ["pull", "push", "sources_of", "status"]

F = TypeVar("F", bound=Callable[..., Any])

FORMAT = click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
DRY_RUN = click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")


def _server(command: F) -> F:
    """The options that say which project on which server."""
    options = (
        click.option("--url", help="Address of the server; by default LABEL_STUDIO_URL."),
        click.option(
            "--pass",
            "pass_",
            type=click.Choice(["all", "spans", "links"]),
            default="all",
            show_default=True,
            help="The screen: everything, only what is drawn, or only what connects it.",
        ),
        click.option("--project", metavar="TITLE", help='By default "communique: PASS".'),
    )
    for option in reversed(options):
        command = option(command)
    return command


@click.command()
@click.argument("doc_ids", metavar="[DOC_ID]...", nargs=-1)
@_server
@click.option("--annotator", help="Send this annotator's records along, to be worked on.")
@click.option(
    "--pre",
    type=click.Path(dir_okay=False, exists=True, path_type=Path),
    help="JSONL of a system's records, which people then start from.",
)
@click.option("--restore", is_flag=True, help="Create again what was deleted on the server.")
@click.option("--prune", is_flag=True, help="Delete untouched second tasks of one document.")
@click.option("--update-config", is_flag=True, help="Give the project the screen of the schema.")
@click.option("--restricted", is_flag=True, help="Send restricted texts to another machine too.")
@DRY_RUN
@FORMAT
@click.pass_context
def push(
    context: click.Context,
    doc_ids: tuple[str, ...],
    url: str | None,
    pass_: str,
    project: str | None,
    annotator: str | None,
    pre: Path | None,
    restore: bool,
    prune: bool,
    update_config: bool,
    restricted: bool,
    dry_run: bool,
    form: str,
) -> None:
    """Send documents, and records if any are named, to a Label Studio project.

    Without DOC_ID all documents whose text is here. What is there already is not sent again, and
    what was changed there is not overwritten: pull first. The project is created if need be.

    \b
    Examples:
      communique annotations push --dry-run
      communique annotations push --annotator one
      communique annotations push --pass spans --pre rules.jsonl
    """
    from communique.annotations.label_studio import labels_in_use, push_plan
    from communique.annotations.label_studio.client import connect
    from communique.annotations.label_studio.push import apply
    from communique.annotations.label_studio.remote import (
        find_project,
        project_title,
        same_config,
        screen,
    )
    from communique.annotations.label_studio.state import State, load_state, locked
    from communique.annotations.reading import iterate_records
    from communique.schemas.schema import load_schema
    from communique.terminal import progress

    schema, store = load_schema(), _store()
    title = project or project_title(pass_)
    config = screen(schema, pass_)
    with connect(url, None) as client, locked(store):
        sources, held = sources_of(store, send_to=client.url, restricted=restricted)
        only = _chosen(doc_ids, sources)
        creating = None if dry_run else pass_
        remote = find_project(client, title, schema=schema, pass_=creating)
        notes = [f"{doc_id}: restricted, not sent; --restricted sends it" for doc_id in held]
        if remote is None:
            names = sorted(only if only is not None else sources)
            click.echo(f"{title}: would be created with {len(names)} documents")
            return
        if same_config(remote.config, config):
            pass
        elif update_config:
            if dry_run:
                notes.append(f"{title}: its configuration would be replaced")
            else:
                notes += labels_in_use.update_config(remote, config)
        else:
            labels_in_use.check_config(remote, config)
        state: State = load_state(store, remote.title, remote.identity)
        plan = push_plan.plan(
            remote,
            sources,
            store,
            state,
            schema,
            only=only,
            annotator=annotator,
            predictions=iterate_records(pre) if pre else (),
            restore=restore,
        )
        plan.notes += notes
        late = (
            []
            if dry_run
            else apply(plan, remote, sources, store, state, prune=prune, progress=progress)
        )
        plan.conflict += late
    if form == "json":
        click.echo(json.dumps({"dry_run": dry_run, **plan.as_json()}, ensure_ascii=False, indent=2))
    else:
        for line in plan.lines():
            click.echo(line)
        click.echo(f"{len(plan.unchanged)} unchanged")
        _say(plan.problems)
    context.exit(1 if plan.problems or plan.conflict else 0)


@click.command()
@click.argument("doc_ids", metavar="[DOC_ID]...", nargs=-1)
@_server
@click.option(
    "--since",
    type=click.Choice(["last", "all"]),
    default="last",
    show_default=True,
    help="Read what moved on the server since the last pull, or everything.",
)
@click.option("--prune", is_flag=True, help="Remove here what was deleted there.")
@click.option(
    "--take",
    type=click.Choice(["here", "there"]),
    help="Settle the conflicts of the documents named: go on with this version.",
)
@DRY_RUN
@FORMAT
@click.pass_context
def pull(
    context: click.Context,
    doc_ids: tuple[str, ...],
    url: str | None,
    pass_: str,
    project: str | None,
    since: str,
    prune: bool,
    take: Any,
    dry_run: bool,
    form: str,
) -> None:
    """Fetch annotations from Label Studio into annotations/passes, one folder per annotator.

    What was changed here and there is merged if nothing is lost by it; else both versions are put
    into annotations/conflicts and your record stays. What is no sound record goes into
    annotations/quarantine with the reasons. The exit code is 1 if there is either.

    \b
    Examples:
      communique annotations pull --dry-run
      communique annotations pull --since all
      communique annotations pull ferry-01 --take there
    """
    from communique.annotations.label_studio.client import connect
    from communique.annotations.label_studio.pull import pull as pulled
    from communique.annotations.label_studio.remote import find_project, project_title
    from communique.annotations.label_studio.state import load_state, locked
    from communique.errors import CommuniqueError
    from communique.schemas.schema import load_schema
    from communique.terminal import progress

    store = _store()
    title = project or project_title(pass_)
    with connect(url, None) as client, locked(store):
        sources, _ = sources_of(store)
        remote = find_project(client, title)
        if remote is None:
            raise CommuniqueError(f"{client.url}: found no project {title!r}; push first")
        out = pulled(
            remote,
            sources,
            store,
            load_state(store, remote.title, remote.identity),
            load_schema(),
            only=_chosen(doc_ids, sources),
            everything=since == "all",
            prune=prune,
            take=take,
            partial=pass_ == "spans",
            dry_run=dry_run,
            progress=progress,
        )
    out.notes += _unlisted(store, [*out.written, *out.merged])
    if form == "json":
        click.echo(json.dumps({"dry_run": dry_run, **out.as_json()}, ensure_ascii=False, indent=2))
    else:
        for line in out.lines():
            click.echo(line)
        click.echo(f"{out.unchanged} unchanged")
        _say(out.problems)
    context.exit(1 if out.problems or out.conflict else 0)


@click.command()
@_server
@click.option("--watch", is_flag=True, help="Keep the table up to date until Ctrl-C.")
@click.option("--every", type=click.IntRange(1), default=10, show_default=True, help="Seconds.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table")
def status(
    url: str | None, pass_: str, project: str | None, watch: bool, every: int, form: str
) -> None:
    """Say how far the annotators are: done, in progress, skipped, to pull, in conflict.

    Below it stands for each two annotators how far they agree on the documents of which both have
    records here: what is pulled counts. Intervals and all figures: `annotations agreement`.

    \b
    Examples:
      communique annotations status
      communique annotations status --watch --every 30
      communique annotations status --format json
    """
    import time
    from dataclasses import replace

    from communique.annotations.label_studio.client import connect
    from communique.annotations.label_studio.remote import find_project, project_title
    from communique.annotations.label_studio.state import load_state
    from communique.annotations.label_studio.status import status as counted
    from communique.annotations.label_studio.status import status_view
    from communique.annotations.progress_commands import SoFar
    from communique.errors import CommuniqueError
    from communique.terminal import console

    store = _store()
    title = project or project_title(pass_)
    with connect(url, None) as client:
        remote = find_project(client, title)
        if remote is None:
            raise CommuniqueError(f"{client.url}: found no project {title!r}; push first")
        sources, _ = sources_of(store)
        agreed = SoFar(store.project)

        def now() -> Any:
            state = load_state(store, remote.title, remote.identity)
            return replace(counted(remote, sources, store, state), agreement=agreed())

        if form == "json":
            click.echo(json.dumps(now().as_json(), ensure_ascii=False, indent=2))
        elif not watch:
            console().print(status_view(now()))
        else:
            from rich.live import Live

            try:
                with Live(status_view(now()), console=console(), auto_refresh=False) as live:
                    while True:
                        time.sleep(every)
                        live.update(status_view(now()), refresh=True)
            except KeyboardInterrupt:
                return


def sources_of(
    store: Store, *, send_to: str | None = None, restricted: bool = False
) -> tuple[dict[str, Source], list[str]]:
    """The documents whose text is here, and the ids of those that must not go to ``send_to``.

    Restricted texts go to a server on this machine only, unless ``restricted``.
    """
    from datetime import date

    from communique.annotations.label_studio.remote import Source
    from communique.corpus.documents import Corpus, text_sha256
    from communique.errors import InvalidInput, Problem

    corpus = Corpus(store.project)
    sources: dict[str, Source] = {}
    held: list[str] = []
    problems: list[Problem] = []
    local = send_to is None or _is_local(send_to)
    for document in corpus.documents():
        text = corpus.text_of(document)
        if text is None:
            continue
        if document.licence == "restricted" and not (local or restricted):
            held.append(document.doc_id)
            continue
        if text_sha256(text) != document.sha256:
            problems.append(
                Problem(
                    check="text.hash",
                    found="a text with another hash than the metadata says",
                    expected="the text of the metadata",
                    doc_id=document.doc_id,
                )
            )
            continue
        try:
            published = date.fromisoformat(document.published)
        except ValueError:
            published = None
        sources[document.doc_id] = Source(
            document.doc_id, text, document.sha256, document.title, published
        )
    if problems:
        raise InvalidInput(problems)
    return sources, held


def _is_local(url: str) -> bool:
    from urllib.parse import urlsplit

    return urlsplit(url).hostname in ("localhost", "127.0.0.1", "::1")


def _store() -> Store:
    from communique.annotations.label_studio.state import Store
    from communique.project import find_project

    return Store(find_project())


def _chosen(doc_ids: tuple[str, ...], sources: dict[str, Source]) -> set[str] | None:
    from communique.errors import CommuniqueError, quoted

    for doc_id in doc_ids:
        if doc_id not in sources:
            raise CommuniqueError(
                f"found the document id {quoted(doc_id)}, expected one of a document whose text "
                "is here"
            )
    return set(doc_ids) or None


def _unlisted(store: Store, names: list[str]) -> list[str]:
    """A word about annotators of whom nothing is said in annotators.yaml."""
    from communique.annotations.annotators import load_annotators

    path = store.project.annotations / "annotators.yaml"
    annotators = {name.rpartition("(")[2].rstrip(")") for name in names}
    missing = sorted(annotators - set(load_annotators(path)))
    return [f"{name}: not in {path.name} yet; add who that is" for name in missing]


def _say(problems: list[Problem]) -> None:
    for problem in problems:
        click.echo(str(problem), err=True)
