/* The sections of a report, in the order of the work. What has no data is left out. */
import { evaluated, metric } from "../charts/common";
import { lossChart, monitorChart } from "../charts/learning";
import { forecastChart } from "../charts/forecast";
import { groupsChart, importanceChart } from "../charts/tables";
import { isTest, OUT_OF_FOLD } from "../data";
import type { Evaluation, Metric, ModelDescription, Part, PreparedFeature, Report } from "../data";
import { bytes, number, percent, seconds, whole } from "../format";
import { known, say, t } from "../text";
import type { Cell } from "./dom";
import { chart, code, details, facts, h, table } from "./dom";
import { curveSections } from "./curves";
import { columnTable, readProfile, warningList } from "./profile";
import { explanationBlocks } from "./explanation";
import { scorecardBlocks } from "./scorecard";
import { searchBlocks } from "./search";

const HEADLINES: Record<Report["task"], string[]> = {
  binary: ["auc", "ks", "gini", "average_precision", "log_loss", "brier"],
  multiclass: ["accuracy", "f1", "auc", "log_loss", "balanced_accuracy", "mcc"],
  regression: ["rmse", "mae", "r2", "mape", "skill", "direction"],
  unsupervised: ["loss", "loss_median", "loss_95", "loss_99", "bits_per_value"],
};

export function section(id: string, ...children: (Node | string | null)[]): HTMLElement {
  return h("section", { id }, h("h2", {}, t(id)), ...children);
}

/** The part that is looked at first: test, or else the last that was evaluated. */
export function mainPart(parts: Part[]): Part | null {
  const evaluatedParts = parts.filter((part) => part.evaluation !== null);
  return evaluatedParts.find((part) => isTest(part.name)) ?? evaluatedParts[evaluatedParts.length - 1] ?? null;
}

function interval(one: Metric): string | undefined {
  return one.low === null || one.high === null ? undefined : `${number(one.low)} \u2013 ${number(one.high)}`;
}

function headline(report: Report): HTMLElement {
  const target = report.target.column;
  const positive = report.task === "binary" ? report.target.classes[1] : undefined;
  const about = [target === null ? null : `${t("target")}${t("colon")}${target}${positive === undefined ? "" : ` = ${positive}`}`, t(`task.${report.task}`), report.model.family, report.created]
    .filter((text) => text !== null)
    .join(" \u00b7 ");
  const hero = h("section", { class: "hero" }, h("h1", {}, report.name ?? t("report")), h("p", { class: "about" }, about));
  const part = mainPart(report.parts);
  if (part?.evaluation == null) return hero;
  const train = report.parts.find((one) => one.name === "train" && one !== part)?.evaluation ?? null;
  const tiles = h("div", { class: "tiles" });
  for (const name of HEADLINES[report.task]) {
    const one = part.evaluation.metrics.find((candidate) => candidate.name === name);
    if (one === undefined) continue;
    tiles.append(
      h(
        "div",
        { class: "tile" },
        h("span", { class: "name" }, t(`metric.${name}`)),
        h("b", {}, number(one.value)),
        h("span", { class: "interval" }, interval(one) ?? "\u00a0"),
        train === null ? null : h("span", { class: "gap" }, t("gap", number(metric(train, name)))),
      ),
    );
  }
  hero.append(tiles, h("p", { class: "note" }, t("headlineNote", t(part.name))));
  return hero;
}

function asked(report: Report): HTMLElement {
  const { target } = report;
  const names = target.classes.length > 12 ? `${target.classes.slice(0, 12).join(", ")} \u2026 (${target.classes.length})` : target.classes.join(", ");
  return section(
    "asked",
    facts([
      [t("target"), target.column],
      [t("task"), t(`task.${report.task}`)],
      report.task === "binary" ? [t("positiveClass"), target.classes[1]] : [t("classes"), names],
      [t("why"), target.reason === null ? null : say(target.reason)],
    ]),
    report.pipeline === null ? null : h("div", { class: "panel" }, h("h3", {}, t("pipeline")), code(report.pipeline)),
  );
}

function steadiness(psi: number | null): Cell {
  if (psi === null) return { text: number(psi) };
  const word = psi < 0.1 ? "steady" : psi < 0.25 ? "watch" : "shifted";
  return { text: number(psi), small: t(`psi.${word}`), kind: word === "steady" ? "good" : "warn" };
}

function dataSection(report: Report): HTMLElement {
  const { data, task, parts } = report;
  const all = parts.reduce((sum, part) => sum + (part.name === OUT_OF_FOLD ? 0 : part.rows), 0);
  const rows = parts.map((part) => [
    t(part.name),
    { text: whole(part.rows), small: percent(all > 0 ? part.rows / all : null) },
    task === "binary" ? percent(part.rate, 2) : number(part.rate),
    steadiness(part.psi),
  ]);
  const head = [t("part"), t("rows"), t(task === "binary" ? "rate" : "meanTarget"), t("psi")];
  const unused = [...(task === "multiclass" || task === "unsupervised" ? [2] : []), ...(parts.every((part) => part.psi === null) ? [3] : [])];
  const keep = <T>(row: T[]): T[] => row.filter((_, i) => !unused.includes(i));
  const profile = readProfile(data.profile);
  return section(
    "data",
    facts([
      [t("source"), data.source],
      [t("split"), data.split === null ? null : say(data.split)],
    ]),
    parts.length > 0 ? table(keep(head), rows.map(keep)) : null,
    h("h3", {}, t("warnings")),
    warningList(data.warnings, profile),
    profile === null || profile.columns.length === 0
      ? null
      : details(t("showColumns", String(profile.columns.length)), columnTable(profile)),
  );
}

function becomes({ numbers, codes }: PreparedFeature): string {
  const parts = [...(numbers === 0 ? [] : [numbers === 1 ? t("aNumber") : t("numbers", whole(numbers))]), ...codes.map((size) => t("codes", whole(size)))];
  return parts.join(t("comma"));
}

function stepList(steps: PreparedFeature["steps"]): HTMLElement {
  const items = steps.map(({ name, why }) => h("li", {}, h("b", {}, t(`step.${name}`)), why === null ? null : ` ${say(why)}`));
  return items.length > 0 ? h("ol", { class: "steps" }, ...items) : h("span", {}, t("asItIs"));
}

const ROWS_UNFOLDED = 30;

function preparation(report: Report): HTMLElement | null {
  if (report.preparation === null) return null;
  const { image, features, dropped } = report.preparation;
  const numbers = features.reduce((sum, one) => sum + one.numbers, 0);
  const categories = features.reduce((sum, one) => sum + one.codes.length, 0);
  const rows: Cell[][] = [
    ...features.map((one) => [{ text: one.feature }, { text: t(`type.${one.type}`) }, { text: "", inside: stepList(one.steps), kind: "wide" }, { text: becomes(one) }]),
    ...dropped.map(({ feature, why }) => [{ text: feature }, { text: "" }, { text: say(why), kind: "wide" }, { text: t("notUsed"), kind: "muted" }]),
  ];
  const all = table([t("column"), t("type"), t("steps"), t("becomes")], rows, [0, 1, 2, 3]);
  return section(
    "preparation",
    image === undefined ? null : h("p", {}, t("imageNote", image.join(" \u00d7 "))),
    rows.length === 0 ? null : h("p", {}, t("preparationNote", whole(features.length), whole(numbers), whole(categories))),
    rows.length === 0 ? null : rows.length > ROWS_UNFOLDED ? details(t("showSteps", whole(rows.length)), all) : all,
  );
}

/** What a reader would type in the pipeline file. */
function optionText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function describe({ summary, options, layers = [], tensors }: ModelDescription): HTMLElement[] {
  const pairs = Object.entries(options).map(([name, value]): [string, string] => [name, optionText(value)]);
  const shapes = tensors.map(({ name, shape }) => [name, shape.join(" \u00d7 ")]);
  const built = layers.map(({ name, gives, weights }) => [name, gives.join(" \u00d7 "), whole(weights)]);
  return [
    h("p", {}, say(summary)),
    h("div", { class: "panel" }, h("h3", {}, t("options")), facts(pairs, "facts options")),
    ...(built.length > 0 ? [table([t("layer"), t("gives"), t("weights")], built, [0, 1])] : []),
    ...(shapes.length > 0 ? [details(t("showTensors"), table([t("weights"), t("shape")], shapes, [0, 1]))] : []),
  ];
}

function modelSection(report: Report): HTMLElement | null {
  const { model, training } = report;
  const { description } = model;
  if (model.family === null && description === null) return null;
  const reason = model.threshold_reason === null ? "" : t("inBrackets", say(model.threshold_reason));
  return section(
    "model",
    facts([
      [t("family"), model.family],
      [t("features"), model.features > 0 ? whole(model.features) : null],
      [t("inputs"), description === null ? null : t("inputCounts", whole(description.numbers), whole(description.categories))],
      [t("rounds"), description?.rounds === undefined ? null : whole(description.rounds)],
      [t(description?.leaves === undefined ? "weights" : "leaves"), model.weights > 0 ? whole(model.weights) : null],
      [t("size"), model.bytes > 0 ? bytes(model.bytes) : null],
      [t("trainingTime"), training.total_seconds === null ? null : seconds(training.total_seconds)],
      [t("speed"), training.rows_per_second === null ? null : whole(training.rows_per_second)],
      [t("perScore"), model.microseconds_per_score === null ? null : `${number(model.microseconds_per_score, 2)} \u00b5s`],
      [t("threshold"), model.threshold === null ? null : `${number(model.threshold)}${reason}`],
    ]),
    ...(description === null ? [] : describe(description)),
  );
}

function trainingSection(report: Report): HTMLElement | null {
  const { training } = report;
  if (training.epoch.length === 0) return null;
  const charts = [chart({ title: t("loss"), build: lossChart(training) })];
  if (training.monitor.some((value) => value !== null)) {
    const name = training.monitored ?? "";
    const title = t("monitored", t(`metric.${name}`));
    charts.push(chart({ title, build: monitorChart(training) }));
  }
  return section("training", h("div", { class: "grid" }, ...charts));
}

/* "accuracy_at_half" is accuracy at 0.5. */
function baseName(name: string): string {
  return name.replace(/_at_half$/, "");
}

const AT_THRESHOLD = ["accuracy", "balanced_accuracy", "precision", "recall", "f1", "mcc"];

function metricRows(names: string[], evaluations: Evaluation[]): Cell[][] {
  return names.map((name) => {
    const base = baseName(name);
    const about = known(`about.${base}`) ? t(`about.${base}`) : undefined;
    const cells: Cell[] = [{ text: t(`metric.${base}`), small: about }];
    for (const evaluation of evaluations) {
      const one = evaluation.metrics.find((candidate) => candidate.name === name);
      cells.push(one === undefined ? { text: "" } : { text: number(one.value), small: interval(one) });
    }
    return cells;
  });
}

function metricsSection(report: Report): HTMLElement | null {
  const parts = evaluated(report.parts, t);
  const first = parts[0]?.evaluation;
  if (first === undefined) return null;
  const evaluations = parts.map((part) => part.evaluation);
  const names = first.metrics.map((one) => one.name);
  const head = (title: string): string[] => [title, ...parts.map((part) => part.label)];
  const ranks = names.filter((name) => report.task !== "binary" || !AT_THRESHOLD.includes(baseName(name)));
  const chosen = names.filter((name) => !ranks.includes(name) && name === baseName(name));
  const half = names.filter((name) => name !== baseName(name));
  const threshold = number(first.threshold ?? 0.5);
  return section(
    "metrics",
    h("p", { class: "note" }, t("intervalNote")),
    table(head(t("metric")), metricRows(ranks, evaluations)),
    chosen.length > 0 ? table(head(half.length > 0 ? t("atThreshold", threshold) : t("atHalf")), metricRows(chosen, evaluations)) : null,
    half.length > 0 ? table(head(t("atHalf")), metricRows(half, evaluations)) : null,
  );
}

function forecastSection(report: Report): HTMLElement | null {
  const { forecast } = report;
  if (forecast === null) return null;
  const part = t(forecast.part ?? "test");
  const title = forecast.group === null ? t("forecastNote", part) : t("forecastOf", part, forecast.group);
  return section("forecast", chart({ title, build: forecastChart(forecast), wide: true, height: 320 }));
}

function importanceSection(report: Report): HTMLElement | null {
  const { importance } = report;
  if (importance.features.length === 0) return null;
  const title = t("importanceNote", t(`metric.${importance.metric ?? ""}`), t(importance.part ?? "valid"));
  const height = 70 + 24 * Math.min(20, importance.features.length);
  return section("importance", chart({ title, build: importanceChart(importance.features), wide: true, height }));
}

function groupsSection(report: Report): HTMLElement | null {
  const name = HEADLINES[report.task][0] ?? "auc";
  const part = report.parts.find((one) => one.name === (report.groups.part ?? "test"))?.evaluation ?? null;
  const overall = part === null ? null : metric(part, name);
  const blocks = report.groups.columns.flatMap(({ column, groups }) => {
    if (groups === null || groups.length === 0) return [];
    const binary = report.task === "binary";
    const head = [column, t("rows"), t("meanScore"), t(binary ? "rate" : "meanTarget"), ...(binary ? [t("selected"), t("truePositiveRate"), t("falsePositiveRate")] : []), t(`metric.${name}`)];
    const share = (value: number | null | undefined): string => (binary ? percent(value) : number(value));
    const rows = groups.map((group) => [
      group.group,
      whole(group.rows),
      share(group.mean_score),
      share(group.mean_target),
      ...(binary ? [percent(group.selected), percent(group.true_positive_rate), percent(group.false_positive_rate)] : []),
      { text: number(group.metrics[name]), small: interval({ name, value: 0, low: group.metrics[`${name}_low`] ?? null, high: group.metrics[`${name}_high`] ?? null }) },
    ]);
    const height = 80 + 30 * Math.min(20, groups.length);
    return [chart({ title: t("groupsNote", column), build: groupsChart(groups, name, overall), wide: true, height }), table(head, rows)];
  });
  return blocks.length > 0 ? section("groups", ...blocks) : null;
}

function reproduceSection(report: Report): HTMLElement {
  const { reproduce } = report;
  const hashes = (["data_sha256", "pipeline_sha256", "weights_sha256", "scores_sha256"] as const).map(
    (key): [string, string | null] => [t(key), reproduce[key]],
  );
  return section(
    "reproduce",
    h("p", {}, t("promise")),
    facts([...hashes, [t("seed"), reproduce.seed], [t("version"), report.version], ...reproduce.facts.map(({ name, value }): [string, string] => [say(name), value])], "facts hashes"),
    reproduce.commands.length > 0 ? h("div", { class: "panel" }, h("h3", {}, t("commands")), code(reproduce.commands.join("\n"))) : null,
  );
}

export function reportPage(report: Report): HTMLElement[] {
  return [
    headline(report),
    asked(report),
    dataSection(report),
    preparation(report),
    modelSection(report),
    report.scorecard === null ? null : section("scorecard", ...scorecardBlocks(report.scorecard)),
    report.search === null ? null : section("search", ...searchBlocks(report.search)),
    trainingSection(report),
    metricsSection(report),
    ...curveSections(report),
    forecastSection(report),
    importanceSection(report),
    report.explanation === null ? null : section("explanation", ...explanationBlocks(report.explanation)),
    groupsSection(report),
    reproduceSection(report),
  ].filter((one): one is HTMLElement => one !== null);
}
