// Results as table, chart and response: Yasr with its table, with our links and without unused parts.

import { Yasr } from "@zazuko/yasr";

const MOST_CHARACTERS = 100_000;

// A chart needs a column of numbers and one to plot them along; its code is loaded on demand.
class Chart {
  label = "Chart";
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
  label = "Response";
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
    rest.textContent = `The first ${MOST_CHARACTERS.toLocaleString("en")} of ${whole.length.toLocaleString("en")} characters.`;
    resultsEl.append(rest);
  }
}

class Table extends Yasr.plugins.table {
  helpReference = undefined;

  draw(config) {
    super.draw({ ...config, compact: true, isEllipsed: false });
    this.tableEl.style.removeProperty("width");
    this.tableEl.setAttribute("aria-label", "Result");
  }

  drawControls() {
    super.drawControls();
    for (const control of this.tableControls.querySelectorAll(".switch")) control.parentElement.remove();
    this.tableSizeField.setAttribute("aria-label", "Page size");
  }

  getRows() {
    const names = this.yasr.results.getVariables();
    return this.yasr.results.getBindings().map((row) => names.map((name) => row[name] ?? ""));
  }

  // DataTables turns the texts that it searches into elements, so they are escaped too.
  getColumns() {
    const render = (term, type) => {
      if (!term) return "";
      if (type === "display") return this.getCellContent(term);
      return type === "filter" ? escaped(term.value) : term.value;
    };
    return this.yasr.results.getVariables().map((name) => ({ name, title: escaped(name), render }));
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
    this.resultsEl.setAttribute("aria-label", "Result");
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

  // The size of the result in words.
  size() {
    const boolean = this.results.getBoolean();
    if (boolean !== undefined) return boolean ? "Yes" : "No";
    const statements = this.results.getStatements();
    const count = statements ? statements.length : this.results.getBindings().length;
    const noun = statements ? "triple" : "row";
    return `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
  }

  drawResponseInfo() {}
  updateResponseInfo() {}
  drawDownloadIcon() {}
  drawDocumentationButton() {}
  updateHelpButton() {}
}

Yasr.registerPlugin("table", Table);
Yasr.registerPlugin("response", Response);
Yasr.registerPlugin("chart", Chart);
