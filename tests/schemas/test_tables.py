from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from communique.errors import InvalidInput
from communique.schemas.schema import load_schema
from communique.schemas.tables import Table, fill_tables, schema_table

SCHEMA = load_schema()

LEVELS = """\
| label | meaning |
| --- | --- |
| NAM | A bare name. |
| NOM | A noun phrase, determiner to head noun. |
| PRO | A pronoun or possessive. |"""


def test_a_marked_table_is_replaced_and_the_rest_is_left_alone() -> None:
    text = "before\n<!-- generated: labels mention_level -->\nold\n<!-- end -->\nafter\n"
    filled = fill_tables(text, SCHEMA, source="x.md")
    assert filled == (
        f"before\n<!-- generated: labels mention_level -->\n{LEVELS}\n<!-- end -->\nafter\n"
    )
    assert fill_tables(filled, SCHEMA, source="x.md") == filled


def test_labels_with_keys_have_a_column_for_them() -> None:
    table = schema_table(SCHEMA, "labels quote_part")
    assert table.heads == ("label", "key", "meaning")
    assert [row[:2] for row in table.rows] == [("content", "q"), ("cue", "w")]


def test_event_types_link_to_their_sections() -> None:
    text = "<!-- generated: event types -->\n<!-- end -->"
    row = fill_tables(text, SCHEMA, source="x.md").splitlines()[5]
    assert row.startswith("| [SUPPORT](#support) | verbal-cooperation | – | – | d |")
    assert schema_table(SCHEMA, "event types").rows[2][0] == "SUPPORT"


def test_fields_say_what_they_hold_and_what_leaving_them_out_means() -> None:
    rows = {row[0]: row[1:3] for row in schema_table(SCHEMA, "fields events").rows}
    assert rows["trigger"] == ("[start, end)", "must be there")
    assert rows["mode"] == ("mode of the type or null", "null")
    assert rows["realis"] == ("actual, future, hypothetical, generic", "actual")
    assert rows["arguments"] == ("list of objects", "none")
    assert rows["arguments.target"] == ("id of mentions, times or events", "must be there")
    quotes = {row[0]: row[1:3] for row in schema_table(SCHEMA, "fields quotes").rows}
    assert quotes["content"] == ("list of [start, end)", "must be there")
    assert quotes["addressees"] == ("list of ids of mentions", "none")
    assert quotes["type"] == ("direct, indirect, mixed", "derived")
    mentions = {row[0]: row[1:3] for row in schema_table(SCHEMA, "fields mentions").rows}
    assert mentions["demonym"] == ("true, false", "false")


def test_layers_and_roles() -> None:
    assert schema_table(SCHEMA, "layers").rows[1][:2] == ("entities", "entities, mentions")
    assert schema_table(SCHEMA, "roles").rows[4][:2] == ("topic", "mentions, events")


def test_a_bar_in_a_cell_is_escaped() -> None:
    assert Table(("a",), (("x|y",),)).markdown().splitlines()[2] == "| x\\|y |"


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("<!-- generated: layers -->\n", [1]),
        ("\n<!-- end -->\n", [2]),
        ("<!-- generated: labels nothing -->\n<!-- end -->\n", [1]),
        ("<!-- generated: everything -->\n<!-- end -->\n", [1]),
        ("<!-- generated: layers -->\n<!-- generated: roles -->\n<!-- end -->\n", [2]),
        (
            "<!-- end -->\n<!-- generated: x -->\n<!-- end -->\n<!-- generated: layers -->",
            [1, 2, 4],
        ),
    ],
)
def test_markers_that_do_not_pair_or_name_no_table_are_all_reported(
    text: str, lines: list[int]
) -> None:
    with pytest.raises(InvalidInput) as error:
        fill_tables(text, SCHEMA, source="x.md")
    assert [problem.line for problem in error.value.problems] == lines
    assert {problem.file for problem in error.value.problems} == {"x.md"}


WORDS = st.text(st.characters(codec="utf-8", exclude_characters="<"), max_size=40)
NAMES = st.sampled_from(["layers", "roles", "event types", "labels realis", "fields zones"])


@given(st.lists(st.tuples(WORDS, NAMES, WORDS), max_size=4), WORDS)
def test_filling_is_idempotent_and_keeps_every_word_outside_the_tables(
    parts: list[tuple[str, str, str]], last: str
) -> None:
    text = "".join(
        f"{before}<!-- generated: {name} -->{old}<!-- end -->" for before, name, old in parts
    )
    filled = fill_tables(text + last, SCHEMA, source="x.md")
    assert fill_tables(filled, SCHEMA, source="x.md") == filled
    place = 0
    for before, name, _ in parts:
        head = f"{before}<!-- generated: {name} -->"
        assert filled.startswith(head, place)
        place = filled.index("<!-- end -->", place + len(head)) + len("<!-- end -->")
    assert filled[place:] == last
