// Suggestions while typing in the search of the header. The form works without this script. The
// pattern is the combobox with a list of the ARIA Authoring Practices Guide.
"use strict";

{
  const PAUSE = 150; // milliseconds without a key before a request
  const form = document.querySelector("form[role=search]");
  const input = form.querySelector("input");
  const list = document.createElement("ul");
  const status = document.createElement("p");
  let options = [];
  let active = -1;
  let timer = 0;
  let asking = new AbortController();

  list.id = "suggestions";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", form.dataset.suggestions);
  status.className = "unseen";
  status.setAttribute("role", "status");
  form.append(list, status);
  for (const [name, value] of Object.entries({
    role: "combobox",
    autocomplete: "off",
    "aria-autocomplete": "list",
    "aria-controls": list.id,
    "aria-expanded": "false",
  })) {
    input.setAttribute(name, value);
  }

  const close = () => {
    clearTimeout(timer);
    asking.abort();
    list.hidden = true;
    options = [];
    active = -1;
    status.textContent = "";
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };

  const choose = (index) => {
    options[active]?.setAttribute("aria-selected", "false");
    active = index;
    const option = options[active];
    if (option) {
      option.setAttribute("aria-selected", "true");
      option.scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", option.id);
    } else {
      input.removeAttribute("aria-activedescendant");
    }
  };

  const words = (text, language, className) => {
    const span = document.createElement("span");
    span.textContent = text;
    span.className = className;
    if (language) span.lang = language;
    return span;
  };

  const show = (suggestions) => {
    active = -1;
    input.removeAttribute("aria-activedescendant");
    options = suggestions.map((each, index) => {
      const option = document.createElement("li");
      option.id = `suggestion-${index}`;
      option.dataset.path = each.path;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.append(words(each.name, each.language, "name"));
      if (each.matched) option.append(" ", words(each.matched, each.matchedLanguage, "note"));
      option.append(" ", words(each.type, "", "note"));
      if (each.rejected) option.append(" ", words(form.dataset.rejected, "", "mark rejected"));
      return option;
    });
    list.replaceChildren(...options);
    list.hidden = !options.length;
    input.setAttribute("aria-expanded", String(!list.hidden));
    const { one, many } = form.dataset;
    status.textContent = options.length === 1 ? one : many.replace("%(number)s", options.length);
  };

  const ask = async () => {
    asking.abort();
    asking = new AbortController();
    const text = input.value.trim();
    if (!text) return close();
    try {
      const address = `/search.json?q=${encodeURIComponent(text)}&lang=${document.documentElement.lang}`;
      const response = await fetch(address, { signal: asking.signal });
      if (response.ok) show(await response.json());
      else close();
    } catch {
      // Another key was pressed, or the server is unavailable: the form still works.
    }
  };

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  });
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in steps && options.length) {
      // From the text to the first or last option, and from there back to the text.
      const places = options.length + 1;
      choose(((active + 1 + steps[event.key] + places) % places) - 1);
      event.preventDefault();
    } else if (event.key in steps) {
      ask();
      event.preventDefault();
    } else if (event.key === "Enter" && options[active]) {
      location.assign(options[active].dataset.path);
      event.preventDefault();
    } else if (event.key === "Escape" && !list.hidden) {
      close();
      event.preventDefault();
    }
  });
  // Keep the focus on the text, so the list is still open when the mouse button is released.
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) location.assign(option.dataset.path);
  });
}
