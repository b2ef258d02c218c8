// The log of a job follows its end while lines arrive, unless the reader has scrolled up.

const NEAR = 24;
const log = document.querySelector("[data-log]");
const button = document.querySelector("[data-follows]");

function isAtEnd() {
  return log.scrollHeight - log.scrollTop - log.clientHeight < NEAR;
}

function goToEnd() {
  log.scrollTop = log.scrollHeight;
}

if (log) {
  let follows = true;
  goToEnd();
  log.addEventListener("scroll", () => {
    follows = isAtEnd();
    button.hidden = follows;
  });
  button.addEventListener("click", goToEnd);
  new MutationObserver(() => {
    if (follows) goToEnd();
  }).observe(log, { childList: true, subtree: true });
}

document.body.addEventListener("htmx:afterSettle", () => {
  const dialog = document.getElementById("cancel-job");
  if (dialog && !document.querySelector("[data-opens='cancel-job']")) dialog.close();
});
