// The palette (Ctrl+K) and the keys. What is found comes from the server as parts of a page, by POST: no word stands in an address.
(() => {
  const dialog = document.getElementById("palett");
  if (!dialog?.showModal) return;
  const input = dialog.querySelector("input");
  const list = dialog.querySelector("[role=listbox]");
  const said = dialog.querySelector("[role=status]");
  const parts = [...list.querySelectorAll("[data-from]")].map((box) => ({ box, wait: 0, asked: null, pending: false }));
  let active = -1, later = false, telling = 0;

  const options = () => [...list.querySelectorAll("[role=option]")];

  function point(to) {
    const all = options();
    active = all.length ? (to + all.length) % all.length : -1;
    all.forEach((option, place) => {
      option.id = `palett-${place}`;
      option.setAttribute("aria-selected", place === active);
    });
    if (active < 0) return input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-activedescendant", all[active].id);
    all[active].scrollIntoView({ block: "nearest" });
  }

  function tell() {
    clearTimeout(telling);
    if (parts.some((part) => part.pending)) return;
    telling = setTimeout(() => {
      const many = options().length;
      said.textContent = !many ? dialog.dataset.none : many === 1 ? dialog.dataset.one : dialog.dataset.many.replace("{count}", many);
    }, 300);
  }

  async function ask(part, typed) {
    part.asked = new AbortController();
    try {
      const body = new URLSearchParams({ ord: typed, her: dialog.dataset.her });
      const answer = await fetch(part.box.dataset.from, { method: "POST", body, signal: part.asked.signal });
      if (answer.redirected) return location.reload(); // signed out meanwhile
      if (!answer.ok) throw new Error(answer.status);
      const found = await answer.text();
      if (!dialog.open) return;
      part.box.innerHTML = found;
    } catch (error) {
      if (error.name === "AbortError") return;
      part.box.replaceChildren(dialog.querySelector("template").content.cloneNode(true));
    }
    part.pending = false;
    if (part === parts[0]) {
      point(0);
      // Enter came before the answer: taken now, but never to a person nobody has seen on the screen.
      if (later && active === 0 && !options()[0].hasAttribute("data-person")) options()[0].click();
      later = false;
    } else point(Math.max(active, 0));
    tell();
  }

  function look() {
    const typed = input.value.trim();
    for (const part of parts) {
      clearTimeout(part.wait);
      part.asked?.abort();
      part.pending = typed.length >= Number(part.box.dataset.least);
      if (part.pending) part.wait = setTimeout(ask, typed ? Number(part.box.dataset.after) : 0, part, typed);
      else part.box.replaceChildren();
    }
  }

  function open() {
    if (dialog.open) return;
    document.querySelectorAll("dialog[open]").forEach((other) => other.close());
    dialog.showModal();
    input.focus();
    look();
  }

  input.addEventListener("input", look);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown") point(active + 1);
    else if (event.key === "ArrowUp") point(active - 1);
    else if (event.key === "Enter") {
      if (parts[0].pending) later = true;
      else options()[active]?.click();
    } else return;
    event.preventDefault();
  });
  // Nothing that was found or typed stays behind in the page.
  dialog.addEventListener("close", () => {
    input.value = said.textContent = "";
    parts.forEach((part) => {
      clearTimeout(part.wait);
      part.asked?.abort();
      part.box.replaceChildren();
    });
    point(-1);
    later = false;
  });
  list.addEventListener("click", (event) => {
    if (event.target.closest("[role=option]") && !event.ctrlKey && !event.metaKey) setTimeout(() => dialog.close());
  });
  document.querySelectorAll("[data-palett]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", open);
  });

  const keys = document.getElementById("taster");
  const on = document.getElementById("taster-pa");
  if (on) {
    on.checked = !/(^|; )taster=av(;|$)/.test(document.cookie);
    on.addEventListener("change", () => {
      document.cookie = `taster=${on.checked ? "pa" : "av"}; path=/; max-age=31536000; samesite=lax`;
    });
    const button = document.querySelector("[data-taster]");
    button.hidden = false;
    button.addEventListener("click", () => keys.showModal());
  }
  document.querySelectorAll("dialog").forEach((each) => {
    each.addEventListener("click", (event) => {
      if (event.target === each || event.target.closest("[data-close]")) each.close();
    });
  });

  const FIRST = { g: "go", n: "new", e: "edit", s: "stop" };
  const ALONE = 200; // ms: a digit with another key nearer than this is part of a number, which goes nowhere
  let since = 0, before = "go", going = 0, last = -ALONE;
  document.addEventListener("keydown", (event) => {
    const key = event.key.toLowerCase();
    const alone = event.timeStamp - last > ALONE;
    if (key.length === 1) last = event.timeStamp;
    clearTimeout(going);
    if ((event.ctrlKey || event.metaKey) && !event.altKey && key === "k") {
      event.preventDefault();
      return open();
    }
    // Keys alone: for staff, where nothing is typed, and only while they are on (WCAG 2.1.4).
    if (!on?.checked || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest("input, textarea, select, [contenteditable]") || document.querySelector("dialog[open]")) return;
    if (event.key === "?") keys.showModal();
    else if (since && event.timeStamp - since < 1500) {
      const found = document.querySelector(`[data-${before}="${CSS.escape(key)}"]`);
      since = 0;
      if (found) event.preventDefault(); // the letter must not be typed into what opens
      found?.click();
    } else if (FIRST[key]) {
      before = FIRST[key];
      since = event.timeStamp;
    } else if (since && event.timeStamp - since < 5000) {
      since = 0; // too late for the letter before it, and no digit alone either
    } else if (alone && /^[1-9]$/.test(key)) {
      // The part of the record, or the line of what waits, that has this number: the one that is seen now.
      const found = document.querySelector(`[data-nth="${key}"]`);
      going = setTimeout(() => found?.click(), ALONE);
    }
  });
})();
