// Results as table, chart and response: Yasr with its table, with our links and without unused parts.

import { Yasr } from "@zazuko/yasr";
import { citation } from "./citation.js";
import { gettext, spelled } from "./language.js";

const MOST_CHARACTERS = 100_000;

// A chart needs a column of numbers and one to plot them along; its code is loaded on demand.
class Chart {
  label = gettext("Chart");
  priority = 1;

  constructor(yasr) {
    this.yasr = yasr;
  }

  canHandleResults() {
    return Boolean(this.yasr.results?.getVariables()?.length);
  }

  async draw() {
    const { draw } = await import("./chart.js");
    const { results, resultsEl, vocabulary } = this.yasr;
    resultsEl.append(draw(results, vocabulary, resultsEl.clientWidth));
  }
}

class Response {
  label = gettext("Response");
  priority = 2;

  constructor(yasr) {
    this.yasr = yasr;
  }

  canHandleResults() {
    return Boolean(this.yasr.results);
  }

  draw() {
    const { results, resultsEl } = this.yasr;
    const whole = results.getOriginalResponseAsString();
    const text = document.createElement("pre");
    text.textContent = whole.slice(0, MOST_CHARACTERS);
    text.tabIndex = 0; // it scrolls
    resultsEl.append(text);
    if (whole.length <= MOST_CHARACTERS) return;
    const rest = document.createElement("p");
    const sizes = { number: spelled(MOST_CHARACTERS), all: spelled(whole.length) };
    rest.textContent = gettext("The first %(number)s of %(all)s characters.", sizes);
    resultsEl.append(rest);
  }
}

// The words of DataTables; it fills in the capitals.
const WORDS = {
  aria: {
    orderable: gettext(": sort by this column"),
    orderableReverse: gettext(": sort the other way round"),
    orderableRemove: gettext(": do not sort by this column"),
    paginate: {
      first: gettext("First page"),
      last: gettext("Last page"),
      next: gettext("Next page"),
      previous: gettext("Previous page"),
      number: "",
    },
  },
  emptyTable: gettext("No rows"),
  info: gettext("Rows _START_ to _END_ of _TOTAL_"),
  infoEmpty: "",
};

class Table extends Yasr.plugins.table {
  label = gettext("Table");
  helpReference = undefined;

  draw(config) {
    Object.assign(this.config.tableConfig.language, WORDS);
    super.draw({ ...config, compact: true, isEllipsed: false });
    this.tableEl.style.removeProperty("width");
    this.tableEl.setAttribute("aria-label", gettext("Result"));
  }

  drawControls() {
    super.drawControls();
    for (const control of this.tableControls.querySelectorAll(".switch")) control.parentElement.remove();
    const filter = gettext("Filter query results");
    this.tableFilterField.placeholder = filter;
    this.tableFilterField.setAttribute("aria-label", filter);
    const size = gettext("Page size");
    this.tableSizeField.setAttribute("aria-label", size);
    this.tableControls.querySelector(".pageSizerLabel").textContent = `${size} `;
    this.tableSizeField.querySelector("[value='-1']").textContent = gettext("All");
  }

  getRows() {
    const names = this.yasr.results.getVariables();
    const rows = this.yasr.results.getBindings().map((row) => names.map((name) => row[name] ?? ""));
    const { citations } = this.yasr;
    return citations ? rows.map((row, number) => [...row, citation(citations, number, this.yasr.vocabulary)]) : rows;
  }

  // DataTables turns the texts that it searches into elements, so they are escaped too.
  getColumns() {
    const render = (term, type) => {
      if (!term) return "";
      if (type === "display") return this.getCellContent(term);
      return type === "filter" ? escaped(term.value) : term.value;
    };
    const columns = this.yasr.results.getVariables().map((name) => ({ name, title: escaped(name), render }));
    const cited = (element, type) => (type === "display" ? element.outerHTML : escaped(element.textContent));
    return this.yasr.citations ? [...columns, { title: gettext("Sources"), render: cited }] : columns;
  }

  getUriLinkFromBinding({ value }) {
    const { vocabulary } = this.yasr;
    const to = vocabulary.link(value);
    const link = document.createElement(to ? "a" : "span");
    link.className = "iri";
    link.textContent = vocabulary.short(value);
    link.title = vocabulary.name(value) ?? value;
    if (to) link.href = to;
    if (to && !to.startsWith("/")) link.rel = "nofollow noopener";
    return link.outerHTML;
  }

  formatLiteral({ value, datatype, "xml:lang": language }) {
    const text = document.createElement("span");
    text.textContent = value;
    if (/[#](integer|decimal|double|float)$/.test(datatype)) text.className = "number";
    if (!language) return text.outerHTML;
    text.lang = language;
    const mark = document.createElement("span");
    mark.className = "language";
    mark.textContent = language;
    return `${text.outerHTML} ${mark.outerHTML}`;
  }
}

class Verdict extends Yasr.plugins.boolean {
  draw() {
    super.draw();
    const words = this.yasr.results.getBoolean() ? gettext("Yes") : gettext("No");
    this.yasr.resultsEl.querySelector(".booleanResult span").textContent = words;
  }
}

function escaped(text) {
  const element = document.createElement("span");
  element.textContent = text;
  return element.innerHTML;
}

export class Results extends Yasr {
  constructor(parent, vocabulary) {
    super(parent, { persistenceId: null, pluginOrder: ["table", "chart", "response"] });
    this.vocabulary = vocabulary;
    this.resultsEl.tabIndex = 0;
    this.resultsEl.setAttribute("role", "region");
    this.resultsEl.setAttribute("aria-label", gettext("Result"));
    this.on("drawn", () => this.press());
    this.on("change", () => this.press());
    this.press();
  }

  // Mark the selected view for assistive technology.
  press() {
    for (const button of this.rootEl.querySelectorAll(".yasr_btnGroup button")) {
      button.removeAttribute("aria-label");
      button.setAttribute("aria-pressed", button.classList.contains("selected"));
    }
  }

  // The citations of the answer, if it has some.
  get citations() {
    return this.results?.getAsJson()?.citations;
  }

  // The size of the result in words.
  size() {
    const boolean = this.results.getBoolean();
    if (boolean !== undefined) return boolean ? gettext("Yes") : gettext("No");
    const statements = this.results.getStatements();
    const count = statements ? statements.length : this.results.getBindings().length;
    const number = spelled(count);
    if (statements) return count === 1 ? gettext("1 triple") : gettext("%(number)s triples", { number });
    return count === 1 ? gettext("1 row") : gettext("%(number)s rows", { number });
  }

  drawResponseInfo() {}
  updateResponseInfo() {}
  drawDownloadIcon() {}
  drawDocumentationButton() {}
  updateHelpButton() {}
}

Yasr.registerPlugin("table", Table);
Yasr.registerPlugin("boolean", Verdict);
Yasr.registerPlugin("response", Response);
Yasr.registerPlugin("chart", Chart);
