// The one connection: what is asked goes out, news come in. When it breaks, the page waits and asks for everything anew.

const wire = { socket: null, lost: false, pause: 500 };

function ask(wish) {
  if (wire.socket?.readyState === WebSocket.OPEN) wire.socket.send(JSON.stringify(wish));
  else toast("Not connected: nothing was sent.");
}

function connect() {
  const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/wire`);
  wire.socket = socket;
  socket.addEventListener("open", () => { begin(); wire.pause = 500; });
  socket.addEventListener("message", (event) => take(JSON.parse(event.data)));
  socket.addEventListener("close", () => {
    world.linked = false;
    wire.lost = true;
    drawStatus();
    setTimeout(connect, wire.pause);
    wire.pause = Math.min(wire.pause * 2, 4000);
  });
}

// Whoever answers now may be another playground: nothing of the old one is kept.
function begin() {
  world.linked = true;
  world.messages.clear();
  world.unread.clear();
  $("calls").replaceChildren();
  refusals = 0;
  $("refusals").textContent = "0";
  wire.first = true;
}

function take(news) {
  if (news.refused) toast(news.refused);
  if (news.journey) save(news.name, news.journey);
  if (news.added) wire.wanted = news.added;
  if (news.real === undefined) { arrive(); return; }
  world.skew = news.real - Date.now() / 1000;
  const was = world.bot;
  for (const name of ["people", "chats", "bot", "clock", "faults", "profile"]) if (news[name]) world[name] = news[name];
  for (const message of news.messages ?? []) keep(message);
  erase(news.gone ?? []);
  log(news.log ?? []);
  for (const told of news.toasts ?? []) if (told.chat === world.present) (told.alert ? alertWith : toast)(told.text);
  if (was.starts && was.status !== "up" && world.bot.status === "up" && world.bot.starts > 1 && !wire.first) toast(`The bot is back after ${world.bot.back_after} s. Go on where you were.`);
  redraw(news);
}

function keep(message) {
  const chat = world.messages.get(message.chat) ?? new Map();
  const known = chat.has(message.id);
  chat.set(message.id, message);
  world.messages.set(message.chat, chat);
  if (!known && message.mine && message.chat !== world.present && !wire.first) world.unread.set(message.chat, (world.unread.get(message.chat) ?? 0) + 1);
}

function redraw(news) {
  $("name").textContent = world.profile.name;
  $("description").textContent = world.profile.description || "It guides you through gentle back stretches, and knows when not to.";
  if (wire.first || !world.people.some((person) => person.id === world.present)) {
    wire.first = false;
    const before = Number(remembered("person"));
    show(world.people.some((person) => person.id === before) ? before : world.people[0].id);
    return;
  }
  const mine = (news.messages ?? []).filter((message) => message.chat === world.present);
  if (mine.length) draw(mine);
  else if (news.chats || news.gone) afterwards();
  if (news.people || news.messages || news.gone) drawPeople();
  if (news.bot || news.clock || news.faults || news.chats) drawDesk();
  drawStatus();
  arrive();
}

// Somebody was added from this page: go there.
function arrive() {
  if (!wire.wanted || !world.people.some((person) => person.id === wire.wanted)) return;
  const wanted = wire.wanted;
  wire.wanted = null;
  show(wanted);
  $("field").focus();
}

connect();
