// The text field, the command menu, and STOP.

let marked = -1; // the place of the marked command; -1: none

function say(text) {
  if (text.trim()) ask({ do: "say", person: world.present, text });
}

const commands = () => world.profile.commands[world.present] ?? [];
const menuOpen = () => !$("menu").hidden;

function openMenu(typed) {
  const wanted = typed.slice(1).toLowerCase();
  const found = commands().filter((each) => each.command.startsWith(wanted));
  $("menu").replaceChildren(...found.map((each, place) => h("li", { role: "option", id: `command-${place}`, "aria-selected": "false", "data-command": each.command }, h("b", {}, `/${each.command}`), h("span", {}, each.description))));
  $("menu").hidden = found.length === 0;
  for (const id of ["field", "commands"]) $(id).setAttribute("aria-expanded", String(menuOpen()));
  mark(found.length && wanted ? 0 : -1);
}

function closeMenu() {
  $("menu").hidden = true;
  for (const id of ["field", "commands"]) $(id).setAttribute("aria-expanded", "false");
  mark(-1);
}

function mark(place) {
  marked = place;
  [...$("menu").children].forEach((item, at) => item.setAttribute("aria-selected", String(at === place)));
  if (place < 0) $("field").removeAttribute("aria-activedescendant");
  else { $("field").setAttribute("aria-activedescendant", `command-${place}`); $("menu").children[place].scrollIntoView({ block: "nearest" }); }
}

function choose(item) {
  closeMenu();
  $("field").value = "";
  say(`/${item.dataset.command}`);
  $("field").focus();
}

$("field").addEventListener("input", () => {
  if (/^\/\w*$/.test($("field").value)) openMenu($("field").value);
  else closeMenu();
});
$("field").addEventListener("keydown", (event) => {
  if (!menuOpen()) return;
  const count = $("menu").children.length;
  if (event.key === "ArrowDown") mark((marked + 1) % count);
  else if (event.key === "ArrowUp") mark((marked - 1 + count) % count);
  else if (event.key === "Escape") closeMenu();
  else if (event.key === "Tab" && marked >= 0) $("field").value = `/${$("menu").children[marked].dataset.command}`;
  else if (event.key === "Enter" && marked >= 0) choose($("menu").children[marked]);
  else return;
  if (event.key !== "Tab") event.stopPropagation();
  event.preventDefault();
});
$("field").addEventListener("blur", () => setTimeout(() => { if (![$("field"), $("commands")].includes(document.activeElement)) closeMenu(); }, 150));
$("menu").addEventListener("mousedown", (event) => event.preventDefault());
$("menu").addEventListener("click", (event) => { const item = event.target.closest("li"); if (item) choose(item); });
$("commands").addEventListener("click", () => {
  if (menuOpen()) { closeMenu(); return; }
  if (!commands().length) { toast("The bot has not set its commands yet."); return; }
  $("field").focus();
  openMenu("/");
  mark(0);
});
$("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  if (!world.linked) { toast("Not connected: nothing was sent."); return; }
  say($("field").value);
  $("field").value = "";
  closeMenu();
});
for (const id of ["stop", "stop-too"]) $(id).addEventListener("click", () => say("/stop"));
