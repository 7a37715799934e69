// A problem with a query, shown at its line, if it has one, with a remedy.

import { gettext } from "./language.js";
import { element } from "./table.js";

const ADVICE = {
  422: gettext("Ask for less: a smaller LIMIT, or fewer patterns at once."),
  429: gettext("Wait a minute, then run it again; the dumps hold everything at once."),
  503: gettext("The server is busy: run it again in a moment."),
  504: gettext(
    "Ask for less: name a property or a class instead of a variable, or add a LIMIT. The dumps hold everything.",
  ),
};

export class Problem {
  constructor(yasqe) {
    this.yasqe = yasqe;
  }

  // Show the problem in an alert, with the details of RFC 9457 if the server sent them.
  tell({ details }) {
    const { status, title, detail, line, column } = details ?? {
      detail: gettext(
        "The response is incomplete: it exceeded the limit of the server, or the connection broke. Try a smaller LIMIT, or run it again.",
      ),
    };
    const doc = this.yasqe.getDoc();
    const text = [detail ?? title, ADVICE[status]].filter(Boolean).join(" ");
    const alert = element("p", { className: "problem", role: "alert", textContent: text });
    if (!line) return this.put(doc.lastLine(), alert);
    const at = Math.min(line - 1, doc.lastLine());
    // The server counts characters, the editor UTF-16 code units.
    const ch = [...doc.getLine(at)].slice(0, (column ?? 1) - 1).join("").length;
    this.put(at, alert);
    doc.addLineClass(at, "background", "wrong");
    this.line = at;
    doc.setCursor({ line: at, ch });
    this.yasqe.focus();
  }

  // Show an element below a line.
  put(line, shown) {
    this.clear();
    this.widget = this.yasqe.getDoc().addLineWidget(line, shown, { noHScroll: true });
    this.yasqe.scrollIntoView({ line, ch: 0 }, 60);
  }

  clear() {
    this.widget?.clear();
    if (this.line !== undefined) this.yasqe.getDoc().removeLineClass(this.line, "background", "wrong");
    this.widget = this.line = undefined;
  }
}
