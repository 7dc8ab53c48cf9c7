// The desk works without this; it only saves clicks.
"use strict";

// A comparison that is being made: look again until it is there.
if (document.querySelector("[data-busy]")) {
  setTimeout(() => location.reload(), 1500);
}

// Words that were changed and not saved are not left behind by accident.
const editor = document.querySelector("form.editor");
if (editor) {
  let changed = false;
  editor.addEventListener("input", () => { changed = true; });
  editor.addEventListener("submit", () => { changed = false; });
  addEventListener("beforeunload", event => { if (changed) event.preventDefault(); });
}

// A choice of a letter is shown at once.
const choice = document.querySelector("form.choice");
if (choice) {
  const at = sessionStorage.getItem("choice");
  sessionStorage.removeItem("choice");
  if (at) document.getElementById("letter").scrollIntoView();
  choice.addEventListener("submit", () => sessionStorage.setItem("choice", "yes"));
}
