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
