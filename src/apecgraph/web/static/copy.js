// Buttons that copy a text: `<button data-copy="the text" data-copied="Copied" hidden>`. Without a
// text, they copy that of the element before them. They are shown only if the browser lets a page
// write to the clipboard. A status tells screen readers. `<template class="copies">` has the button
// that each `<pre>` of the page gets.
"use strict";

if (navigator.clipboard) {
  const SHOWN = 2000; // milliseconds for which a button says that the text is copied
  const status = document.createElement("p");

  status.className = "unseen";
  status.setAttribute("role", "status");
  document.body.append(status);

  const template = document.querySelector("template.copies");
  for (const text of template ? document.querySelectorAll("main pre") : []) {
    text.after(template.content.cloneNode(true));
  }

  for (const button of document.querySelectorAll("button[data-copy]")) {
    const { textContent: name, dataset } = button;
    button.hidden = false;
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(dataset.copy || button.previousElementSibling.textContent);
      } catch {
        button.hidden = true; // the browser refuses: the text itself can be selected
        return;
      }
      button.textContent = dataset.copied;
      status.textContent = dataset.copied;
      setTimeout(() => {
        button.textContent = name;
        status.textContent = "";
      }, SHOWN);
    });
  }
}
