// Small help for those who have script; every page works without it.
"use strict";
// After a form with mistakes the summary is where reading begins.
document.querySelector("[data-focus]")?.focus();
// The page that was asked for to be printed, and whose print stands in the log, goes to the printer.
if ("print" in document.documentElement.dataset) addEventListener("load", () => print());
// Without a net what is on the screen stays: the browser's own page of errors would take with it what was typed.
(() => {
  const place = document.querySelector("[data-net]");
  if (!place) return;
  const say = (name) => {
    place.querySelector("p")?.remove();
    place.append(place.querySelector(`template[data-${name}]`).content.cloneNode(true));
  };
  const lost = () => say("lost");
  const stay = (event) => {
    if (navigator.onLine) return;
    event.preventDefault();
    event.stopPropagation();
    lost();
  };
  addEventListener("offline", lost);
  addEventListener("online", () => say("back"));
  document.addEventListener("felles:lost", lost);
  document.addEventListener("submit", (event) => event.target.closest(".writing") || stay(event), true);
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]:not([data-close])");
    if (link && !link.getAttribute("href").startsWith("#")) stay(event);
  }, true);
  if (!navigator.onLine) lost();
})();
// On a phone the views do not all fit: the one that is shown is in sight. A drawing begins at its newest end, and the
// names of its rows and its scale follow.
(() => {
  const drawings = "svg.series, svg.gantt, svg.lanes";
  function follow({target}) {
    if (!target.matches?.(".scroll")) return;
    for (const svg of target.querySelectorAll(drawings)) {
      const along = target.scrollLeft * svg.viewBox.baseVal.width / svg.getBoundingClientRect().width;
      for (const name of svg.querySelectorAll(".whose")) name.setAttribute("transform", `translate(${along})`);
    }
  }
  function fit() {
    const tab = document.querySelector(".tabs [aria-current]"), row = tab?.parentElement;
    if (row) row.scrollLeft = tab.offsetLeft - row.offsetLeft - (row.clientWidth - tab.offsetWidth) / 2;
    for (const svg of document.querySelectorAll(drawings)) {
      const box = svg.closest(".scroll");
      if (box) box.scrollLeft = 1e6;
    }
  }
  document.addEventListener("scroll", follow, true);
  fit();
  addEventListener("resize", fit);
})();
// A page that takes more than a second: what is fetched is said, where it moves nothing.
(() => {
  const place = document.querySelector("[data-fetching]");
  let wait = 0;
  const over = () => {
    clearTimeout(wait);
    if (place) place.textContent = "";
  };
  const begin = (what) => {
    over();
    wait = setTimeout(() => {
      const said = document.createElement("p");
      said.textContent = place.dataset.fetching.replace("{what}", what.replace(/\s+/g, " ").trim().slice(0, 60));
      place.replaceChildren(said);
    }, 1000);
  };
  if (!place) return;
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    const same = link && link.origin === location.origin && link.pathname + link.search !== location.pathname + location.search;
    if (same && !event.defaultPrevented && !link.target && !event.ctrlKey && !event.metaKey && !event.shiftKey) begin(link.textContent);
  });
  document.addEventListener("submit", (event) => {
    if (!event.defaultPrevented && !("file" in event.target.dataset)) begin(event.submitter?.textContent || "");
  });
  document.addEventListener("felles:fetching", (event) => begin(event.detail)); // a part of the page is fetched
  document.addEventListener("felles:fetched", over);
  addEventListener("pagehide", over);
  addEventListener("pageshow", over);
})();
// A list of entries: j and k go down and up while it has the focus (a key alone must not act anywhere else, WCAG 2.1.4).
document.querySelector("[data-rows]")?.addEventListener("keydown", (event) => {
  const step = { j: 1, k: -1 }[event.key];
  if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
  const rows = [...event.currentTarget.querySelectorAll("li > a")];
  rows[rows.indexOf(document.activeElement) + step]?.focus();
});
// Who came by a line of the list goes on from it.
if (location.hash === "#valgt") document.getElementById("valgt")?.focus({ preventScroll: true });
// What is under way is fetched again while it is: that part alone, where it stands.
(() => {
  const wait = () => {
    const part = document.querySelector("[data-again]");
    if (part) setTimeout(again, 1000 * part.dataset.again, part);
  };
  async function again(part) {
    const answer = await fetch(location.pathname + location.search).catch(() => null);
    if (answer?.redirected) return location.reload(); // signed out meanwhile
    const fresh = answer?.ok && new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(part.id);
    if (fresh) part.replaceWith(fresh);
    wait();
  }
  // What others work on meanwhile is fetched again when one has been away from it for so many seconds.
  let away = 0;
  document.addEventListener("visibilitychange", () => {
    const part = document.querySelector("[data-fresh]");
    if (document.hidden) away = Date.now();
    else if (part && Date.now() - away > 1000 * part.dataset.fresh) again(part);
  });
  wait();
})();
