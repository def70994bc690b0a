// Keeps a chat window fresh. Without it every form still works, by loading the page again.
"use strict";

const log = document.getElementById("log");
const EVERY = 700;
let known = document.getElementById("main").innerHTML;

// Only what is new or different changes, so that a screen reader is told of that alone.
function renew(page) {
  for (const old of [...log.children]) if (!page.getElementById(old.id)) old.remove();
  for (const fresh of page.getElementById("log").children) {
    const old = document.getElementById(fresh.id);
    if (!old) log.append(document.importNode(fresh, true));
    else if (old.innerHTML !== fresh.innerHTML) old.innerHTML = fresh.innerHTML;
  }
  for (const id of ["state", "keyboard"]) {
    const here = document.getElementById(id);
    const there = page.getElementById(id);
    if (here.innerHTML !== there.innerHTML) here.innerHTML = there.innerHTML;
  }
  const toast = document.getElementById("toast");
  const told = page.getElementById("toast");
  if (toast.dataset.count !== told.dataset.count) {
    toast.dataset.count = told.dataset.count;
    toast.textContent = told.textContent;
    setTimeout(() => { toast.textContent = ""; }, 6000);
  }
}

async function look() {
  const address = location.pathname + (log.children.length ? "" : location.search);
  const answer = await fetch(address, { headers: { Accept: "text/html" } });
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const now = page.getElementById("main").innerHTML;
  if (now === known) return;
  const below = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
  known = now;
  renew(page);
  if (below) log.scrollTop = log.scrollHeight;
}

async function watch() {
  if (!document.hidden) await look().catch(() => {});
  setTimeout(watch, EVERY);
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.hasAttribute("data-plain")) return;
  event.preventDefault();
  const body = new URLSearchParams(new FormData(form, event.submitter));
  const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
  if (form.id === "writing" && answer.ok) form.reset();
  if (form.closest("#keyboard")) document.getElementById("text").focus();
  log.scrollTop = log.scrollHeight;
  await look();
});

document.getElementById("text").addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  event.target.form.requestSubmit();
});

document.getElementById("toast").textContent = "";
log.scrollTop = log.scrollHeight;
watch();
