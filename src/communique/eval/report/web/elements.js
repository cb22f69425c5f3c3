// Elements out of data. Text only ever becomes text nodes and attribute values: nothing here or
// elsewhere parses a string as markup.

const SVG = "http://www.w3.org/2000/svg";

/** An HTML element. `on` holds listeners, `style` custom properties, booleans set or leave out. */
function h(tag, attributes, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

/** An SVG element. */
function svg(tag, attributes, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name === "on") {
      for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    } else if (name === "style") {
      for (const [property, one] of Object.entries(value)) element.style.setProperty(property, one);
    } else if (value === true) {
      element.setAttribute(name, "");
    } else if (value !== false && value !== null && value !== undefined) {
      element.setAttribute(name, String(value));
    }
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** Put children in the place of whatever an element holds. */
function fill(element, ...children) {
  element.replaceChildren(...children.flat(Infinity).filter((child) => child));
  return element;
}

function parsed(id) {
  return JSON.parse(document.getElementById(id).textContent);
}

/** Something for those who listen: what n or j has led to. */
function say(text) {
  document.getElementById("said").textContent = text;
}

const grouped = new Intl.NumberFormat("en");

function count(number) {
  return number === null || number === undefined ? "–" : grouped.format(number);
}

/** A score with three places; what is undefined is said so. */
function score(value) {
  return value === null || value === undefined ? "–" : value.toFixed(3);
}

function percent(share) {
  if (!share) return "0 %";
  const whole = Math.round(share * 100);
  return whole === 0 ? "<1 %" : `${whole} %`;
}

function words(name) {
  return name.replaceAll("-", " ");
}

/** Running text in which `names` stand between backquotes. */
function prose(text) {
  return text.split("`").map((part, place) => (place % 2 ? h("code", {}, part) : part));
}

/** One choice of several, as a row of buttons of which one is pressed. */
function choice(label, options, chosen, choose) {
  const buttons = options.map(([value, text]) =>
    h("button", {
      type: "button",
      "aria-pressed": value === chosen ? "true" : "false",
      on: {
        click() {
          for (const one of buttons) one.setAttribute("aria-pressed", one === this ? "true" : "false");
          choose(value);
        },
      },
    }, text));
  return h("div", { class: "choice", role: "group", "aria-label": label }, buttons);
}
