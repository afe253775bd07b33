// What the page knows, and how it makes elements. No text from outside ever becomes HTML: it goes into text nodes.

const $ = (id) => document.getElementById(id);

const world = {
  people: [], // {id, name, language, met}
  chats: {}, // by id: {blocked, spinning, waiting, typing}
  messages: new Map(), // chat -> Map(id -> message)
  unread: new Map(), // chat -> number
  bot: { status: "starting", words: [] },
  clock: { by: 0, until: null },
  faults: {},
  profile: { name: "Unkink", description: "", commands: {} },
  present: null, // the id of the person whose chat is shown
  skew: 0, // seconds by which the playground's computer is ahead of this one
  linked: false,
};

// An element. Names of attributes are written in this code, never taken from outside.
function h(tag, given = {}, ...inside) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...inside.filter((each) => each !== null && each !== undefined && each !== ""));
  return element;
}

function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#${name}`);
  svg.setAttribute("aria-hidden", "true");
  svg.append(use);
  return svg;
}

const heard = (words) => h("span", { class: "hidden" }, words); // for those who listen
const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
const virtual = () => Date.now() / 1000 + world.skew + world.clock.by; // seconds, by the playground's clock
const dated = (seconds) => new Date(seconds * 1000);

const told = (options) => (seconds) => new Intl.DateTimeFormat("en-GB", options).format(dated(seconds));
const clockTime = told({ hour: "2-digit", minute: "2-digit" });
const clockSeconds = told({ hour: "2-digit", minute: "2-digit", second: "2-digit" });
const wholeDay = told({ weekday: "long", day: "numeric", month: "long" });
const shortDay = told({ weekday: "short", day: "numeric", month: "short" });
const dayOf = (seconds) => dated(seconds).toDateString();

function remembered(name, value) {
  try {
    if (value === undefined) return localStorage.getItem(`unkink-${name}`);
    localStorage.setItem(`unkink-${name}`, value);
  } catch { /* a browser that keeps nothing */ }
  return null;
}

function toast(words) {
  const shown = h("p", {}, words);
  $("toasts").append(shown);
  setTimeout(() => shown.remove(), Math.max(4000, words.length * 70));
}

function alertWith(words) {
  $("alert-text").textContent = words;
  if (!$("alert").open) $("alert").showModal();
}
