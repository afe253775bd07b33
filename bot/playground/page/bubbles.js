// One message: what stands in its bubble, its picture, its buttons.

const STYLES = new Set(["primary", "success", "danger"]);
const NAMED = { photo: "Picture", animation: "Animation", document: "File", voice: "Voice message", sticker: "Sticker", location: "Location", contact: "Contact", poll: "Poll" };

function article(message) {
  const element = h("article", { class: `said${message.mine ? "" : " mine-to"}`, "data-id": message.id, "data-at": message.at });
  fill(element, message);
  return element;
}

function fill(element, message) {
  const words = message.text ? h("div", { class: "text", dir: "auto" }, formatted(message.text, message.entities)) : null;
  const media = message.media ? pictured(message.media, message) : null;
  const who = message.mine ? "The bot said" : "You said";
  const bubble = h("div", { class: "bubble" }, heard(`${who}, ${clockTime(message.at)}: `), ...(message.above ? [words, media] : [media, words]), meta(message));
  element.classList.toggle("keyed", message.rows.length > 0);
  element.replaceChildren(bubble, ...(message.rows.length ? [keys(message)] : []));
}

function meta(message) {
  const line = h("div", { class: "meta" });
  if (message.reactions.length) line.append(h("span", { class: "reactions" }, message.reactions.join(" ")));
  if (message.edited) line.append(h("span", { class: "edited" }, "edited"));
  line.append(h("time", { datetime: dated(message.at).toISOString(), "aria-hidden": "true" }, clockTime(message.at)));
  if (!message.mine) line.append(h("span", { class: "sent" }));
  return line;
}

// ✓ the playground has it, ✓✓ the bot has kept it: it confirms an update only then.
function ticks(element, waiting) {
  const place = element.querySelector(".sent");
  const name = waiting ? "waiting" : "kept";
  if (!place || place.dataset.is === name) return;
  place.dataset.is = name;
  place.title = waiting ? "The bot has not kept it yet" : "The bot has kept it";
  place.replaceChildren(icon(waiting ? "check" : "checks"), ...(waiting ? [heard("not yet received")] : []));
}

function pictured(media, message) {
  const name = NAMED[media.kind] ?? "Something";
  const caption = message.text ? `: ${message.text.slice(0, 120)}` : "";
  const shape = { src: media.url, width: media.width || null, height: media.height || null };
  if (media.kind === "photo") return framed(media, h("img", { ...shape, alt: `${name}${caption}` }));
  if (media.kind === "animation") return framed(media, ...looping(media, shape, `${name}${caption}`));
  if (media.kind === "document" && media.url) {
    return h("a", { class: "file", href: media.url, download: media.file_name ?? "file" }, icon("file"), media.file_name ?? name);
  }
  return h("span", { class: "file" }, icon("file"), media.emoji ?? name);
}

function framed(media, ...inside) {
  const frame = h("div", { class: `media${media.spoiler ? " veiled" : ""}` }, ...inside);
  if (media.spoiler) frame.addEventListener("click", () => frame.classList.remove("veiled"), { once: true });
  return frame;
}

// Loops by itself, unless the person's system asks for less motion; it can be halted and started by everybody.
function looping(media, shape, label) {
  const video = media.mime_type === "video/mp4";
  const moving = video ? h("video", { ...shape, loop: true, muted: true, playsinline: true, autoplay: !still(), "aria-label": label, role: "img" }) : h("img", { ...shape, alt: label });
  if (video) moving.muted = true;
  const frozen = h("canvas", { "aria-hidden": "true", hidden: true });
  const halt = h("button", { type: "button", class: "halt" });
  const turn = (on) => {
    halt.replaceChildren(icon(on ? "pause" : "play"));
    halt.setAttribute("aria-label", on ? "Halt the animation" : "Play the animation");
    halt.dataset.on = on ? "yes" : "";
    if (video) on ? moving.play().catch(() => turn(false)) : moving.pause();
    else freeze(moving, frozen, !on);
  };
  halt.addEventListener("click", () => turn(!halt.dataset.on));
  turn(!still());
  return [moving, frozen, halt];
}

function freeze(picture, frozen, on) {
  const draw = () => {
    frozen.width = picture.naturalWidth; frozen.height = picture.naturalHeight;
    frozen.getContext("2d").drawImage(picture, 0, 0);
    picture.hidden = true; frozen.hidden = false;
  };
  if (!on) { picture.hidden = false; frozen.hidden = true; return; }
  if (picture.complete && picture.naturalWidth) draw();
  else picture.addEventListener("load", draw, { once: true });
}

function keys(message) {
  const about = message.text.split("\n")[0].slice(0, 80);
  const rows = message.rows.map((row) => h("div", {}, ...row.map((button) => key(button, message))));
  return h("div", { class: "keys", role: "group", "aria-label": about ? `Answers to: ${about}` : "Buttons" }, ...rows);
}

function key(button, message) {
  const look = `key${STYLES.has(button.style) ? ` ${button.style}` : ""}`;
  if (button.url !== undefined) {
    const made = link(button.url, button.text);
    made.className = look;
    made.append(icon("link"));
    return made;
  }
  if (button.copy_text !== undefined) {
    const copy = () => navigator.clipboard.writeText(button.copy_text.text).then(() => toast("Copied"), () => toast("The browser does not allow copying"));
    return h("button", { type: "button", class: look, onclick: copy }, button.text);
  }
  if (button.callback_data === undefined) return h("button", { type: "button", class: look, disabled: true, title: "Only in Telegram" }, button.text);
  return h("button", { type: "button", class: look, "data-message": message.id, "data-data": button.callback_data }, button.text);
}
