// A text and its entities, as elements. Offsets are UTF-16 units, which is how JavaScript counts too.

const TAGS = { bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code", pre: "pre", blockquote: "blockquote", expandable_blockquote: "blockquote" };
const SOLID = new Set(["pre", "blockquote", "expandable_blockquote", "spoiler"]);
const SAFE = new Set(["http:", "https:", "mailto:", "tel:"]);
const FOUND = { url: (text) => (/^[a-z][a-z0-9+.-]*:/i.test(text) ? text : `https://${text}`), email: (text) => `mailto:${text}`, phone_number: (text) => `tel:${text.replace(/[^+\d]/g, "")}` };

function formatted(text, entities) {
  const sorted = [...entities].sort((a, b) => a.offset - b.offset || b.length - a.length);
  if (!text.includes("• ") || sorted.some((entity) => SOLID.has(entity.type))) return dressed(text, 0, text.length, sorted);
  return listed(text, sorted);
}

// Points of a list hang below their first word. The text stays the same, to the sign.
function listed(text, entities) {
  const out = document.createDocumentFragment();
  for (let from = 0, to; from < text.length; from = to) {
    to = text.indexOf("\n", from) + 1 || text.length;
    const here = entities.filter((entity) => entity.offset < to && entity.offset + entity.length > from);
    const line = dressed(text, from, to, here);
    out.append(text.startsWith("• ", from) ? h("span", { class: "item" }, line) : line);
  }
  return out;
}

function dressed(text, from, to, entities) {
  const out = document.createDocumentFragment();
  let at = from;
  for (let n = 0; n < entities.length; ) {
    const entity = entities[n++];
    const begins = Math.max(entity.offset, at), ends = Math.min(entity.offset + entity.length, to);
    if (ends <= begins) continue;
    const inside = [];
    while (n < entities.length && entities[n].offset < ends) inside.push(entities[n++]);
    if (begins > at) out.append(text.slice(at, begins));
    out.append(dress(entity, text.slice(begins, ends), dressed(text, begins, ends, inside)));
    at = ends;
  }
  if (to > at) out.append(text.slice(at, to));
  return out;
}

function dress(entity, words, inside) {
  if (entity.type === "spoiler") return spoiler(inside);
  if (entity.type === "bot_command") {
    return h("button", { type: "button", class: "command", "data-command": words }, words);
  }
  const address = entity.type === "text_link" ? entity.url : FOUND[entity.type]?.(words);
  if (address !== undefined) return link(address, inside);
  return h(TAGS[entity.type] ?? "span", {}, inside);
}

function link(address, inside) {
  let target = null;
  try { target = new URL(address); } catch { /* no address */ }
  if (target === null || !SAFE.has(target.protocol)) return h("span", {}, inside);
  return h("a", { href: target.href, target: "_blank", rel: "noopener noreferrer" }, inside);
}

function spoiler(inside) {
  const show = (event) => event.currentTarget.setAttribute("aria-expanded", "true");
  return h("button", { type: "button", class: "spoiler", "aria-expanded": "false", "aria-label": "Hidden text, press to show", onclick: (event) => { show(event); event.currentTarget.removeAttribute("aria-label"); } }, inside);
}
