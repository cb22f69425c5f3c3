// Text with marks: nested where spans nest, cut where they cross.

const RANK = { quotes: 0, cue: 1, events: 2, times: 3, mentions: 4 };

/** The lines of a text that have something on them, as `[start, end]` in code points. */
function paragraphs(one) {
  const found = [];
  let begin = 0;
  for (let place = 0; place <= one.length; place++) {
    if (place < one.length && one.at(place) !== "\n") continue;
    if (one.slice(begin, place).trim()) found.push([begin, place]);
    begin = place + 1;
  }
  return found;
}

/** The marks of the lists to show, outer ones first. */
function marksOf(annotations, lists) {
  const found = [];
  for (const list of lists) {
    for (const one of annotations[list]) {
      for (const [start, end] of one.spans) found.push({ start, end, rank: RANK[list], one, part: "content" });
      for (const [start, end] of one.cue || []) found.push({ start, end, rank: RANK.cue, one, part: "cue" });
    }
  }
  return found.sort(before);
}

function before(a, b) {
  return a.start - b.start || b.end - a.end || a.rank - b.rank || a.one.at - b.one.at;
}

/** A paragraph of one side, its marks as elements that `register` is told of. */
function marked(one, [from, to], marks, build) {
  const queue = marks.filter((mark) => mark.start < to && mark.end > from)
    .map((mark) => ({ ...mark, first: mark.start >= from, start: Math.max(mark.start, from), final: mark.end <= to, end: Math.min(mark.end, to) }));
  const root = { end: to, nodes: [], depth: 0 };
  const stack = [root];
  let place = from;
  const advance = (target) => {
    while (true) {
      const top = stack[stack.length - 1];
      const stop = Math.min(target, top.end);
      if (stop > place) {
        top.nodes.push(document.createTextNode(one.slice(place, stop)));
        place = stop;
      }
      if (stack.length > 1 && top.end <= target) {
        stack.pop();
        const below = stack[stack.length - 1];
        below.depth = Math.max(below.depth, top.depth + (top.mark.rank >= RANK.events ? 1 : 0));
        below.nodes.push(build(top.mark, top.nodes, top.depth));
      } else {
        return;
      }
    }
  };
  while (queue.length) {
    const mark = queue.shift();
    advance(mark.start);
    const around = stack[stack.length - 1];
    if (mark.end > around.end) {
      // it crosses the end of what it stands in: the rest comes after
      const rest = { ...mark, start: around.end, first: false };
      mark.end = around.end;
      mark.final = false;
      let at = 0;
      while (at < queue.length && before(queue[at], rest) < 0) at++;
      queue.splice(at, 0, rest);
    }
    if (mark.end > mark.start) stack.push({ end: mark.end, nodes: [], mark, depth: 0 });
  }
  advance(to);
  return root.nodes;
}

/** What is written behind a mark: its type and, when `wanted` by the filters, what is wrong. */
function tagOf(annotation, one, wanted) {
  const type = annotation.list === "quotes" ? "" : annotation.type || "?";
  if (!isError(annotation) || !wanted) return type;
  const other = partner(annotation, one);
  const wrong = annotation.category;
  if (wrong === "missed" || wrong === "spurious") return `${type} ${wrong}`.trim();
  if (other && annotation.type !== other.type) return `${type} ≠ ${other.type}`;
  return `${type} ${words(wrong.replace("wrong-", "≠ "))}`.trim();
}

/** Who a quote is attributed to, in a few letters. */
function speakerOf(quote, one) {
  if (quote.source < 0) return "";
  const source = one[quote.side].mentions[quote.source];
  const pronoun = label("mention_level", source.level) === "PRO";
  const name = pronoun ? one[quote.side].name(source.entity) : said(source, one);
  return name.length > 22 ? `${name.slice(0, 21)}…` : name;
}
