/* Charts of what is counted in bins: calibration, lift, capture, confusion, importance, groups, residuals, histograms. */
import type { Evaluation, Group, Maybe, ProfileBin, ProfileWord, Report } from "../data";
import { brief, cut, html, number, percent, whole } from "../format";
import type { Build, Option, Series } from "../mount";
import { t } from "../text";
import { partColour } from "../theme";
import type { Evaluated } from "./common";
import { bars, frame, guide, line, mark } from "./common";

interface Hovered {
  seriesName: string;
  name: string;
  value: number | number[];
  marker: string;
  dataIndex: number;
}

/** Mean score and true rate of ten bins, with the interval of the rate; regression: prediction and target. */
export function calibrationChart(parts: Evaluated[], regression: boolean): Build {
  return (theme, width) => {
    const series: Series[] = [];
    const legend: string[] = [];
    let low = regression ? Infinity : 0;
    let high = -Infinity;
    parts.forEach(({ part, label, evaluation }, i) => {
      const bins = evaluation.calibration ?? [];
      if (bins.length === 0 || part === "train") return;
      const colour = partColour(theme, part, i);
      for (const bin of bins) {
        low = Math.min(low, bin.score, bin.low ?? bin.rate);
        high = Math.max(high, bin.score, bin.high ?? bin.rate);
      }
      legend.push(label);
      series.push(line(label, colour, bins.map((bin) => [bin.score, bin.rate]), { showSymbol: true, symbolSize: 7, symbol: "circle", lineStyle: { width: 1.5, color: colour } }));
      series.push(bars(colour, bins.map((bin) => [[bin.score, bin.low ?? bin.rate], [bin.score, bin.high ?? bin.rate]])));
    });
    if (!Number.isFinite(high)) return frame(theme, width, { x: {}, y: {}, series: [] });
    series.push(guide(theme, [[low, low], [high, high]]));
    const share = (value: number): string => (regression ? brief(value) : percent(value, 0));
    const bound = regression ? {} : { min: 0 };
    return frame(theme, width, {
      x: { name: t(regression ? "meanPrediction" : "meanScore"), format: share, scale: regression, ...bound },
      y: { name: t(regression ? "meanTarget" : "trueRate"), format: share, scale: regression, ...bound },
      series,
      legend,
      trigger: "item",
      tooltip: (value) => {
        const item = value as Hovered;
        const [x, y] = item.value as number[];
        return `${item.marker}${html(item.seriesName)}<br>${t("predicted")} <b>${regression ? number(x) : percent(x, 2)}</b><br>${t("observed")} <b>${regression ? number(y) : percent(y, 2)}</b>`;
      },
    });
  };
}

/** How many times the average rate each tenth of the rows holds, best scores first. */
export function liftChart(parts: Evaluated[]): Build {
  return (theme, width) => {
    const shown = parts.filter(({ part, evaluation }) => part !== "train" && evaluation.deciles !== undefined);
    return frame(theme, width, {
      x: { name: t("decile"), labels: Array.from({ length: 10 }, (_, i) => String(i + 1)) },
      y: { name: t("lift") },
      series: shown.map(({ part, label, evaluation }, i) => ({
        type: "bar",
        name: label,
        barMaxWidth: 26,
        itemStyle: { color: partColour(theme, part, i), borderRadius: [3, 3, 0, 0] },
        data: (evaluation.deciles ?? []).map((decile) => decile.lift),
        emphasis: { disabled: true },
        ...(i === 0
          ? { markLine: { silent: true, symbol: "none", label: { show: false }, lineStyle: { color: theme.muted, type: "dashed" }, data: [{ yAxis: 1 }] } }
          : {}),
      })) as Series[],
      legend: shown.map(({ label }) => label),
      tooltip: (value) => {
        const items = value as Hovered[];
        const head = `${t("decile")} ${items[0]?.name ?? ""}`;
        return [head, ...items.map((item) => `${item.marker}${html(item.seriesName)} <b>${number(item.value as number, 2)}</b>`)].join("<br>");
      },
    });
  };
}

/** Share of all positives among the best-scored share of the rows. */
export function captureChart(parts: Evaluated[]): Build {
  return (theme, width) => {
    const series: Series[] = [guide(theme, [[0, 0], [1, 1]])];
    const legend: string[] = [];
    parts.forEach(({ part, label, evaluation }, i) => {
      if (evaluation.deciles === undefined) return;
      legend.push(label);
      const data = [[0, 0], ...evaluation.deciles.map((decile) => [decile.decile / 10, decile.capture ?? 0])];
      series.push(line(label, partColour(theme, part, i), data, { showSymbol: true, symbolSize: 5, symbol: "circle" }));
    });
    return frame(theme, width, {
      x: { name: t("shareOfRows"), min: 0, max: 1, format: (value) => percent(value, 0) },
      y: { name: t("shareOfPositives"), min: 0, max: 1, format: (value) => percent(value, 0) },
      series,
      legend,
      tooltip: (value) => {
        const items = (value as Hovered[]).filter((item) => legend.includes(item.seriesName));
        const x = (items[0]?.value as number[] | undefined)?.[0];
        return [
          `${t("shareOfRows")} ${percent(x, 0)}`,
          ...items.map((item) => `${item.marker}${html(item.seriesName)} <b>${percent((item.value as number[])[1])}</b>`),
        ].join("<br>");
      },
    });
  };
}

/** Rows of the true class, columns of the predicted one; the colour is the share of the true class. */
export function confusionChart(matrix: number[][], names: string[]): Build {
  return (theme, width) => {
    const size = matrix.length;
    const totals = matrix.map((row) => row.reduce((sum, value) => sum + value, 0));
    const data = matrix.flatMap((row, y) =>
      row.map((value, x) => [x, y, (totals[y] ?? 0) > 0 ? value / (totals[y] ?? 1) : 0, value]),
    );
    const labels = names.map((name) => cut(name, width < 420 ? 10 : 16));
    const written = size <= 8;
    const option = frame(theme, width, {
      x: { name: t("predictedClass"), labels },
      y: { name: t("trueClass"), labels, inverse: true },
      trigger: "item",
      series: [
        {
          type: "heatmap",
          data,
          itemStyle: { borderColor: theme.panel, borderWidth: 2, borderRadius: 4 },
          emphasis: { disabled: true },
          label: {
            show: written,
            fontSize: size <= 3 ? 14 : 11,
            formatter: (item: { value: unknown }) => {
              const [, , share, count] = item.value as number[];
              return size <= 4 ? `{count|${whole(count)}}\n${percent(share)}` : percent(share, 0);
            },
            rich: { count: { fontSize: size <= 3 ? 17 : 13, fontWeight: 600, lineHeight: 24, color: "inherit" } },
          },
        } as Series,
      ],
      tooltip: (value) => {
        const [x = 0, y = 0, share, count] = (value as Hovered).value as number[];
        return `${t("trueClass")} <b>${html(names[y] ?? "")}</b><br>${t("predictedClass")} <b>${html(names[x] ?? "")}</b><br>${whole(count)} (${percent(share)})`;
      },
    });
    const withMap: Option = {
      ...option,
      visualMap: { show: false, min: 0, max: 1, dimension: 2, inRange: { color: [theme.low, theme.high] } },
    };
    return withMap;
  };
}

/** Loss of the metric when a feature is shuffled; at most twenty features. */
export function importanceChart(features: Report["importance"]["features"]): Build {
  return (theme, width) => {
    const shown = features.slice(0, 20);
    return frame(theme, width, {
      x: { name: t("lossOfMetric"), ...(shown.every((one) => one.mean >= 0) ? { min: 0 } : {}) },
      y: { labels: shown.map((one) => cut(one.feature, width < 420 ? 14 : 28)), inverse: true },
      trigger: "item",
      series: [
        {
          type: "bar",
          data: shown.map((one) => one.mean),
          barMaxWidth: 16,
          itemStyle: { color: theme.test, borderRadius: [0, 3, 3, 0], opacity: 0.85 },
          emphasis: { disabled: true },
        } as Series,
        bars(theme.accent, shown.flatMap((one, i) => (one.spread === null ? [] : [[[Math.max(one.mean - one.spread, Math.min(0, one.mean)), i], [one.mean + one.spread, i]]]))),
      ],
      tooltip: (value) => {
        const one = shown[(value as Hovered).dataIndex];
        return one === undefined ? "" : `${html(one.feature)}<br><b>${number(one.mean, 5)}</b> \u00b1 ${number(one.spread, 5)}`;
      },
    });
  };
}

/** One metric of each group with its interval. */
export function groupsChart(groups: Group[], name: string, overall: Maybe): Build {
  return (theme, width) => {
    const shown = groups.slice(0, 20);
    const at = shown.flatMap((one, i) => {
      const value = one.metrics[name];
      return value == null ? [] : [{ i, value, low: one.metrics[`${name}_low`] ?? null, high: one.metrics[`${name}_high`] ?? null }];
    });
    return frame(theme, width, {
      x: { name: t(`metric.${name}`), scale: true },
      y: { labels: shown.map((one) => cut(one.group, width < 420 ? 12 : 24)), inverse: true },
      trigger: "item",
      series: [
        {
          type: "scatter",
          data: at.map((one) => [one.value, one.i]),
          symbolSize: 10,
          itemStyle: { color: theme.test },
          emphasis: { disabled: true },
          ...(overall === null ? {} : { markLine: mark(theme, overall, t("allRows"), true) }),
        } as Series,
        bars(theme.test, at.flatMap((one) => (one.low === null || one.high === null ? [] : [[[one.low, one.i], [one.high, one.i]]]))),
      ],
      tooltip: (value) => {
        const one = at[(value as Hovered).dataIndex];
        if (one === undefined) return "";
        const interval = one.low === null || one.high === null ? "" : ` [${number(one.low)}, ${number(one.high)}]`;
        return `${html(shown[one.i]?.group ?? "")} <b>${number(one.value)}</b>${interval}`;
      },
    });
  };
}

/** The histogram of residuals or scores, with a line at `marked`. */
export function spreadChart(evaluation: Evaluation, name: string, marked?: number): Build {
  return (theme, width) => {
    const histogram = evaluation.histogram ?? { low: 0, high: 1, all: [] };
    const shares = histogram.all ?? [];
    const step = (histogram.high - histogram.low) / Math.max(1, shares.length);
    const data = shares.map((share, i) => [histogram.low + i * step, share]);
    data.push([histogram.high, 0]);
    return frame(theme, width, {
      x: { name, min: histogram.low, max: histogram.high },
      y: { name: t("shareOfRows"), format: (value) => percent(value, 0) },
      series: [line(name, theme.test, data, { step: "end", areaStyle: { color: theme.test, opacity: 0.2 }, ...(marked === undefined ? {} : { markLine: mark(theme, marked, number(marked)) }) })],
    });
  };
}

export function scatterChart(evaluation: Evaluation): Build {
  return (theme, width) => {
    const scatter = evaluation.scatter ?? { target: [], prediction: [] };
    const all = [...scatter.target, ...scatter.prediction];
    const low = Math.min(...all);
    const high = Math.max(...all);
    return frame(theme, width, {
      x: { name: t("target"), scale: true },
      y: { name: t("prediction"), scale: true },
      trigger: "item",
      series: [
        {
          type: "scatter",
          data: scatter.target.map((value, i) => [value, scatter.prediction[i] ?? 0]),
          symbolSize: 5,
          itemStyle: { color: theme.test, opacity: 0.5 },
          emphasis: { disabled: true },
        } as Series,
        guide(theme, [[low, low], [high, high]]),
      ],
      tooltip: (value) => {
        const [x, y] = (value as Hovered).value as number[];
        return `${t("target")} <b>${number(x)}</b><br>${t("prediction")} <b>${number(y)}</b>`;
      },
    });
  };
}

/* The rate of fewer rows is noise; it is left out of the line. */
const FEW_ROWS = 10;

/** A column of the data: bars of the counts; the rate of the target above them when it is known. */
export function histogramChart(bins: (ProfileBin | ProfileWord)[]): Build {
  return (theme, width) => {
    const labels = bins.map((bin) => ("value" in bin ? cut(bin.value, 10) : brief(bin.low)));
    const series: Series[] = [
      {
        type: "bar",
        name: t("rows"),
        data: bins.map((bin) => bin.count),
        barCategoryGap: "8%",
        itemStyle: { color: theme.negative },
        emphasis: { disabled: true },
      } as Series,
    ];
    const rated = bins.some((bin) => bin.rate !== null);
    if (rated)
      series.push({
        type: "line",
        name: t("trueRate"),
        yAxisIndex: 1,
        data: bins.map((bin) => (bin.count < FEW_ROWS ? null : bin.rate)),
        symbolSize: 4,
        lineStyle: { width: 1.5, color: theme.positive },
        itemStyle: { color: theme.positive },
        emphasis: { disabled: true },
      } as Series);
    return frame(theme, width, {
      x: { labels },
      y: rated ? [{}, { min: 0, bare: true, format: (value: number) => percent(value, 0) }] : {},
      series,
      tooltip: (value) => {
        const items = value as Hovered[];
        const bin = bins[items[0]?.dataIndex ?? 0];
        if (bin === undefined) return "";
        const head = "value" in bin ? html(bin.value) : `${number(bin.low)} \u2026 ${number(bin.high)}`;
        const rate = bin.rate === null ? "" : `<br>${t("trueRate")} <b>${percent(bin.rate)}</b>`;
        return `${head}<br>${t("rows")} <b>${whole(bin.count)}</b>${rate}`;
      },
    });
  };
}
