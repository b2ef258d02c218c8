// The result page: copy the operations as a table that Excel takes, and print.

function asText(table) {
  const rows = [...table.rows].map((row) =>
    [...row.cells].map((cell) => cell.innerText.replace(/\s+/g, " ").trim()).join("\t"),
  );
  return rows.join("\n");
}

async function copy(button) {
  const table = document.querySelector(button.dataset.copies);
  await navigator.clipboard.writeText(asText(table));
  const label = button.textContent;
  button.textContent = button.dataset.done;
  window.setTimeout(() => (button.textContent = label), 1500);
}

for (const button of document.querySelectorAll("[data-copies]")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", () => copy(button));
}
for (const button of document.querySelectorAll("[data-prints]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

// Keys: from operation to operation, from similar item to similar item, to the lot size, step by step.

function moved(items, step) {
  const at = items.indexOf(document.activeElement);
  const next = at < 0 ? (step > 0 ? 0 : items.length - 1) : at + step;
  items[Math.min(Math.max(next, 0), items.length - 1)]?.focus();
}

const KEYS = {
  j: () => moved([...document.querySelectorAll(".similar")], 1),
  k: () => moved([...document.querySelectorAll(".similar")], -1),
  l: () => document.getElementById("lot")?.select(),
  s: () => document.getElementById("steps")?.click(),
};

document.addEventListener("keydown", (event) => {
  const target = event.target;
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (target.matches("input, textarea, select")) return;
  if (event.key in KEYS) {
    event.preventDefault();
    KEYS[event.key]();
  } else if (event.key.startsWith("Arrow") && target.matches(".op[tabindex]")) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    moved([...target.closest(".cards").querySelectorAll(".op[tabindex]")], step);
  }
});
