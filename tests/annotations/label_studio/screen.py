"""A person at the labelling screen: a real browser that logs in, drags the mouse and clicks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page

from browsing import chromium

__all__ = ["Screen", "blank_screen", "screen"]

TEXT = "[class*=richtext__container]"

PLACES = """
([selector, start, end]) => {
  const root = document.querySelector(selector);
  const wanted = NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT;
  const walker = document.createTreeWalker(root, wanted);
  const range = document.createRange();
  let seen = 0, begun = false;
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node.nodeType !== Node.TEXT_NODE) {
      seen += node.tagName === "BR" ? 1 : 0;  // the editor shows a line end as an element
      continue;
    }
    const points = Array.from(node.data);
    const units = (n) => points.slice(0, n).join("").length;
    if (!begun && start < seen + points.length) {
      range.setStart(node, units(start - seen));
      begun = true;
    }
    if (begun && end <= seen + points.length) {
      range.setEnd(node, units(end - seen));
      break;
    }
    seen += points.length;
  }
  range.startContainer.parentElement.scrollIntoView({block: "center"});
  const boxes = Array.from(range.getClientRects()).filter((box) => box.width > 0);
  const first = boxes[0], last = boxes[boxes.length - 1];
  return [first.left, first.top + first.height / 2, last.right, last.top + last.height / 2];
}
"""
"""The middle of the left edge of the first and of the right edge of the last code point."""


class Screen:
    """One browser page on one server, logged in as one person."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url.rstrip("/")

    def log_in(self, email: str, password: str) -> None:
        """Through the form, as everybody does."""
        self.page.goto(f"{self.url}/user/login/")
        self.page.fill("input[name=email]", email)
        self.page.fill("input[name=password]", password)
        self.page.click("button[type=submit]")
        self.page.wait_for_url(lambda url: "login" not in url, wait_until="commit")

    def sign_up(self, invitation: str, email: str, password: str) -> None:
        """Through the form behind an invitation, after which one is logged in."""
        self.page.goto(invitation)
        self.page.fill("input[name=email]", email)
        self.page.fill("input[name=password]", password)
        self.page.click("button[type=submit]")
        self.page.wait_for_url(lambda url: "signup" not in url, wait_until="commit")

    def open(self, project: int, task: int) -> None:
        """Open a task for labelling and wait for its text."""
        self.page.goto(f"{self.url}/projects/{project}/data?task={task}")
        self.page.locator(TEXT).wait_for()
        self.page.get_by_role("button", name="Submit").or_(
            self.page.get_by_role("button", name="Update")
        ).first.wait_for()

    def draw(self, label: str, start: int, end: int) -> None:
        """Pick a label by its key or chip and drag the mouse over ``[start, end)``."""
        self.page.keyboard.press("Escape")
        self.page.locator(".communique-pane [class*=lsf-labels]").get_by_text(
            label, exact=True
        ).first.click()
        left, top, right, bottom = self._place(start, end)
        mouse = self.page.mouse
        mouse.move(left + 1, top)
        mouse.down()
        mouse.move((left + right) / 2, (top + bottom) / 2, steps=4)
        mouse.move(right - 0.5, bottom, steps=4)
        mouse.up()

    def select(self, start: int, end: int) -> None:
        """Click on the region that covers a place."""
        self.page.keyboard.press("Escape")
        self.click(start, end)

    def choose(self, choice: str) -> None:
        """Click a choice of the selected region."""
        self.page.locator(".communique-attributes:visible").get_by_text(
            choice, exact=True
        ).first.click()

    def relate(self, source: tuple[int, int], target: tuple[int, int], name: str) -> None:
        """Draw a relation from one region to another and give it a name."""
        self.select(*source)
        self.page.keyboard.press("Alt+r")
        self.click(*target)
        self.page.locator("#Relations-draggable").click()
        row = self.page.locator(".lsf-relations__item").last
        row.hover()
        row.get_by_role("button", name="Show Relation Labels").click()
        row.get_by_test_id("select-trigger-").click()
        self.page.get_by_role("option", name=name, exact=True).click()
        self.page.keyboard.press("Escape")
        self.page.locator("#Regions-draggable").click()

    def save(self) -> None:
        """Submit a new annotation or update the one that is there, and wait for the server."""
        button = (
            self.page.get_by_role("button", name="Submit")
            .or_(self.page.get_by_role("button", name="Update"))
            .first
        )
        with self.page.expect_response(
            lambda answer: (
                "/annotations" in answer.url and answer.request.method in ("POST", "PATCH")
            )
        ) as answer:
            button.click()
        assert answer.value.ok, answer.value.text()

    def _place(self, start: int, end: int) -> tuple[float, float, float, float]:
        left, top, right, bottom = self.page.evaluate(PLACES, [TEXT, start, end])
        return left, top, right, bottom

    def click(self, start: int, end: int) -> None:
        """Click on the words of a place, whatever is there."""
        left, top, right, bottom = self._place(start, end)
        if top == bottom:
            self.page.mouse.click((left + right) / 2, top)
        else:
            self.page.mouse.click(left + 2, top)


@contextmanager
def blank_screen(url: str) -> Iterator[Screen]:
    """A page at 1440×900 of somebody whom the server does not know yet."""
    with chromium() as browser:
        yield Screen(browser.new_page(viewport={"width": 1440, "height": 900}), url)


@contextmanager
def screen(url: str, email: str, password: str) -> Iterator[Screen]:
    """A page at 1440×900, logged in."""
    with blank_screen(url) as at_work:
        at_work.log_in(email, password)
        yield at_work
