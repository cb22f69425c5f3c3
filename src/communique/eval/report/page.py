"""One HTML file that needs nothing else: style, script and data inside it.

Outside text is only ever data: it stands in JSON that no parser takes for markup, and the script
makes text nodes of it. A content security policy says the same to the browser: nothing is loaded
from anywhere, only the one style sheet and the one script with the hashes named run, and (where
the browser knows trusted types) no string becomes markup.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from html import escape
from importlib.resources import files
from typing import Any

__all__ = ["as_page", "embedded"]

SCRIPTS = (
    "elements.js",
    "charts.js",
    "scores.js",
    "document.js",
    "marks.js",
    "links.js",
    "details.js",
    "filters.js",
    "viewer.js",
    "app.js",
)
"""The parts of the script, in the order in which they are put together."""


def as_page(title: str, overview: Any, documents: Sequence[Any], palette: str) -> str:
    """The page. Each document is a script element of its own, parsed when it is looked at."""
    style = _resource("style.css") + palette
    script = '"use strict";\n(() => {\n' + "\n".join(map(_resource, SCRIPTS)) + "\n})();\n"
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'"
    )
    data = [_data("overview", overview)]
    data += [_data(f"document-{number}", one) for number, one in enumerate(documents)]
    parts = {
        "policy": escape(policy),
        "title": escape(title),
        "style": style,
        "script": script,
        "data": "\n".join(data),
    }
    page = _resource("page.html")
    head, *rest = page.split("{{")
    return head + "".join(
        parts[name] + tail for name, tail in (piece.split("}}", 1) for piece in rest)
    )


def embedded(value: Any) -> str:
    """JSON that may stand inside a script element: no ``<``, ``>``, ``&``, U+2028 or U+2029."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for one in "<>&\u2028\u2029":
        text = text.replace(one, f"\\u{ord(one):04x}")
    return text


def _data(name: str, value: Any) -> str:
    return f'<script type="application/json" id="{name}">{embedded(value)}</script>'


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"


def _resource(name: str) -> str:
    return (files("communique.eval.report") / "web" / name).read_text(encoding="utf-8")
