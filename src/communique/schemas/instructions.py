"""The guidelines as Label Studio shows them: behind the button Instructions of a project."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from communique.files import read_text
from communique.schemas.schema import Schema

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it.token import Token

__all__ = ["GUIDELINES", "instructions", "project_settings"]

GUIDELINES = "guidelines.md"
"""Written by hand; only its tables are generated."""

LOOK = """<style>
.communique-guidelines { max-width: 60em; line-height: 1.45; }
.communique-guidelines h1 { font-size: 1.5em; font-weight: 600; margin: .5em 0; }
.communique-guidelines h2 { font-size: 1.25em; font-weight: 600; margin: 1.4em 0 .4em; }
.communique-guidelines h3, .communique-guidelines h4 { font-weight: 600; margin: 1em 0 .3em; }
.communique-guidelines p { margin: .4em 0; }
.communique-guidelines ul { list-style: disc; padding-left: 1.6em; }
.communique-guidelines ol { list-style: decimal; padding-left: 1.6em; }
.communique-guidelines blockquote { border-left: 3px solid; margin: .5em 0; padding-left: .8em; }
.communique-guidelines table { border-collapse: collapse; margin: .6em 0; }
.communique-guidelines td, .communique-guidelines th { border: 1px solid; padding: .2em .5em;
  text-align: left; vertical-align: top; }
</style>
"""


def instructions(schema: Schema) -> str:
    """The guidelines beside the schema as HTML; empty if there are none.

    Links become plain words: the editor would leave the page for them. Label Studio cleans what it
    is given and drops the attribute ``style`` and comments, so the look is a style sheet and there
    are no comments.

    Raises:
        InvalidInput: the guidelines are no text.

    """
    path = schema.folder / GUIDELINES
    if not path.is_file():
        return ""
    from markdown_it import MarkdownIt

    markdown = MarkdownIt("commonmark").enable("table")
    tokens = _plain(markdown.parse(read_text(path)))
    body = markdown.renderer.render(tokens, markdown.options, {})
    return f'{LOOK}<div class="communique-guidelines">\n{body}</div>\n'


def project_settings(schema: Schema) -> dict[str, Any]:
    """What a project is created with beside its title and its screen.

    The guidelines do not open by themselves, which they would at the start of every session.
    """
    return {"expert_instruction": instructions(schema), "show_instruction": False}


def _plain(tokens: Sequence[Token]) -> list[Token]:
    """The tokens of a page without its links and comments."""
    kept = []
    for token in tokens:
        comment = token.type == "html_block" and token.content.lstrip().startswith("<!--")
        if token.type in ("link_open", "link_close") or comment:
            continue
        if token.children:
            token.children = _plain(token.children)
        token.attrs.pop("style", None)
        kept.append(token)
    return kept
