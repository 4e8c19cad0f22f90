/* Curves of a two-class ranking: ROC, precision and recall, KS, distribution of the scores. */
import type { Evaluation } from "../data";
import { isTest } from "../data";
import { html, number, percent } from "../format";
import type { Build, Series } from "../mount";
import { t } from "../text";
import { partColour } from "../theme";
import type { Evaluated } from "./common";
import { frame, guide, line, mark, metric, pairs } from "./common";

interface Hovered {
  seriesName: string;
  value: number[];
  marker: string;
}

/** "x name x, then each series": for curves whose x differ from part to part, of the hovered point alone. */
function point(x: string, y: string): (value: unknown) => string {
  return (value) => {
    const items = (Array.isArray(value) ? value : [value]) as Hovered[];
    return items
      .filter((item) => item.seriesName !== "" && Array.isArray(item.value) && !item.seriesName.startsWith("series"))
      .map((item) => `${item.marker}${html(item.seriesName)}<br>${x} <b>${percent(item.value[0])}</b> ${y} <b>${percent(item.value[1])}</b>`)
      .join("<br>");
  };
}

export function rocChart(parts: Evaluated[]): Build {
  return (theme, width) => {
    const series: Series[] = [guide(theme, [[0, 0], [1, 1]])];
    const legend: string[] = [];
    parts.forEach(({ part, label, evaluation }, i) => {
      if (evaluation.roc === undefined) return;
      const name = `${label} ${number(metric(evaluation, "auc"))}`;
      legend.push(name);
      series.push(line(name, partColour(theme, part, i), pairs(evaluation.roc.fpr, evaluation.roc.tpr)));
    });
    return frame(theme, width, {
      x: { name: t("falsePositiveRate"), min: 0, max: 1 },
      y: { name: t("truePositiveRate"), min: 0, max: 1 },
      series,
      legend,
      tooltip: point(t("falsePositiveRate"), t("truePositiveRate")),
    });
  };
}

export function precisionChart(parts: Evaluated[]): Build {
  return (theme, width) => {
    const series: Series[] = [];
    const legend: string[] = [];
    parts.forEach(({ part, label, evaluation }, i) => {
      if (evaluation.pr === undefined) return;
      const name = `${label} ${number(metric(evaluation, "average_precision"))}`;
      legend.push(name);
      series.push(line(name, partColour(theme, part, i), pairs(evaluation.pr.recall, evaluation.pr.precision)));
      if (isTest(part) && evaluation.mean_target !== null)
        series.push(guide(theme, [[0, evaluation.mean_target], [1, evaluation.mean_target]]));
    });
    return frame(theme, width, {
      x: { name: t("metric.recall"), min: 0, max: 1 },
      y: { name: t("metric.precision"), min: 0, max: 1 },
      series,
      legend,
      tooltip: point(t("metric.recall"), t("metric.precision")),
    });
  };
}

/** Shares of both classes below each score; their largest distance is KS. */
export function ksChart(evaluation: Evaluation, negative: string, positive: string): Build {
  return (theme, width) => {
    const ks = evaluation.ks ?? { score: [], positive: [], negative: [] };
    const below = (values: number[]): number[] => values.map((value) => 1 - value);
    const at = evaluation.ks_at ?? null;
    const marked = at === null ? {} : { markLine: mark(theme, at, `KS ${number(metric(evaluation, "ks"))} @ ${number(at, 3)}`) };
    const top = Math.min(1, Math.max(...ks.score, 0.05));
    return frame(theme, width, {
      x: { name: t("score"), min: 0, max: Math.ceil(top * 20) / 20 },
      y: { name: t("shareBelow"), min: 0, max: 1 },
      series: [
        line(negative, theme.negative, pairs(ks.score, below(ks.negative)), marked),
        line(positive, theme.positive, pairs(ks.score, below(ks.positive))),
      ],
      legend: [negative, positive],
      tooltip: point(t("score"), t("shareBelow")),
    });
  };
}

/** Steps of equal width, a filled outline for each class. */
export function distributionChart(evaluation: Evaluation, negative: string, positive: string): Build {
  return (theme, width) => {
    const histogram = evaluation.histogram ?? { low: 0, high: 1 };
    const outline = (name: string, colour: string, shares: number[], more: object): Series => {
      const step = (histogram.high - histogram.low) / Math.max(1, shares.length);
      const data = shares.map((share, i) => [histogram.low + i * step, share]);
      data.push([histogram.high, 0]);
      return line(name, colour, data, { step: "end", areaStyle: { color: colour, opacity: 0.22 }, ...more });
    };
    const threshold = evaluation.threshold;
    const marked = threshold === undefined ? {} : { markLine: mark(theme, threshold, `${t("threshold")} ${number(threshold, 3)}`) };
    return frame(theme, width, {
      x: { name: t("score"), min: histogram.low, max: histogram.high },
      y: { name: t("shareOfClass"), format: (value) => percent(value, 0) },
      series: [
        outline(negative, theme.negative, histogram.negative ?? [], marked),
        outline(positive, theme.positive, histogram.positive ?? [], {}),
      ],
      legend: [negative, positive],
      tooltip: point(t("score"), t("shareOfClass")),
    });
  };
}

/** One curve for each class against the rest; at most ten, the largest classes. */
export function classRocChart(evaluation: Evaluation, names: string[]): Build {
  return (theme, width) => {
    const classes = (evaluation.classes ?? [])
      .map((one, i) => ({ ...one, name: names[i] ?? String(i) }))
      .sort((a, b) => b.rows - a.rows)
      .slice(0, 10);
    const series: Series[] = [guide(theme, [[0, 0], [1, 1]])];
    const legend: string[] = [];
    classes.forEach((one, i) => {
      const name = `${one.name} ${number(one.auc, 3)}`;
      legend.push(name);
      series.push(line(name, theme.series[i % theme.series.length] ?? theme.accent, pairs(one.roc.fpr, one.roc.tpr)));
    });
    return frame(theme, width, {
      x: { name: t("falsePositiveRate"), min: 0, max: 1 },
      y: { name: t("truePositiveRate"), min: 0, max: 1 },
      series,
      legend: width < 420 && legend.length > 5 ? [] : legend,
      tooltip: point(t("falsePositiveRate"), t("truePositiveRate")),
    });
  };
}
