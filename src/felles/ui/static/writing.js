// Writing beside what is read: the form comes into the panel, is kept while one types, and follows from view to view.
// A form that stands in its page (`data-draft` names how its fields of a draft begin) is kept the same way.
// Nothing of what is written is kept in the browser: only which form was open, and drafts lie on the server.
(() => {
  const panel = document.querySelector("[data-panel]");
  const record = panel?.dataset.panel;
  const OPEN = "skriv";
  const states = new WeakMap();
  let step = Date.now(), count = 0, asked = 0;
  const drafts = () => [...document.querySelectorAll("form[data-draft]")];
  // Of each form: when it was written in and is not saved (0: it is), and the save that is under way.
  const of = (form) => states.get(form) || states.set(form, { timer: 0, since: 0, saving: null, lost: false }).get(form);
  const field = (form, name) => form.elements[(form.dataset.draft || "") + name];
  // Which of a form's texts this is: the same text sent again is known by it, whatever became of the answer.
  const tick = (form) => (field(form, "steg").value = step = Math.max(step + 1, Date.now()));

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

  async function close() {
    if (!(await allKept())) return;
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
    const state = of(form);
    state.lost = true;
    state.since = state.since || 1;
    state.timer = state.timer || setTimeout(save, 3000, form);
  }

  // Another window holds another text, or this one went already: that is shown in the place of the form.
  async function meet(form, told) {
    if (of(form).since) return save(form); // what was typed meanwhile first
    if (form.closest(".writing")) return open(told.vis, true);
    const place = form.closest("[data-kept]");
    const answer = await fetch(form.dataset.look).catch(() => null);
    const html = answer?.ok && !answer.redirected && (await answer.text());
    const fresh = html && new DOMParser().parseFromString(html, "text/html").getElementById(place.id);
    if (!fresh) return failed(form);
    place.replaceWith(fresh);
    (fresh.querySelector("button") || fresh).focus();
  }

  function save(form, last) {
    const state = of(form);
    clearTimeout(state.timer);
    state.timer = 0;
    if (!state.since || !form.isConnected) return state.saving;
    state.since = 0;
    state.lost = false;
    const body = new URLSearchParams(new FormData(form));
    body.set("gjor", "lagre");
    state.saving = fetch(form.action, { method: "POST", body, keepalive: !!last, headers: { "x-felles-part": "lagre" } })
      .then(async (answer) => {
        if (answer.status === 409) return meet(form, await answer.json());
        if (answer.redirected) return failed(form, true);
        if (!answer.ok) throw new Error();
        const told = await answer.json();
        field(form, "id").value = told.id;
        field(form, "versjon").value = told.versjon;
        form.querySelector("[data-saved]").textContent = told.sagt;
      })
      .catch(() => failed(form))
      .finally(() => (state.saving = null));
    return state.saving;
  }

  const saveAll = (last) => Promise.all(drafts().map((form) => save(form, last)));

  // Whether all that stands here is kept: what could not be, or met another text, stays before her.
  async function allKept(forms = drafts()) {
    await Promise.all(forms.map(async (form) => {
      await of(form).saving;
      await save(form);
    }));
    const stays = forms.find((form) => of(form).lost);
    stays?.querySelector("[data-saved]").scrollIntoView({ block: "nearest" });
    return !stays && forms.every((form) => form.isConnected);
  }

  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-draft]");
    if (!form) return;
    tick(form);
    const state = of(form);
    state.since = state.since || Date.now();
    clearTimeout(state.timer);
    state.timer = setTimeout(save, Math.max(0, Math.min(800, state.since + 1500 - Date.now())), form);
  });
  document.addEventListener("visibilitychange", () => document.hidden && saveAll(true));
  addEventListener("pagehide", () => saveAll(true));

  async function send(form, button) {
    const state = of(form);
    await state.saving;
    clearTimeout(state.timer);
    state.since = state.timer = 0;
    const body = new URLSearchParams(new FormData(form, button));
    const answer = await fetch(form.action, { method: "POST", body, headers: { "x-felles-part": "1" } }).catch(() => null);
    const away = answer?.redirected && !new URL(answer.url).pathname.includes("/skriv");
    if (away && form.matches("[data-draft]")) return failed(form, true); // one that was taken leads on in the panel
    if (away) return location.assign(answer.url);
    const html = answer?.headers.get("content-type")?.startsWith("text/html");
    const kept = answer && [200, 409, 422].includes(answer.status) && html;
    if (kept) return put(await answer.text(), true);
    form.matches("[data-draft]") ? failed(form) : location.reload();
  }

  // A form of the page is sent by the browser, when what stands on the page is kept: a page that cannot be reached, or a
  // session that has ended, takes nothing with it.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.closest(".writing")) {
      event.preventDefault();
      return send(form, event.submitter);
    }
    const unsaved = drafts().filter((each) => of(each).since || of(each).saving);
    if (!unsaved.length) return;
    event.preventDefault();
    allKept(unsaved).then((kept) => kept && form.requestSubmit(event.submitter));
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
    if (await allKept()) open(link.href, true, link.textContent);
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
