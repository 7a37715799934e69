// A chart of an answer: lines if there is a column of times, otherwise bars. Values in different units are never on one
// axis: each unit has a chart of its own. A second column of names divides the values into series: by default a column
// that tells the rows of one place on the axis apart.

import { axisX, axisY, barX, dot, gridX, gridY, lineY, plot, ruleX } from "@observablehq/plot";
import { gettext, spelled } from "./language.js";
import { element } from "./table.js";
import { isNumber } from "./terms.js";

const TIME = /#(date|dateTime|gYear|gYearMonth)$/;
const YEAR = /^\d{4}$/;
const MOMENT = /^\d{4}(-\d\d){0,2}$/;
const YEARS = /year|when|period|time|date/i; // names of columns whose numbers are years
const UNIT = /unit|currency|measure$/i;
const FEW = 15;
const MOST_BARS = 60;
const MOST_SERIES = 6;
const MOST_UNITS = 4;
const LONGEST = 30;
const SCALE = 2; // pixels of the picture for each pixel of the page

export function draw({ variables, rows }, terms, width) {
  const isTime = (term, name) => moment(term, name, terms) !== undefined;
  const numbers = variables.filter((name) => some(rows, name, isNumber) && !some(rows, name, isTime));
  const others = variables.filter((name) => !numbers.includes(name) && rows.some((row) => row[name]));
  if (!numbers.length || !others.length) return nothing(numbers.length > 0);
  const times = others.filter((name) => some(rows, name, isTime));
  const divided = (name, most) => distinct(rows, name) > 1 && distinct(rows, name) <= most;
  const along = times[0] ?? others.find((name) => distinct(rows, name) === rows.length) ?? others[0];
  const units = others.filter((name) => name !== along && UNIT.test(name) && distinct(rows, name) <= MOST_UNITS);
  const unit = units.find((name) => distinct(rows, name) > 1) ?? units[0] ?? "";
  const rest = others.filter((name) => ![along, unit].includes(name) && distinct(rows, name) > 1);
  const places = (...names) => new Set(rows.map((row) => JSON.stringify(names.map((name) => row[name]?.value)))).size;
  const isCrowded = places(along, unit) < rows.length;
  const series = isCrowded
    ? rest.reduce((best, name) => (places(along, unit, name) > places(along, unit, best) ? name : best), "")
    : ((times.length && rest.find((name) => divided(name, MOST_SERIES))) || "");
  const chosen = { value: numbers[0], along, series, unit };
  const figure = element("figure", { className: "chart" });
  const canvas = element("div");
  const caption = element("figcaption");
  const redraw = (change) => {
    Object.assign(chosen, change);
    const points = rows.filter((row) => isNumber(row[chosen.value]) && row[chosen.along]);
    const line = times.includes(chosen.along);
    const shown = line ? points : points.slice(0, MOST_BARS);
    const units = chosen.unit ? [...Map.groupBy(shown, (row) => text(row[chosen.unit], terms))] : [["", shown]];
    const pictures = units.slice(0, MOST_UNITS).map(([name, part]) => {
      const drawing = (line ? lines : bars)(part, chosen, width, terms, name);
      drawing.prepend(svg("title", {}, drawing.ariaLabel));
      drawing.setAttribute("role", "img"); // the table describes its parts
      for (const inner of drawing.querySelectorAll("[aria-label]")) inner.removeAttribute("aria-label");
      return element("div", {}, drawing, downloads(drawing, name));
    });
    canvas.replaceChildren(...pictures);
    const words = { value: chosen.value, along: chosen.along, number: spelled(shown.length), all: spelled(points.length) };
    caption.textContent =
      shown.length < points.length
        ? gettext("%(value)s along %(along)s. The numbers are in the table. The first %(number)s of %(all)s rows.", words)
        : gettext("%(value)s along %(along)s. The numbers are in the table.", words);
  };
  const none = [["", gettext("none")]];
  const named = (names) => names.map((name) => [name, name]);
  const controls = element("p", { className: "controls" });
  const control = (label, key, names) =>
    controls.append(choice(label, names, chosen[key], (name) => redraw({ [key]: name })));
  control(gettext("Values"), "value", named(numbers));
  control(gettext("Along"), "along", named(others));
  if (others.length > 1) {
    control(gettext("Series"), "series", [...none, ...named(others)]);
    control(gettext("Unit"), "unit", [...none, ...named(others)]);
  }
  if (numbers.length + others.length > 2) figure.append(controls);
  figure.append(canvas, caption);
  redraw();
  return figure;
}

// Times at their distance, one line for each series.
function lines(points, { value, along, series }, width, terms, unit) {
  const when = (row) => moment(row[along], along, terms);
  const years = new Set(points.map(when)).size <= FEW && points.every((row) => YEAR.test(when(row)));
  const data = points
    .map((row) => ({
      x: new Date(when(row)),
      y: Number(row[value].value),
      z: series ? text(row[series], terms) : value,
    }))
    .sort((one, other) => one.x - other.x);
  const names = [...new Set(data.map(({ z }) => z))];
  const colours = names.map((_, index) => colour(index));
  const drawing = plot({
    ...LOOKS,
    width,
    ariaLabel: gettext("Line chart: %(value)s along %(along)s", { value: measured(value, unit), along }),
    marginLeft: 60,
    marginBottom: 40,
    x: { type: "utc" },
    y: { label: null, tickFormat: compact, zero: data.every(({ y }) => y >= 0) },
    marginTop: 32,
    marginRight: 24,
    color: series ? { domain: names, range: colours } : undefined,
    marks: [
      gridY(),
      axisX({ label: null, ...(years && { ticks: "year", tickFormat: "%Y" }) }),
      lineY(data, { x: "x", y: "y", z: "z", stroke: series ? "z" : "var(--link)" }),
      dot(data, { x: "x", y: "y", fill: series ? "z" : "var(--link)", title: ({ y, z }) => `${z}: ${spelled(y)}` }),
    ],
  });
  drawing.append(key(measured(value, unit), series ? names : [], colours));
  return drawing;
}

// The unit or the name of the values, and the names of the series with their colours, in a line above the drawing.
function key(title, names, colours) {
  const whole = svg("g", { "text-anchor": "start", fill: "currentColor" });
  let x = 8;
  const add = (name, colour) => {
    if (colour) whole.append(svg("rect", { x, y: 6, width: 12, height: 12, fill: colour }));
    if (colour) x += 17;
    whole.append(svg("text", { x, y: 16 }, name));
    x += 24 + [...name].reduce((sum, sign) => sum + (sign > "\u2e80" ? 14 : 7.5), 0);
  };
  add(title);
  for (const [index, name] of names.entries()) add(name, colours[index]);
  return whole;
}

function svg(name, attributes, text = "") {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  made.textContent = text;
  return made;
}

// Each row is a separate bar, even if two rows have the same name.
function bars(points, { value, along, series }, width, terms, unit) {
  const names = points.map((row) =>
    series && row[series] ? `${text(row[along], terms)}, ${text(row[series], terms)}` : text(row[along], terms),
  );
  const groups = series ? [...new Set(points.map((row) => text(row[series], terms)))] : [];
  const most = Math.min(LONGEST, Math.floor(width / 20));
  const longest = Math.min(most, Math.max(...names.map((each) => each.length)));
  const drawing = plot({
    ...LOOKS,
    width,
    marginTop: 32,
    ariaLabel: gettext("Bar chart: %(value)s along %(along)s", { value: measured(value, unit), along }),
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
        fill: (row) => (series ? colour(groups.indexOf(text(row[series], terms))) : "var(--link)"),
        title: (row, index) => `${names[index]}: ${spelled(Number(row[value].value))}`,
      }),
      ruleX([0]),
    ],
  });
  drawing.append(key(measured(value, unit), groups, groups.map((_, index) => colour(index))));
  return drawing;
}

const colour = (index) => `var(--line-${index % MOST_SERIES})`;

const LOOKS = { className: "plot", style: { background: "none", fontSize: "13px", fontFamily: "inherit" } };

// Links that download a drawing as it looks now.
function downloads(drawing, name) {
  const file = `chart${name ? `-${name}` : ""}`.replace(/[^\p{L}\p{N}]+/gu, "-");
  const link = (kind, make) => {
    const button = element("button", { type: "button", className: "plain", textContent: kind });
    button.ariaLabel = gettext("Download the chart as %(format)s", { format: kind });
    button.addEventListener("click", async () => {
      const href = URL.createObjectURL(await make(fixed(drawing)));
      element("a", { href, download: `${file}.${kind.toLowerCase()}` }).click();
      URL.revokeObjectURL(href);
    });
    return button;
  };
  const drawn = (text) => new Blob([text], { type: "image/svg+xml" });
  return element(
    "p",
    { className: "controls" },
    link("SVG", async (text) => drawn(text)),
    link("PNG", (text) => raster(text, drawing.width.baseVal.value, drawing.height.baseVal.value)),
  );
}

// The drawing as a file of its own: with its colours instead of those of the page.
function fixed(drawing) {
  const looks = getComputedStyle(drawing);
  const text = new XMLSerializer().serializeToString(drawing);
  const page = getComputedStyle(document.documentElement);
  const ground = `<rect width="100%" height="100%" fill="${page.getPropertyValue("--paper").trim()}"/>`;
  return text
    .replace(/var\((--[\w-]+)\)/g, (_, name) => page.getPropertyValue(name).trim())
    .replaceAll("currentColor", looks.color)
    .replace(/font-family: inherit/g, "font-family: sans-serif")
    .replace(/^(<svg[^>]*>)/, `$1${ground}`);
}

async function raster(text, width, height) {
  const image = new Image();
  image.src = `data:image/svg+xml,${encodeURIComponent(text)}`;
  await image.decode();
  const canvas = element("canvas", { width: width * SCALE, height: height * SCALE });
  const context = canvas.getContext("2d");
  context.scale(SCALE, SCALE);
  context.drawImage(image, 0, 0, width, height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}

function choice(label, names, chosen, choose) {
  const select = document.createElement("select");
  select.append(...names.map(([value, words]) => new Option(words, value, false, value === chosen)));
  select.addEventListener("change", () => choose(select.value));
  return element("label", {}, `${label} `, select);
}

function nothing(hasNumbers) {
  return element("p", {
    textContent: hasNumbers
      ? gettext(
          "There is nothing to draw: no column of this result holds names or dates. A chart needs a column of numbers and one of names or dates.",
        )
      : gettext(
          "There is nothing to draw: no column of this result holds numbers. A chart needs a column of numbers and one of names or dates.",
        ),
  });
}

// The time that a term of a column stands for, or undefined: a date, a year, or a thing that is called by one.
function moment(term, name, terms) {
  const { type, value, datatype } = term;
  if (type === "uri") return [value.split(/[/#]/).pop(), text(term, terms)].find((each) => MOMENT.test(each));
  const isTime = TIME.test(datatype) || (YEAR.test(value) && (!isNumber(term) || YEARS.test(name)));
  return isTime ? value.replace(/Z$/, "") : undefined;
}

const measured = (value, unit) => (unit ? `${value} (${unit})` : value);
const some = (rows, name, is) => rows.some((row) => row[name]) && rows.every((row) => !row[name] || is(row[name], name));
const distinct = (rows, name) => new Set(rows.map((row) => row[name]?.value)).size;
const text = (term, terms) => (term ? terms.text(term) : "");
const shortened = (words, most) => (words.length > most ? `${words.slice(0, most - 1)}…` : words);
const compact = (number) => spelled(number, { notation: "compact" });
