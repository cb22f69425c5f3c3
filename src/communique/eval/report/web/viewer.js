// The second view: one document at a time, gold and prediction side by side.

function makeViewer(view, moved) {
  const state = { one: null, selected: null, order: "given", visible: [], side: "gold" };
  const elements = new Map();
  const entries = [];

  // ------------------------------------------------------------------------------ the parts
  const search = h("input", { type: "search", placeholder: "Search (/)", "aria-label": "Search in titles and texts", on: { input() { filter.query = this.value.trim(); list(); } } });
  const order = h("select", { "aria-label": "Order of the documents", on: { change() { state.order = this.value; list(); } } },
    h("option", { value: "given" }, "in order"), h("option", { value: "errors" }, "most errors first"));
  const entriesPlace = h("ol", { class: "entries" });
  const tally = h("p", { class: "quiet tally", "aria-live": "polite" });
  const listing = h("details", { class: "listing" }, h("summary", {}, "Documents"), h("div", { class: "listing-head" }, search, order, tally), entriesPlace);
  const bar = filterBar(() => { list(); draw(); moved(); });
  const heading = h("header", { class: "heading" });
  const where = h("span", { class: "quiet where" });
  const stepper = h("div", { class: "stepper" },
    h("button", { type: "button", "aria-label": "Previous error", title: "previous error (p)", on: { click: () => step(-1) } }, "‹"), where,
    h("button", { type: "button", "aria-label": "Next error", title: "next error (n)", on: { click: () => step(1) } }, "›"));
  const sides = choice("Side", [["gold", "Gold"], ["pred", "Prediction"]], "gold", (one) => turn(one));
  sides.classList.add("sides");
  const body = h("div", { class: "pages-body" });
  const overlay = svg("svg", { class: "links", "aria-hidden": "true" });
  const pages = h("div", { class: "pages", on: { click, mouseover: hover } }, body, overlay);
  const details = h("aside", { class: "selected", role: "region", "aria-label": "Selected annotation", hidden: true });
  const errors = h("ol", { class: "error-list" });
  const errorsHead = h("summary", {});
  const errorsPlace = h("details", { class: "errors-place", on: { toggle() { if (this.open) listErrors(); } } }, errorsHead, errors);
  fill(view, h("div", { class: "viewer" }, h("nav", { class: "side", "aria-label": "Documents" }, listing),
    h("div", { class: "reading" }, heading, h("div", { class: "bar" }, bar.element, stepper, sides), pages, errorsPlace, details)));

  overview.documents.forEach((about, number) => {
    const errorCount = h("span", { class: "badge" });
    const button = h("button", { type: "button", on: { click: () => { show(number); narrowClose(); } } },
      h("span", { class: "entry-title" }, about.title || about.id),
      h("span", { class: "entry-about" }, [about.id, about.genre].filter((part) => part).join(" · ")),
      errorCount);
    entries.push({ element: h("li", {}, button), button, errorCount });
  });
  const wide = matchMedia("(min-width: 900px)");
  const arrange = () => { listing.open = wide.matches; };
  wide.addEventListener("change", arrange);
  arrange();
  new ResizeObserver(() => link()).observe(pages);

  function narrowClose() { if (!wide.matches) listing.open = false; }

  // ------------------------------------------------------------------------------ the list
  function list() {
    const narrow = narrowed();
    const counts = entries.map((_, number) => matching(number));
    let numbers = entries.map((_, number) => number).filter((number) => found(number, filter.query) && (!narrow || counts[number] > 0));
    if (state.order === "errors") numbers = numbers.sort((a, b) => counts[b] - counts[a] || a - b);
    state.visible = numbers;
    for (const number of numbers) {
      entries[number].errorCount.textContent = counts[number] ? count(counts[number]) : "✓";
      entries[number].errorCount.setAttribute("aria-label", `${counts[number]} errors`);
    }
    entriesPlace.replaceChildren(...numbers.map((number) => entries[number].element));
    const total = numbers.reduce((sum, number) => sum + counts[number], 0);
    const all = `${count(entries.length)} ${entries.length === 1 ? "document" : "documents"}`;
    tally.textContent = `${numbers.length < entries.length ? `${count(numbers.length)} of ` : ""}${all}, ${count(total)} ${total === 1 ? "error" : "errors"}`;
    if (!numbers.length) entriesPlace.append(h("li", { class: "nothing" }, "No document has such errors or words."));
  }

  // ------------------------------------------------------------------------------ a document
  function show(number, { select: at = null, keep = false } = {}) {
    const one = open(number);
    if (state.one) entries[state.one.number].button.removeAttribute("aria-current");
    state.one = one;
    state.selected = null;
    const entry = entries[number];
    entry.button.setAttribute("aria-current", "true");
    entry.button.scrollIntoView({ block: "nearest" });
    draw();
    if (at) select(at);
    else {
      if (!keep) scrollTo({ top: 0 });
      moved();
    }
    say(`${one.about.title || one.about.id}, ${one.errors.length} errors`);
  }

  function draw() {
    const one = state.one;
    if (!one) return;
    const about = one.about;
    const facts = [about.outlet, about.published, about.genre, about.world, about.split].filter((fact) => fact);
    fill(heading, h("h2", { tabindex: "-1" }, about.title || about.id),
      h("p", { class: "quiet" }, h("code", {}, about.id), facts.map((fact) => ` · ${fact}`).join("")),
      about.restricted && about.text ? h("p", { class: "notice" }, "Restricted text: your own copy, not to be passed on.") : null);
    elements.clear();
    const lists = overview.lists.filter((name) => filter.layers.has(name));
    const wanted = new Set();
    for (const error of one.errors) {
      if (!matches(error)) continue;
      if (error.gold) wanted.add(keyOf(error.gold));
      if (error.pred) wanted.add(keyOf(error.pred));
    }
    if (one.text === null) {
      fill(body, h("p", { class: "notice" }, about.restricted
        ? "This text is restricted and not on this machine; its errors are listed below by their places. Hydrate it to read it here."
        : "The text is not here; the errors are listed below by their places."));
    } else {
      const build = (mark, nodes, depth) => markElement(mark, nodes, depth, one, wanted);
      const marks = { gold: marksOf(one.gold, lists), pred: marksOf(one.pred, lists) };
      fill(body, h("div", { class: "row head" }, h("h3", { class: "cell gold" }, "Gold"), h("h3", { class: "cell pred" }, "Prediction")),
        paragraphs(one).map(([from, to]) => {
          const zones = one.zones.filter(([, start, end]) => start < to && end > from);
          const zone = zones.find(([, start, end]) => start <= from && end > from) || zones[0];
          const masked = zones.length > 0 && zones.every(([, , , hidden]) => hidden);
          const name = zone && zone[0] !== "body" ? zone[0] : null;
          return h("div", { class: `row ${masked ? "masked" : ""} zone-${zone ? zone[0] : "none"}` },
            name ? h("span", { class: "zone" }, masked ? `${name}, not compared` : name) : null,
            h("p", { class: "cell gold" }, marked(one, [from, to], marks.gold, build)),
            h("p", { class: "cell pred" }, marked(one, [from, to], marks.pred, build)));
        }));
    }
    pages.classList.toggle("only-errors", filter.quiet);
    bar.refresh(one);
    const errorCount = one.errors.filter(matches).length;
    fill(errorsHead, document.createTextNode(`${count(errorCount)} ${errorCount === 1 ? "error" : "errors"} of this document as a list`));
    if (one.text === null) errorsPlace.open = true;
    if (errorsPlace.open) listErrors();
    paint();
  }

  function markElement(mark, nodes, depth, one, wanted) {
    const annotation = mark.one;
    const wrong = isError(annotation);
    const key = keyOf(annotation);
    const kinds = ["m", annotation.list, mark.part, annotation.kind || ""];
    if (wrong) kinds.push(wanted.has(key) ? "error" : "other", kindOf(annotation.category));
    else kinds.push(annotation.category === null ? "apart" : "right");
    if (mark.first) kinds.push("first");
    if (mark.final) kinds.push("final");
    const content = mark.part === "content";
    const last = content && mark.final && mark.end === annotation.spans[annotation.spans.length - 1][1];
    const element = h("span", {
      class: kinds.join(" ").trim(),
      "data-key": key,
      "data-part": mark.part,
      "data-tag": last ? tagOf(annotation, one, wanted.has(key)) || null : null,
      "data-speaker": annotation.list === "quotes" && content && mark.first && mark.start === annotation.spans[0][0] ? `❝\u00a0${speakerOf(annotation, one)}`.trim() : null,
      style: { "--d": depth },
    }, nodes);
    if (!elements.has(key)) elements.set(key, []);
    elements.get(key).push(element);
    return element;
  }

  function keyOf(annotation) { return `${annotation.side}:${annotation.list}:${annotation.at}`; }

  function of(key) {
    const [side, name, at] = key.split(":");
    return state.one[side][name][Number(at)];
  }

  function elementsOf(annotation) { return elements.get(keyOf(annotation)) || []; }

  function listErrors() {
    const one = state.one;
    fill(errors, one.errors.filter(matches).map((error) => {
      const annotation = error.gold || error.pred;
      const text = one.text === null ? annotation.spans.map(([start, end]) => `${start}–${end}`).join(", ") : said(annotation, one);
      return h("li", {}, h("button", { type: "button", on: { click: () => select(annotation) } },
        h("span", { class: `sample ${kindOf(error.category)}`, "aria-hidden": "true" }),
        h("span", { class: "error-what" }, `${LISTS[error.list].replace(/s$/, "")}: ${words(error.category)}`),
        h("q", {}, text.length > 90 ? `${text.slice(0, 89)}…` : text)));
    }));
  }

  // ------------------------------------------------------------------------------ selection
  function select(annotation) {
    const changed = state.selected !== annotation;
    state.selected = annotation;
    paint();
    if (!annotation) return moved();
    if (narrowSide(annotation)) turn(annotation.side);
    const [element] = elementsOf(annotation);
    if (element && changed) {
      element.setAttribute("tabindex", "-1");
      element.focus({ preventScroll: true });
      reveal(element);
    }
    say(`${LISTS[annotation.list]}, ${annotation.category ? words(annotation.category) : "not compared"}: ${said(annotation, state.one)}`);
    return moved();
  }

  /** Scroll so that an element is between the bar above and the details below. */
  function reveal(element) {
    const box = element.getBoundingClientRect();
    const top = view.querySelector(".bar").getBoundingClientRect().bottom + 12;
    const bottom = innerHeight - (details.hidden ? 0 : details.getBoundingClientRect().height) - 24;
    if (box.top < top || box.bottom > bottom) scrollBy({ top: box.top - top - (bottom - top) / 3 });
  }

  function narrowSide(annotation) {
    return elementsOf(annotation).length > 0 && getComputedStyle(sides).display !== "none" && state.side !== annotation.side;
  }

  function turn(side) {
    state.side = side;
    pages.classList.toggle("show-pred", side === "pred");
    [...sides.children].forEach((button, place) => button.setAttribute("aria-pressed", (place === 0) === (side === "gold") ? "true" : "false"));
    link();
  }

  function paint() {
    for (const name of ["on", "partner", "same", "target"]) {
      for (const element of pages.querySelectorAll(`.${name}`)) element.classList.remove(name);
    }
    const { one, selected } = state;
    const found = one.errors.filter(matches);
    const at = selected ? found.findIndex((error) => error.gold === selected || error.pred === selected) : -1;
    where.textContent = found.length ? (at < 0 ? `${count(found.length)} ${found.length === 1 ? "error" : "errors"}` : `error ${at + 1} of ${found.length}`) : "no errors";
    details.hidden = selected === null;
    if (selected) {
      const other = partner(selected, one);
      const mark = (annotation, name) => { for (const element of elementsOf(annotation)) element.classList.add(name); };
      for (const annotation of [selected, other]) {
        if (!annotation) continue;
        if (annotation.list === "mentions" && annotation.entity >= 0) {
          for (const mention of one[annotation.side].entities[annotation.entity].mentions) mark(mention, "same");
        }
        for (const [target] of targets(annotation, one)) mark(target, "target");
        mark(annotation, annotation === selected ? "on" : "partner");
      }
      fill(details, detailsOf(selected, one, { close: () => select(null), step, position: at < 0 ? null : `${at + 1} of ${found.length}` }));
    }
    link();
  }

  function link() {
    const { one, selected } = state;
    const shown = one && selected ? [selected, partner(selected, one)].filter((annotation) => annotation) : [];
    drawLinks(overlay, shown, one, elementsOf);
  }

  function click(event) {
    if (!getSelection().isCollapsed) return;
    let element = event.target.closest(".m");
    if (!element) return;
    // another click on the same place goes outwards
    if (state.selected && element.dataset.key === keyOf(state.selected)) element = element.parentElement.closest(".m") || element;
    select(of(element.dataset.key));
  }

  function hover(event) {
    const element = event.target.closest(".m");
    if (!element || element.title) return;
    const annotation = of(element.dataset.key);
    element.title = [annotation.type, annotation.list === "mentions" ? state.one[annotation.side].name(annotation.entity) : null, annotation.category ? words(annotation.category) : "not compared"].filter((part) => part).join(" · ");
  }

  // ------------------------------------------------------------------------------ steps
  /** The next error that the filters let through, in the next documents too. */
  function step(direction) {
    const { one, selected } = state;
    const found = one.errors.filter(matches);
    let at = selected ? found.findIndex((error) => error.gold === selected || error.pred === selected) : -1;
    if (at < 0) {
      const place = selected ? start(selected) : -1;
      at = direction > 0 ? found.findIndex((error) => start(error.gold || error.pred) > place) : found.length - 1;
      if (at < 0) at = found.length;
    } else {
      at += direction;
    }
    if (at >= 0 && at < found.length) return select(found[at].gold || found[at].pred);
    const next = neighbour(direction, (number) => matching(number) > 0);
    if (next === null) return say("No more errors");
    show(next, { keep: true });
    const there = state.one.errors.filter(matches);
    return there.length ? select((direction > 0 ? there[0] : there[there.length - 1]).gold || (direction > 0 ? there[0] : there[there.length - 1]).pred) : null;
  }

  function neighbour(direction, wanted) {
    const numbers = state.visible;
    let at = state.one ? numbers.indexOf(state.one.number) : -1;
    if (at < 0 && direction < 0) at = numbers.length;
    for (at += direction; at >= 0 && at < numbers.length; at += direction) {
      if (wanted(numbers[at])) return numbers[at];
    }
    return null;
  }

  function stepDocument(direction) {
    const next = neighbour(direction, () => true);
    if (next === null) say(direction > 0 ? "This is the last document" : "This is the first document");
    else show(next);
  }

  return {
    show, list, draw, select, step, stepDocument, search, state,
    toggleLayer: bar.toggleLayer,
    /** Close what is open; false when there is nothing. */
    close() {
      if (bar.close()) return true;
      if (state.selected) { select(null); return true; }
      return false;
    },
    focusSearch() { listing.open = true; search.focus(); search.select(); },
  };
}
