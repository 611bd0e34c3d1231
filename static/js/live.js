// Keeps an open page true: facts arrive over a socket; those that no module of the page knows make it fetch itself again.
//
// Each fact becomes a "change:<kind>" event on the document (detail: kind, subject, id, data), and one called "live".
// A module that has shown the fact by itself calls preventDefault() on its event.

import { holdsInput, swap } from "./swap.js";

const POLICY_VIOLATION = 1008; // signed out, or too many pages: asking again would not help

const { liveUrl, liveSince } = document.body.dataset;
const words = document.getElementById("words").dataset;
const announcer = document.getElementById("announcer");
const toggle = document.getElementById("live-toggle");
const news = document.getElementById("news");
const button = news.querySelector("button");

let revision = Number(liveSince);
let socket = null;
let misses = 0;
let coming = 0; // the timer of a refresh, or of a new socket
let calling = 0;
let stale = false;

toggle.hidden = false;
toggle.addEventListener("click", () => {
  localStorage.setItem("live", paused() ? "on" : "paused");
  obey();
});
button.addEventListener("click", () => show({ asked: true }));
document.addEventListener("visibilitychange", wake);
window.addEventListener("online", wake);
obey();

function obey() {
  toggle.textContent = paused() ? toggle.dataset.resume : toggle.dataset.pause;
  if (!paused()) return listen();
  clearTimeout(calling);
  clearTimeout(coming);
  coming = 0;
  socket?.close();
}

function listen() {
  clearTimeout(calling);
  if (socket) return;
  const url = new URL(liveUrl, location.href);
  url.protocol = url.protocol.replace("http", "ws");
  url.searchParams.set("since", revision);
  socket = new WebSocket(url);
  socket.addEventListener("open", () => {
    misses = 0;
    catchUp();
  });
  socket.addEventListener("message", ({ data }) => take(JSON.parse(data)));
  socket.addEventListener("close", ({ code }) => {
    socket = null;
    if (!paused() && code !== POLICY_VIOLATION) calling = setTimeout(listen, backOff(misses++));
  });
}

function take(frame) {
  if (frame.reset) {
    revision = frame.revision ?? revision;
    return later();
  }
  if (frame.revision <= revision) return;
  revision = frame.revision;
  const unknown = frame.changes.filter((change) => !known(change));
  if (unknown.length) later();
}

function known(change) {
  const told = (name) => document.dispatchEvent(new CustomEvent(name, { detail: change, cancelable: true }));
  const untouched = [told(`change:${change.kind}`), told("live")];
  return untouched.includes(false);
}

/** All pages hear of a change at once: each waits a while of its own before it asks for more. */
function later() {
  stale = true;
  coming ||= setTimeout(show, between(300, 3000));
}

async function show({ asked = false } = {}) {
  coming = 0;
  if (document.hidden) return; // wake() comes back to it
  if (document.body.dataset.busy) return later(); // a card is in the air
  if (!asked && !news.hidden) return; // offered, not taken yet
  stale = false;
  const page = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(offline);
  if (!page) { // catchUp() comes back to it
    stale = true;
    return;
  }
  if (!page.ok || page.redirected) return asked ? location.reload() : offer();
  const fresh = new DOMParser().parseFromString(await page.text(), "text/html");
  if (!asked && holdsInput(document.getElementById("main"))) return offer();
  for (const part of ["masthead", "main"]) swap(document.getElementById(part), fresh.getElementById(part));
  document.title = fresh.title;
  revision = Math.max(revision, Number(fresh.body.dataset.liveSince));
  news.hidden = true;
  announcer.textContent = words.shown;
  document.dispatchEvent(new CustomEvent("live:shown"));
}

function offer() {
  stale = true;
  if (!news.hidden) return;
  news.hidden = false;
  announcer.textContent = words.news;
}

/** A fetch without a network: the socket is down as well, and its return brings us back here. */
function offline(error) {
  if (!(error instanceof TypeError)) throw error;
  return null;
}

function wake() {
  if (document.hidden || paused()) return;
  listen();
  catchUp();
}

function catchUp() {
  if (stale && news.hidden) later();
}

function paused() {
  return localStorage.getItem("live") === "paused";
}

function backOff(times) {
  return between(500, Math.min(10_000, 1000 * 2 ** times));
}

function between(least, most) {
  return least + Math.random() * (most - least);
}
