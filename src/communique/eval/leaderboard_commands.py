"""`communique eval leaderboard`: stored results of systems as one table."""

from __future__ import annotations

from pathlib import Path

import click

__all__ = ["leaderboard"]

MEND = "run make leaderboard"


@click.command()
@click.option(
    "--results",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of stored results, one per system; by default eval/results of the project.",
)
@click.option(
    "--write",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Write the table into this Markdown file, between its markers.",
)
@click.option(
    "--check",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Exit with 1 unless this Markdown file has the table as it is now.",
)
def leaderboard(results: Path | None, write: Path | None, check: Path | None) -> None:
    """Show the stored results of systems as a Markdown table.

    All of them have to be on the same gold, as their signatures say. In a file the table stands
    between <!-- generated: leaderboard --> and <!-- end -->.

    \b
    Examples:
      communique eval leaderboard
      communique eval leaderboard --write README.md
      communique eval leaderboard --check README.md
    """
    from communique.errors import InvalidInput
    from communique.eval.leaderboard import fill_leaderboard, leaderboard_of
    from communique.files import write_text
    from communique.project import find_project
    from communique.schemas.generated import difference

    project = find_project()
    board = leaderboard_of(results or project.root / "eval" / "results", project)
    if check is not None:
        text = fill_leaderboard(check, board)
        if problem := difference(check, text, check="leaderboard.fresh", mend=MEND):
            raise InvalidInput([problem])
        click.echo(f"{check}: the leaderboard is fresh")
    if write is not None:
        changed = write_text(write, fill_leaderboard(write, board))
        click.echo(f"{write}: {'written' if changed else 'unchanged'}")
    if check is None and write is None:
        click.echo(board.markdown())
