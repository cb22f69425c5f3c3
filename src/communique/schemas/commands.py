"""`communique schemas`: the schema shown, and what is generated from it written and checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from communique.schemas.schema import Schema

__all__ = ["group"]


@click.group(name="schemas")
def group() -> None:
    """What can be annotated: show the schema, generate from it, check what was generated."""


@group.command()
def generate() -> None:
    """Write what follows from schemas/communique.yaml.

    These are the JSON Schemas of a record and of a document, the labelling screens of Label Studio,
    and the tables in the annotators' guidelines and in docs/annotating.md. Files that already say
    the same are left alone.

    \b
    Example, after a change of schemas/communique.yaml:
      communique schemas generate
      git diff schemas/ docs/
    """
    from communique.schemas.generated import write_generated
    from communique.schemas.schema import load_schema

    schema = load_schema()
    for path, changed in write_generated(schema).items():
        name = path.relative_to(schema.folder.parent).as_posix()
        click.echo(f"{name}: {'written' if changed else 'unchanged'}")


@group.command()
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="One line per problem, or all of them as JSON.",
)
@click.pass_context
def check(ctx: click.Context, form: str) -> None:
    """Find generated files that are missing or stale; exit with 1 if there are any.

    Each problem names the first line that differs, what it says and what it should say.

    \b
    Example:
      communique schemas check && echo fresh
    """
    from communique.errors import InvalidInput
    from communique.schemas.generated import generated_texts, stale_files
    from communique.schemas.schema import load_schema

    schema = load_schema()
    problems = stale_files(schema)
    if form == "json":
        import json

        value = {"problems": [problem.as_json() for problem in problems]}
        click.echo(json.dumps(value, ensure_ascii=False, indent=2))
        ctx.exit(1 if problems else 0)
    if problems:
        raise InvalidInput(problems)
    click.echo(f"{schema.folder}: {len(generated_texts(schema))} generated files are fresh")


@group.command()
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
    help="Tables to read, or the labels as JSON.",
)
def show(form: str) -> None:
    """Show the labels: layers, types, modes, roles and attributes, with their keys.

    \b
    Examples:
      communique schemas show
      communique schemas show --format json | jq -r '.vocabularies.event_type | keys[]'
    """
    from communique.schemas.schema import load_schema

    schema = load_schema()
    if form == "json":
        import json

        click.echo(json.dumps(_overview(schema), ensure_ascii=False, indent=2))
    else:
        _print_tables(schema)


def _overview(schema: Schema) -> dict[str, object]:
    """What ``show --format json`` prints; labels without a colour, modes … leave those out."""
    from dataclasses import asdict

    def plain(value: object) -> dict[str, object]:
        given = asdict(value)  # type: ignore[call-overload]
        return {key: one for key, one in given.items() if one not in (None, (), False, 0)}

    return {
        "name": schema.name,
        "version": schema.version,
        "layers": {name: plain(layer) for name, layer in schema.layers.items()},
        "lists": {
            name: {field.name: plain(field) for field in record_list.fields}
            for name, record_list in schema.lists.items()
        },
        "vocabularies": {
            name: {label.name: plain(label) for label in labels.values()}
            for name, labels in schema.vocabularies.items()
        },
    }


def _print_tables(schema: Schema) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from communique.schemas.tables import schema_table

    colors = {
        name: label.color
        for labels in schema.vocabularies.values()
        for name, label in labels.items()
        if label.color
    }
    console = Console()
    console.print(f"{schema.name} {schema.version}, {schema.folder}", highlight=False, markup=False)
    for name in _shown(schema):
        table = schema_table(schema, name)
        drawn = Table(title=name, title_justify="left")
        for head in table.heads:
            drawn.add_column(head, overflow="fold")
        for first, *rest in table.rows:
            # A dot of the label's colour on the labelling screen, where colours can be shown.
            dot = colors.get(first) if console.color_system else None
            name_cell = Text.assemble(("● ", dot), (first, "bold")) if dot else Text(first, "bold")
            drawn.add_row(name_cell, *map(Text, rest))
        console.print()
        console.print(drawn)


def _shown(schema: Schema) -> list[str]:
    """The tables to show, in the order in which an annotator meets what they are about."""
    from communique.schemas.label_studio import REGIONS

    special = {"event_type": "event types", "role": "roles"}
    names = {"layers": None}
    for list_name, record_list in schema.lists.items():
        fields = [one for field in record_list.fields for one in (field, *field.fields)]
        used = [str(one.of) for one in fields if one.kind == "label" and one.of != "event_mode"]
        names[f"fields {list_name}"] = None
        for vocabulary in [*filter(None, [REGIONS.get(list_name)]), *used]:
            names[special.get(vocabulary, f"labels {vocabulary}")] = None
    return list(names)
