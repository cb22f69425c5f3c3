// Which layers are shown and which errors count.

const filter = { layers: new Set(overview.lists), errors: new Set(), pair: null, query: "", quiet: false };

function matches(error) {
  if (!filter.layers.has(error.list)) return false;
  if (filter.errors.size && !filter.errors.has(`${error.list}.${error.category}`)) return false;
  if (!filter.pair) return true;
  const { list, gold, pred } = filter.pair;
  return error.list === list && (error.gold ? error.gold.type : null) === gold && (error.pred ? error.pred.type : null) === pred;
}

/** How many errors of a document the filters let through, without building its annotations. */
function matching(number) {
  if (filter.pair) return pairsIn(number);
  let sum = 0;
  for (const [list, numbers] of Object.entries(overview.documents[number].errors)) {
    if (!filter.layers.has(list)) continue;
    numbers.forEach((one, place) => {
      if (place && (!filter.errors.size || filter.errors.has(`${list}.${overview.categories[list][place]}`))) sum += one;
    });
  }
  return sum;
}

function pairsIn(number) {
  const data = raw(number);
  const { list, gold, pred } = filter.pair;
  if (!filter.layers.has(list)) return 0;
  const [at, vocabulary] = { mentions: [3, "entity_type"], times: [3, "time_type"], events: [3, "event_type"] }[list];
  const typeOf = (side, place) => {
    if (place < 0) return null;
    const code = data[side][list][place][at];
    return label(vocabulary, list === "mentions" ? (code < 0 ? -1 : data[side].entities[code][1]) : code);
  };
  const wanted = overview.lists.indexOf(list);
  let sum = 0;
  for (let i = 0; i < data.errors.length; i += 3) {
    if (data.errors[i] !== wanted) continue;
    if (filter.errors.size) {
      const [side, place] = data.errors[i + 1] >= 0 ? ["gold", data.errors[i + 1]] : ["pred", data.errors[i + 2]];
      if (!filter.errors.has(`${list}.${overview.categories[list][data[side].verdicts[list][2 * place]]}`)) continue;
    }
    if (typeOf("gold", data.errors[i + 1]) === gold && typeOf("pred", data.errors[i + 2]) === pred) sum++;
  }
  return sum;
}

function narrowed() {
  return filter.errors.size > 0 || filter.pair !== null || filter.layers.size < overview.lists.length;
}

/** The controls above the text; `changed` is called after every change of the filters. */
function filterBar(changed) {
  const boxes = new Map();
  const layers = h("fieldset", { class: "layers" }, h("legend", { class: "unseen" }, "Layers"),
    overview.lists.map((list, place) => {
      const box = h("input", { type: "checkbox", on: { change() { toggleLayer(list); } } });
      boxes.set(list, box);
      return h("label", { class: `layer ${list}`, title: `show or hide (${place + 1})` }, box, LISTS[list]);
    }));
  const choices = new Map();
  const numbers = new Map();
  const groups = overview.lists.filter((list) => overview.errors.some((one) => one.list === list)).map((list) =>
    h("fieldset", {}, h("legend", {}, LISTS[list]),
      overview.categories[list].slice(1).map((category) => {
        const name = `${list}.${category}`;
        const box = h("input", {
          type: "checkbox",
          value: name,
          on: {
            change() {
              if (this.checked) filter.errors.add(name);
              else filter.errors.delete(name);
              changed();
            },
          },
        });
        choices.set(name, box);
        numbers.set(name, h("span", { class: "number quiet" }));
        return h("label", { title: overview.meanings[list][category] }, box, h("span", { class: `sample ${kindOf(category)}`, "aria-hidden": "true" }), h("span", {}, words(category)), numbers.get(name));
      })));
  const summary = h("summary", {});
  const clear = h("button", { type: "button", class: "link", on: { click() { filter.errors.clear(); filter.pair = null; changed(); } } }, "All errors");
  const menu = h("details", { class: "menu" }, summary, h("div", { class: "menu-panel" }, h("div", { class: "menu-groups" }, groups), clear));
  const quiet = h("input", { type: "checkbox", on: { change() { filter.quiet = this.checked; changed(); } } });
  const pair = h("button", { type: "button", class: "pair", title: "take this filter away", on: { click() { filter.pair = null; changed(); } } });
  document.addEventListener("click", (event) => { if (!menu.contains(event.target)) menu.open = false; });

  function toggleLayer(list) {
    if (filter.layers.has(list)) filter.layers.delete(list);
    else filter.layers.add(list);
    changed();
  }

  /** Say in the controls what the filters are, and how many errors of each kind `one` has. */
  function refresh(one) {
    for (const [list, box] of boxes) box.checked = filter.layers.has(list);
    for (const [name, box] of choices) {
      const [list, category] = [name.slice(0, name.indexOf(".")), name.slice(name.indexOf(".") + 1)];
      box.checked = filter.errors.has(name);
      const of = overview.documents[one.number].errors[list];
      const here = of ? of[overview.categories[list].indexOf(category)] : 0;
      numbers.get(name).textContent = count(here);
      box.parentElement.classList.toggle("none", !here);
    }
    const chosen = [...filter.errors].map((name) => words(name.slice(name.indexOf(".") + 1)));
    summary.textContent = `Errors: ${chosen.length === 0 ? "all kinds" : chosen.length === 1 ? chosen[0] : `${chosen.length} kinds`}`;
    quiet.checked = filter.quiet;
    pair.hidden = filter.pair === null;
    if (filter.pair) fill(pair, document.createTextNode(`${filter.pair.gold || "spurious"} → ${filter.pair.pred || "missed"} ×`));
  }

  return {
    element: h("div", { class: "filters" }, layers, menu, pair, h("label", { class: "layer" }, quiet, "Errors only")),
    toggleLayer,
    close() { const was = menu.open; menu.open = false; return was; },
    refresh,
  };
}
