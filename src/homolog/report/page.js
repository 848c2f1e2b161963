"use strict";
// Draws the charts in the page's colours, sorts the table, copies text. Nothing is fetched.

const charts = JSON.parse(document.getElementById("charts").textContent);
const dark = matchMedia("(prefers-color-scheme: dark)");
const touch = matchMedia("(pointer: coarse)").matches;

/** Unpack the upper triangle of a symmetric matrix; 65535 is an undefined entry. */
function unpack({triangle, n, unit}) {
  const bytes = Uint8Array.from(atob(triangle), (letter) => letter.charCodeAt(0));
  const steps = new DataView(bytes.buffer);
  const rows = Array.from({length: n}, () => new Array(n).fill(0));
  let at = 0;
  for (let row = 0; row < n; row++) {
    for (let column = row + 1; column < n; column++, at += 2) {
      const step = steps.getUint16(at, true);
      rows[row][column] = rows[column][row] = step === 65535 ? null : step * unit;
    }
  }
  // A stimulus without a pattern has no distance to itself either.
  rows.forEach((row, i) => {
    if (row.every((distance, j) => j === i || distance === null)) row[i] = null;
  });
  return rows;
}

function token(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

/** Copy a chart's description with every colour "@name" taken from the style sheet. */
function painted(part, key) {
  if ((key === "color" || key === "fillcolor") && part.startsWith?.("@")) return token(part.slice(1));
  if (Array.isArray(part)) return part.map((item) => painted(item));
  if (part === null || typeof part !== "object") return part;
  return Object.fromEntries(Object.entries(part).map(([k, v]) => [k, painted(v, k)]));
}

function layout(chart) {
  const ink = {color: token("soft"), family: token("sans"), size: 12};
  const axis = {
    linecolor: token("line"), tickcolor: token("line"), gridcolor: token("line"),
    zerolinecolor: token("line"), zeroline: false, fixedrange: touch, automargin: true,
  };
  const own = painted(chart.layout);
  const clear = (its) => ({...axis, ...its, title: {...its.title, standoff: 10}});
  return {
    ...own,
    xaxis: clear(own.xaxis),
    yaxis: clear(own.yaxis),
    font: ink,
    autosize: true,
    showlegend: Boolean(own.showlegend),
    dragmode: touch ? false : "zoom",
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    hoverlabel: {
      bgcolor: token("raised"), bordercolor: token("line"),
      font: {...ink, color: token("ink")}, align: "left",
    },
  };
}

const order = document.getElementById("order");

/** Return the stimuli of a tuning chart from the reference's weakest response to its strongest. */
function ranked({data: [{x, y}]}) {
  return [...x.keys()].sort((a, b) => y[a] - y[b]);
}

/** Give a tuning chart the order that the button asks for: as recorded, or by response. */
function ordered(chart) {
  if (!chart.id.startsWith("match-") || order.getAttribute("aria-pressed") !== "true") return chart;
  const places = ranked(chart);
  const data = chart.data.map((trace) => ({
    ...trace, x: places.map((i) => trace.x[i]), y: places.map((i) => trace.y[i]),
  }));
  const xaxis = {
    ...chart.layout.xaxis,
    title: {text: "Stimulus, by reference response"},
    categoryorder: "array",
    categoryarray: data[0].x,
    showticklabels: "dtick" in chart.layout.xaxis, // a few of many say nothing when shuffled
  };
  return {...chart, data, layout: {...chart.layout, xaxis}};
}

function draw() {
  for (const chart of charts.map(ordered)) {
    Plotly.react(chart.id, painted(chart.data), layout(chart), {
      displayModeBar: false, responsive: true, scrollZoom: false,
    });
  }
}

for (const chart of charts) {
  for (const trace of chart.data) if (trace.z) trace.z = unpack(trace.z);
}
draw();
dark.addEventListener("change", draw);

order?.addEventListener("click", () => {
  order.setAttribute("aria-pressed", String(order.getAttribute("aria-pressed") !== "true"));
  draw();
});

/** Sort the table by a column: upwards, downwards, then as it was written. */
function sort(button) {
  const head = button.closest("th");
  const next = {none: "ascending", ascending: "descending", descending: "none"};
  const way = next[head.getAttribute("aria-sort")];
  for (const other of head.parentElement.querySelectorAll("[aria-sort]")) {
    other.setAttribute("aria-sort", other === head ? way : "none");
  }
  const column = Number(button.dataset.column);
  const body = head.closest("table").tBodies[0];
  const key = (row) => way === "none" ? row.dataset.order : row.cells[column].dataset.sort;
  body.append(...[...body.rows].sort((a, b) => compare(key(a), key(b), way)));
  document.getElementById("sorted").textContent =
    way === "none" ? "Rows as written" : `Sorted by ${button.textContent}, ${way}`;
}

/** Compare numbers as numbers and names as names; what is unknown comes last either way. */
function compare(a, b, way) {
  if (a === undefined || b === undefined) return (a === undefined) - (b === undefined);
  const sign = way === "descending" ? -1 : 1;
  const difference = Number(a) - Number(b);
  return sign * (Number.isNaN(difference) ? a.localeCompare(b) : difference);
}

for (const button of document.querySelectorAll("[data-column]")) {
  button.addEventListener("click", () => sort(button));
}

for (const button of document.querySelectorAll("[data-copies]")) {
  const said = button.textContent;
  button.addEventListener("click", async () => {
    const source = document.getElementById(button.dataset.copies);
    try {
      await navigator.clipboard.writeText(source.textContent);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(source);
      button.textContent = "Selected: press Ctrl C";
    }
    setTimeout(() => { button.textContent = said; }, 2000);
  });
}
