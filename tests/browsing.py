"""A real Chromium for tests of pages, and what it saw."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""Nothing of the browser's own business, and no sandbox, which root cannot have."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless browser with a profile of its own.

    Raises:
        RuntimeError: there is none; tests fail then, they are never passed over.

    """
    path = os.environ.get("COMMUNIQUE_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), "")
    if not path:
        raise RuntimeError("found no Chromium; `make browser` installs it or says how")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(QUIET))
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Seen:
    """A page and what happened in it that should not have."""

    page: Page
    troubles: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


def opened(
    browser: Browser,
    path: Path,
    *,
    address: str = "",
    width: int = 1300,
    height: int = 900,
    dark: bool = False,
) -> Seen:
    """A report, ready, in a window of its own."""
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light"
    )
    page = context.new_page()
    page.set_default_timeout(10_000)
    seen = Seen(page)
    page.on("console", lambda one: seen.troubles.append(f"{one.type}: {one.text}"))
    page.on("pageerror", lambda error: seen.troubles.append(f"error: {error}"))
    page.on("dialog", lambda dialog: seen.troubles.append(f"dialog: {dialog.message}"))
    page.on("request", lambda request: seen.requests.append(request.url))
    page.goto(f"{path.as_uri()}{address}")
    page.wait_for_selector("html[data-ready]")
    return seen


CONTRASTS = """() => {
    const canvas = document.createElement("canvas");
    const pen = canvas.getContext("2d", { willReadFrequently: true });
    const parse = (color) => {
        pen.clearRect(0, 0, 1, 1);
        pen.fillStyle = color;
        pen.fillRect(0, 0, 1, 1);
        const [r, g, b, a] = pen.getImageData(0, 0, 1, 1).data;
        return [r, g, b, a / 255];
    };
    const over = (top, below) =>
        top.slice(0, 3).map((one, i) => one * top[3] + below[i] * (1 - top[3]));
    const ground = (element) => {
        const chain = [];
        for (let one = element; one; one = one.parentElement) {
            chain.unshift(parse(getComputedStyle(one).backgroundColor));
        }
        return chain.reduce((below, top) => over(top, below), [255, 255, 255]);
    };
    const linear = (one) => one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4;
    const luminance = (rgb) => {
        const [r, g, b] = rgb.map((one) => linear(one / 255));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const ratio = (color, element) => {
        const below = ground(element);
        const both = [luminance(over(parse(color), below)), luminance(below)];
        const [low, high] = both.sort((a, b) => a - b);
        return (high + 0.05) / (low + 0.05);
    };
    const found = {};
    const note = (name, value) => { found[name] = Math.min(value, found[name] ?? 99); };
    for (const element of document.querySelectorAll("body *")) {
        if (!element.checkVisibility()) continue;
        if (element.closest("svg, .zero, .unseen, [aria-hidden=true]")) continue;
        const nodes = [...element.childNodes];
        const name = `${element.tagName} ${element.className}`;
        if (nodes.some((node) => node.nodeType === 3 && node.data.trim())) {
            note(name, ratio(getComputedStyle(element).color, element));
        }
        for (const pseudo of ["::before", "::after"]) {
            const style = getComputedStyle(element, pseudo);
            if (/"/.test(style.content)) note(name + pseudo, ratio(style.color, element));
        }
    }
    return found;
}"""
"""The least contrast of the words of each kind of element, what stands behind them composed."""
