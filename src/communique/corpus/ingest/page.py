"""The story on a web page: its text and what the page says about itself.

The extraction is trafilatura's, an optional dependency (extra ``html``).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

from communique.errors import CommuniqueError, InvalidInput, Problem

__all__ = ["Page", "is_page", "read_page"]

START = re.compile(r"\s*(?:<\?xml[^>]*>\s*)?<(?:!doctype\s+html|html)\b", re.IGNORECASE)
LATEST = "2199-12-31"
"""Dates later than this are not taken for the day of publication."""


@dataclass(frozen=True, slots=True)
class Page:
    """The story, one paragraph per line with blank lines between, and the page's metadata."""

    text: str
    title: str | None
    byline: str | None
    published: str | None
    outlet: str | None
    url: str | None


def is_page(path: Path, text: str) -> bool:
    """Whether a file is HTML: by its name or by how it begins."""
    return path.suffix.lower() in (".html", ".htm", ".xhtml") or START.match(text) is not None


def read_page(path: Path, html: str) -> Page:
    """The story on a page.

    The title goes in front of the text when the extraction left it out.

    Raises:
        CommuniqueError: trafilatura is not installed.
        InvalidInput: there is no story on the page.

    """
    try:
        import trafilatura
    except ImportError as error:
        raise CommuniqueError(
            f"{path}: found an HTML page and no trafilatura to read it with, "
            "expected the extra html; pip install 'communique[html]'"
        ) from error
    found = trafilatura.extract(
        html,
        output_format="json",
        with_metadata=True,
        include_comments=False,
        date_extraction_params={"original_date": True, "max_date": LATEST},
    )
    value = json.loads(found) if found else {}
    paragraphs = [line.strip() for line in (value.get("text") or "").split("\n") if line.strip()]
    if not paragraphs:
        problem = Problem(
            check="add.page",
            found="no story on the page",
            expected="paragraphs of text",
            file=str(path),
            mend="save the text by itself and add that",
        )
        raise InvalidInput([problem])
    title = value.get("title") or None
    if title and title not in paragraphs[:3]:
        paragraphs.insert(0, title)
    return Page(
        text="\n\n".join(paragraphs) + "\n",
        title=title,
        byline=value.get("author") or None,
        published=value.get("date") or None,
        outlet=value.get("source-hostname") or None,
        url=value.get("source") or None,
    )
