// Small help for those who have script; every page works without it.
"use strict";
// After a form with mistakes the summary is where reading begins.
document.querySelector("[data-focus]")?.focus();
