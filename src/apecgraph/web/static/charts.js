// The words of a point of a chart, shown at the point: under the pointer, with the keyboard, and at
// the first tap of a finger; the second one follows the link. Without this script, the browser shows
// them slowly and only to a mouse. The arrow keys move between the points of a chart.
"use strict";

if (document.querySelector(".chart")) {
  const MARGIN = 8; // pixels between the words and the edge of the window
  const words = document.createElement("div");
  let shown = null;

  words.className = "words";
  words.hidden = true;
  words.setAttribute("role", "status");
  document.body.append(words);

  const hide = () => {
    shown = null;
    words.hidden = true;
  };

  const show = (point) => {
    if (!point) {
      hide();
      return;
    }
    const place = point.querySelector(".reach").getBoundingClientRect();
    shown = point;
    words.textContent = point.getAttribute("aria-label");
    words.hidden = false;
    const { width, height } = words.getBoundingClientRect();
    const middle = place.left + place.width / 2 - width / 2;
    const most = document.documentElement.clientWidth - width - MARGIN;
    const above = place.top - height;
    words.style.setProperty("--left", `${Math.max(MARGIN, Math.min(middle, most))}px`);
    words.style.setProperty("--top", `${above < MARGIN ? place.bottom : above}px`);
  };

  for (const chart of document.querySelectorAll(".chart > svg")) {
    const points = [...chart.querySelectorAll(".point")];
    for (const point of points) {
      const title = point.querySelector("title");
      point.setAttribute("aria-label", title.textContent);
      title.remove(); // the browser would show it as well
    }
    points[0]?.setAttribute("tabindex", "0");
    const at = (event) => event.target.closest(".point");
    chart.addEventListener("pointerover", (event) => {
      if (event.pointerType !== "touch") show(at(event));
    });
    chart.addEventListener("pointerleave", hide);
    chart.addEventListener("focusin", (event) => show(at(event)));
    chart.addEventListener("focusout", hide);
    chart.addEventListener("pointerdown", (event) => {
      const point = at(event);
      const again = point === shown;
      if (event.pointerType !== "touch" || !point) return;
      point.addEventListener("click", (click) => again || click.preventDefault(), { once: true });
      show(point);
    });
    chart.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      const now = points.indexOf(at(event));
      if (event.key === "Escape") hide();
      if (!step || now < 0) return;
      const next = points[(now + step + points.length) % points.length];
      points[now].setAttribute("tabindex", "-1");
      next.setAttribute("tabindex", "0");
      next.focus();
      event.preventDefault();
    });
  }
  document.addEventListener("scroll", hide, { passive: true });
}
