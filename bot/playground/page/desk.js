// Behind the scenes: time, the bot's process, faults, the journey, every call. And light or dark.

const MOST_CALLS = 300;
const SWITCHES = [
  ["flood", "Too many requests", "Telegram refuses with 429, retry after 3 s"],
  ["outage", "Telegram is down", "Every call is answered with 502"],
  ["slow", "Slow network", "Every answer takes two seconds more"],
  ["duplicate", "Everything comes twice", "Each update is delivered a second time"],
  ["block", "Block the bot", "The person who is shown blocks it, and it is told"],
];
const THEMES = { auto: ["half", "Theme: as your system"], dark: ["moon", "Theme: dark"], light: ["sun", "Theme: light"] };
const wide = matchMedia("(min-width: 1180px)");
let refusals = 0;

function drawDesk() {
  for (const button of $("switches").children) {
    const name = button.dataset.fault;
    const on = name === "block" ? world.chats[world.present]?.blocked : world.faults[name];
    button.setAttribute("aria-checked", String(Boolean(on)));
  }
  const bot = world.bot;
  $("lamp").className = bot.status;
  $("life").textContent = { up: `Running, process ${bot.pid}`, starting: "Starting…", killed: "Killed", died: `Stopped by itself, exit code ${bot.code}`, ended: "Ended" }[bot.status] + (bot.status === "up" && bot.starts > 1 ? `. Start ${bot.starts}, back after ${bot.back_after} s` : "");
  $("kill").disabled = !bot.pid;
  $("last").hidden = bot.words.length === 0;
  $("last").querySelector("pre").textContent = bot.words.join("\n");
  const moving = world.clock.until !== null;
  $("now").parentElement.classList.toggle("running", moving);
  for (const button of [...$("moves").children, $("jump").querySelector("button")]) button.disabled = moving;
  tick();
}

function tick() {
  const now = virtual(), by = world.clock.by;
  const words = `${shortDay(now)}, ${clockSeconds(now)}`;
  if ($("now").textContent !== words) $("now").textContent = words;
  const ahead = by < 60 ? "as on your computer" : `${span(by)} ahead of your computer`;
  if ($("ahead").textContent !== ahead) $("ahead").textContent = ahead;
  drawStatus();
}

function span(seconds) {
  const minutes = Math.round(seconds / 60), parts = [[Math.floor(minutes / 1440), "d"], [Math.floor(minutes / 60) % 24, "h"], [minutes % 60, "min"]];
  return parts.filter(([count]) => count).map(([count, unit]) => `${count} ${unit}`).join(" ");
}

function log(entries) {
  const rows = entries.filter((entry) => !(entry.kind === "call" && entry.method === "getUpdates" && entry.answer === "[]"));
  for (const entry of rows) {
    if (entry.kind === "refusal" || entry.kind === "unknown") $("refusals").textContent = String(++refusals);
    $("calls").prepend(call(entry));
  }
  while ($("calls").children.length > MOST_CALLS) $("calls").lastElementChild.remove();
}

function call(entry) {
  const from = entry.kind === "update" ? `to the bot: ${entry.method}` : entry.method || entry.kind;
  const summary = h("summary", {}, h("b", {}, from), h("span", { class: "short" }, brief(entry)), h("time", {}, clockSeconds(entry.at)));
  const item = h("li", { class: entry.kind, "data-method": entry.method }, h("details", { ontoggle: (event) => unfold(event.currentTarget, entry) }, summary));
  return item;
}

function brief(entry) {
  if (entry.kind === "fault") return `trouble: ${entry.note}`;
  if (entry.kind !== "call" && entry.kind !== "update") return `${entry.code >= 400 ? `${entry.code} ` : ""}${entry.note}`;
  const { text, chat_id: chat, ...rest } = entry.parameters;
  const person = world.people.find((each) => String(each.id) === chat)?.name;
  if (entry.kind === "update") return inside(entry.answer);
  return [person && `to ${person}`, text ?? Object.values(rest)[0]].filter(Boolean).join(": ").replace(/\s+/g, " ").slice(0, 120);
}

function inside(answer) {
  try {
    const update = JSON.parse(answer);
    return update.message?.text ?? update.callback_query?.data ?? update.my_chat_member?.new_chat_member.status ?? "";
  } catch { return ""; }
}

// The whole of it is only written out when somebody wants to see it.
function unfold(details, entry) {
  if (!details.open || details.querySelector("pre")) return;
  const lines = [`${entry.kind} ${entry.number}${entry.note ? `: ${entry.code} ${entry.note}` : ""}`, ...Object.entries(entry.parameters).map(([name, value]) => `${name} = ${value}`)];
  if (entry.answer) lines.push(`→ ${entry.answer}`);
  details.append(h("pre", {}, lines.join("\n")));
}

function openDesk(on, focus = true) {
  document.body.classList.toggle("opened", on);
  $("open").setAttribute("aria-expanded", String(on));
  $("desk").inert = !on;
  const drawer = on && !wide.matches;
  $("veil").hidden = !drawer;
  $("people").inert = $("talk").inert = drawer;
  if (focus) (on ? $("close") : $("open")).focus();
}

function theme(name) {
  const [sign, words] = THEMES[name] ?? THEMES.auto;
  if (name === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = name;
  $("theme").replaceChildren(icon(sign));
  $("theme").setAttribute("aria-label", words);
  $("theme").title = words;
  $("theme").dataset.is = name;
}

function save(name, text) {
  const address = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  const plain = name.normalize("NFKD").toLowerCase().replace(/[^a-z0-9]+/g, "_").replace(/^_+|_+$/g, "") || "journey";
  h("a", { href: address, download: `${plain}.txt` }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}

for (const [name, words, hint] of SWITCHES) {
  $("switches").append(h("button", { type: "button", role: "switch", "data-fault": name, "aria-checked": "false" }, h("span", {}, words), h("small", {}, hint), h("i")));
}
$("switches").addEventListener("click", (event) => {
  const button = event.target.closest("button"), on = button?.getAttribute("aria-checked") !== "true";
  if (!button) return;
  if (button.dataset.fault === "block") ask({ do: "block", person: world.present, on });
  else ask({ do: "fault", fault: button.dataset.fault, on });
});
$("moves").addEventListener("click", (event) => {
  const { seconds, tomorrow } = event.target.closest("button")?.dataset ?? {};
  if (seconds) ask({ do: "move", seconds: Number(seconds) });
  if (!tomorrow) return;
  const target = dated(virtual());
  target.setDate(target.getDate() + 1);
  target.setHours(Number(tomorrow), 0, 0, 0);
  ask({ do: "move", seconds: Math.ceil(target / 1000 - virtual()) });
});
$("jump").addEventListener("submit", (event) => {
  event.preventDefault();
  ask({ do: "move", seconds: Math.ceil(new Date($("when").value) / 1000 - virtual()) });
});
$("kill").addEventListener("click", () => ask({ do: "kill" }));
$("save").addEventListener("click", () => ask({ do: "journey", person: world.present }));
document.querySelector(".choice").addEventListener("click", (event) => {
  const chosen = event.target.closest("button");
  if (!chosen) return;
  for (const button of chosen.parentElement.children) button.setAttribute("aria-pressed", String(button === chosen));
  $("calls").className = chosen.dataset.only;
});
$("open").addEventListener("click", () => openDesk(!document.body.classList.contains("opened")));
$("close").addEventListener("click", () => openDesk(false));
$("veil").addEventListener("click", () => openDesk(false));
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !wide.matches && document.body.classList.contains("opened") && !document.querySelector("dialog[open]")) openDesk(false);
});
wide.addEventListener("change", () => openDesk(wide.matches, false));
$("theme").addEventListener("click", () => {
  const names = Object.keys(THEMES), next = names[(names.indexOf($("theme").dataset.is) + 1) % names.length];
  theme(next);
  remembered("theme", next);
});
theme(THEMES[remembered("theme")] ? remembered("theme") : "auto");
openDesk(wide.matches, false);
setInterval(tick, 500);
