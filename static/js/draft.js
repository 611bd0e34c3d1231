// A draft that is being made: its own socket tells how far the solver is; the page's socket (live.js) tells when it is done.

const making = document.getElementById("making");
const bar = document.getElementById("progress");
const words = document.getElementById("progress-words");
const phase = document.getElementById("progress-phase");

let since = Number(making.dataset.since);
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
}
