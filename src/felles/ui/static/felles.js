// Small help for those who have script; every page works without it.
"use strict";
document.addEventListener("keydown", (event) => {
  // Ctrl+K (Cmd+K): to the search in the open record, else to the search for a person. A key together with Ctrl disturbs no screen reader's own keys.
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    const find = document.querySelector("[data-find]");
    if (find) {
      event.preventDefault();
      if (find.tagName === "A") location.assign(find.href);
      else find.focus();
    }
  }
});
// After a form with mistakes the summary is where reading begins.
document.querySelector("[data-focus]")?.focus();
