// The desk works without this; it only saves clicks.
"use strict";

// What is still being worked out is asked for again, and takes its own place on the page alone.
function askAgain() {
  const busy = document.querySelector("[aria-busy=true]");
  if (!busy) return;
  setTimeout(async () => {
    const answer = await fetch(location.href);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const now = page.getElementById(busy.id);
    if (!now) return;
    busy.ariaBusy = now.ariaBusy;
    busy.replaceChildren(...now.childNodes);
    askAgain();
  }, 1500);
}
askAgain();

// Words that were changed and not saved are not left behind by accident.
const editor = document.querySelector("form.editor");
if (editor) {
  let changed = false;
  editor.addEventListener("input", () => { changed = true; });
  editor.addEventListener("submit", () => { changed = false; });
  addEventListener("beforeunload", event => { if (changed) event.preventDefault(); });
}

// A button that names a key is pressed by it, where nobody is typing.
addEventListener("keydown", event => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
  if (event.target.closest("input, textarea, select")) return;
  const keys = [...document.querySelectorAll("[data-key]")];
  keys.find(button => button.dataset.key === event.key.toLowerCase())?.click();
});

// Whoever asks for a letter is taken to it.
const choice = document.querySelector("form.choice");
if (choice) {
  const at = sessionStorage.getItem("choice");
  sessionStorage.removeItem("choice");
  if (at) document.getElementById("letter").scrollIntoView();
  choice.addEventListener("submit", () => sessionStorage.setItem("choice", "yes"));
}
