// Several people, each with a chat of their own, as tabs.

const LANGUAGES = { en: "English", de: "Deutsch", es: "Español", fr: "Français", it: "Italiano", pt: "Português", nl: "Nederlands", pl: "Polski", tr: "Türkçe", uk: "Українська", ru: "Русский", ar: "العربية", hi: "हिन्दी", zh: "中文" };
const FACES = ["#0f766e", "#9a4a12", "#5b4bb3", "#1d6292", "#9b2c62", "#4a6b17", "#6d4c41", "#37566b"];
let edited = null; // the person on the card; null: a new one

function drawPeople() {
  const held = document.activeElement?.closest?.("#tabs button")?.id;
  $("tabs").replaceChildren(...world.people.map(tab));
  if (held) $(held)?.focus();
  const person = world.people.find((each) => each.id === world.present);
  $("edit").setAttribute("aria-label", `Edit ${person?.name ?? "this person"}`);
  $("edit").querySelector("span").textContent = "Edit";
  $("scroll").setAttribute("aria-label", `Chat of ${person?.name ?? "nobody"} with the bot`);
  const shown = person ? `${person.name} · Unkink playground` : "Unkink playground";
  if (document.title !== shown) document.title = shown;
}

function tab(person, place) {
  const chosen = person.id === world.present, unread = world.unread.get(person.id) ?? 0;
  const face = h("span", { class: "face", "aria-hidden": "true" }, [...person.name][0].toUpperCase());
  face.style.setProperty("--face", FACES[place % FACES.length]);
  const newest = [...(world.messages.get(person.id)?.values() ?? [])].at(-1);
  return h("button", { type: "button", role: "tab", id: `person-${person.id}`, "aria-selected": String(chosen), "aria-controls": "scroll", tabindex: chosen ? 0 : -1, onclick: () => show(person.id) },
    face, h("span", { class: "called", dir: "auto" }, person.name),
    unread ? h("span", { class: "unread" }, String(unread), heard(" unread")) : h("span"),
    h("span", { class: "latest", dir: "auto", "aria-hidden": "true" }, newest?.text.split("\n")[0].slice(0, 60) || `speaks ${LANGUAGES[person.language] ?? person.language}`));
}

function show(id) {
  if (!world.people.some((person) => person.id === id)) return;
  world.present = id;
  world.unread.delete(id);
  remembered("person", String(id));
  $("down").hidden = true;
  drawPeople();
  drawChat();
  drawStatus();
  drawDesk();
}

function openCard(person) {
  edited = person;
  $("card-title").textContent = person ? `Edit ${person.name}` : "Add a person";
  $("card-name").value = person?.name ?? "";
  $("card-language").value = person?.language ?? "en";
  $("card").returnValue = "";
  $("card").showModal();
  $("card-name").select();
}

$("tabs").addEventListener("keydown", (event) => {
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  const at = world.people.findIndex((person) => person.id === world.present), count = world.people.length;
  const next = step ? (at + step + count) % count : { Home: 0, End: count - 1 }[event.key];
  if (next === undefined) return;
  event.preventDefault();
  show(world.people[next].id);
  $(`person-${world.present}`).focus();
});
$("add").addEventListener("click", () => openCard(null));
$("edit").addEventListener("click", () => openCard(world.people.find((person) => person.id === world.present)));
$("card-cancel").addEventListener("click", () => $("card").close());
$("card").addEventListener("close", () => {
  if ($("card").returnValue !== "done") return;
  const card = { name: $("card-name").value.trim(), language: $("card-language").value };
  ask(edited ? { do: "rename", person: edited.id, ...card } : { do: "add", ...card });
});
for (const [code, name] of Object.entries(LANGUAGES)) $("card-language").append(h("option", { value: code, lang: code }, name));
