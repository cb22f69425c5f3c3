// What is selected, field by field, on both sides.

/** The fields of an annotation as `[[name, text], …]`. */
function fieldsOf(annotation, one) {
  const side = one[annotation.side];
  const place = annotation.spans.map(([start, end]) => `${start}–${end}`).join(", ");
  const fields = [["words", one.text === null ? "(the text is not here)" : said(annotation, one)], ["place", place]];
  if (annotation.list === "mentions") {
    const entity = side.entities[annotation.entity];
    const marks = [annotation.demonym ? "demonym" : "", annotation.title ? "title" : ""].filter((mark) => mark).join(", ");
    fields.push(["type", annotation.type], ["level", label("mention_level", annotation.level)], ["use", label("mention_use", annotation.use)]);
    fields.push(["entity", `${side.name(annotation.entity)} · ${entity ? entity.kb || entity.nil || "no link" : "?"}`], ["mentions of it", entity ? String(entity.mentions.length) : "–"]);
    if (marks) fields.push(["marks", marks]);
  } else if (annotation.list === "times") {
    fields.push(["type", annotation.type], ["value", annotation.value || "–"], ["mod", label("time_mod", annotation.mod) || "–"]);
  } else if (annotation.list === "quotes") {
    const cue = annotation.cue.map(([start, end]) => one.slice(start, end)).join(" … ");
    fields.push(["speaker", spoken(annotation.source, side, one)], ["cue", cue || "–"], ["kind", annotation.type], ["polarity", label("polarity", annotation.polarity)]);
    if (annotation.addressees.length) fields.push(["said to", annotation.addressees.map((at) => spoken(at, side, one)).join("; ")]);
    if (annotation.parent >= 0) fields.push(["inside", said(side.quotes[annotation.parent], one)]);
  } else {
    fields.push(["type", annotation.type], ["mode", label("event_mode", annotation.mode) || "–"], ["realis", label("realis", annotation.realis)]);
    fields.push(["polarity", label("polarity", annotation.polarity)], ["certainty", label("certainty", annotation.certainty)]);
    const byRole = new Map();
    for (const [target, role] of targets(annotation, one)) {
      const text = target.list === "mentions" ? spoken(target.at, side, one) : one.text === null ? target.id : said(target, one);
      byRole.set(role, [...(byRole.get(role) || []), text]);
    }
    for (const [role, texts] of byRole) fields.push([role, texts.sort().join("; ")]);
  }
  return fields;
}

function spoken(at, side, one) {
  if (at < 0) return "nobody";
  const mention = side.mentions[at];
  const [words, name] = [said(mention, one), side.name(mention.entity)];
  return one.text === null ? mention.id : name && name !== words ? `${words} (${name})` : words;
}

/** The panel below the text: both sides of what is selected, differences marked. */
function detailsOf(annotation, one, { close, step, position }) {
  const other = partner(annotation, one);
  const [gold, pred] = annotation.side === "gold" ? [annotation, other] : [other, annotation];
  const fields = { gold: new Map(gold ? fieldsOf(gold, one) : []), pred: new Map(pred ? fieldsOf(pred, one) : []) };
  const names = [...new Set([...fields.gold.keys(), ...fields.pred.keys()])];
  const category = annotation.category;
  const what = category === null ? "not compared (masked, or the layer is not on both sides)" : overview.meanings[annotation.list][category];
  return [
    h("div", { class: "details-head" },
      h("h3", {}, h("span", { class: `sample ${category === null ? "" : kindOf(category)}`, "aria-hidden": "true" }),
        `${LISTS[annotation.list].replace(/s$/, "")}: ${category === null ? "not compared" : words(category)}`),
      h("p", { class: "quiet" }, what),
      h("div", { class: "buttons" },
        position ? h("span", { class: "quiet" }, position) : null,
        h("button", { type: "button", "aria-label": "Previous error", title: "previous error (p)", on: { click: () => step(-1) } }, "‹"),
        h("button", { type: "button", "aria-label": "Next error", title: "next error (n)", on: { click: () => step(1) } }, "›"),
        h("button", { type: "button", "aria-label": "Close", title: "close (Esc)", on: { click: close } }, "×"))),
    h("table", { class: "details" },
      h("thead", {}, h("tr", {}, h("td", {}), h("th", { scope: "col" }, "Gold", gold ? h("code", {}, ` ${gold.id}`) : null), h("th", { scope: "col" }, "Prediction", pred ? h("code", {}, ` ${pred.id}`) : null))),
      h("tbody", {}, names.map((name) => {
        const [left, right] = [fields.gold.get(name), fields.pred.get(name)];
        const differs = gold && pred && left !== right && name !== "mentions of it";
        return h("tr", { class: differs ? "differs" : null },
          h("th", { scope: "row" }, name, differs ? h("span", { class: "unseen" }, " differs") : null),
          h("td", {}, gold ? left || "–" : name === "words" ? "nothing" : ""),
          h("td", {}, pred ? right || "–" : name === "words" ? "nothing" : ""));
      }))),
  ];
}
