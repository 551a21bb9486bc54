// Small help for those who have script; every page works without it.
"use strict";
// After a form with mistakes the summary is where reading begins.
document.querySelector("[data-focus]")?.focus();
// The page that was asked for to be printed, and whose print stands in the log, goes to the printer.
if ("print" in document.documentElement.dataset) addEventListener("load", () => print());
