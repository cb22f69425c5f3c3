"""`communique annotations serve`: Label Studio on this machine, with the corpus in it."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from types import FrameType

    from communique.annotations.label_studio.server import Server

__all__ = ["serve"]


@click.command()
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the server; by default in your own data folder, outside the project.",
)
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    help="By default that of the last time, and at first one that is free.",
)
@click.option("--no-push", is_flag=True, help="Leave the projects of the server as they are.")
def serve(data: Path | None, port: int | None, no_push: bool) -> None:
    """Run Label Studio on this machine until Ctrl-C, with the documents of the corpus in it.

    The server is reached from this machine only. Name and password are made at the first start and
    lie in secrets.json of the data folder, which only you can read. A second annotator signs up
    through the link that is printed. In another terminal, `communique annotations push`, `pull` and
    `status` find the server by themselves.

    \b
    Example:
      communique annotations serve
      communique annotations serve --data ~/labels --port 8080
    """
    from communique.annotations.label_studio.server import default_data_dir, load_secrets, start
    from communique.errors import CommuniqueError
    from communique.project import find_project

    folder = (data or default_data_dir()).expanduser().resolve()
    if not no_push:
        find_project()
    fresh = "" if (folder / "secrets.json").is_file() else "; the first time takes about a minute"
    click.echo(f"starting Label Studio{fresh} …", err=True)
    with _until_stopped(), start(folder, port=port) as server:
        if not no_push:
            _push(server)
        click.echo(f"Label Studio runs at {server.url}")
        click.echo(f"log in as {load_secrets(folder).username}")
        click.echo(f"with the password in {folder / 'secrets.json'}")
        for line in _invitation(server):
            click.echo(line)
        click.echo("Ctrl-C ends it")
        sys.stdout.flush()
        code = server.wait()
        raise CommuniqueError(
            f"the server ended by itself with code {code}; see {folder / 'server.log'}"
        )


@contextmanager
def _until_stopped() -> Iterator[None]:
    """Ctrl-C and a request to end are no errors, and the server ends first."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    # who is started in the background of a shell is deaf to the first, unless it says otherwise
    old = {one: signal.signal(one, stop) for one in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    except KeyboardInterrupt:
        click.echo("\nLabel Studio has ended", err=True)
    finally:
        for one, handler in old.items():
            signal.signal(one, handler)


def _push(server: Server) -> None:
    """Bring the documents to the server; what goes wrong is said, and can be put right there."""
    from communique.annotations.sync_commands import push
    from communique.errors import CommuniqueError

    with _addressed(server):
        try:
            name = "communique annotations push"
            code = push.main(args=[], prog_name=name, standalone_mode=False)
        except CommuniqueError as error:
            click.echo(str(error), err=True)
            code = 1
    if code:
        click.echo("not all documents are there; say `communique annotations push`", err=True)


def _invitation(server: Server) -> Iterator[str]:
    """How a second annotator joins; nothing, if the server does not say."""
    from communique.annotations.label_studio.client import Client
    from communique.errors import CommuniqueError

    try:
        with Client(server.url, server.token) as client:
            link = client.invite_url()
    except CommuniqueError:
        return
    yield f"a second annotator signs up at {link}"


@contextmanager
def _addressed(server: Server) -> Iterator[None]:
    """Let commands talk to this server, whichever the environment names."""
    ours = {"LABEL_STUDIO_URL": server.url, "LABEL_STUDIO_API_KEY": server.token}
    before = {name: os.environ.get(name) for name in ours}
    os.environ.update(ours)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
