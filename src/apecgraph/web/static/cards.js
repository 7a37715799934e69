// A card at a link to a thing: its kind and one line about it, under the pointer or at the focus. It
// stays while the pointer is on it, and Escape closes it (WCAG 2.2, 1.4.13). Without this script, a
// link is just a link.
"use strict";

{
  const LINKS = 'main a[href^="/id/"], main a[href^="/ontology/"]';
  const WAIT = 300; // milliseconds before a card is shown
  const LEAVE = 250; // milliseconds for the pointer to reach the card
  const GAP = 6; // pixels between the card, the link and the edge of the window
  const cards = new Map(); // by the path of the link
  const card = document.createElement("div");
  let link = null;
  let timer = 0;

  card.id = "card";
  card.hidden = true;
  card.setAttribute("role", "tooltip");
  document.querySelector("main").append(card);

  const read = async (path) => {
    const name = decodeURI(path.replace(/^\/id\//, "").replace(/^\//, ""));
    const asked = new URLSearchParams({ of: name, lang: document.documentElement.lang });
    const response = await fetch(`/card?${asked}`);
    return response.ok ? response.json() : null;
  };

  const hide = () => {
    clearTimeout(timer);
    link?.removeAttribute("aria-describedby");
    link = null;
    card.hidden = true;
  };

  const line = (tag, text) => {
    const element = document.createElement(tag);
    element.textContent = text;
    return element;
  };

  const place = () => {
    const { left, top, bottom } = link.getClientRects()[0];
    const { width, height } = card.getBoundingClientRect();
    const { clientWidth, clientHeight } = document.documentElement;
    const most = Math.max(GAP, clientWidth - width - GAP);
    const below = bottom + GAP + height <= clientHeight || top < height + GAP;
    card.style.setProperty("--left", `${Math.min(Math.max(GAP, left), most) + scrollX}px`);
    card.style.setProperty("--top", `${(below ? bottom + GAP : top - GAP - height) + scrollY}px`);
  };

  const show = async (wanted) => {
    const path = wanted.getAttribute("href");
    if (!cards.has(path)) cards.set(path, read(path).catch(() => null));
    const found = await cards.get(path);
    if (wanted !== link || !found?.description || !wanted.getClientRects().length) return;
    card.replaceChildren(line("p", found.description), line("p", found.kind));
    card.hidden = false;
    wanted.setAttribute("aria-describedby", card.id);
    place();
  };

  const soon = (wanted) => {
    if (wanted === link) return clearTimeout(timer);
    hide();
    link = wanted;
    timer = setTimeout(show, WAIT, wanted);
  };

  const at = (event) => event.target.closest?.(LINKS);

  document.addEventListener("pointerover", (event) => {
    if (event.pointerType !== "mouse") return;
    const wanted = at(event);
    if (wanted && !wanted.closest(".cite, .chart")) soon(wanted);
    else if (card.contains(event.target)) clearTimeout(timer);
    else if (link && link !== document.activeElement) {
      clearTimeout(timer);
      timer = setTimeout(hide, LEAVE);
    }
  });
  document.addEventListener("focusin", (event) => {
    const wanted = at(event);
    if (wanted?.matches(":focus-visible") && !wanted.closest(".cite, .chart")) soon(wanted);
    else hide();
  });
  document.addEventListener("focusout", hide);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") hide();
  });
}
