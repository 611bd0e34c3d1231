// A screen at the hall that nobody attends to: follows the event, counts down, turns its pages, finds back by itself.

import { swap } from "./swap.js";

const TURN = 12_000; // ms that a page stays
const LOOK = 60_000; // ms: even if the socket tells nothing, the page is never older
const SILENCE = 90_000; // ms without an answer: say so

const pause = document.getElementById("pause");
const offline = document.getElementById("offline");
const ahead = serverTime() - Date.now(); // the screen's own clock may be wrong
let shown = 0;
let paused = false;
let misses = 0;
let coming = 0;
let heard = Date.now();

pause.addEventListener("click", () => {
  paused = !paused;
  pause.textContent = paused ? pause.dataset.resume : pause.dataset.pause;
});
listen();
turn(0);
tick();
setInterval(tick, 1000);
setInterval(() => paused || turn(1), TURN);
setInterval(look, LOOK);

function listen() {
  const url = new URL(document.body.dataset.live, location.href);
  url.protocol = url.protocol.replace("http", "ws");
  const socket = new WebSocket(url);
  socket.addEventListener("open", () => { misses = 0; });
  socket.addEventListener("message", soon);
  socket.addEventListener("close", () => setTimeout(listen, Math.min(30_000, 1000 * 2 ** misses++)));
}

/** Screens of one hall hear of a change at once; each waits a while of its own. */
function soon() {
  coming ||= setTimeout(look, 200 + Math.random() * 1500);
}

async function look() {
  clearTimeout(coming);
  coming = 0;
  const page = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(away);
  if (!page) return;
  if (page.status === 404) return location.reload(); // the address was revoked
  if (!page.ok) return;
  heard = Date.now();
  const fresh = new DOMParser().parseFromString(await page.text(), "text/html");
  if (fresh.querySelector("script")?.src !== document.querySelector("script")?.src) return location.reload(); // a new version
  for (const part of ["masthead", "main"]) swap(document.getElementById(part), fresh.getElementById(part));
  turn(0);
  tick();
}

function away(error) {
  if (!(error instanceof TypeError)) throw error;
  return null;
}

function turn(step) {
  const pages = [...document.querySelectorAll(".screen-page")];
  shown = pages.length ? (shown + step) % pages.length : 0;
  pages.forEach((page, index) => { page.hidden = index !== shown; });
  pause.hidden = pages.length < 2;
  document.getElementById("pages").textContent = pages.length < 2 ? "" : `${shown + 1} / ${pages.length}`;
}

function tick() {
  const now = Date.now() + ahead;
  const clock = document.getElementById("clock");
  clock.textContent = new Intl.DateTimeFormat("en-GB", { timeStyle: "short", timeZone: clock.dataset.zone }).format(now);
  for (const element of document.querySelectorAll("[data-left]")) {
    const left = Math.max(0, Math.ceil((Date.parse(element.dataset.left) - now) / 1000));
    element.textContent = left < 3600 ? remaining(left) : "";
  }
  offline.hidden = Date.now() - heard < SILENCE;
  if (now > Date.parse(document.getElementById("main").dataset.changes)) soon();
}

// With its unit: 17:56 would be a time of day beside 16:35–16:55.
function remaining(seconds) {
  const unit = seconds < 60 ? "second" : "minute";
  const words = new Intl.NumberFormat(document.documentElement.lang, { style: "unit", unit, unitDisplay: "short" });
  return words.format(seconds < 60 ? seconds : Math.ceil(seconds / 60));
}

function serverTime() {
  return Date.parse(document.getElementById("clock").dateTime);
}
