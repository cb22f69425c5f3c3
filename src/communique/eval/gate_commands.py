"""`communique eval gate`: a system may pass, or may not."""

from __future__ import annotations

import json
from pathlib import Path

import click

__all__ = ["gate"]

SPLITS = click.Choice(["train", "validation", "test", "restricted"])


@click.command()
@click.argument("predictions", type=click.Path(path_type=Path))
@click.option(
    "--gate",
    "gate_path",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="TOML file with what is demanded.",
)
@click.option(
    "--gold",
    type=click.Path(path_type=Path),
    help="JSONL, folder of records, Arrow, Parquet or dataset; by default the project's gold.",
)
@click.option("--split", type=SPLITS, help="Only this split, for a gate that names none.")
@click.option(
    "--junit",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Also write JUnit XML, for the CI server.",
)
@click.option(
    "--update-baseline",
    is_flag=True,
    help="Store this result as the gate's baseline, if it meets what needs none.",
)
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table")
@click.pass_context
def gate(
    context: click.Context,
    predictions: Path,
    gate_path: Path,
    gold: Path | None,
    split: str | None,
    junit: Path | None,
    update_baseline: bool,
    form: str,
) -> None:
    """Hold predictions against a gate; exit code 1 when they do not pass.

    PREDICTIONS are as for `communique eval score`, or a result that it stored. A gate file says
    what the scores have to be:

    \b
      baseline = "baseline.json"        # a stored result, seen from the gate file
      split = "test"
      [[check]]
      measure = "mentions.strict"       # see `communique eval measures`
      min = 0.60                        # at least this F1
      max_drop = 0.02                   # at most so far below the baseline
      [[check]]
      measure = "quotes.source"
      not_significantly_worse = true    # than the baseline, by a paired test

    What is undefined does not pass, unless the gate says undefined = "pass". In a GitHub job the
    verdict is also added to the job's summary.

    \b
    Examples:
      communique eval gate build/rules.jsonl --gate eval/gates/rules.toml
      communique eval gate new.jsonl --gate gate.toml --junit gate.xml
      communique eval gate new.jsonl --gate gate.toml --update-baseline
    """
    from rich.text import Text

    from communique.errors import CommuniqueError
    from communique.eval.gate.junit import error_xml, report_xml
    from communique.eval.gate.markdown import error_markdown, report_markdown
    from communique.eval.gate.reading import read_gate
    from communique.eval.gate.run import run_gate
    from communique.eval.gate.run import update_baseline as store
    from communique.eval.gate.table import report_tables
    from communique.terminal import console

    changed, name = False, gate_path.stem
    try:
        wanted = read_gate(gate_path)
        name = wanted.name
        if update_baseline:
            report, changed = store(wanted, predictions, gold, split=split)
        else:
            report = run_gate(wanted, predictions, gold, split=split)
    except CommuniqueError as error:
        # What cannot be judged has to be seen where verdicts are looked for.
        _write_junit(junit, error_xml(name, str(error)))
        _add_to_summary(error_markdown(name, str(error)))
        raise
    _write_junit(junit, report_xml(report))
    _add_to_summary(report_markdown(report))
    if form == "json":
        click.echo(json.dumps(report.as_json(), indent=2, ensure_ascii=False))
    else:
        out = console()
        for part in report_tables(report):
            # a signature stays on one line, so that it can be copied and parsed
            out.print(part, soft_wrap=isinstance(part, Text))
    if update_baseline:
        said = "stored" if changed else "as it was"
        what = f"baseline {wanted.baseline}: {said if report.passed else 'not stored'}"
        click.echo(what, err=form == "json")
    context.exit(0 if report.passed else 1)


def _write_junit(path: Path | None, xml: str) -> None:
    from communique.errors import CommuniqueError
    from communique.files import write_text

    if path is None:
        return
    try:
        write_text(path, xml)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise CommuniqueError(f"{path}: {reason}: the JUnit XML is not written") from error


def _add_to_summary(markdown: str) -> None:
    """Append to the summary of a GitHub job; a verdict does not hang on whether that works."""
    import os

    name = os.environ.get("GITHUB_STEP_SUMMARY")
    if not name:
        return
    try:
        with Path(name).open("a", encoding="utf-8", errors="replace") as file:
            file.write(markdown)
    except OSError as error:
        click.echo(f"{name}: {error.strerror}: the summary is not written", err=True)
