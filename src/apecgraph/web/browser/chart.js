// A chart of a result: lines if there is a column of times, otherwise bars.

import { axisX, axisY, barX, dot, gridX, gridY, lineY, plot, ruleX } from "@observablehq/plot";
import { gettext, spelled } from "./language.js";

const NUMBER = /#(integer|decimal|double|float|(non)?(positive|negative)Integer|(unsigned)?(long|int|short|byte))$/i;
const TIME = /#(date|dateTime|gYear|gYearMonth)$/;
const YEAR = /^\d{4}$/;
const FEW = 15;
const MOST_BARS = 60;
const LONGEST = 30;

export function draw(results, vocabulary, width) {
  const variables = results.getVariables();
  const rows = results.getBindings() ?? [];
  const numbers = variables.filter((name) => some(rows, name, isNumber));
  const others = variables.filter((name) => !numbers.includes(name) && rows.some((row) => row[name]));
  if (!numbers.length || !others.length) return nothing(numbers.length > 0);
  const times = others.filter((name) => some(rows, name, isTime));
  const figure = document.createElement("figure");
  figure.className = "chart";
  const chosen = { value: numbers[0], along: times[0] ?? others.find((name) => distinct(rows, name)) ?? others[0] };
  const canvas = document.createElement("div");
  const caption = document.createElement("figcaption");
  const redraw = (change) => {
    Object.assign(chosen, change);
    const line = times.includes(chosen.along);
    const points = rows.filter((row) => isNumber(row[chosen.value]) && row[chosen.along]);
    const shown = line ? points : points.slice(0, MOST_BARS);
    const drawing = (line ? lines : bars)(shown, chosen, width, vocabulary);
    drawing.setAttribute("role", "img"); // the table describes its parts
    for (const part of drawing.querySelectorAll("[aria-label]")) part.removeAttribute("aria-label");
    canvas.replaceChildren(drawing);
    caption.textContent =
      shown.length < points.length
        ? gettext("%(value)s along %(along)s. The numbers are in the table. The first %(number)s of %(all)s rows.", {
            ...chosen,
            number: spelled(shown.length),
            all: spelled(points.length),
          })
        : gettext("%(value)s along %(along)s. The numbers are in the table.", chosen);
  };
  const controls = document.createElement("p");
  controls.append(
    choice(gettext("Values"), numbers, chosen.value, (name) => redraw({ value: name })),
    choice(gettext("Along"), others, chosen.along, (name) => redraw({ along: name })),
  );
  if (numbers.length + others.length > 2) figure.append(controls);
  figure.append(canvas, caption);
  redraw();
  return figure;
}

function lines(points, { value, along }, width) {
  const years = points.length <= FEW && points.every((row) => YEAR.test(row[along].value));
  const data = points
    .map((row) => ({ x: new Date(row[along].value.replace(/Z$/, "")), y: Number(row[value].value) }))
    .sort((one, other) => one.x - other.x);
  return plot({
    ...LOOKS,
    width,
    ariaLabel: gettext("Line chart: %(value)s along %(along)s", { value, along }),
    marginLeft: 60,
    marginBottom: 40,
    x: { type: "utc" },
    y: { label: value, tickFormat: compact, zero: data.every(({ y }) => y >= 0) },
    marks: [
      gridY(),
      axisX({ label: null, ...(years && { ticks: "year", tickFormat: "%Y" }) }),
      lineY(data, { x: "x", y: "y", stroke: "var(--link)" }),
      dot(data, { x: "x", y: "y", fill: "var(--link)", title: ({ y }) => spelled(y) }),
    ],
  });
}

// Each row is a separate bar, even if two rows have the same name.
function bars(points, { value, along }, width, vocabulary) {
  const names = points.map((row) => name(row[along], vocabulary));
  const most = Math.min(LONGEST, Math.floor(width / 20));
  const longest = Math.min(most, Math.max(...names.map((each) => each.length)));
  return plot({
    ...LOOKS,
    width,
    ariaLabel: gettext("Bar chart: %(value)s along %(along)s", { value, along }),
    marginLeft: 20 + 7.5 * longest,
    marginRight: 24,
    y: { type: "band", domain: points.map((_, index) => index), label: null },
    marks: [
      gridX({ ticks: 4 }),
      axisX({ ticks: 4, tickFormat: compact, label: null }),
      axisY({ tickSize: 0, label: null, tickFormat: (index) => shortened(names[index], most) }),
      barX(points, {
        x: (row) => Number(row[value].value),
        y: (_, index) => index,
        fill: "var(--link)",
        title: (row, index) => `${names[index]}: ${spelled(Number(row[value].value))}`,
      }),
      ruleX([0]),
    ],
  });
}

const LOOKS = { className: "plot", style: { background: "none", fontSize: "13px", fontFamily: "inherit" } };

function choice(label, names, chosen, choose) {
  const outer = document.createElement("label");
  const select = document.createElement("select");
  select.append(...names.map((each) => new Option(each, each, false, each === chosen)));
  select.addEventListener("change", () => choose(select.value));
  outer.append(`${label} `, select);
  return outer;
}

function nothing(hasNumbers) {
  const text = document.createElement("p");
  text.textContent = hasNumbers
    ? gettext(
        "There is nothing to draw: no column of this result holds names or dates. A chart needs a column of numbers and one of names or dates.",
      )
    : gettext(
        "There is nothing to draw: no column of this result holds numbers. A chart needs a column of numbers and one of names or dates.",
      );
  return text;
}

const isNumber = (term) => term?.type !== "uri" && NUMBER.test(term?.datatype) && Number.isFinite(Number(term.value));
const isTime = (term) => term?.type !== "uri" && (TIME.test(term?.datatype) || YEAR.test(term?.value));
const some = (rows, name, is) => rows.some((row) => row[name]) && rows.every((row) => !row[name] || is(row[name]));
const distinct = (rows, name) => new Set(rows.map((row) => row[name]?.value)).size === rows.length;
const name = ({ type, value }, vocabulary) =>
  type === "uri" ? (vocabulary.name(value) ?? vocabulary.short(value)) : value;
const shortened = (text, most) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);
const compact = (number) => spelled(number, { notation: "compact" });
