// Documents: parsed when they are first looked at, and turned into annotations with names.

const raws = new Map();

/** The payload of a document as it stands in the file. */
function raw(number) {
  if (!raws.has(number)) raws.set(number, parsed(`document-${number}`));
  return raws.get(number);
}

const lowered = new Map();

/** Whether a document has all words of a query in its metadata or text. */
function found(number, query) {
  if (!query) return true;
  if (!lowered.has(number)) {
    const about = overview.documents[number];
    const parts = [about.id, about.title, about.outlet, about.genre, about.world, about.storyline, about.split, raw(number).text];
    lowered.set(number, parts.filter((part) => part).join("\n").toLowerCase());
  }
  return query.toLowerCase().split(/\s+/).every((word) => lowered.get(number).includes(word));
}

function label(vocabulary, place) {
  return place < 0 ? null : overview.vocabularies[vocabulary][place][0];
}

function colour(vocabulary, place) {
  return place < 0 ? "" : overview.vocabularies[vocabulary][place][2];
}

const opened = new Map();
const KEPT = 24;

/** A document with its annotations as objects; the last few stay. */
function open(number) {
  if (opened.has(number)) return opened.get(number);
  const data = raw(number);
  const one = { number, about: overview.documents[number], text: data.text, zones: data.zones };
  // offsets are code points; a text without surrogates can be cut as it is
  const points = data.text !== null && /[\ud800-\udfff]/.test(data.text) ? Array.from(data.text) : null;
  one.length = points ? points.length : data.text === null ? 0 : data.text.length;
  one.slice = (start, end) => points ? points.slice(start, end).join("") : data.text === null ? "" : data.text.slice(start, end);
  one.at = (place) => points ? points[place] : data.text[place];
  one.gold = side(data.gold, "gold", one);
  one.pred = side(data.pred, "pred", one);
  one.errors = [];
  for (let i = 0; i < data.errors.length; i += 3) {
    const list = overview.lists[data.errors[i]];
    const gold = data.errors[i + 1] < 0 ? null : one.gold[list][data.errors[i + 1]];
    const pred = data.errors[i + 2] < 0 ? null : one.pred[list][data.errors[i + 2]];
    one.errors.push({ list, gold, pred, category: (gold || pred).category });
  }
  if (opened.size >= KEPT) opened.delete(opened.keys().next().value);
  opened.set(number, one);
  return one;
}

/** One side's lists; an annotation knows its place, words, type, verdict and what it refers to. */
function side(data, name, one) {
  const built = { entities: data.entities.map(([id, type, kb, nil, members]) => ({ id, type, kb, nil, members, mentions: [] })) };
  const make = (list, at, id, spans, rest) => {
    const verdicts = data.verdicts[list];
    const category = verdicts && verdicts[2 * at] >= 0 ? overview.categories[list][verdicts[2 * at]] : null;
    return { side: name, list, at, id, spans, category, partnerAt: verdicts ? verdicts[2 * at + 1] : -1, ...rest };
  };
  built.mentions = data.mentions.map(([id, start, end, entity, level, use, demonym, title], at) => {
    const type = entity < 0 ? -1 : built.entities[entity].type;
    const mention = make("mentions", at, id, [[start, end]], { entity, level, use, demonym, title, type: label("entity_type", type), kind: colour("entity_type", type) });
    if (entity >= 0) built.entities[entity].mentions.push(mention);
    return mention;
  });
  built.times = data.times.map(([id, start, end, type, value, mod], at) =>
    make("times", at, id, [[start, end]], { value, mod, type: label("time_type", type), kind: colour("time_type", type) }));
  built.quotes = data.quotes.map(([id, content, cue, source, addressees, parent, kind, polarity], at) =>
    make("quotes", at, id, content, { cue, source, addressees, parent, polarity, type: label("quote_kind", kind), kind: "q-content" }));
  built.events = data.events.map(([id, start, end, type, mode, realis, polarity, certainty, args, chain], at) =>
    make("events", at, id, [[start, end]], { mode, realis, polarity, certainty, args, chain, type: label("event_type", type), kind: colour("event_type", type) }));
  built.name = (entity) => nameOf(built.entities[entity], one);
  return built;
}

/** What to call an entity: a name of it in the text (of a place the usual one, of others the longest), else its first description. */
function nameOf(entity, one) {
  if (!entity) return "";
  const say = (mention) => one.slice(...mention.spans[0]).replace(/\s+/g, " ");
  const named = entity.mentions.filter((mention) => label("mention_level", mention.level) === "NAM");
  // an adjective or a capital stands for a state, but is not its name
  const plain = named.filter((mention) => !mention.demonym && label("mention_use", mention.use) === "literal");
  const names = (plain.length ? plain : named).map(say);
  const often = (name) => (["GPE", "LOC"].includes(label("entity_type", entity.type)) ? names.filter((other) => other === name).length : 0);
  const best = names.sort((a, b) => often(b) - often(a) || b.length - a.length)[0];
  return best || (entity.mentions.length ? say(entity.mentions[0]) : "") || entity.kb || entity.id;
}

function partner(annotation, one) {
  if (annotation.partnerAt < 0) return null;
  return one[annotation.side === "gold" ? "pred" : "gold"][annotation.list][annotation.partnerAt];
}

function said(annotation, one) {
  return annotation.spans.map(([start, end]) => one.slice(start, end)).join(" … ").replace(/\s+/g, " ");
}

function start(annotation) {
  return Math.min(...annotation.spans.map(([first]) => first));
}

function isError(annotation) {
  return annotation.category !== null && annotation.category !== "correct";
}
