// The page as a whole: its two views, the address, the keys, the theme.

const views = { scores: document.getElementById("scores"), documents: document.getElementById("documents") };
let current = null;
let viewer = null;
let routing = false;

// ---------------------------------------------------------------------------------- theme
function stored(value) {
  // a browser may refuse storage to a page from the disk
  try {
    if (value === undefined) return localStorage.getItem("communique-theme");
    localStorage.setItem("communique-theme", value);
  } catch { /* then it is remembered for this visit only */ }
  return null;
}

function isDark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

function switchTheme() {
  document.documentElement.dataset.theme = isDark() ? "light" : "dark";
  stored(document.documentElement.dataset.theme);
  nameTheme();
}

function nameTheme() {
  themeButton.setAttribute("aria-label", isDark() ? "Light theme" : "Dark theme");
  themeButton.title = `${isDark() ? "light" : "dark"} theme (t)`;
  themeButton.textContent = isDark() ? "☀" : "☾";
}

// ---------------------------------------------------------------------------------- the head
const tabs = {
  scores: h("a", { href: "#scores" }, "Scores"),
  documents: h("a", { href: "#documents" }, "Documents"),
};
const themeButton = h("button", { type: "button", class: "icon", on: { click: switchTheme } });
const helpButton = h("button", { type: "button", class: "icon", "aria-label": "Keys", title: "keys (?)", on: { click: () => openHelp() } }, "?");
fill(document.getElementById("top"),
  h("p", { class: "brand" }, h("span", { class: "quiet" }, "communique"), h("strong", {}, overview.system)),
  h("nav", { class: "tabs", "aria-label": "Views" }, tabs.scores, tabs.documents),
  themeButton, helpButton);
if (overview.restricted) {
  document.getElementById("top").after(h("p", { class: "notice banner", role: "note" }, "This page contains restricted text, from your own copies. It is not to be passed on."));
}
const theme = stored();
if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
nameTheme();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", nameTheme);

// ---------------------------------------------------------------------------------- help
const KEYS = [
  ["j k", "next, previous document"],
  ["n p", "next, previous error, in the next documents too"],
  ["/", "search in titles and texts"],
  ["1 2 3 4", "show or hide mentions, times, quotes, events"],
  ["e", "errors only, or everything"],
  ["s d", "scores, documents"],
  ["t", "light or dark"],
  ["Esc", "close what is open"],
  ["?", "this help"],
];
const help = document.getElementById("help");

function openHelp() {
  if (help.open) return;
  fill(help, h("h2", { id: "help-title" }, "Keys"),
    h("dl", { class: "keys" }, KEYS.map(([keys, what]) => [h("dt", {}, keys.split(" ").map((key) => h("kbd", {}, key))), h("dd", {}, what)])),
    h("h2", {}, "Marks"),
    h("ul", { class: "samples" },
      [["correct", "right: a quiet line in the colour of its type"], ["missed", "missed: gold without a prediction (dashed)"], ["spurious", "spurious: a prediction without gold (dotted)"], ["wrong", "wrong: paired, but something differs (solid); ≠ says what"]].map(([kind, what]) =>
        h("li", {}, h("span", { class: `sample ${kind}`, "aria-hidden": "true" }), what))),
    h("p", { class: "quiet" }, "Choose a mark for its fields, its partner on the other side, its speaker or its arguments; choose it again for the mark around it. The address of the page leads back to just this place."),
    h("form", { method: "dialog" }, h("button", { class: "primary" }, "Close")));
  help.showModal();
}

// ---------------------------------------------------------------------------------- views
function showView(name) {
  for (const [each, element] of Object.entries(views)) {
    element.hidden = each !== name;
    if (each === name) tabs[each].setAttribute("aria-current", "page");
    else tabs[each].removeAttribute("aria-current");
  }
  document.documentElement.dataset.view = name;
  current = name;
  if (name === "scores" && !views.scores.childElementCount) drawScores(views.scores, openErrors);
  if (name === "documents" && !viewer) {
    viewer = makeViewer(views.documents, address);
    viewer.list();
  }
}

/** From a figure to the errors behind it. */
function openErrors({ layers, errors = [], pair = null }) {
  filter.layers = new Set(layers);
  filter.errors = new Set(errors);
  filter.pair = pair;
  filter.query = "";
  showView("documents");
  viewer.search.value = "";
  viewer.list();
  const first = viewer.state.visible[0];
  history.pushState(null, "", location.href);
  scrollTo({ top: 0 });
  if (first === undefined) viewer.show(viewer.state.one ? viewer.state.one.number : 0);
  else {
    viewer.show(first);
    viewer.step(1);
  }
}

// ---------------------------------------------------------------------------------- address
/** Write what is shown into the address, so that it can be kept and sent. */
function address() {
  if (routing || current !== "documents" || !viewer.state.one) return;
  const parts = new URLSearchParams();
  const { one, selected } = viewer.state;
  parts.set("doc", one.about.id);
  if (selected) parts.set("at", `${selected.side}.${selected.list}.${selected.id}`);
  if (filter.layers.size < overview.lists.length) parts.set("layers", [...filter.layers].join(","));
  if (filter.errors.size) parts.set("errors", [...filter.errors].join(","));
  if (filter.pair) parts.set("pair", [filter.pair.list, filter.pair.gold || "", filter.pair.pred || ""].join(","));
  if (filter.quiet) parts.set("only", "errors");
  history.replaceState(null, "", `#${parts}`);
}

/** Show what the address says; what it says wrongly is passed over. */
function route() {
  const hash = location.hash.slice(1);
  const parts = new URLSearchParams(hash);
  if (!parts.has("doc") && hash !== "documents") return showView("scores");
  routing = true;
  try {
    if (parts.has("doc")) {
      const known = (name, values) => values.split(",").filter((value) => name(value));
      filter.layers = new Set(parts.has("layers") ? known((value) => overview.lists.includes(value), parts.get("layers")) : overview.lists);
      filter.errors = new Set(known((value) => {
        const [list, category] = [value.slice(0, value.indexOf(".")), value.slice(value.indexOf(".") + 1)];
        return overview.lists.includes(list) && overview.categories[list].includes(category);
      }, parts.get("errors") || ""));
      const [list, gold, pred] = (parts.get("pair") || "").split(",");
      filter.pair = ["mentions", "times", "events"].includes(list) ? { list, gold: gold || null, pred: pred || null } : null;
      filter.quiet = parts.get("only") === "errors";
    }
    showView("documents");
    viewer.list();
    const wanted = overview.documents.findIndex((about) => about.id === parts.get("doc"));
    const number = wanted >= 0 ? wanted : viewer.state.one ? viewer.state.one.number : viewer.state.visible[0] ?? 0;
    if (!overview.documents.length) return undefined;
    const one = open(number);
    const [side, list, ...id] = (parts.get("at") || "").split(".");
    const there = (side === "gold" || side === "pred") && overview.lists.includes(list) ? one[side][list].find((each) => each.id === id.join(".")) : null;
    viewer.show(number, { select: there || null });
  } finally {
    routing = false;
  }
  return address();
}

// ---------------------------------------------------------------------------------- keys
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const typing = event.target.closest("input[type=search], select, textarea");
  if (event.key === "Escape") {
    if (typing) typing.blur();
    else if (viewer && current === "documents" && !help.open && viewer.close()) event.preventDefault();
    return;
  }
  if (typing || help.open) return;
  const inDocuments = {
    j: () => viewer.stepDocument(1),
    k: () => viewer.stepDocument(-1),
    n: () => viewer.step(1),
    p: () => viewer.step(-1),
    e: () => { filter.quiet = !filter.quiet; viewer.draw(); address(); },
    ...Object.fromEntries(overview.lists.map((list, place) => [String(place + 1), () => viewer.toggleLayer(list)])),
  };
  const anywhere = {
    "/": () => { if (current !== "documents") openDocuments(); viewer.focusSearch(); },
    "?": openHelp,
    s: () => { location.hash = "scores"; },
    d: openDocuments,
    t: switchTheme,
  };
  const act = anywhere[event.key] || (current === "documents" ? inDocuments[event.key] : null);
  if (!act) return;
  event.preventDefault();
  act();
});

function openDocuments() {
  if (current === "documents") return;
  history.pushState(null, "", location.href);
  showView("documents");
  if (viewer.state.one) address();
  else if (overview.documents.length) viewer.show(viewer.state.visible[0] ?? 0);
}

tabs.documents.addEventListener("click", (event) => { event.preventDefault(); openDocuments(); });
addEventListener("popstate", route);
route();
document.documentElement.dataset.ready = "true";
