// The editor of a draft: everything happens on the page at once and is saved as one works.
// Without this script the same form does the same by reloading.

const form = document.getElementById("editor");
const list = document.getElementById("steps");
const status = document.getElementById("saved");
const refused = document.getElementById("not-saved");
const template = document.getElementById("step-row");
const TIMES = ["setup_minutes", "run_minutes"];
const STEP = 10;
const past = [];
const future = [];

document.documentElement.classList.add("scripted");

// Minutes as somebody types them: two digits, more where they are there.
function typed(minutes) {
  if (minutes == null) return "";
  const short = minutes.toFixed(2);
  return Number(short) === minutes ? short : String(minutes);
}

// What the page says now, as the server keeps it.
function rows() {
  return [...list.querySelectorAll(".step")];
}

function field(row, name) {
  return row.querySelector(`[data-field="${name}"]`);
}

function stepOf(row) {
  const step = JSON.parse(row.dataset.step);
  const who = field(row, "who").value.trim();
  step.outsourced = field(row, "outsourced").value === "yes";
  const [code, name] = step.outsourced ? ["partner", "partner_name"] : ["resource", "resource_name"];
  if (step[code] !== who) [step[code], step[name]] = [who, ""];
  for (const time of TIMES) {
    const value = field(row, time).value;
    step[time] = value === "" ? null : Number(value);
  }
  return step;
}

function state() {
  return JSON.stringify(rows().map(stepOf));
}

let current = state();

// From steps to rows.
function fill(row, step) {
  row.dataset.step = JSON.stringify(step);
  row.querySelector(".code").textContent = step.job;
  row.querySelector(".step-name").textContent = step.job_name;
  field(row, "outsourced").value = step.outsourced ? "yes" : "no";
  field(row, "who").value = step.outsourced ? step.partner : step.resource;
  for (const time of TIMES) field(row, time).value = typed(step[time]);
  dress(row, step);
}

function dress(row, step) {
  row.classList.toggle("step-out", step.outsourced);
  field(row, "who").setAttribute("list", step.outsourced ? "partners" : "resources");
  row.querySelector(".step-who-name").textContent = step.outsourced ? step.partner_name : step.resource_name;
  const added = row.querySelector(".step-new");
  if (added) added.hidden = step.origin !== null;
}

function rowOf(step) {
  const row = template.content.firstElementChild.cloneNode(true);
  fill(row, step);
  return row;
}

function number() {
  rows().forEach((row, place) => {
    row.id = `step-${place}`;
    row.querySelector(".step-seq").textContent = (place + 1) * STEP;
    for (const input of row.querySelectorAll("[data-field]")) input.name = `${input.dataset.field}-${place}`;
    for (const button of row.querySelectorAll("[data-do]")) button.value = `${button.dataset.do}:${place}`;
  });
  list.querySelector("[data-empty]")?.toggleAttribute("hidden", rows().length > 0);
  offerPlaces();
}

function offerPlaces() {
  const at = document.getElementById("at");
  const [end] = at.options;
  end.value = rows().length;
  const before = at.dataset.before;
  const options = rows().map((row, place) => {
    const label = before.replace("{number}", (place + 1) * STEP).replace("{job}", row.querySelector(".code").textContent);
    return new Option(label, place);
  });
  at.replaceChildren(end, ...options);
  at.value = end.value;
}

function show(steps) {
  const focused = rows().indexOf(document.activeElement?.closest(".step"));
  for (const row of rows()) row.remove();
  list.append(...JSON.parse(steps).map(rowOf));
  number();
  rows()[Math.min(focused, rows().length - 1)]?.focus();
}

// One edit: kept for undoing, then saved.
function edited() {
  const now = state();
  if (now === current) return;
  past.push(current);
  future.length = 0;
  current = now;
  number();
  offerUndo();
  save();
}

function travel(from, to) {
  if (!from.length) return;
  to.push(current);
  current = from.pop();
  show(current);
  offerUndo();
  save();
}

function offerUndo() {
  for (const button of document.querySelectorAll("[data-undo]")) button.disabled = !past.length;
  for (const button of document.querySelectorAll("[data-redo]")) button.disabled = !future.length;
}

// Saving: one request at a time; what changes meanwhile goes with the next one.
let sending = false;
let waiting = false;
let stopped = false;
let retry = 0;

function say(text, bad = false) {
  status.textContent = text;
  status.dataset.state = bad ? "bad" : "";
}

// The cookie's, because whoever signs in again in another tab gets a new one.
function token() {
  const kept = document.cookie.match(/(?:^|; )(?:__Host-)?csrftoken=([^;]+)/);
  return kept ? kept[1] : form.elements.csrfmiddlewaretoken.value;
}

async function save() {
  if (stopped) return;
  if (sending) {
    waiting = true;
    return;
  }
  sending = true;
  waiting = false;
  window.clearTimeout(retry);
  say(form.dataset.saving);
  try {
    const answer = await fetch(form.dataset.saves, {
      method: "PATCH",
      headers: { "Content-Type": "application/json", "X-CSRFToken": token() },
      body: JSON.stringify({ revision: Number(form.elements.revision.value), operations: JSON.parse(current) }),
    });
    await told(answer, await answer.json());
  } catch {
    say(form.dataset.offline, true);
    waiting = false;
    retry = window.setTimeout(save, 3000);
  } finally {
    sending = false;
  }
  if (waiting) save();
}

async function told(answer, body) {
  if (!answer.ok) {
    refuse(body.error, answer.status === 401);
    return;
  }
  refused.hidden = true;
  setRevision(body.revision);
  say(`${form.dataset.saved} ${body.revision}`);
  if (waiting) return;
  const kept = body.operations.map(({ sequence: _sequence, ...step }) => step);
  rows().forEach((row, place) => learn(row, kept[place], body.violations, place));
  current = JSON.stringify(kept);
  const checks = await fetch(form.dataset.checks);
  if (checks.ok && !waiting) document.getElementById("checks").innerHTML = await checks.text();
}

function learn(row, step, violations, place) {
  row.dataset.step = JSON.stringify(step);
  dress(row, step);
  const badges = violations.filter((each) => each.places.includes(place)).map((each) => {
    const badge = document.createElement("li");
    const word = document.createElement("b");
    word.textContent = each.severity_name;
    badge.className = `badge badge-${each.severity}`;
    badge.title = each.rule_name;
    badge.append(word, ` ${each.message}`);
    return badge;
  });
  row.querySelector("[data-badges]").replaceChildren(...badges);
}

function setRevision(revision) {
  form.elements.revision.value = revision;
  for (const input of document.querySelectorAll("[data-revision]")) input.value = revision;
}

function refuse(error, signedOut) {
  const conflict = error.code === "draft_conflict";
  refused.hidden = false;
  refused.querySelector("[data-message]").textContent = signedOut ? form.dataset.signedOut : error.message;
  refused.querySelector("[data-of-conflict]").hidden = !conflict;
  refused.querySelector("[data-of-sign-out]").hidden = !signedOut;
  say(refused.querySelector(".alert-title").textContent, true);
  stopped = conflict || signedOut;
  if (conflict) refused.dataset.revision = error.extra.revision;
}

function saveAgain() {
  stopped = false;
  save();
}

refused.querySelector("[data-again]").addEventListener("click", saveAgain);
refused.querySelector("[data-keep]").addEventListener("click", () => {
  setRevision(refused.dataset.revision);
  saveAgain();
});

// What can be done to one operation.
function move(row, by) {
  const all = rows();
  const to = all.indexOf(row) + by;
  if (to < 0 || to >= all.length) return;
  if (by < 0) all[to].before(row);
  else all[to].after(row);
  edited();
}

function remove(row) {
  const next = row.nextElementSibling ?? row.previousElementSibling;
  row.remove();
  next?.focus();
  edited();
}

function split(row) {
  const step = stepOf(row);
  if (step.run_minutes !== null) step.run_minutes = Math.round(step.run_minutes * 5000) / 10000;
  row.after(rowOf({ ...step, origin: null }));
  fill(row, step);
  edited();
}

function chosen() {
  const wanted = document.getElementById("job").value.trim().toLowerCase();
  const items = [...document.querySelectorAll("#palette [data-step]")].map((item) => JSON.parse(item.dataset.step));
  return items.find((step) => step.job.toLowerCase() === wanted) ?? (wanted ? items[0] : undefined);
}

function insert(step) {
  const row = rowOf(step);
  const before = rows()[Number(document.getElementById("at").value)];
  if (before) before.before(row);
  else list.append(row);
  edited();
  row.focus();
}

const DO = {
  up: (row) => move(row, -1),
  down: (row) => move(row, 1),
  remove,
  split,
  replace: (row) => {
    const step = chosen();
    if (!step) return document.getElementById("job").focus();
    fill(row, step);
    edited();
    return row.focus();
  },
};

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-do]");
  if (!button) return;
  event.preventDefault();
  const row = button.closest(".step");
  if (row) {
    DO[button.dataset.do](row);
    if (row.isConnected) button.focus();
    return;
  }
  const step = button.dataset.step ? JSON.parse(button.dataset.step) : chosen();
  if (step) insert(step);
  else document.getElementById("job").focus();
});

list.addEventListener("change", (event) => {
  const row = event.target.closest(".step");
  if (event.target.dataset.field === "outsourced") {
    const step = JSON.parse(row.dataset.step);
    field(row, "who").value = event.target.value === "yes" ? step.partner : step.resource;
  }
  if (event.target.reportValidity()) edited();
});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  edited();
});

// Keys.
function isTyping(element) {
  return element.matches("input, select, textarea");
}

document.addEventListener("keydown", (event) => {
  const command = event.ctrlKey || event.metaKey;
  const key = event.key.toLowerCase();
  if (command && !isTyping(event.target) && (key === "z" || key === "y")) {
    event.preventDefault();
    if (key === "y" || event.shiftKey) travel(future, past);
    else travel(past, future);
    return;
  }
  const row = event.target.closest?.(".step");
  if (!row) return;
  const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (by && event.altKey) {
    event.preventDefault();
    const focused = document.activeElement;
    move(row, by);
    focused.focus();
  } else if (by && event.target === row) {
    event.preventDefault();
    (by < 0 ? row.previousElementSibling : row.nextElementSibling)?.focus();
  } else if (event.key === "Delete" && event.target === row) {
    event.preventDefault();
    remove(row);
  }
});

for (const button of document.querySelectorAll("[data-undo], [data-redo]")) {
  button.hidden = false;
  button.addEventListener("click", () => ("undo" in button.dataset ? travel(past, future) : travel(future, past)));
}

// Dragging: the row follows the pointer from place to place.
list.addEventListener("pointerdown", (event) => {
  const grip = event.target.closest(".step-grip");
  if (!grip || event.button !== 0) return;
  event.preventDefault();
  const row = grip.closest(".step");
  let asked = 0;
  const follow = (moved) => {
    window.cancelAnimationFrame(asked);
    asked = window.requestAnimationFrame(() => place(row, moved.clientY));
  };
  const end = () => {
    window.cancelAnimationFrame(asked);
    document.removeEventListener("pointermove", follow);
    row.classList.remove("step-moving");
    edited();
  };
  row.classList.add("step-moving");
  document.addEventListener("pointermove", follow);
  for (const name of ["pointerup", "pointercancel"]) document.addEventListener(name, end, { once: true });
});

// The others step aside, so that the row under the pointer is never taken out of the page.
function place(row, y) {
  const before = row.previousElementSibling;
  const after = row.nextElementSibling;
  if (before?.matches(".step") && y < middle(before)) row.after(before);
  else if (after?.matches(".step") && y > middle(after)) row.before(after);
}

function middle(row) {
  const box = row.getBoundingClientRect();
  return box.top + box.height / 2;
}

window.addEventListener("beforeunload", (event) => {
  if (sending || waiting || status.dataset.state === "bad") event.preventDefault();
});

const keys = document.getElementById("page-keys");
document.querySelector("#keys .keys")?.append(keys.content.cloneNode(true));
number();
