// The table of an answer: sorted, filtered and in pages; arrow keys move between its cells, and Enter or a click opens
// the choices for a value.

import { citation } from "./citation.js";
import { gettext, spelled, tag } from "./language.js";
import { isNumber } from "./terms.js";

const PAGE = 50;
const LONG = 40; // characters that need a wide column
const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

export class Table {
  // `choose` is called with the name of a variable, a term, and whether rows with it are wanted or unwanted.
  constructor({ variables, rows, citations }, terms, choose) {
    this.variables = variables;
    this.rows = rows.map((row, number) => ({ row, number }));
    this.citations = citations;
    this.terms = terms;
    this.choose = choose;
    this.numeric = new Set(
      variables.filter((name) => rows.some((row) => row[name]) && rows.every((row) => !row[name] || isNumber(row[name]))),
    );
    this.page = 0;
    this.sought = "";
    this.plain = false;
    this.element = document.createElement("div");
    this.draw();
  }

  draw() {
    this.region = element("div", { className: "scroll", tabIndex: 0, role: "region", ariaLabel: gettext("Result") });
    this.count = element("span", { role: "status" });
    this.pages = element("span", { className: "pages" });
    this.element.replaceChildren(this.controls(), this.region);
    this.fill();
    this.name();
  }

  // Fill in the names that the server knows, when they have arrived.
  async name() {
    if (await this.terms.learn(this.shown().map(({ row }) => row))) this.fill();
  }

  controls() {
    const filter = element("input", { type: "search", placeholder: gettext("Filter query results") });
    filter.setAttribute("aria-label", gettext("Filter query results"));
    filter.addEventListener("input", async () => {
      await this.terms.learn(this.rows.map(({ row }) => row));
      Object.assign(this, { sought: filter.value.toLocaleLowerCase(tag), page: 0 });
      this.fill();
    });
    const plain = element("input", { type: "checkbox", checked: this.plain });
    plain.addEventListener("change", () => {
      this.plain = plain.checked;
      this.fill();
    });
    const label = element("label", {}, plain, " ", gettext("Show IRIs and values as they are"));
    return element("p", { className: "controls" }, filter, label, this.count, this.pages);
  }

  // The rows that fit the filter, sorted.
  found() {
    const { sort, sought } = this;
    const fits = ({ row }) =>
      Object.values(row).some((term) => `${this.terms.text(term)}\n${term.value}`.toLocaleLowerCase(tag).includes(sought));
    const rows = sought ? this.rows.filter(fits) : [...this.rows];
    if (!sort) return rows;
    const collator = new Intl.Collator(tag, { numeric: true });
    const compare = (one, other) => {
      if (!one || !other) return one ? -1 : other ? 1 : 0;
      if (isNumber(one) && isNumber(other)) return sort.sign * (Number(one.value) - Number(other.value));
      return sort.sign * collator.compare(this.terms.text(one), this.terms.text(other));
    };
    return rows.sort((one, other) => compare(one.row[sort.name], other.row[sort.name]));
  }

  shown() {
    return this.found().slice(this.page * PAGE, (this.page + 1) * PAGE);
  }

  fill() {
    const found = this.found();
    const first = this.page * PAGE;
    const shown = found.slice(first, first + PAGE);
    const table = element("table", { role: "grid" });
    table.setAttribute("aria-label", gettext("Result"));
    table.append(
      element("thead", {}, element("tr", {}, ...this.headers())),
      element("tbody", {}, ...shown.map((each) => element("tr", {}, ...this.cells(each)))),
    );
    table.addEventListener("click", ({ target }) => {
      if (!target.closest("a, button, summary, details, .choices")) this.open(target.closest("td"));
    });
    table.addEventListener("keydown", (event) => this.press(event));
    this.region.replaceChildren(table);
    if (!found.length) this.region.append(element("p", { textContent: gettext("No rows") }));
    const start = table.querySelector("tbody td");
    if (start) start.tabIndex = 0;
    const sizes = { first: spelled(first + 1), last: spelled(first + shown.length), all: spelled(found.length) };
    const parted = found.length > PAGE || this.sought;
    this.count.textContent = parted && found.length ? gettext("Rows %(first)s to %(last)s of %(all)s", sizes) : "";
    this.pages.replaceChildren(...(found.length > PAGE ? this.steps(found.length) : []));
  }

  steps(count) {
    const last = Math.ceil(count / PAGE) - 1;
    const step = (label, page) => {
      const button = element("button", { type: "button", className: "plain", textContent: label });
      button.disabled = page < 0 || page > last;
      button.addEventListener("click", () => {
        this.page = page;
        this.fill();
        this.name();
      });
      return button;
    };
    return [step(gettext("Previous page"), this.page - 1), step(gettext("Next page"), this.page + 1)];
  }

  headers() {
    const names = this.variables.map((name) => {
      const sorted = this.sort?.name === name && this.sort.sign;
      const button = element("button", { type: "button", className: "sort", textContent: name });
      button.title = gettext("Sort by this column");
      button.addEventListener("click", async () => {
        await this.terms.learn(this.rows.map(({ row }) => row));
        this.sort = { name, sign: sorted === 1 ? -1 : 1 };
        this.page = 0;
        this.fill();
        this.region.querySelector(`th:nth-child(${this.variables.indexOf(name) + 1}) button`).focus();
      });
      const cell = element("th", { scope: "col", className: this.numeric.has(name) ? "number" : "" }, button);
      if (sorted) cell.ariaSort = sorted === 1 ? "ascending" : "descending";
      return cell;
    });
    return this.citations ? [...names, element("th", { scope: "col", textContent: gettext("Sources") })] : names;
  }

  cells({ row, number }) {
    const cells = this.variables.map((name) => {
      const cell = element("td", { tabIndex: -1, className: this.numeric.has(name) ? "number" : "" });
      if (row[name]) cell.append(this.terms.element(row[name], this.plain));
      if (cell.textContent.length > LONG) cell.classList.add("long");
      for (const link of cell.querySelectorAll("a")) link.tabIndex = -1; // the cell is reached by arrow keys
      cell.term = row[name];
      cell.variable = name;
      return cell;
    });
    if (!this.citations) return cells;
    return [...cells, element("td", { tabIndex: -1 }, citation(this.citations, number, this.terms.vocabulary))];
  }

  press(event) {
    const cell = event.target.closest("td");
    if (!cell) return;
    if (event.key === "Escape") {
      if (!this.close()) return;
    } else if (event.target !== cell) return;
    else if (event.key === "Enter") this.open(cell);
    else if (STEPS[event.key]) {
      const [down, right] = STEPS[event.key];
      const rows = [...cell.closest("tbody").rows];
      this.move(cell, rows[rows.indexOf(cell.parentElement) + down]?.cells[cell.cellIndex + right]);
    } else return;
    event.preventDefault();
  }

  move(from, to) {
    if (!to) return;
    from.tabIndex = -1;
    to.tabIndex = 0;
    to.focus();
  }

  close() {
    const choices = this.region.querySelector(".choices");
    const cell = choices?.closest("td");
    choices?.remove();
    cell?.focus();
    return cell;
  }

  // Open the choices for the value of a cell, below it.
  open(cell) {
    if (!cell || this.close() === cell || !cell.term) return;
    const { term, variable } = cell;
    const choices = element("div", { className: "choices", role: "group", ariaLabel: gettext("This value") });
    const choice = (label, act) => {
      const button = element("button", { type: "button", className: "plain", textContent: label });
      button.addEventListener("click", act);
      choices.append(button);
    };
    if (this.choose.applies(variable) && term.type !== "bnode") {
      choice(gettext("Only rows with this"), () => this.choose(variable, term, true));
      choice(gettext("Only rows without this"), () => this.choose(variable, term, false));
    }
    if (term.type === "uri") choices.prepend(element("code", { className: "iri", textContent: term.value }));
    choice(gettext("Copy"), () => navigator.clipboard?.writeText(term.value).then(() => this.close()));
    cell.append(choices);
    this.region.querySelector("td[tabindex='0']").tabIndex = -1;
    cell.tabIndex = 0;
    choices.querySelector("button").focus();
  }
}

// Make an element with some properties and children; `role` and `aria*` are attributes.
export function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  Object.assign(made, properties);
  made.append(...children);
  return made;
}
