// Draws the plots of a page from the lists that stand beside them, in the colours of the theme.

const HEIGHT = 220;
const BAR = 18;
const PAPER = 680;
const LONGEST = 26;
const dark = window.matchMedia("(prefers-color-scheme: dark)");

/** Read colours of tokens.css as a plot takes them; on paper they are the light ones. */
function paints(figure, onPaper) {
  const probe = document.createElement("i");
  if (onPaper) probe.style.colorScheme = "light";
  figure.append(probe);
  const resolved = (value) => {
    probe.style.color = value;
    return getComputedStyle(probe).color;
  };
  const found = (name) => resolved(`var(--${name})`);
  const faint = (name) => resolved(`color-mix(in srgb, var(--${name}) 22%, var(--surface))`);
  const names = ["accent", "bad", "good", "warn", "ink", "ink-soft", "line", "line-strong", "subcontract", "surface"];
  const told = Object.fromEntries(names.flatMap((name) => [[name, found(name)], [`${name}-faint`, asRgb(faint(name))]]));
  probe.remove();
  return told;
}

/** Write a colour that a browser tells as color(srgb r g b) in a way that plotly.js reads. */
function asRgb(colour) {
  const parts = colour.match(/^color\(srgb ([\d.]+) ([\d.]+) ([\d.]+)/);
  return parts ? `rgb(${parts.slice(1).map((part) => Math.round(part * 255)).join(",")})` : colour;
}

/** Return the interval of a line as an area: there and back, with a gap where nothing is known. */
function band(spec, series, paint) {
  const x = [];
  const y = [];
  let run = [];
  const close = () => {
    const back = [...run].reverse();
    x.push(...run.map((i) => spec.at[i]), ...back.map((i) => spec.at[i]), null);
    y.push(...run.map((i) => series.high[i]), ...back.map((i) => series.low[i]), null);
    run = [];
  };
  spec.at.forEach((_, i) => {
    if (series.low[i] == null) {
      if (run.length) close();
    } else run.push(i);
  });
  if (run.length) close();
  const colour = paint[`${series.colour}-faint`];
  return { x, y, mode: "lines", fill: "toself", fillcolor: colour, line: { width: 2, color: colour }, hoverinfo: "skip", showlegend: false };
}

function barTrace(spec, series, paint) {
  const lies = series.form === "bars";
  const [at, value] = lies ? ["y", "x"] : ["x", "y"];
  return {
    type: "bar", name: series.name, orientation: lies ? "h" : "v", [at]: spec.at, [value]: series.values,
    text: series.told, textposition: lies ? "outside" : "none", cliponaxis: false,
    hovertemplate: `%{${at}}<br>%{text}<extra></extra>`, marker: { color: paint[series.colour] },
  };
}

function lineTrace(spec, series, paint) {
  const reach = series.form === "dots" && series.low.length;
  const off = (ends) => ends.map((end, i) => Math.abs(end - series.values[i]));
  const colour = paint[series.colour];
  return {
    x: spec.at, y: series.values, name: series.name, text: series.told, hovertemplate: "%{text}<extra></extra>",
    mode: series.is_limit ? "lines" : "lines+markers",
    line: { color: colour, width: 2, dash: series.is_limit ? "dash" : "solid" },
    marker: { color: colour, size: series.weights.length ? series.weights.map((weight) => 6 + 10 * Math.sqrt(weight)) : 6 },
    error_y: reach ? { symmetric: false, array: off(series.high), arrayminus: off(series.low), color: colour, thickness: 1.5 } : undefined,
  };
}

function tracesOf(spec, paint) {
  const isBar = (series) => series.form === "bars" || series.form === "columns";
  const bands = spec.series.filter((series) => series.form === "line" && series.low.length);
  const drawn = spec.series.map((series) => (isBar(series) ? barTrace : lineTrace)(spec, series, paint));
  return [...bands.map((series) => band(spec, series, paint)), ...drawn];
}

function axis(told, paint, width) {
  const line = { color: paint["line-strong"], gridcolor: paint.line, zerolinecolor: paint.line, fixedrange: true, automargin: true };
  const kind = told.kind === "linear" ? {} : { type: told.kind };
  if (told.kind === "date") Object.assign(kind, { tickformat: "%Y-%m-%d", nticks: 4, showgrid: false });
  if (told.kind === "category") Object.assign(kind, { nticks: Math.max(2, Math.floor(width / 130)), tickangle: 0, showgrid: false });
  if (told.percent) Object.assign(kind, { tickformat: ".0%" });
  return { ...line, ...kind, tickfont: { color: paint["ink-soft"] }, title: { text: told.title, font: { color: paint["ink-soft"], size: 13 }, standoff: 8 } };
}

/** Return the threshold, the diagonal and the lines from which another version answered. */
function linesOf(spec, paint) {
  const line = (color, dash) => ({ color, width: 1.5, dash });
  const shapes = spec.marks.map(([x]) => ({ type: "line", x0: x, x1: x, yref: "paper", y0: 0, y1: 1, line: line(paint["ink-soft"], "dot") }));
  if (spec.limit !== null) shapes.push({ type: "line", xref: "paper", x0: 0, x1: 1, y0: spec.limit, y1: spec.limit, line: line(paint.bad, "dash") });
  if (spec.diagonal) shapes.push({ type: "line", x0: 0, y0: 0, x1: 1, y1: 1, line: line(paint["ink-soft"], "dot") });
  const annotations = spec.marks.map(([x, text]) => ({
    x, yref: "paper", y: 1, yanchor: "bottom", text, showarrow: false, font: { size: 12, color: paint["ink-soft"] },
    xanchor: spec.at.indexOf(x) > spec.at.length / 2 ? "right" : "left",
  }));
  return { shapes, annotations };
}

function layoutOf(figure, spec, paint) {
  const lies = spec.series.some((series) => series.form === "bars");
  const named = spec.series.length > 1;
  const x = axis(spec.x, paint, figure.clientWidth);
  const y = axis(spec.y, paint, figure.clientWidth);
  const short = (name) => (name.length > LONGEST ? `${name.slice(0, LONGEST - 1)}…` : name);
  if (lies) Object.assign(y, { autorange: "reversed", tickvals: spec.at, ticktext: spec.at.map(short) });
  else if (spec.diagonal) {
    x.range = [0, 1.03];
    y.range = [0, 1.03];
  } else if (spec.series.every((series) => series.values.every((value) => value === null || value >= 0))) {
    y.autorangeoptions = { clipmin: 0, ...(spec.y.percent ? { clipmax: 1.02 } : {}) };
  }
  const rows = spec.at.length * (spec.series.length * BAR + 10);
  const height = lies ? rows + 70 : spec.diagonal ? 380 : HEIGHT + (named ? 40 : 0);
  return {
    height, ...linesOf(spec, paint), xaxis: x, yaxis: y, dragmode: false, hovermode: named ? "closest" : "x", bargap: 0.3,
    margin: { l: 8, r: lies ? 56 : 12, t: named ? 8 : 22, b: 8 }, paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: getComputedStyle(figure).fontFamily, size: 13, color: paint.ink }, showlegend: named,
    legend: { orientation: "h", y: 1.02, yanchor: "bottom", x: 0, itemclick: false, itemdoubleclick: false },
    hoverlabel: { bgcolor: paint.surface, bordercolor: paint["line-strong"], font: { color: paint.ink, size: 13 }, align: "left" },
  };
}

async function draw(figure, onPaper = false) {
  const area = figure.querySelector("[data-plot]");
  const spec = JSON.parse(figure.querySelector("script[type='application/json']").textContent);
  const paint = paints(figure, onPaper);
  const layout = layoutOf(figure, spec, paint);
  if (onPaper) layout.width = Math.min(PAPER, area.clientWidth);
  await window.Plotly.react(area, tracesOf(spec, paint), layout, { displayModeBar: false, responsive: !onPaper, showTips: false });
  return { area, spec };
}

/** Let arrows go from value to value, and Enter or a click open the page behind one. */
function listen(figure, { area, spec }) {
  const told = figure.querySelector("[data-told]");
  const first = area.data.length - spec.series.length;
  let place = -1;
  const open = (at) => {
    if (spec.links[at]) window.location.assign(spec.links[at]);
  };
  area.on("plotly_click", (event) => open(event.points[0].pointNumber));
  area.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (event.key === "Enter") open(place);
    if (!step) return;
    event.preventDefault();
    place = Math.min(Math.max(place + step, 0), spec.at.length - 1);
    const known = spec.series.map((series, i) => ({ curveNumber: first + i, pointNumber: place })).filter((_, i) => spec.series[i].values[place] !== null);
    window.Plotly.Fx.hover(area, known);
    told.textContent = spec.series.map((series) => `${series.name}: ${series.told[place]}`).join(", ");
  });
  area.addEventListener("blur", () => window.Plotly.Fx.unhover(area));
}

async function drawAll() {
  for (const figure of document.querySelectorAll(".plot:not([data-drawn])")) {
    figure.dataset.drawn = window.Plotly ? "yes" : "no";
    figure.querySelector("details").open = !window.Plotly;
    figure.querySelector("[data-plot]").hidden = !window.Plotly;
    if (window.Plotly) listen(figure, await draw(figure));
  }
}

function again(onPaper) {
  document.querySelectorAll(".plot[data-drawn=yes]").forEach((figure) => draw(figure, onPaper));
}

drawAll();
document.body.addEventListener("htmx:afterSettle", drawAll);
dark.addEventListener("change", () => again(false));
window.addEventListener("beforeprint", () => again(true));
window.addEventListener("afterprint", () => again(false));
