// The first view: how good it is, where, and with which kinds of errors.

const overview = parsed("overview");

const LISTS = { mentions: "Mentions", times: "Times", triggers: "Triggers", quotes: "Quotes", events: "Events" };

function drawScores(view, openErrors) {
  fill(view,
    titleOf(),
    headlineCard(),
    errorCards(openErrors),
    confusionCard(openErrors),
    typeCards(),
    bucketCards(),
    allMeasures(),
    compared());
}

function titleOf() {
  const documents = overview.documents.length;
  const parts = [`${count(documents)} ${documents === 1 ? "document" : "documents"}`, overview.split ? `split ${overview.split}` : null, `gold: ${overview.gold}`];
  return h("header", { class: "title" }, h("h1", {}, overview.system), h("p", {}, parts.filter((part) => part).join(" · ")));
}

function card(title, about, ...content) {
  return h("section", { class: "card" }, h("h2", {}, title), about ? h("p", { class: "about" }, about) : null, content);
}

function headlineCard() {
  const rows = overview.scores.filter((row) => row.headline);
  const people = overview.people;
  const table = h("table", { class: "headline" },
    h("caption", { class: "unseen" }, "Headline scores"),
    h("thead", {}, h("tr", {},
      h("th", { scope: "col" }, "Task"),
      h("th", { scope: "col", class: "number" }, "score"),
      h("th", { scope: "col", class: "plot" }, h("span", { class: "ends", "aria-hidden": "true" }, h("span", {}, "0"), h("span", {}, ".5"), h("span", {}, "1")), h("span", { class: "unseen" }, "0 to 1")),
      h("th", { scope: "col", class: "number wide" }, "95 % interval"),
      people ? h("th", { scope: "col", class: "number wide" }, "people") : null,
      h("th", { scope: "col", class: "number wide" }, "precision"),
      h("th", { scope: "col", class: "number wide" }, "recall"),
      h("th", { scope: "col", class: "number wide" }, "gold"))),
    h("tbody", {}, rows.map((row, place) => h("tr", { class: place ? null : "first" },
      h("th", { scope: "row" },
        h("span", { class: "task" }, row.headline),
        row.above ? h("span", { class: "flag", title: "probably overfitted, or the task is badly defined" }, "▲ above people") : null,
        h("span", { class: "definition", title: `${row.name}: ${row.definition}` }, prose(row.definition))),
      h("td", { class: "number strong" }, score(row.value), h("span", { class: "unit" }, unitOf(row))),
      h("td", { class: "plot" }, interval(row)),
      h("td", { class: "number quiet wide" }, row.low === null ? "–" : `${score(row.low)}–${score(row.high)}`),
      people ? h("td", { class: "number quiet wide" }, score(row.human)) : null,
      h("td", { class: "number quiet wide" }, score(row.precision)),
      h("td", { class: "number quiet wide" }, score(row.recall)),
      h("td", { class: "number quiet wide" }, count(row.n_gold))))));
  const key = h("p", { class: "key", "aria-hidden": "true" },
    h("span", { class: "key-value" }), "score with its 95 % bootstrap interval",
    people ? [h("span", { class: "key-people" }), "agreement of people"] : null);
  const few = overview.notes.filter((note) => note.includes("intervals"));
  return card("Scores", null, table, key, few.map((note) => h("p", { class: "notice" }, note)));
}

function unitOf(row) {
  return { f1: "F1", accuracy: "accuracy", macro_f1: "macro-F1" }[row.value_name] || words(row.value_name.replaceAll("_", "-"));
}

function errorCards(openErrors) {
  const cards = overview.errors.map((one) => {
    const whole = { gold: 0, pred: 0 };
    for (const category of one.categories) {
      whole.gold += category.gold;
      whole.pred += category.pred;
    }
    const found = one.categories.filter((category) => category.gold || category.pred);
    const parts = found.map((category) => [kindOf(category.name), kindOf(category.name) === "spurious" ? category.pred : category.gold, words(category.name)]);
    const shown = overview.lists.includes(one.list);
    const faults = Object.entries(one.faults).filter(([, number]) => number);
    return h("section", { class: "panel" },
      h("h3", {}, LISTS[one.list], one.list === "triggers" ? h("span", { class: "quiet" }, " (events as mere spans)") : null),
      shares(parts, `${LISTS[one.list]}: ${parts.map(([, number, what]) => `${what} ${number}`).join(", ")}`),
      h("table", { class: "categories" },
        h("caption", { class: "unseen" }, `Error categories of ${one.list}`),
        h("thead", {}, h("tr", {},
          h("th", { scope: "col" }, "category"),
          h("th", { scope: "col", class: "number" }, "gold"),
          h("th", { scope: "col", class: "number" }, ""),
          h("th", { scope: "col", class: "number" }, "predicted"))),
        h("tbody", {}, found.map((category) => {
          const label = [h("span", { class: `sample ${kindOf(category.name)}`, "aria-hidden": "true" }), words(category.name)];
          const linked = shown && category.name !== "correct";
          return h("tr", {},
            h("th", { scope: "row" }, linked
              ? h("button", { type: "button", class: "link", title: category.meaning, on: { click: () => openErrors({ errors: [`${one.list}.${category.name}`], layers: [one.list] }) } }, label)
              : h("span", { title: category.meaning }, label)),
            h("td", { class: "number" }, count(category.gold)),
            h("td", { class: "number quiet" }, percent(category.gold / (whole.gold || 1))),
            h("td", { class: "number" }, count(category.pred)));
        }))),
      faults.length ? h("p", { class: "faults" }, h("span", { class: "quiet" }, "Wrong in aligned pairs: "), faults.map(([name, number]) => `${words(name)} ${count(number)}`).join(" · ")) : null);
  });
  return card("Errors", "Every annotation has one category. Choose one to see its errors in their documents.", h("div", { class: "panels" }, cards));
}

function confusionCard(openErrors) {
  const matrices = overview.confusions.filter((one) => one.labels.length);
  if (!matrices.length) return null;
  const place = h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Confusion matrix" });
  const show = (title) => fill(place, matrix(matrices.find((one) => one.title === title), openErrors));
  show(matrices[0].title);
  const tabs = matrices.length > 1 ? choice("Matrix", matrices.map((one) => [one.title, one.title]), matrices[0].title, show) : null;
  return card("Confusions", "Gold types in rows, predicted types in columns; a shade is the share of its row. Choose a cell to see where.", tabs, place);
}

function matrix(one, openErrors) {
  const last = one.labels.length;
  const columns = [...one.labels, "missed"];
  return h("table", { class: "matrix" },
    h("caption", { class: "unseen" }, `${one.title}: gold types in rows, predicted types in columns`),
    h("thead", {}, h("tr", {}, h("td", {}, h("span", { class: "corner" }, "gold ↓ predicted →")),
      columns.map((label) => h("th", { scope: "col" }, h("span", {}, label))),
      h("td", { class: "number quiet" }, "all"))),
    h("tbody", {}, one.cells.map((row, r) => {
      const sum = row.reduce((total, number) => total + number, 0);
      const gold = r < last ? one.labels[r] : null;
      return h("tr", {}, h("th", { scope: "row" }, gold || "spurious"),
        row.map((number, c) => {
          if (r === last && c === last) return h("td", { class: "empty" });
          const pred = c < last ? one.labels[c] : null;
          const kind = r === c ? "right" : c === last ? "missed" : r === last ? "spurious" : "wrong";
          const shade = { "--share": `${Math.round(6 + 84 * Math.sqrt(number / (sum || 1)))}%` };
          const what = `${number} ${gold ? `gold ${gold}` : "without a gold one"} ${pred ? `predicted as ${pred}` : "missed"}`;
          if (!number) return h("td", { class: "zero" }, "·");
          if (r === c) return h("td", { class: `shade ${kind}`, style: shade, title: what }, count(number));
          return h("td", { class: `shade ${kind}`, style: shade },
            h("button", { type: "button", "aria-label": what, title: what, on: { click: () => openErrors({ layers: [one.list], pair: { list: one.list, gold, pred } }) } }, count(number)));
        }),
        h("td", { class: "number quiet" }, count(sum)));
    })));
}

function typeCards() {
  if (!overview.types.length) return null;
  return card("Types", null, h("div", { class: "panels broad" }, overview.types.map((one) =>
    h("section", { class: "panel" }, h("h3", {}, one.title), h("p", { class: "about" }, prose(one.definition)),
      barTable(h("span", { class: "unseen" }, `${one.title} by type`), "type", one.types, (row) => typeLabel(row.type))))));
}

function typeLabel(type) {
  for (const labels of Object.values(overview.vocabularies)) {
    const found = labels.find(([name, , kind]) => name === type && kind);
    if (found) return h("span", { class: found[2], title: found[1] }, h("span", { class: "swatch", "aria-hidden": "true" }), type);
  }
  return type;
}

function bucketCards() {
  if (!overview.buckets.length) return null;
  const place = h("div", { class: "panels broad" });
  const about = h("p", { class: "about" });
  const show = (list) => {
    const one = overview.buckets.find((each) => each.list === list);
    about.textContent = `Right is: ${one.right}. Ranges follow from the gold alone.`;
    fill(place, one.attributes.map((attribute) => h("section", { class: "panel" },
      h("h3", {}, attribute.name[0].toUpperCase() + attribute.name.slice(1)),
      barTable(h("span", { class: "unseen" }, `${LISTS[list]} by ${attribute.name}`), attribute.name, attribute.buckets, (row) => words(row.label)))));
  };
  show(overview.buckets[0].list);
  return card("Where it is good and bad", null, choice("Layer", overview.buckets.map((one) => [one.list, LISTS[one.list]]), overview.buckets[0].list, show), about, place);
}

function allMeasures() {
  return h("details", { class: "card" }, h("summary", {}, h("h2", {}, `All ${overview.scores.length} measures`)),
    h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "All measures" }, h("table", { class: "plain" },
      h("caption", { class: "unseen" }, "All measures"),
      h("thead", {}, h("tr", {}, ["measure", "value", "95 % interval", "people", "precision", "recall", "predicted", "gold"].map((name, place) => h("th", { scope: "col", class: place ? "number" : null }, name)))),
      h("tbody", {}, overview.scores.map((row) => h("tr", {},
        h("th", { scope: "row", title: row.definition }, h("code", {}, row.name)),
        h("td", { class: "number" }, score(row.value)),
        h("td", { class: "number quiet" }, row.low === null ? "–" : `${score(row.low)}–${score(row.high)}`),
        [score(row.human), score(row.precision), score(row.recall), count(row.n_pred), count(row.n_gold)].map((text) => h("td", { class: "number" }, text))))))));
}

function compared() {
  const masked = Object.entries(overview.masked).map(([list, number]) => `${count(number)} ${list}`);
  const documents = overview.documents.length;
  const facts = [
    ["System", overview.system],
    ["Gold", overview.gold],
    ["Documents", `${count(documents)}${overview.split ? `, split ${overview.split}` : ""}`],
    masked.length ? ["In masked zones, not counted", masked.join(", ")] : null,
    ...overview.skipped.map((one) => ["Not scored", `${one.measures.join(", ")}: ${one.why}`]),
    ...overview.notes.map((note) => ["Note", note]),
    ["Signature", h("code", { class: "signature" }, overview.signature)],
    ["Made by", `communique ${overview.version}`],
  ];
  return card("What was compared", null, h("dl", { class: "facts" }, facts.filter((fact) => fact).map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)])));
}
