// A draft that is being made: its own socket tells how far the solver is; the page's socket (live.js) tells when it is done.

const making = document.getElementById("making");
const bar = document.getElementById("progress");
const words = document.getElementById("progress-words");
const phase = document.getElementById("progress-phase");

const REDRAWN = 3000; // ms: the server draws the curve, and nobody wants to hear of each step
let since = Number(making.dataset.since);
let drawing = 0;
listen();

function listen() {
  const url = new URL(making.dataset.url, location.href);
  url.protocol = url.protocol.replace("http", "ws");
  url.searchParams.set("since", since);
  const socket = new WebSocket(url);
  socket.addEventListener("message", ({ data }) => take(JSON.parse(data)));
  socket.addEventListener("close", () => making.isConnected && setTimeout(listen, 2000));
  document.addEventListener("live:shown", () => making.isConnected || socket.close());
}

function take(frame) {
  since = frame.revision;
  for (const { kind, data } of frame.changes ?? []) {
    if (kind === "draft.progressed" && "placed" in data) show(data);
  }
}

function show({ phase: step, placed, meetings }) {
  bar.max = meetings;
  bar.value = placed;
  words.textContent = `${placed} / ${meetings}`;
  phase.textContent = making.dataset[step];
  drawing ||= setTimeout(draw, REDRAWN);
}

async function draw() {
  try {
    const answer = await fetch(location.href);
    if (answer.ok) redraw(new DOMParser().parseFromString(await answer.text(), "text/html"));
  } finally {
    drawing = 0;
  }
}

function redraw(fresh) {
  const curve = fresh.getElementById("curve");
  const told = fresh.getElementById("curve-words")?.textContent;
  const words = document.getElementById("curve-words");
  if (!making.isConnected || !curve) return;
  document.getElementById("curve").replaceChildren(...curve.childNodes);
  if (words.textContent !== told) words.textContent = told;
}
