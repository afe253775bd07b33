// The chat that is shown: messages in order, where it is scrolled to, what spins, what the line below the name says.

const NEAR = 140; // pixels from the end that still count as the end
const TOGETHER = 300; // seconds within which messages of one side belong together
let following = true; // whether the reader is at the end and goes along with what comes
let lastTop = 0;
let keyboardTap = null; // the button that was pressed by key, until the answer is there

const here = () => world.messages.get(world.present) ?? new Map();
const articleOf = (id) => $("log").querySelector(`article[data-id="${id}"]`);
const atEnd = () => $("scroll").scrollHeight - $("scroll").scrollTop - $("scroll").clientHeight < NEAR;

function toEnd(smooth) {
  following = true;
  $("scroll").scrollTo({ top: $("scroll").scrollHeight, behavior: smooth && !still() ? "smooth" : "instant" });
}

// The whole chat anew, silently: who listens has heard it, or will read it.
function drawChat() {
  const log = $("log");
  log.setAttribute("aria-live", "off");
  log.replaceChildren();
  for (const message of [...here().values()].sort((a, b) => a.id - b.id)) place(message);
  afterwards();
  toEnd(false);
  setTimeout(() => log.setAttribute("aria-live", "polite"), 300);
}

function place(message) {
  const log = $("log");
  const made = article(message);
  const next = [...log.querySelectorAll("article")].find((other) => Number(other.dataset.id) > message.id);
  const before = next ? next.previousElementSibling : log.lastElementChild;
  log.insertBefore(made, next ?? null);
  const previous = before?.matches("article") ? before : null;
  if (!previous || dayOf(Number(previous.dataset.at)) !== dayOf(message.at)) {
    log.insertBefore(h("div", { class: "day" }, wholeDay(message.at)), made);
  } else {
    const same = previous.classList.contains("mine-to") !== message.mine;
    made.classList.toggle("follows", same && message.at - Number(previous.dataset.at) < TOGETHER);
  }
  return made;
}

// News of this chat; whether it scrolls along depends on where the reader is.
function draw(messages) {
  const stay = !following && !messages.some((message) => !message.mine && !articleOf(message.id));
  for (const message of messages) {
    const old = articleOf(message.id);
    if (old) {
      fill(old, message);
      if (message.edited) { old.classList.remove("edited-now"); void old.offsetWidth; old.classList.add("edited-now"); }
    } else {
      place(message).classList.add("fresh");
    }
  }
  afterwards();
  if (stay) $("down").hidden = false;
  else toEnd(true);
}

function erase(ids) {
  for (const id of ids) {
    for (const chat of world.messages.values()) chat.delete(id);
    articleOf(id)?.remove();
  }
}

function afterwards() {
  const chat = world.chats[world.present] ?? { spinning: [], waiting: [] };
  const waiting = new Set(chat.waiting);
  for (const element of $("log").querySelectorAll(".mine-to")) ticks(element, waiting.has(Number(element.dataset.id)));
  spin(chat.spinning);
  $("welcome").hidden = here().size > 0 || !world.linked;
  $("log").hidden = here().size === 0;
  $("blocked").hidden = !chat.blocked;
  $("composer").hidden = Boolean(chat.blocked);
  carryFocus();
}

function spin(taps) {
  const now = virtual();
  const wanted = new Set(taps.filter((tap) => tap.until > now).map((tap) => `${tap.message} ${tap.data}`));
  for (const button of $("log").querySelectorAll(".key[data-data]")) {
    const busy = wanted.has(`${button.dataset.message} ${button.dataset.data}`);
    if (busy) button.setAttribute("aria-busy", "true");
    else button.removeAttribute("aria-busy");
  }
  const soonest = Math.min(...taps.map((tap) => tap.until).filter((until) => until > now));
  if (Number.isFinite(soonest)) setTimeout(afterwards, (soonest - now) * 1000 + 50);
}

// Whoever tapped by key finds the focus on the next question, not lost with the button that went away.
function carryFocus() {
  if (!keyboardTap || keyboardTap.isConnected) return;
  if (document.activeElement !== document.body && document.activeElement !== null) { keyboardTap = null; return; }
  const cards = [...$("log").querySelectorAll(".keys")];
  const first = cards.at(-1)?.querySelector(".key");
  if (first) { first.focus({ preventScroll: true }); keyboardTap = null; }
}

function drawStatus() {
  const bot = world.bot, chat = world.chats[world.present] ?? {};
  const typing = (chat.typing ?? 0) > virtual();
  const words = { up: "online", starting: "starting…", killed: "killed; starting again…", died: "stopped; starting again…", ended: "ended" }[bot.status];
  const status = !world.linked ? "not connected" : typing ? "typing…" : words;
  if ($("status").textContent !== status) $("status").textContent = status;
  $("status").classList.toggle("lively", world.linked && (typing || bot.status === "up"));
  $("typing").hidden = !typing;
  const banner = bannerWords(bot);
  $("banner").hidden = !banner;
  if ($("banner").textContent !== banner) $("banner").textContent = banner;
}

function bannerWords(bot) {
  if (!world.linked) return document.readyState === "complete" && wire.lost ? "The playground has ended. Start it again, and this page comes back by itself." : "";
  if (bot.status === "killed") return "The bot was killed. It is being started again; what you send now waits for it.";
  if (bot.status === "died") return `The bot stopped by itself (exit code ${bot.code}). It is being started again.`;
  return "";
}

$("log").addEventListener("click", (event) => {
  const button = event.target.closest(".key[data-data]"), command = event.target.closest(".command");
  if (command) say(command.dataset.command);
  if (!button) return;
  keyboardTap = event.detail === 0 ? button : null;
  ask({ do: "tap", person: world.present, message: Number(button.dataset.message), data: button.dataset.data });
});
$("scroll").addEventListener("scroll", () => {
  const top = $("scroll").scrollTop;
  if (top < lastTop - 2) following = false; // only a reader goes up
  if (atEnd()) { following = true; $("down").hidden = true; }
  lastTop = top;
}, { passive: true });
const grown = new ResizeObserver(() => { if (following) toEnd(true); }); // a picture has come, the window is another
for (const id of ["scroll", "log"]) grown.observe($(id));
$("down").addEventListener("click", () => { toEnd(true); $("down").hidden = true; $("field").focus(); });
$("start").addEventListener("click", () => { say("/start"); $("field").focus(); });
$("unblock").addEventListener("click", () => ask({ do: "block", person: world.present, on: false }));
