// What makes the desk quicker with a keyboard. Every page works without this file.
"use strict";

const KEYS_OFF = "desk.keys.off";
const THEME = "desk.theme";

function kept(name) {
  try { return localStorage.getItem(name); } catch { return null; }
}

function keep(name, value) {
  try { localStorage.setItem(name, value); } catch { /* a browser that keeps nothing still works */ }
}

// Light and dark: the system's choice until somebody switches.
const root = document.documentElement;
if (kept(THEME)) root.dataset.theme = kept(THEME);
const themeSwitch = document.querySelector("[data-theme-switch]");
themeSwitch.addEventListener("click", () => {
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  keep(THEME, root.dataset.theme);
});
for (const hidden of document.querySelectorAll(".needs-script")) hidden.hidden = false;

// A second click on the way changes nothing: the button shows that the first one counted.
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    if (event.submitter) event.submitter.setAttribute("aria-busy", "true");
  });
}
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  for (const button of document.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
});

// A photo in large, without leaving the page.
for (const link of document.querySelectorAll("a[data-zoom]")) {
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const dialog = document.createElement("dialog");
    dialog.className = "photo";
    const frame = document.createElement("article");
    const large = document.createElement("img");
    large.src = link.href;
    large.alt = link.querySelector("img").alt;
    const close = document.querySelector("#keys form").cloneNode(true);
    frame.append(large, close);
    dialog.append(frame);
    dialog.addEventListener("close", () => { dialog.remove(); link.focus(); });
    document.body.append(dialog);
    dialog.showModal();
  });
}

// Keys. They can be switched off (WCAG 2.1.4).
const keys = document.getElementById("keys");
const keysSwitch = document.querySelector("[data-keys-switch]");
keysSwitch.checked = !kept(KEYS_OFF);
keysSwitch.addEventListener("change", () => keep(KEYS_OFF, keysSwitch.checked ? "" : "1"));
document.querySelector("[data-keys-open]").addEventListener("click", () => keys.showModal());

const lines = [...document.querySelectorAll("[data-line]")];
let here = -1;

function moveTo(index) {
  if (!lines.length) return;
  here = Math.max(0, Math.min(index, lines.length - 1));
  for (const line of lines) line.classList.remove("here");
  lines[here].classList.add("here");
  lines[here].querySelector("a.open").focus();
}

function openAt(part) {
  if (here >= 0) location.href = lines[here].querySelector("a.open").href + part;
}

function press(act) {
  const button = document.querySelector(`button[data-act="${act}"]`);
  if (button) button.click();
}

function approve() {  // where somebody must be chosen, the key leads there and does not choose
  const choices = document.querySelectorAll('button[data-act="approve"]');
  if (choices.length > 1) choices[0].focus();
  else choices[0]?.click();
}

function unfold(id) {
  const part = document.getElementById(id);
  if (!part || part.tagName !== "DETAILS") return;
  part.open = true;
  const first = part.querySelector("input[type=radio], textarea, input:not([type=hidden])");
  if (first) first.focus();
}

const onQueue = {
  j: () => moveTo(here + 1),
  k: () => moveTo(here - 1),
  a: () => openAt("#decide"),
  x: () => openAt("#reject"),
  u: () => press("undo"),
};
const onDeed = {
  j: () => document.querySelector("a[data-next]")?.click(),
  k: () => history.back(),
  a: approve,
  x: () => unfold("reject"),
  u: () => press("undo"),
};
const everywhere = {
  "/": () => { const box = document.querySelector("input[type=search]"); if (box) box.focus(); else location.href = "/desk"; },
  "?": () => keys.showModal(),
};
const onThisPage = { queue: onQueue, deed: onDeed }[document.body.dataset.page] ?? {};
const MOVES = new Set(["j", "k"]);  // these alone go on while a key is held: a held "a" would decide deed after deed

addEventListener("keydown", (event) => {
  if (kept(KEYS_OFF) || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  if (document.querySelector("dialog[open]") || event.target.closest("input, textarea, select")) return;
  const does = onThisPage[event.key] ?? everywhere[event.key];
  if (!does) return;
  event.preventDefault();
  if (event.repeat && !MOVES.has(event.key)) return;
  does();
});

if (location.hash) unfold(location.hash.slice(1));
