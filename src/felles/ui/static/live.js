// A view of a record that is on the screen hears when something in it is new: a signal alone, the page then fetches itself.
(() => {
  const place = document.querySelector("[data-live]");
  if (!place || !window.EventSource) return;
  let stream = null, last = "";

  const say = (name) => place.replaceChildren(place.querySelector(`template[data-${name}]`).content.cloneNode(true), ...place.querySelectorAll("template"));

  // What is read is put in the place of what was; where the reader is on the page stays.
  async function show() {
    document.dispatchEvent(new CustomEvent("felles:fetching", { detail: document.title }));
    const answer = await fetch(location.pathname + location.search).catch(() => null);
    document.dispatchEvent(new Event("felles:fetched"));
    if (!answer) return document.dispatchEvent(new Event("felles:lost")); // what is on the screen stays
    if (!answer.ok || answer.redirected) return location.reload();
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const top = scrollY;
    for (const part of ["main", ".pinned"]) {
      const fresh = page.querySelector(part);
      if (fresh) document.querySelector(part).replaceChildren(...fresh.childNodes);
    }
    place.querySelector("p")?.remove();
    scrollTo(0, top);
    document.querySelector("main").focus({ preventScroll: true });
  }
  place.addEventListener("click", (event) => {
    if (event.target.closest("[data-show]")) show();
  });

  function follow() {
    // A hidden tab holds no connection: a browser has six for all of them.
    if (document.hidden || stream) return;
    stream = new EventSource(place.dataset.live + (last ? `&sist=${last}` : ""));
    const keep = (event) => (last = event.lastEventId);
    stream.addEventListener("her", keep);
    stream.addEventListener("ny", (event) => {
      keep(event);
      if (!place.querySelector("[data-show]")) say("news");
    });
    stream.addEventListener("slutt", () => {
      stop();
      document.removeEventListener("visibilitychange", change);
      say("over");
    });
  }
  function stop() {
    stream?.close();
    stream = null;
  }
  const change = () => (document.hidden ? stop() : follow());
  document.addEventListener("visibilitychange", change);
  addEventListener("pagehide", stop);
  addEventListener("pageshow", follow);
  follow();
})();
