// Arcs from what is selected to what it refers to: a quote's source, an event's arguments.

/** What an annotation points to: `[[annotation, role], …]`. */
function targets(annotation, one) {
  const side = one[annotation.side];
  if (annotation.list === "quotes") {
    const source = annotation.source < 0 ? [] : [[side.mentions[annotation.source], "source"]];
    const heard = annotation.addressees.filter((at) => at >= 0).map((at) => [side.mentions[at], "addressee"]);
    return [...source, ...heard];
  }
  if (annotation.list === "events") {
    return annotation.args.filter(([, list]) => list >= 0).map(([role, list, at]) => [side[overview.lists[list]][at], label("role", role) || "?"]);
  }
  return [];
}

/** Draw the arcs of some annotations over the pages; `elementsOf` finds where each one stands. */
function drawLinks(overlay, annotations, one, elementsOf) {
  const pages = overlay.parentElement.getBoundingClientRect();
  overlay.setAttribute("width", pages.width);
  overlay.setAttribute("height", pages.height);
  const middle = (element) => {
    const box = element.getClientRects()[0];
    return box && { x: box.left - pages.left + box.width / 2, left: box.left - pages.left, top: box.top - pages.top, bottom: box.bottom - pages.top };
  };
  const arcs = [];
  for (const annotation of annotations) {
    const [from] = elementsOf(annotation).filter((element) => element.dataset.part === "content");
    const start = from && middle(from);
    if (!start) continue;
    for (const [target, role] of targets(annotation, one)) {
      const [to] = elementsOf(target);
      const end = to && middle(to);
      if (end) arcs.push(arc(start, end, role));
    }
  }
  overlay.replaceChildren(...arcs.flat());
}

/** From the edge of what is selected that faces the target; the role stands over the target. */
function arc(from, to, role) {
  const level = Math.abs(from.top - to.top) < 12;
  const lift = Math.min(8 + Math.abs(to.x - from.x) / 10, 26);
  const upwards = to.top < from.top;
  const [y1, y2] = level ? [from.top, to.top] : upwards ? [from.top, to.bottom] : [from.bottom, to.top];
  const [c1, c2] = level ? [y1 - lift, y2 - lift] : [(y1 + y2) / 2, (y1 + y2) / 2];
  return [
    svg("path", { class: "arc", d: `M${from.x} ${y1} C${from.x} ${c1} ${to.x} ${c2} ${to.x} ${y2}` }),
    svg("circle", { class: "arc-end", cx: to.x, cy: y2, r: 3 }),
    svg("text", { class: "arc-role", x: to.left, y: to.top - 4 }, role),
  ];
}
