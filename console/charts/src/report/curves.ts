/* The charts of the evaluation, by task. */
import { evaluated } from "../charts/common";
import { classRocChart, distributionChart, ksChart, precisionChart, rocChart } from "../charts/ranking";
import { calibrationChart, captureChart, confusionChart, liftChart, scatterChart, spreadChart } from "../charts/tables";
import type { Evaluation, Report } from "../data";
import { number, percent, whole } from "../format";
import { t } from "../text";
import { chart, details, h, table } from "./dom";
import { mainPart, section } from "./report";

function decileTable(evaluation: Evaluation): HTMLElement {
  const deciles = evaluation.deciles ?? [];
  const most = Math.max(...deciles.map((one) => one.lift ?? 0), 1e-9);
  const head = [t("decile"), t("scores"), t("rows"), t("positives"), t("trueRate"), t("lift"), t("liftUpTo"), t("capture")];
  const rows = deciles.map((one) => [
    String(one.decile),
    `${number(one.lowest, 3)} \u2013 ${number(one.highest, 3)}`,
    whole(one.rows),
    whole(one.positive),
    percent(one.rate),
    { text: number(one.lift, 2), bar: (one.lift ?? 0) / most },
    number(one.lift_up_to, 2),
    percent(one.capture),
  ]);
  return table(head, rows);
}

function binarySection(report: Report, evaluation: Evaluation, part: string): HTMLElement {
  const parts = evaluated(report.parts, t);
  const column = report.target.column ?? t("target");
  const negative = `${column} = ${report.target.classes[0] ?? "0"}`;
  const positive = `${column} = ${report.target.classes[1] ?? "1"}`;
  const threshold = number(evaluation.threshold ?? 0.5, 3);
  const names = [report.target.classes[0] ?? "0", report.target.classes[1] ?? "1"];
  return section(
    "curves",
    h(
      "div",
      { class: "grid" },
      chart({ title: t("roc"), build: rocChart(parts), height: 340 }),
      chart({ title: t("pr"), build: precisionChart(parts), height: 340 }),
      chart({ title: t("ks", part), build: ksChart(evaluation, negative, positive) }),
      chart({ title: t("distribution", part), build: distributionChart(evaluation, negative, positive) }),
      chart({ title: t("calibration"), build: calibrationChart(parts, false) }),
      chart({ title: t("confusion", threshold, part), build: confusionChart(evaluation.confusion ?? [], names) }),
      chart({ title: t("liftHead"), build: liftChart(parts) }),
      chart({ title: t("captureHead"), build: captureChart(parts) }),
    ),
    details(t("showDeciles", part), decileTable(evaluation)),
  );
}

function classSection(report: Report, evaluation: Evaluation, part: string): HTMLElement {
  const names = (evaluation.classes ?? []).map((_, i) => report.target.classes[i] ?? String(i));
  const head = [t("classes"), t("rows"), t("metric.precision"), t("metric.recall"), t("metric.f1"), t("metric.auc")];
  const rows = (evaluation.classes ?? []).map((one, i) => [
    names[i] ?? String(i),
    whole(one.rows),
    number(one.precision),
    number(one.recall),
    { text: number(one.f1), bar: one.f1 },
    number(one.auc),
  ]);
  const height = Math.max(320, 90 + 26 * names.length);
  return section(
    "classesHead",
    h(
      "div",
      { class: "grid" },
      chart({ title: t("confusionOf", part), build: confusionChart(evaluation.confusion ?? [], names), height, wide: names.length > 12 }),
      chart({ title: t("classRoc", part), build: classRocChart(evaluation, names), height: Math.min(height, 420) }),
    ),
    rows.length > 20 ? details(t("showNumbers"), table(head, rows)) : table(head, rows),
  );
}

function residualSection(report: Report, evaluation: Evaluation, part: string): HTMLElement {
  const residuals = evaluation.residuals ?? { level: [], value: [] };
  const head = [t("quantile"), ...residuals.level.map((level) => `${+(level * 100).toFixed(1)} %`)];
  return section(
    "residualsHead",
    h(
      "div",
      { class: "grid" },
      chart({ title: t("scatterHead", part), build: scatterChart(evaluation) }),
      chart({ title: t("calibrationRegression"), build: calibrationChart(evaluated(report.parts, t), true) }),
      chart({ title: t("residualHead", part), build: spreadChart(evaluation, t("residual"), 0), wide: true }),
    ),
    h("h3", {}, t("residualTable")),
    table(head, [[t("residual"), ...residuals.value.map((value) => number(value))]]),
  );
}

function scoreSection(_: Report, evaluation: Evaluation, part: string): HTMLElement {
  const quantiles = evaluation.quantiles ?? { level: [], value: [] };
  const head = [t("quantile"), ...quantiles.level.map((level) => `${+(level * 100).toFixed(1)} %`)];
  return section(
    "scoresHead",
    h("div", { class: "grid" }, chart({ title: t("scoreHead", part), build: spreadChart(evaluation, t("score")), wide: true })),
    h("h3", {}, t("scoreTable")),
    table(head, [[t("score"), ...quantiles.value.map((value) => number(value))]]),
  );
}

export function curveSections(report: Report): HTMLElement[] {
  const main = mainPart(report.parts);
  if (main?.evaluation == null) return [];
  const make = { binary: binarySection, multiclass: classSection, regression: residualSection, unsupervised: scoreSection }[report.task];
  return [make(report, main.evaluation, t(main.name))];
}
