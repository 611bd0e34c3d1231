// Counts down to the deadlines on the page: <time data-until="2027-05-04T08:20:00Z">until 10:20</time>.

const words = new WeakMap(); // element → what the server wrote
tick();
setInterval(tick, 1000);
document.addEventListener("live:shown", tick);

function tick() {
  for (const element of document.querySelectorAll("time[data-until]")) show(element);
}

function show(element) {
  const left = Math.floor((Date.parse(element.dataset.until) - Date.now()) / 1000);
  const written = words.get(element) ?? element.textContent;
  words.set(element, written.split(" · ")[0]);
  element.textContent = left > 0 ? `${words.get(element)} · ${clock(left)}` : words.get(element);
}

function clock(seconds) {
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const parts = hours ? [hours, pad(minutes), pad(rest)] : [minutes, pad(rest)];
  return parts.join(":");
}

function pad(number) {
  return String(number).padStart(2, "0");
}
