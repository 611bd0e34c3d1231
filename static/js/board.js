// The desk's board: cards are lifted and dropped by mouse, by touch (tap the card, tap the place) and by keyboard.
//
// A drop posts the card's own form with the room and start of the place; the answer is {ok, version} or {error, hints}.
// docs/DESIGN.md shows the markup; without this module the forms do the same.

const DRAG_PIXELS = 6;
const ARROWS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

const board = document.querySelector(".board");
const words = board.dataset;
const announcer = document.getElementById("announcer");
const refusal = document.getElementById("board-refusal");
const target = Object.assign(document.createElement("li"), { className: "board-target" });

let lifted = null; // {card, column, row}: where it would be dropped
let grip = null; // {card, x, y, above, dragged}: a mouse button that is down on a card

const desk = board.closest("main");
desk.addEventListener("click", click);
desk.addEventListener("keydown", key);
desk.addEventListener("pointerdown", press);
desk.addEventListener("pointermove", drag);
desk.addEventListener("pointerup", () => grip?.dragged && drop());
desk.addEventListener("pointercancel", () => { grip = null; putBack(); });

function click(event) {
  const dragged = grip?.dragged && event.detail; // the click that ends a drag; a key's click has no detail
  grip = null;
  if (dragged) return;
  const card = event.target.closest(".board-handle")?.closest(".board-card");
  if (!lifted) {
    if (card) lift(card);
  } else if (card === lifted.card) {
    drop();
  } else if (!event.target.closest("form, summary")) {
    const place = placeAt(event.clientX, event.clientY);
    if (place) {
      aim(place);
      drop();
    }
  }
}

function key(event) {
  if (!lifted) return;
  if (event.key === "Escape") putBack();
  else if (event.key === "Tab") return putBack();
  else if (!(event.key in ARROWS)) return;
  else {
    const [across, down] = ARROWS[event.key];
    const columns = rooms();
    const column = columns[columns.indexOf(lifted.column) + across] ?? lifted.column;
    aim({ column, row: lifted.row + down });
  }
  event.preventDefault();
}

function press(event) {
  const card = event.target.closest(".board-handle")?.closest(".board-card");
  grip = null;
  if (!card || lifted || event.button !== 0 || event.pointerType === "touch") return;
  grip = { card, x: event.clientX, y: event.clientY, above: event.clientY - card.getBoundingClientRect().top };
}

function drag(event) {
  if (!grip || !event.buttons) return;
  if (!grip.dragged) {
    if (Math.hypot(event.clientX - grip.x, event.clientY - grip.y) < DRAG_PIXELS) return;
    grip.dragged = true;
    event.target.setPointerCapture(event.pointerId);
    lift(grip.card);
  }
  const place = lifted && placeAt(event.clientX, event.clientY - grip.above + 1);
  if (place) aim(place);
}

function lift(card) {
  lifted = { card, column: card.closest(".board-room") ?? rooms()[0], row: Number(card.dataset.row ?? 1) };
  document.body.dataset.busy = "board";
  refusal.hidden = true;
  card.classList.add("lifted");
  aim(lifted);
  say(`${words.lifted} ${announcer.textContent}`, { title: title(card) });
}

/** Show where the card would go, as near to the wish as the day allows. */
function aim({ column, row }) {
  const { card } = lifted;
  lifted.column = column;
  lifted.row = Math.max(1, Math.min(row, steps().length - span(card)));
  const other = taken();
  const text = { ...named(column, lifted.row, card), other: other && title(other) };
  target.classList.toggle("taken", Boolean(other));
  target.textContent = say(other ? words.taken : words.free, text);
  put(target, column, lifted.row, span(card));
  target.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function putBack() {
  if (!lifted) return;
  say(words.back, { title: title(lifted.card) });
  settle();
}

async function drop() {
  const { card, column, row } = lifted;
  if (column === card.closest(".board-room") && row === Number(card.dataset.row)) return putBack();
  const home = { list: card.parentElement, next: card.nextSibling, row: card.dataset.row };
  const form = card.querySelector("form");
  const body = new URLSearchParams(new FormData(form));
  const start = steps()[row - 1].dataset.start;
  body.set("room", column.dataset.room);
  body.set("start", start);
  settle();
  document.body.dataset.busy = "board";
  card.classList.add("moving");
  put(card, column, row, span(card));
  card.querySelector(".board-handle").focus({ preventScroll: true });

  const answer = await post(form.action, body);
  delete document.body.dataset.busy;
  card.classList.remove("moving");
  if (answer.error) return refuse(card, home, answer);
  form.elements.version.value = answer.version;
  remember(form, column.dataset.room, start);
  relabel(card, column, row);
  say(words.dropped, { title: title(card), ...named(column, row, card) });
}

async function post(url, body) {
  try {
    const answer = await fetch(url, { method: "POST", body, headers: { Accept: "application/json" } });
    return await answer.json();
  } catch (error) { // no network, or an answer that is not ours: nothing is known to have moved
    if (!(error instanceof TypeError || error instanceof SyntaxError)) throw error;
    return { error: words.offline };
  }
}

function refuse(card, home, { error, hints = [] }) {
  if (home.row) put(card, home.list.closest(".board-room"), Number(home.row), span(card));
  else unput(card, home);
  refusal.textContent = [error, ...hints].join(" "); // role=alert: it is read out by itself
  refusal.hidden = false;
  card.querySelector(".board-handle").focus();
}

function settle() {
  lifted.card.classList.remove("lifted");
  target.remove();
  lifted = null;
  delete document.body.dataset.busy;
}

/** Places are classes (places.css): the content security policy knows no style attribute. */
function put(element, column, row, length) {
  element.className = element.className.replace(/\b[rsc]\d+\b/g, "").trim();
  element.classList.add(`r${row}`, `s${length}`);
  if (element !== target) element.dataset.row = row;
  const list = column.querySelector(".board-cards");
  if (element.parentElement !== list) list.append(element);
}

function unput(card, { list, next }) {
  card.className = "board-card";
  delete card.dataset.row;
  list.insertBefore(card, next);
}

function placeAt(x, y) {
  const column = rooms().find((room) => {
    const { left, right } = room.getBoundingClientRect();
    return left <= x && x < right;
  });
  if (!column) return null;
  const { top, height } = column.querySelector(".board-cards").getBoundingClientRect();
  return { column, row: Math.floor((y - top) / (height / steps().length)) + 1 };
}

/** What is seen there already; whether that is allowed is for the server to say. */
function taken() {
  const { card, column, row } = lifted;
  return [...column.querySelectorAll(".board-card")].find((other) => other !== card
    && Number(other.dataset.row) < row + span(card) && row < Number(other.dataset.row) + span(other));
}

function remember(form, room, start) {
  for (const option of form.elements.room.options) option.defaultSelected = option.value === room;
  form.elements.start.defaultValue = start;
}

function relabel(card, column, row) {
  const { from, to } = named(column, row, card);
  card.querySelector(".board-time").textContent = `${from}–${to}`;
}

function named(column, row, card) {
  const time = (step) => steps()[step - 1]?.textContent.trim() ?? "";
  return { room: column.querySelector("h3").textContent.trim(), from: time(row), to: time(row + span(card)) };
}

function say(sentence, values = {}) {
  announcer.textContent = sentence.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
  return announcer.textContent;
}

function rooms() {
  return [...board.querySelectorAll(".board-room")];
}

/** One for each step of the day, and a last one for its end. */
function steps() {
  return [...board.querySelectorAll(".board-times > li")];
}

function span(card) {
  return Number(card.dataset.span);
}

function title(card) {
  return card.querySelector(".board-handle b").textContent.trim();
}
