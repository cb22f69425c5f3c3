"""The report in a real browser: it renders, filters, answers to keys, and takes text as text."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from browsing import CONTRASTS, chromium, opened
from communique.eval.agreement.human import Human, HumanFigure
from communique.eval.report import report_page
from communique.eval.scoring import Result, score
from communique.eval.statistics.interval import Interval
from reported import HOSTILE, hostile, long_story, many, sides_of

DOCUMENTS = 4


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as one:
        yield one


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory, [*many(DOCUMENTS - 1, 2), hostile()])


@pytest.fixture(scope="module")
def big(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """500 documents of the length of a news story, with some 100 annotations a side."""
    return written(tmp_path_factory, many(500, 5))


def written(factory: pytest.TempPathFactory, documents: list[Any]) -> Path:
    path = factory.mktemp("report") / "report.html"
    gold, pred = sides_of(documents)
    path.write_text(report_page(gold, pred, human=people), encoding="utf-8")
    return path


def people(result: Result) -> Human:
    """A human figure for one measure, below any system that finds something."""
    figure = HumanFigure(0.91, Interval(0.9, 0.92, 30, 0.0), 30, ("a", "b"))
    low = HumanFigure(0.01, Interval(0.0, 0.02, 30, 0.0), 30, ("a", "b"))
    return Human({"claims": figure, "mentions.strict": low}, frozenset({"mentions.strict"}))


def text(page: Page, selector: str) -> str:
    return page.locator(selector).inner_text()


def selected(page: Page) -> str | None:
    """The key of the annotation that is selected."""
    mark = page.locator(".m.on").first
    return mark.get_attribute("data-key") if mark.count() else None


def hidden_at(page: Page, selector: str) -> bool:
    return not page.locator(selector).is_visible()


# ----------------------------------------------------------------------------------- it renders


def test_the_scores_are_those_of_the_scorer(browser: Browser, report: Path) -> None:
    seen = opened(browser, report)
    result = score(*sides_of([*many(DOCUMENTS - 1, 2), hostile()]))
    row = seen.page.locator(".headline tbody tr", has_text="Entity mentions")
    value = result.score("mentions.strict").value
    assert value is not None
    assert row.locator("td.strong").inner_text().startswith(f"{value:.3f}")
    assert "above people" in row.inner_text()
    claims = seen.page.locator(".headline tbody tr").first
    assert "Claims" in claims.inner_text()
    assert "0.910" in claims.inner_text()
    assert "people 0.910" in str(claims.locator("svg.interval").get_attribute("aria-label"))
    assert "4 documents" in text(seen.page, ".title")
    assert seen.page.locator(".matrix tbody tr").count() > 3
    assert seen.troubles == []


def test_nothing_is_loaded_and_nothing_complains(browser: Browser, report: Path) -> None:
    seen = opened(browser, report)
    page = seen.page
    page.locator(".card summary").click()
    for tab in page.locator(".choice button").all():
        tab.click()
    page.get_by_role("link", name="Documents").click()
    for _ in range(DOCUMENTS):
        page.keyboard.press("j")
    for _ in range(40):
        page.keyboard.press("p")
    page.keyboard.press("t")
    page.locator(".errors-place summary").click()
    assert seen.requests == [report.as_uri()]
    assert seen.troubles == []


def test_the_policy_forbids_what_the_page_does_not_need(browser: Browser, report: Path) -> None:
    seen = opened(browser, report)
    ran = seen.page.evaluate(
        """() => {
            const tries = [];
            try { document.body.innerHTML = "<b>x</b>"; tries.push("innerHTML"); } catch {}
            const script = document.createElement("script");
            try {
                script.textContent = "window.ran = true";
                document.body.append(script);
            } catch {}
            if (window.ran) tries.push("script");
            return tries;
        }"""
    )
    assert ran == []
    assert seen.page.evaluate("fetch('https://example.org/').then(() => 1, () => 0)") == 0


# ----------------------------------------------------------------------------------- text is text


def test_hostile_text_is_shown_as_text(browser: Browser, report: Path) -> None:
    seen = opened(browser, report, address="#doc=hostile-01")
    page = seen.page
    lines = [line for line in HOSTILE.split("\n") if line]
    for side in ("gold", "pred"):
        cells = page.locator(f".row p.cell.{side}")
        assert [cells.nth(n).text_content() for n in range(cells.count())] == lines
    assert page.locator(".heading h2").text_content() == lines[0]
    assert page.title() == "rules-2 · evaluation report"
    assert page.evaluate("document.images.length") == 0
    scripts = page.evaluate("[...document.scripts].filter((one) => !one.type).length")
    assert scripts == 1
    page.locator("[data-key='gold:times:0']").click()
    assert "<b>2031</b>" in text(page, ".selected")
    assert seen.troubles == []


def test_marks_cover_just_their_code_points(browser: Browser, report: Path) -> None:
    seen = opened(browser, report, address="#doc=hostile-01")
    record, words = hostile()
    for number, mention in enumerate(record.mentions or ()):
        pieces = seen.page.locator(f"[data-key='gold:mentions:{number}']")
        found = "".join(str(pieces.nth(n).text_content()) for n in range(pieces.count()))
        assert found == mention.span.slice(words)
    # m6 crosses the end of m1, so it stands in two pieces
    assert seen.page.locator("[data-key='gold:mentions:5']").count() == 2
    assert seen.page.locator("[data-key='gold:mentions:0']").count() == 1
    quote = (record.quotes or ())[0]
    content = seen.page.locator("[data-key='gold:quotes:0'][data-part='content']")
    found = "".join(str(content.nth(n).text_content()) for n in range(content.count()))
    assert found == quote.content[0].slice(words)
    assert content.count() == 2  # cut by the end of m7


# ----------------------------------------------------------------------------------- filters, keys


def test_a_category_leads_to_its_errors(browser: Browser, report: Path) -> None:
    seen = opened(browser, report)
    page = seen.page
    quotes = page.locator(".panel", has=page.locator("h3", has_text="Quotes")).first
    row = quotes.locator("tr", has_text="wrong extent").first
    wrong = int(row.locator("td").first.inner_text())
    assert wrong > 0
    row.locator("button").click()
    assert page.evaluate("document.documentElement.dataset.view") == "documents"
    assert text(page, ".menu summary").startswith("Errors: wrong extent")
    assert text(page, ".tally").endswith(f"{wrong} errors")
    assert page.locator("#documents input[type=checkbox]:checked").count() == 2  # layer, category
    assert page.locator(".m.mentions").count() == 0
    # what is outlined has this error, and what is selected is the first
    keys = page.locator(".m.error").evaluate_all("(all) => all.map((one) => one.dataset.key)")
    assert keys
    assert all(":quotes:" in key for key in keys)
    assert selected(page) in keys
    assert text(page, ".where") == f"error 1 of {len({k for k in keys if k.startswith('gold')})}"
    # and the browser's way back leads back
    page.go_back()
    assert page.evaluate("document.documentElement.dataset.view") == "scores"
    assert seen.troubles == []


def test_a_cell_of_the_matrix_leads_to_its_errors(browser: Browser, report: Path) -> None:
    seen = opened(browser, report)
    page = seen.page
    cells = page.locator(".matrix .shade.wrong button")
    assert cells.count()
    number = int(cells.first.inner_text())
    said = str(cells.first.get_attribute("aria-label"))
    cells.first.click()
    assert text(page, ".tally").endswith(f"{number} error" + ("s" if number > 1 else ""))
    gold, pred = said.split("gold ")[1].split(" ")[0], said.split("predicted as ")[1]
    assert text(page, ".pair") == f"{gold} → {pred} ×"
    kinds = page.locator(".selected tbody tr", has_text="type").locator("td").all_inner_texts()
    assert kinds == [gold, pred]
    page.locator(".pair").click()
    assert hidden_at(page, ".pair")
    assert f"of {DOCUMENTS} documents" in text(page, ".tally") or (
        f"{DOCUMENTS} documents" in text(page, ".tally")
    )


def test_layers_and_errors_only(browser: Browser, report: Path) -> None:
    seen = opened(browser, report, address="#doc=story-000")
    page = seen.page
    before = page.locator(".m").count()
    assert page.locator(".m.times").count()
    page.locator("label.layer.times input").uncheck()
    assert page.locator(".m.times").count() == 0
    assert page.locator(".m").count() < before
    page.keyboard.press("2")
    assert page.locator(".m").count() == before
    # the number of errors follows
    whole = text(page, ".where")
    page.keyboard.press("1")
    assert text(page, ".where") != whole
    page.keyboard.press("1")
    page.keyboard.press("e")
    width = "getComputedStyle(document.querySelector('.m.mentions.right')).borderBottomColor"
    assert page.evaluate(width) == "rgba(0, 0, 0, 0)"
    assert "only=errors" in page.url
    page.keyboard.press("e")
    assert page.evaluate(width) != "rgba(0, 0, 0, 0)"


def test_error_kinds_in_the_menu(browser: Browser, report: Path) -> None:
    seen = opened(browser, report, address="#doc=story-000")
    page = seen.page
    page.locator(".menu summary").click()
    row = page.locator(".menu-panel label", has=page.locator("[value='mentions.missed']"))
    missed = int(row.locator(".number").inner_text())
    row.locator("input").check()
    assert text(page, ".where") == f"{missed} errors"
    assert page.locator(".m.error.mentions.missed.final").count() == missed
    assert page.locator(".m.error:not(.missed)").count() == 0
    page.keyboard.press("Escape")
    assert not page.locator(".menu-panel").is_visible()
    assert text(page, ".entries [aria-current] .badge") == str(missed)


def test_keys_for_documents_and_errors(browser: Browser, report: Path) -> None:
    seen = opened(browser, report, address="#documents")
    page = seen.page

    def current() -> str:
        return text(page, ".heading code")

    names = page.locator(".entry-about").all_inner_texts()
    names = [name.split(" · ")[0] for name in names]
    assert current() == names[0]
    page.keyboard.press("j")
    assert current() == names[1]
    page.keyboard.press("k")
    page.keyboard.press("k")
    assert current() == names[0]
    # n walks through the errors of a document and goes on in the next one
    errors = int(text(page, ".where").split()[0])
    places = []
    for number in range(errors):
        page.keyboard.press("n")
        assert text(page, ".where") == f"error {number + 1} of {errors}"
        places.append(page.locator(".selected tbody tr").nth(1).inner_text())
    assert len(set(places)) > errors / 2
    page.keyboard.press("n")
    assert current() == names[1]
    assert text(page, ".where").startswith("error 1 of")
    page.keyboard.press("p")
    assert current() == names[0]
    assert text(page, ".where") == f"error {errors} of {errors}"
    assert page.locator(".selected").is_visible()
    page.keyboard.press("Escape")
    assert hidden_at(page, ".selected")


def test_keys_for_search_help_and_views(browser: Browser, report: Path) -> None:
    seen = opened(browser, report)
    page = seen.page
    page.keyboard.press("?")
    assert page.locator("#help").is_visible()
    page.keyboard.press("Escape")
    assert hidden_at(page, "#help")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.type") == "search"
    page.keyboard.type("we go ]]>")  # letters are typed here, not obeyed
    assert text(page, ".tally").startswith("1 of 4 documents")
    assert page.locator(".entries button").count() == 1
    page.locator(".entries button").click()
    assert text(page, ".heading code") == "hostile-01"
    page.keyboard.press("s")
    assert page.locator(".headline").is_visible()
    page.keyboard.press("d")
    assert text(page, ".heading code") == "hostile-01"
    assert seen.troubles == []


def test_an_address_leads_back_to_its_place(browser: Browser, report: Path) -> None:
    first = opened(browser, report, address="#doc=story-001&errors=events.wrong-type").page
    first.keyboard.press("n")
    key, address = selected(first), "#" + first.url.partition("#")[2]
    assert key is not None
    assert "at=gold.events" in address
    again = opened(browser, report, address=address).page
    assert selected(again) == key
    assert text(again, ".heading code") == "story-001"
    assert text(again, ".where") == text(first, ".where")
    # what an address says wrongly is passed over
    odd = opened(
        browser, report, address="#doc=nobody&at=gold.events.v99&errors=x.y&layers=zz&pair=q"
    )
    assert odd.page.locator(".heading h2").is_visible()
    assert odd.troubles == []


def test_links_and_partners_of_what_is_selected(browser: Browser, report: Path) -> None:
    record, _ = long_story("story-000", 2)
    seen = opened(browser, report, address="#doc=story-000&at=gold.events.v1")
    page = seen.page
    event = (record.events or ())[0]
    roles = page.locator(".links .arc-role").all_text_contents()
    golds = [one.role for one in event.arguments]
    # those of the prediction too
    assert roles[: len(golds)] == golds
    assert page.locator(".m.partner").count() == 1
    assert page.locator(".cell.gold .m.target").count() >= len(golds)
    page.locator("[data-key='gold:quotes:1'][data-part='content']").first.click(
        position={"x": 3, "y": 8}
    )
    assert "source" in page.locator(".links .arc-role").all_text_contents()
    # a place is called by its usual name, and not by its adjective
    page.locator("[data-key='gold:mentions:6']").click()
    assert "Orvia · state:orvia" in text(page, ".selected")


def test_a_second_click_goes_outwards(browser: Browser, report: Path) -> None:
    # “Telmark” (m16) stands in “A Telmark official” (m15)
    page = opened(browser, report, address="#doc=story-000").page
    inner, outer = "gold:mentions:15", "gold:mentions:14"
    page.locator(f"[data-key='{inner}']").click()
    assert selected(page) == inner
    page.locator(f"[data-key='{inner}']").click()
    assert selected(page) == outer


# ----------------------------------------------------------------------------------- how it looks


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("address", ["", "#doc=story-000", "#doc=story-001&at=gold.events.v1"])
def test_all_words_can_be_read(browser: Browser, report: Path, dark: bool, address: str) -> None:
    seen = opened(browser, report, address=address, dark=dark)
    found = seen.page.evaluate(CONTRASTS)
    assert len(found) > 10
    # WCAG 2.2 AA, 1.4.3
    assert {name: round(one, 2) for name, one in found.items() if one < 4.5} == {}


def test_the_theme_follows_the_system_and_the_switch(browser: Browser, report: Path) -> None:
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    light = opened(browser, report).page
    dark = opened(browser, report, dark=True).page
    grounds = light.evaluate(ground), dark.evaluate(ground)
    assert grounds[0] != grounds[1]
    light.get_by_role("button", name="Dark theme").click()
    assert light.evaluate(ground) == grounds[1]
    dark.keyboard.press("t")
    assert dark.evaluate(ground) == grounds[0]
    dark.reload()
    dark.wait_for_selector("html[data-ready]")
    assert dark.evaluate(ground) == grounds[0]


@pytest.mark.parametrize("address", ["", "#doc=story-000", "#doc=story-000&at=gold.events.v1"])
@pytest.mark.parametrize("width", [390, 800, 1100])
def test_no_page_scrolls_sideways(browser: Browser, report: Path, width: int, address: str) -> None:
    seen = opened(browser, report, address=address, width=width, height=844)
    wide = seen.page.evaluate(
        "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    )
    assert wide[0] <= wide[1]


def test_on_a_phone_one_side_at_a_time(browser: Browser, report: Path) -> None:
    page = opened(browser, report, address="#doc=story-000", width=390, height=844).page
    assert page.locator("p.cell.gold").first.is_visible()
    assert hidden_at(page, "p.cell.pred >> nth=0")
    page.get_by_role("button", name="Prediction").click()
    assert page.locator("p.cell.pred").first.is_visible()
    assert hidden_at(page, "p.cell.gold >> nth=0")
    # an error of the gold turns the page to it
    page.keyboard.press("n")
    side = str(selected(page)).partition(":")[0]
    assert page.locator(f"p.cell.{side}").first.is_visible()
    page.locator(".listing summary").click()
    page.locator(".entries button").nth(1).click()
    assert text(page, ".heading code") == "story-000"


def test_everything_to_press_has_a_name(browser: Browser, report: Path) -> None:
    for address in ("", "#doc=story-000&at=gold.events.v1"):
        page = opened(browser, report, address=address).page
        nameless = page.evaluate(
            """() => [...document.querySelectorAll("button, a, summary, select, input")]
                .filter((one) => one.checkVisibility())
                .filter((one) => !(one.textContent.trim() || one.getAttribute("aria-label")
                    || (one.labels && [...one.labels].some((label) => label.textContent.trim()))))
                .map((one) => one.outerHTML)"""
        )
        assert nameless == []
        unnamed = page.locator("svg[role=img]:not([aria-label])")
        assert unnamed.count() == 0
        tables = page.evaluate(
            """[...document.querySelectorAll("table")]
                .filter((one) => !one.querySelector("th[scope]")).length"""
        )
        assert tables == 0


# ----------------------------------------------------------------------------------- 500 documents


def test_500_documents_stay_fluid(browser: Browser, big: Path) -> None:
    begin = time.monotonic()
    seen = opened(browser, big)
    first = time.monotonic() - begin
    page = seen.page
    # from the start of the navigation to the first picture, as the browser measured it
    # (the entry is written after the frame is shown, so it is awaited)
    painted = page.evaluate(
        """() => new Promise((done) => new PerformanceObserver((list) => {
            for (const entry of list.getEntriesByName("first-contentful-paint"))
                done(entry.startTime);
        }).observe({ type: "paint", buffered: true }))"""
    )
    assert painted < 2_000
    assert first < 10  # with the window's own start, on a busy machine
    switched = page.evaluate(
        """async () => {
            const press = (key) => document.body.dispatchEvent(
                new KeyboardEvent("keydown", { key, bubbles: true }));
            const frame = () => new Promise(
                (done) => requestAnimationFrame(() => setTimeout(done, 0)));
            press("d");
            await frame();
            const times = [];
            for (let number = 0; number < 20; number++) {
                const start = performance.now();
                press("j");
                document.body.getBoundingClientRect();
                await frame();
                times.push(performance.now() - start);
            }
            return times.sort((a, b) => a - b);
        }"""
    )
    assert page.locator(".heading code").inner_text() == "story-020"
    assert switched[len(switched) // 2] < 200
    begin = time.monotonic()
    page.keyboard.press("/")
    page.keyboard.type("farce")
    assert text(page, ".tally").startswith("500 documents")
    assert time.monotonic() - begin < 5
    assert seen.troubles == []
