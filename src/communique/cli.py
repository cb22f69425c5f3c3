"""The command line: one group per folder, and domain errors turned into lines and exit codes."""

from __future__ import annotations

import errno
from typing import Any

import click

from communique import __version__
from communique.annotations import commands as annotation_commands
from communique.corpus import commands as corpus_commands
from communique.errors import CommuniqueError
from communique.eval import commands as eval_commands
from communique.schemas import commands as schema_commands

__all__ = ["main"]

UNWRITABLE = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)
"""What a disk says that takes no more; files are written whole or not at all."""


class Edge(click.Group):
    """The outermost group: what the library raises on purpose becomes text and exit code 1."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was named."""
        try:
            return super().invoke(ctx)
        except CommuniqueError as error:
            click.echo(str(error), err=True)
            ctx.exit(1)
        except OSError as error:
            if error.errno not in UNWRITABLE:
                raise
            place = f"{error.filename}: " if error.filename else ""
            click.echo(f"{place}{error.strerror}; make room and run the command again", err=True)
            ctx.exit(1)


@click.group(
    cls=Edge,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 all is well, 1 the input has problems, 2 the command was not understood.",
)
@click.version_option(__version__, prog_name="communique")
def main() -> None:
    """An annotated corpus of diplomatic news and its toolkit.

    Each group of commands handles the folder of the same name:

    \b
      schemas       what can be annotated
      corpus        texts, registry, splits; checks and the dataset
      annotations   who said what where in a text, as stand-off records
      eval          systems, predictions and scores

    \b
    To see all of it work:
      communique corpus validate
      communique corpus build build/dataset
      communique eval predict --system rules --out build/rules.jsonl
      communique eval score build/rules.jsonl
    """


for commands in (schema_commands, corpus_commands, annotation_commands, eval_commands):
    main.add_command(commands.group)
