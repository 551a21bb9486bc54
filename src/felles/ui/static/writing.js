// Writing beside what is read: the form comes into the panel, is kept while one types, and follows from view to view.
// Nothing of what is written is kept in the browser: only which form was open, and drafts lie on the server.
(() => {
  const panel = document.querySelector("[data-panel]");
  const record = panel?.dataset.panel;
  const OPEN = "skriv";
  let timer = 0, since = 0, step = Date.now(), saving = null, count = 0, asked = 0;
  const drafted = () => document.querySelector("form[data-draft]");

  function put(html, focus) {
    clearInterval(count);
    const fresh = new DOMParser().parseFromString(html, "text/html").body;
    const place = document.querySelector("main .writing") || panel;
    place === panel ? panel.replaceChildren(...fresh.childNodes) : place.replaceWith(...fresh.childNodes);
    if (place === panel) panel.hidden = false;
    const shown = place === panel ? panel : document.querySelector("main .writing");
    if (shown.querySelector("[data-mode=done], [data-mode=discarded]")) sessionStorage.removeItem(OPEN);
    if (focus) {
      (shown.querySelector("[data-focus], [data-first]") || shown.querySelector("form[data-draft] :is(textarea, select, input:not([type=hidden])):not([value]:not([value=''])), [role=alert], [role=status]") || shown).focus({ preventScroll: true });
      if (shown.querySelector("h2") && !shown.contains(document.activeElement)) shown.querySelector("h2").focus({ preventScroll: true });
      if (place === panel && panel.getBoundingClientRect().top > innerHeight - 160) panel.scrollIntoView();
    }
    wait(shown);
  }

  async function open(url, focus, what = "") {
    const turn = ++asked; // what was asked for last is shown, whichever comes last
    if (what) document.dispatchEvent(new CustomEvent("felles:fetching", { detail: what }));
    const answer = await fetch(url, { headers: { "x-felles-part": "1" } }).catch(() => null);
    const html = answer?.ok && answer.headers.get("content-type")?.startsWith("text/html") && (await answer.text());
    if (turn !== asked) return;
    document.dispatchEvent(new Event("felles:fetched"));
    if (!answer) return focus && document.dispatchEvent(new Event("felles:lost"));
    if (!html) return focus && location.assign(url);
    sessionStorage.setItem(OPEN, url);
    put(html, focus);
  }

  function close() {
    save();
    sessionStorage.removeItem(OPEN);
    panel.hidden = true;
    panel.replaceChildren();
    document.querySelector("main").focus({ preventScroll: true });
  }

  // Ten seconds to call it back; then what became of it is fetched.
  function wait(shown) {
    const form = shown.querySelector("[data-waits]");
    if (shown.querySelector("[data-mode=done]")) sessionStorage.removeItem(OPEN);
    if (!form) return;
    if (panel) sessionStorage.setItem(OPEN, form.dataset.look);
    let left = +form.dataset.waits;
    count = setInterval(() => {
      left -= 1;
      if (left >= 0) form.querySelector("[data-left]").textContent = left;
      if (left < 0) open(form.dataset.look, false);
    }, 1000);
  }

  // What was written stands in the window, and is sent again until it is kept.
  function failed(form, out) {
    const said = form.querySelector("[data-saved]");
    said.textContent = out ? said.dataset.out + " " : said.dataset.failed;
    if (out) {
      const way = document.createElement("a");
      way.href = "/";
      way.target = "_blank";
      way.textContent = said.dataset.way;
      said.append(way);
    }
    since = since || 1;
    timer = timer || setTimeout(save, 3000);
  }

  function save(last) {
    const form = drafted();
    clearTimeout(timer);
    timer = 0;
    if (!form || !since) return saving;
    since = 0;
    form.elements.steg.value = step = Math.max(step + 1, Date.now());
    const body = new URLSearchParams(new FormData(form));
    body.set("gjor", "lagre");
    saving = fetch(form.action, { method: "POST", body, keepalive: !!last, headers: { "x-felles-part": "lagre" } })
      .then(async (answer) => {
        if (answer.status === 409) return open(form.action + (form.elements.om.value ? `?om=${form.elements.om.value}` : ""), true);
        if (answer.redirected) return failed(form, true);
        if (!answer.ok) throw new Error();
        const told = await answer.json();
        form.elements.id.value = told.id;
        form.elements.versjon.value = told.versjon;
        form.querySelector("[data-saved]").textContent = told.sagt;
      })
      .catch(() => failed(form))
      .finally(() => (saving = null));
    return saving;
  }

  document.addEventListener("input", (event) => {
    if (!event.target.closest("form[data-draft]")) return;
    since = since || Date.now();
    clearTimeout(timer);
    timer = setTimeout(save, Math.max(0, Math.min(800, since + 1500 - Date.now())));
  });
  document.addEventListener("visibilitychange", () => document.hidden && save(true));
  addEventListener("pagehide", () => save(true));

  async function send(form, button) {
    await saving;
    clearTimeout(timer);
    since = timer = 0;
    form.elements.steg && (form.elements.steg.value = step = Math.max(step + 1, Date.now()));
    const body = new URLSearchParams(new FormData(form, button));
    const answer = await fetch(form.action, { method: "POST", body, headers: { "x-felles-part": "1" } }).catch(() => null);
    if (answer?.redirected && !new URL(answer.url).pathname.includes("/skriv")) return location.assign(answer.url);
    const html = answer?.headers.get("content-type")?.startsWith("text/html");
    const kept = answer && [200, 409, 422].includes(answer.status) && html;
    if (kept) return put(await answer.text(), true);
    const said = form.querySelector("[data-saved]");
    since = 1;
    if (!said) return location.reload();
    said.textContent = said.dataset.failed;
    timer = setTimeout(save, 3000);
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.closest(".writing")) return;
    event.preventDefault();
    send(form, event.submitter);
  }, true);

  document.addEventListener("click", async (event) => {
    const link = event.target.closest("a[href]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    if (link.closest("[data-panel]") && link.matches("[data-close]")) {
      event.preventDefault();
      return close();
    }
    if (!link.matches("[data-skriv]") || !panel || document.querySelector("main .writing")) return;
    event.preventDefault();
    save();
    await saving;
    open(link.href, true, link.textContent);
  }, true);

  document.addEventListener("keydown", (event) => {
    const form = event.target.closest(".writing form");
    if (!form) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      const sign = form.querySelector("button[value=signer]");
      if (sign) form.requestSubmit(sign);
    } else if (event.key === "Escape" && form.closest("[data-panel]")) close();
  });

  // The form that was open in this window comes along to the next view of the same record, and to no other.
  const was = sessionStorage.getItem(OPEN);
  if (panel && was && !document.querySelector("main .writing")) {
    if (new URL(was, location).pathname.startsWith(record)) open(was, false);
    else sessionStorage.removeItem(OPEN);
  }
  wait(document);
})();
