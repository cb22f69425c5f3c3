// Charts: a score on its axis, shares of a whole. Each stands in a table beside its numbers, so
// they are small SVG drawings without axes of their own, sized by percentages.

function spot(x, ...children) {
  return svg("svg", { x: `${100 * x}%`, y: "50%", overflow: "visible" }, ...children);
}

/** A score from 0 to 1 with its interval, and the agreement of people as a diamond. */
function interval(row, { bar = false } = {}) {
  const said = [row.value === null ? "undefined" : score(row.value)];
  if (row.low !== null) said.push(`95 % interval ${score(row.low)} to ${score(row.high)}`);
  if (row.human !== null && row.human !== undefined) said.push(`people ${score(row.human)}`);
  const parts = [0, 0.25, 0.5, 0.75, 1].map((x) =>
    svg("line", { class: "grid", x1: `${100 * x}%`, x2: `${100 * x}%`, y1: 0, y2: "100%" }));
  if (row.value !== null) {
    if (bar) {
      parts.push(svg("rect", { class: "bar", x: 0, y: "22%", width: `${100 * row.value}%`, height: "56%", rx: 2 }));
    }
    if (row.low !== null) {
      const [low, high] = [`${100 * row.low}%`, `${100 * row.high}%`];
      parts.push(
        svg("line", { class: "whisker", x1: low, x2: high, y1: "50%", y2: "50%" }),
        svg("line", { class: "whisker", x1: low, x2: low, y1: "32%", y2: "68%" }),
        svg("line", { class: "whisker", x1: high, x2: high, y1: "32%", y2: "68%" }));
    }
    if (!bar) parts.push(spot(row.value, svg("circle", { class: "value", r: 5 })));
  }
  if (row.human !== null && row.human !== undefined) {
    parts.push(spot(row.human, svg("path", { class: "people", d: "M0-6 6 0 0 6-6 0Z" })));
  }
  return svg("svg", { class: "interval", role: "img", "aria-label": said.join(", ") }, parts);
}

/** Shares of a whole side by side: `[[class, number, what], …]`. */
function shares(parts, label) {
  const whole = parts.reduce((sum, [, number]) => sum + number, 0) || 1;
  let x = 0;
  const drawn = parts.map(([kind, number, what]) => {
    const width = (100 * number) / whole;
    const part = svg("rect", { class: kind, x: `${x}%`, y: 0, width: `${width}%`, height: "100%" },
      svg("title", {}, document.createTextNode(`${what}: ${count(number)}`)));
    x += width;
    return part;
  });
  return svg("svg", { class: "shares", role: "img", "aria-label": label }, drawn);
}

/** Which of the four kinds a category is of; each has a colour, an outline and words. */
function kindOf(category) {
  if (category === "correct" || category === "missed" || category === "spurious") return category;
  return "wrong";
}

function figures(row) {
  return [
    h("td", { class: "number strong" }, score(row.value)),
    h("td", { class: "plot" }, interval(row, { bar: true })),
    h("td", { class: "number quiet wide" }, row.low === null ? "–" : `${score(row.low)}–${score(row.high)}`),
    h("td", { class: "number quiet wide" }, count(row.n_pred)),
    h("td", { class: "number quiet" }, count(row.n_gold)),
  ];
}

/** A table of scores with bars: one row per type or bucket. */
function barTable(caption, first, rows, head) {
  return h("table", { class: "bars" },
    h("caption", {}, caption),
    h("thead", {}, h("tr", {},
      h("th", { scope: "col" }, first),
      h("th", { scope: "col", class: "number" }, "F1"),
      h("th", { scope: "col", class: "plot" }, h("span", { class: "ends", "aria-hidden": "true" }, h("span", {}, "0"), h("span", {}, "1")), h("span", { class: "unseen" }, "0 to 1")),
      h("th", { scope: "col", class: "number wide" }, "95 %"),
      h("th", { scope: "col", class: "number wide" }, "predicted"),
      h("th", { scope: "col", class: "number" }, "gold"))),
    h("tbody", {}, rows.map((row) => h("tr", {}, h("th", { scope: "row" }, head(row)), figures(row)))));
}
