// A chart of an answer: lines if there is a column of times, otherwise bars. Values in different units are never on one
// axis: each unit has a chart of its own. A second column of names divides the values into series.

import { axisX, axisY, barX, dot, gridX, gridY, lineY, plot, ruleX } from "@observablehq/plot";
import { gettext, spelled } from "./language.js";
import { element } from "./table.js";
import { isNumber } from "./terms.js";

const TIME = /#(date|dateTime|gYear|gYearMonth)$/;
const YEAR = /^\d{4}$/;
const YEARS = /year|when|period|time|date/i; // names of columns whose numbers are years
const UNIT = /unit|currency|measure$/i;
const FEW = 15;
const MOST_BARS = 60;
const MOST_SERIES = 6;
const MOST_UNITS = 4;
const LONGEST = 30;
const SCALE = 2; // pixels of the picture for each pixel of the page

export function draw({ variables, rows }, terms, width) {
  const numbers = variables.filter((name) => some(rows, name, isNumber) && !some(rows, name, isTime));
  const others = variables.filter((name) => !numbers.includes(name) && rows.some((row) => row[name]));
  if (!numbers.length || !others.length) return nothing(numbers.length > 0);
  const times = others.filter((name) => some(rows, name, isTime));
  const divided = (name, most) => distinct(rows, name) > 1 && distinct(rows, name) <= most;
  const along = times[0] ?? others.find((name) => distinct(rows, name) === rows.length) ?? others[0];
  const unit = others.find((name) => name !== along && UNIT.test(name) && divided(name, MOST_UNITS)) ?? "";
  const series = times.length ? (others.find((name) => ![along, unit].includes(name) && divided(name, MOST_SERIES)) ?? "") : "";
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
      const svg = drawing.matches("svg") ? drawing : drawing.querySelector("svg:last-of-type");
      svg.setAttribute("role", "img"); // the table describes its parts
      for (const inner of drawing.querySelectorAll("[aria-label]")) if (inner !== svg) inner.removeAttribute("aria-label");
      return element("div", {}, ...(name ? [element("h4", { textContent: name })] : []), drawing, downloads(svg, name));
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
  const years = points.length <= FEW && points.every((row) => YEAR.test(row[along].value));
  const data = points
    .map((row) => ({
      x: new Date(row[along].value.replace(/Z$/, "")),
      y: Number(row[value].value),
      z: series ? text(row[series], terms) : value,
    }))
    .sort((one, other) => one.x - other.x);
  const names = [...new Set(data.map(({ z }) => z))];
  const colours = names.map((_, index) => `var(--line-${index % MOST_SERIES})`);
  return plot({
    ...LOOKS,
    width,
    ariaLabel: gettext("Line chart: %(value)s along %(along)s", { value, along }),
    marginLeft: 60,
    marginBottom: 40,
    x: { type: "utc" },
    y: { label: unit || value, tickFormat: compact, zero: data.every(({ y }) => y >= 0) },
    color: series ? { domain: names, range: colours, legend: true } : undefined,
    marks: [
      gridY(),
      axisX({ label: null, ...(years && { ticks: "year", tickFormat: "%Y" }) }),
      lineY(data, { x: "x", y: "y", z: "z", stroke: series ? "z" : "var(--link)" }),
      dot(data, { x: "x", y: "y", fill: series ? "z" : "var(--link)", title: ({ y, z }) => `${z}: ${spelled(y)}` }),
    ],
  });
}

// Each row is a separate bar, even if two rows have the same name.
function bars(points, { value, along, series }, width, terms) {
  const names = points.map((row) =>
    series && row[series] ? `${text(row[along], terms)}, ${text(row[series], terms)}` : text(row[along], terms),
  );
  const groups = series ? [...new Set(points.map((row) => text(row[series], terms)))] : [];
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
        fill: (row) => (series ? `var(--line-${groups.indexOf(text(row[series], terms)) % MOST_SERIES})` : "var(--link)"),
        title: (row, index) => `${names[index]}: ${spelled(Number(row[value].value))}`,
      }),
      ruleX([0]),
    ],
  });
}

const LOOKS = { className: "plot", style: { background: "none", fontSize: "13px", fontFamily: "inherit" } };

// Links that download a drawing as it looks now.
function downloads(svg, name) {
  const file = `chart${name ? `-${name}` : ""}`.replace(/[^\p{L}\p{N}]+/gu, "-");
  const link = (kind, make) => {
    const button = element("button", { type: "button", className: "plain", textContent: kind });
    button.ariaLabel = gettext("Download the chart as %(format)s", { format: kind });
    button.addEventListener("click", async () => {
      const href = URL.createObjectURL(await make(fixed(svg)));
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
    link("PNG", (text) => raster(text, svg.width.baseVal.value, svg.height.baseVal.value)),
  );
}

// The drawing as a file of its own: with its colours instead of those of the page.
function fixed(svg) {
  const copy = svg.cloneNode(true);
  const looks = getComputedStyle(svg);
  const text = new XMLSerializer().serializeToString(copy);
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

const isTime = (term, name) =>
  term.type !== "uri" && (TIME.test(term.datatype) || (YEAR.test(term.value) && (!isNumber(term) || YEARS.test(name))));
const some = (rows, name, is) => rows.some((row) => row[name]) && rows.every((row) => !row[name] || is(row[name], name));
const distinct = (rows, name) => new Set(rows.map((row) => row[name]?.value)).size;
const text = (term, terms) => (term ? terms.text(term) : "");
const shortened = (words, most) => (words.length > most ? `${words.slice(0, most - 1)}…` : words);
const compact = (number) => spelled(number, { notation: "compact" });
