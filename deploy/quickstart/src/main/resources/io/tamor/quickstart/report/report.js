"use strict";
// Draws the page from the constant `report`. No network: the chart library is above.

const $ = id => document.getElementById(id);
const DAY = 86400000;
const FEWEST = 8; // labels of each class under which a day's AUC says nothing

// Okabe and Ito's palette, told apart by colour-blind eyes; lightened for a dark page.
const PALETTE = {
  light: ["#0072b2", "#d55e00", "#009e73", "#b6508f", "#a07800", "#3d8ec4"],
  dark: ["#56b4e9", "#f08a3c", "#2fc79a", "#e08fc0", "#e6c34a", "#9ad0f5"],
};

const number = (x, digits = 0) => x == null ? "–" : x.toLocaleString("en-US", {minimumFractionDigits: digits, maximumFractionDigits: digits});
const percent = x => x == null ? "–" : (100 * x).toFixed(x < 0.1 ? 2 : 1) + " %";
const words = name => name.replaceAll("_", " ");
const compact = x => x == null ? "–" : x >= 1e6 ? (x / 1e6).toFixed(2) + " M" : x >= 1e4 ? (x / 1e3).toFixed(0) + " k" : number(x);
const day = ms => new Date(ms).toISOString().slice(0, 10);
const sum = values => values.reduce((a, b) => a + b, 0);
const escaped = text => String(text).replace(/[&<>"]/g, c => ({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}[c]));

const tasks = report.run.tasks;
const tiers = ["all", ...report.run.tiers];
const charts = [];
let theme = new URLSearchParams(location.search).get("theme")
  || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");

const css = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const taskColor = task => PALETTE[theme][tasks.indexOf(task) % PALETTE[theme].length];

function chart(element, option) {
  const instance = echarts.init(element, null, {renderer: "svg"});
  instance.setOption(Object.assign({
    animation: false,
    textStyle: {fontFamily: "system-ui, -apple-system, 'Segoe UI', Roboto, Arial, sans-serif", color: css("--text")},
  }, option));
  charts.push(instance);
  return instance;
}

function timeAxis(from, to, labels = true) {
  return {
    type: "time", min: from, max: to,
    axisLine: {lineStyle: {color: css("--line")}},
    axisTick: {show: labels}, splitLine: {show: false},
    axisLabel: {show: labels, color: css("--soft"), hideOverlap: true, fontSize: 11,
      formatter: at => new Date(at).toLocaleDateString("en-GB", {day: "numeric", month: "short", timeZone: "UTC"})},
  };
}

function valueAxis(name, extra = {}) {
  return Object.assign({
    type: "value", name, nameLocation: "end", nameGap: 10,
    nameTextStyle: {color: css("--soft"), fontSize: 11.5, align: "left", padding: [0, 0, 0, -30]},
    axisLabel: {color: css("--soft"), fontSize: 11}, splitLine: {lineStyle: {color: css("--grid")}},
  }, extra);
}

function tooltip(format) {
  return {
    trigger: "axis", confine: true, backgroundColor: css("--card"), borderColor: css("--line"),
    textStyle: {color: css("--text"), fontSize: 12.5},
    formatter: points => `<b>${day(points[0].value[0])}</b><br>` + points.filter(p => p.value[1] != null)
      .map(p => `${p.marker}${escaped(p.seriesName)} <b style="float:right;margin-left:14px">${format(p.value[1])}</b>`).join("<br>"),
  };
}

const legend = {top: 0, left: 0, icon: "roundRect", itemWidth: 14, itemHeight: 4};
const line = (name, color, data, extra = {}) => Object.assign({
  name, type: "line", data, showSymbol: false, symbolSize: 4, symbol: "circle", connectNulls: false,
  lineStyle: {width: 2, color}, itemStyle: {color},
}, extra);

function header() {
  const r = report.run;
  const learner = report.learner.model;
  $("title").textContent = `TAMOR on ${r.source === "simulator" ? "a simulated wealth app" : r.source}`;
  document.title = $("title").textContent;
  const first = report.days[0], last = report.days[report.days.length - 1];
  const span = first ? `${day(first.fromMs)} to ${day(last.fromMs)} of event time` : "no events";
  $("subtitle").textContent = `Deployment ${r.deployment} · network ${learner} · parallelism ${r.parallelism} · ${r.source === "simulator" ? "seed " + r.seed + " · " : ""}${span} in ${number(report.seconds.total, 1)} s of wall-clock time`;
  $("checks").innerHTML = report.checks.map(c =>
    `<div class="check${c.held ? "" : " failed"}"><b>${c.held ? "✓" : "✗"} ${escaped(c.name)}</b> <span>· ${escaped(c.detail)}</span></div>`).join("");
  const e = report.events, t = report.timeline;
  const events = e.impressions + e.clicks + e.conversions + e.investments;
  const perSecond = (count, seconds) => seconds > 0 ? compact(count / seconds) + "/s" : "–";
  const tiles = [
    ["events", compact(events)], ["impressions", compact(e.impressions)],
    ["impressions matured", compact(t.samples)], ["pending", compact(t.pending)],
    ["labels learned", compact(sum(Object.values(t.labels).map(l => l.mature)))],
    ["attributed amount", r.currency + compact(Math.round(t.attributedAmountMinor / 100))],
    ["training steps", compact(report.learner.steps)], ["snapshots published", number(report.snapshots.filter(s => s.published).length)],
    ["timeline, events", perSecond(events, report.seconds.timeline)], ["learner, samples", perSecond(report.learner.samples, report.seconds.learner)],
  ];
  $("tiles").innerHTML = tiles.map(([name, value]) => `<div class="tile"><div class="value">${escaped(value)}</div><div class="name">${name}</div></div>`).join("");
}

function bars(element, rows, format, log) {
  chart(element, {
    grid: {left: 150, right: 128, top: 6, bottom: 8},
    xAxis: {type: log ? "log" : "value", min: log ? 0.6 : 0, show: false},
    yAxis: {type: "category", inverse: true, data: rows.map(r => r.name), axisTick: {show: false}, axisLine: {show: false},
      axisLabel: {color: css("--text"), fontSize: 12.5, width: 140, overflow: "truncate"}},
    tooltip: {trigger: "item", confine: true, backgroundColor: css("--card"), borderColor: css("--line"), textStyle: {color: css("--text")},
      formatter: p => `${escaped(rows[p.dataIndex].name)}: <b>${number(rows[p.dataIndex].value)}</b>`},
    series: [{
      type: "bar", barMaxWidth: 22, barMinWidth: 8,
      data: rows.map(r => ({value: log ? Math.max(r.value, 0.6) : r.value, itemStyle: {color: r.color, borderRadius: [0, 4, 4, 0]}})),
      label: {show: true, position: "right", color: css("--text"), fontSize: 12, formatter: p => format(rows[p.dataIndex], p.dataIndex)},
    }],
  });
}

function funnel() {
  const labels = report.timeline.labels;
  const rows = [{name: "impression", value: report.events.impressions, color: css("--soft")}]
    .concat(tasks.filter(t => t !== "user_total_investment" && labels[t])
      .map(t => ({name: words(t), value: labels[t].positive, color: taskColor(t)})));
  bars($("funnel"), rows, (row, i) => i === 0 ? number(row.value)
    : `${number(row.value)}  (${percent(row.value / rows[0].value)})`, false);
}

const CAUSES = {
  late: "late", orphan: "orphan, window over", duplicate: "duplicate", undecodable: "undecodable",
  overflow: "overflow", invalid: "invalid", poisoned: "poisoned", wrongSchema: "wrong schema",
};

function rejected() {
  const e = report.events;
  const rows = [{name: "distinct records", value: e.impressions + e.clicks + e.conversions + e.investments, color: css("--good")}]
    .concat(Object.entries(report.timeline.rejected).filter(([cause]) => CAUSES[cause])
      .map(([cause, value]) => ({name: CAUSES[cause], value, color: value ? css("--bad") : css("--grid")})));
  bars($("rejected"), rows, row => number(row.value), true);
}

function span() {
  const all = report.days.map(d => d.fromMs).concat(report.maturity.map(d => d.fromMs));
  return all.length ? [Math.min(...all), Math.max(...all)] : [0, DAY];
}

function maturity() {
  const [from, to] = span();
  const option = (series, axis, format) => ({
    grid: {left: 46, right: 14, top: 66, bottom: 26}, legend: Object.assign({textStyle: {color: css("--text"), fontSize: 12}}, legend),
    xAxis: timeAxis(from, to), yAxis: axis, tooltip: tooltip(format), series,
  });
  const rows = task => report.maturity.filter(m => m.task === task);
  chart($("maturity"), option(
    [line("impressions", css("--soft"), report.days.map(d => [d.fromMs, d.impressions]), {areaStyle: {opacity: 0.14, color: css("--soft")}, lineStyle: {width: 0}})]
      .concat(tasks.map(t => line(words(t), taskColor(t), rows(t).filter(m => m.mature > 0).map(m => [m.fromMs, m.mature])))),
    valueAxis("per day", {axisLabel: {color: css("--soft"), fontSize: 11, formatter: compact}}), number));
  chart($("rates"), option(
    tasks.map(t => line(words(t), taskColor(t), rows(t).map(m => [m.fromMs, m.mature >= 50 ? m.positive / m.mature : null]))),
    valueAxis("share", {min: 0, axisLabel: {color: css("--soft"), fontSize: 11, formatter: v => (100 * v).toFixed(0) + " %"}}), percent));
}

const windowsOf = (task, tier) => report.learner.windows.filter(w => w.task === task && w.tier === tier);
const whole = (task, tier) => report.learner.metrics.find(m => m.task === task && m.tier === tier);
// One point a day, null where nothing tells: a line must not run across a long silence.
function daily(windows, value) {
  const points = [];
  let last = null;
  for (const w of windows) {
    if (last != null && w.fromMs - last > 4.5 * DAY) {
      points.push([last + 1, null]);
    }
    points.push([w.fromMs, telling(w) ? value(w) : null]);
    last = w.fromMs;
  }
  return points;
}
const telling = w => w.positives >= FEWEST && w.count - w.positives >= FEWEST;

function smallMultiples(element, describe, draw) {
  element.style.gridTemplateColumns = `112px repeat(${tiers.length}, minmax(130px, 1fr))`;
  element.innerHTML = "<div></div>" + tiers.map(t => `<div class="column">${t === "all" ? "all tiers" : escaped(t)}</div>`).join("");
  for (const task of tasks) {
    const row = document.createElement("div");
    row.className = "row";
    row.innerHTML = `<span style="color:${taskColor(task)}">${escaped(words(task))}</span><small>${describe(task)}</small>`;
    element.append(row);
    for (const tier of tiers) {
      const cell = document.createElement("div");
      cell.className = "small";
      element.append(cell);
      draw(cell, task, tier);
    }
  }
}

function auc() {
  const oracle = report.learner.metrics.some(m => m.oracleAuc != null);
  const reference = report.learner.metrics.some(m => m.referenceAuc != null);
  $("aucNote").textContent = "Ranking quality of the labels maturing on a day, scored before training. 0.5 is chance"
    + (oracle ? "; the oracle ranks the same labels by their true probabilities, which no model can beat but by luck (the user's total apart: its labels overlap from day to day, so those already learned tell of the next)." : ".")
    + ` Days with fewer than ${FEWEST} labels of either class are left out. The figure is the whole run's.`;
  const swatch = (color, style, text) => `<span><i style="border-top-style:${style};border-color:${color}"></i>${text}</span>`;
  $("aucLegend").innerHTML = swatch(taskColor(tasks[0]), "solid", "model, by task's colour")
    + (oracle ? swatch(css("--soft"), "dashed", "oracle") : "")
    + (reference ? swatch(css("--soft"), "dotted", "offline yardstick: boosted trees trained on the earlier waves, tested on the later") : "");
  const [from, to] = span();
  smallMultiples($("aucGrid"), () => "AUC", (cell, task, tier) => {
    const windows = windowsOf(task, tier);
    const total = whole(task, tier);
    const series = [line("model", taskColor(task), daily(windows, w => w.auc), {z: 3, showSymbol: true})];
    if (oracle) {
      series.unshift(line("oracle", css("--soft"), daily(windows, w => w.oracleAuc), {lineStyle: {width: 1.3, type: "dashed", color: css("--soft")}}));
    }
    const marks = [{yAxis: 0.5, lineStyle: {color: css("--line"), type: "solid"}}];
    if (total && total.referenceAuc != null) {
      marks.push({yAxis: total.referenceAuc, lineStyle: {color: css("--soft"), type: "dotted", width: 1.5}});
    }
    series[0].markLine = {silent: true, symbol: "none", label: {show: false}, data: marks};
    chart(cell, {
      title: total ? {text: `${number(total.auc, 3)}${total.oracleAuc != null ? "  of " + number(total.oracleAuc, 3) : ""}`, right: 4, bottom: 16,
        textStyle: {fontSize: 11.5, fontWeight: 600, color: css("--text")}} : undefined,
      grid: {left: 30, right: 6, top: 8, bottom: 16},
      xAxis: timeAxis(from, to, false),
      yAxis: valueAxis("", {min: 0.4, max: 1, interval: 0.2, axisLabel: {color: css("--soft"), fontSize: 10, formatter: v => v.toFixed(1)}}),
      tooltip: tooltip(v => number(v, 3)), series,
    });
  });
}

function calibration() {
  const [from, to] = span();
  smallMultiples($("calibrationGrid"), () => "predicted / observed", (cell, task, tier) => {
    const total = whole(task, tier);
    const series = line("calibration", taskColor(task), daily(windowsOf(task, tier),
      w => w.calibration > 0 ? Math.min(2, Math.max(0.5, w.calibration)) : null), {showSymbol: true});
    series.markLine = {silent: true, symbol: "none", label: {show: false}, data: [{yAxis: 1, lineStyle: {color: css("--soft"), type: "solid", width: 1}}]};
    chart(cell, {
      title: total ? {text: number(total.calibration, 3), right: 4, bottom: 16, textStyle: {fontSize: 11.5, fontWeight: 600, color: css("--text")}} : undefined,
      grid: {left: 30, right: 6, top: 8, bottom: 16},
      xAxis: timeAxis(from, to, false),
      yAxis: valueAxis("", {type: "log", logBase: 2, min: 0.5, max: 2, axisLabel: {color: css("--soft"), fontSize: 10}}),
      tooltip: tooltip(v => number(v, 3)), series: [series],
    });
  });
}

function quality() {
  const metrics = report.learner.metrics;
  const oracle = metrics.some(m => m.oracleAuc != null), reference = metrics.some(m => m.referenceAuc != null);
  const columns = [
    ["task", m => words(m.task), "left"], ["tier", m => m.tier, "left"], ["labels", m => number(m.count)], ["positive", m => number(m.positives)],
    ["rate", m => m.count ? percent(m.positives / m.count) : "–"], ["AUC", m => number(m.auc, 4)],
    ...(oracle ? [["oracle's AUC", m => number(m.oracleAuc, 4)], ["of the way to it", m => m.auc != null && m.oracleAuc > 0.5 ? percent((m.auc - 0.5) / (m.oracleAuc - 0.5)) : "–"]] : []),
    ...(reference ? [["offline yardstick", m => number(m.referenceAuc, 3)]] : []),
    ["log loss", m => number(m.logLoss, 4)], ["norm. entropy", m => number(m.normalizedEntropy, 4)], ["calibration", m => number(m.calibration, 3)],
  ];
  $("quality").innerHTML = `<thead><tr>${columns.map(c => `<th class="${c[2] || ""}">${c[0]}</th>`).join("")}</tr></thead><tbody>`
    + metrics.map(m => `<tr class="${m.tier === "all" ? "all" : ""}">${columns.map(c => `<td class="${c[2] || ""}">${escaped(c[1](m))}</td>`).join("")}</tr>`).join("") + "</tbody>";
}

function loss() {
  const [from, to] = span();
  const series = tasks.map(t => line(words(t), taskColor(t), daily(windowsOf(t, "all"), w => Math.min(w.normalizedEntropy, 1.5))));
  if (series.length) {
    series[0].markLine = {silent: true, symbol: "none", label: {show: false}, data: [{yAxis: 1, lineStyle: {color: css("--soft"), type: "solid", width: 1}}]};
  }
  chart($("loss"), {
    grid: {left: 46, right: 14, top: 66, bottom: 26}, legend: Object.assign({textStyle: {color: css("--text"), fontSize: 12}}, legend),
    xAxis: timeAxis(from, to), yAxis: valueAxis("normalised entropy", {scale: true, max: v => Math.min(1.5, Math.ceil(10 * v.max) / 10)}), tooltip: tooltip(v => number(v, 3)), series,
  });
}

function throughput() {
  const stages = [...new Set(report.throughput.map(t => t.stage))];
  chart($("throughput"), {
    grid: {left: 46, right: 20, top: 46, bottom: 40}, legend: Object.assign({textStyle: {color: css("--text"), fontSize: 12}}, legend),
    xAxis: Object.assign(valueAxis("seconds"), {nameLocation: "middle", nameGap: 24, nameTextStyle: {color: css("--soft"), fontSize: 11.5}, splitLine: {show: false}}),
    yAxis: valueAxis("thousand records", {axisLabel: {color: css("--soft"), fontSize: 11, formatter: v => number(v / 1000)}}),
    tooltip: {trigger: "axis", confine: true, backgroundColor: css("--card"), borderColor: css("--line"), textStyle: {color: css("--text"), fontSize: 12.5},
      formatter: points => points.map(p => `${p.marker}${p.seriesName}: <b>${number(p.value[1])}</b> records after ${number(p.value[0], 1)} s`).join("<br>")},
    series: stages.map((stage, i) => line(stage, PALETTE[theme][i], report.throughput.filter(t => t.stage === stage).map(t => [t.seconds, t.records]), {areaStyle: {opacity: 0.08}})),
  });
}

function snapshots() {
  $("snapshots").innerHTML = "<thead><tr><th>version</th><th class=left>learned up to</th><th class=left>state</th><th class=left>folder</th></tr></thead><tbody>"
    + report.snapshots.map(s => `<tr><td>${s.version}</td><td class=left>${new Date(s.eventTimeMs).toISOString().replace("T", " ").slice(0, 16)} UTC</td>`
      + `<td class=left>${s.published ? "published" : escaped(s.reason)}</td><td class="left path">${escaped(s.path)}</td></tr>`).join("") + "</tbody>";
}

function draw() {
  document.documentElement.dataset.theme = theme;
  charts.splice(0).forEach(c => c.dispose());
  header(); funnel(); rejected(); maturity(); auc(); calibration(); quality(); loss(); throughput(); snapshots();
}

$("theme").addEventListener("click", () => { theme = theme === "dark" ? "light" : "dark"; draw(); });
addEventListener("resize", () => charts.forEach(c => c.resize()));
draw();
