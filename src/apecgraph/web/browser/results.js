// An answer in three views: table, chart and response.

import { gettext, spelled } from "./language.js";
import { element, Table } from "./table.js";

const MOST_CHARACTERS = 100_000;

export class Results {
  constructor(place, terms, choose) {
    this.place = place;
    this.terms = terms;
    this.choose = choose;
    this.view = "table";
  }

  show(answer) {
    this.answer = answer;
    const { boolean, isGraph, text } = answer;
    if (boolean !== undefined) {
      this.place.replaceChildren(element("p", { className: "verdict", textContent: verdict(boolean) }));
      return;
    }
    const views = {
      table: [gettext("Table"), () => new Table(answer, this.terms, this.choose).element],
      chart: [gettext("Chart"), () => this.chart()],
      response: [gettext("Response"), () => response(text)],
    };
    if (isGraph) delete views.chart;
    if (!(this.view in views)) this.view = "table";
    const content = element("div");
    const buttons = Object.entries(views).map(([name, [label, draw]]) => {
      const button = element("button", { type: "button", className: "view", textContent: label });
      const choose = async () => {
        this.view = name;
        for (const each of buttons) each.ariaPressed = String(each === button);
        content.replaceChildren(await draw());
      };
      button.addEventListener("click", choose);
      button.choose = choose;
      button.name = name;
      return button;
    });
    this.place.replaceChildren(element("p", { className: "views" }, ...buttons), content);
    buttons.find(({ name }) => name === this.view).choose();
  }

  // The code of charts is loaded on demand.
  async chart() {
    const [{ draw }] = await Promise.all([import("./chart.js"), this.terms.learn(this.answer.rows)]);
    return draw(this.answer, this.terms, this.place.clientWidth);
  }

  // The size of the answer in words.
  size() {
    const { boolean, rows, isGraph } = this.answer;
    if (boolean !== undefined) return verdict(boolean);
    const number = spelled(rows.length);
    if (isGraph && !rows.length) return gettext("No triples");
    if (isGraph) return rows.length === 1 ? gettext("1 triple") : gettext("%(number)s triples", { number });
    return rows.length === 1 ? gettext("1 row") : gettext("%(number)s rows", { number });
  }
}

const verdict = (boolean) => (boolean ? gettext("Yes") : gettext("No"));

function response(whole) {
  const text = element("pre", { tabIndex: 0, textContent: whole.slice(0, MOST_CHARACTERS) }); // it scrolls
  if (whole.length <= MOST_CHARACTERS) return text;
  const sizes = { number: spelled(MOST_CHARACTERS), all: spelled(whole.length) };
  const rest = element("p", { textContent: gettext("The first %(number)s of %(all)s characters.", sizes) });
  return element("div", {}, text, rest);
}
