/* Learning curves: loss and monitored metric by epoch, the kept epoch marked. */
import type { Maybe, Report } from "../data";
import { html, number } from "../format";
import type { Build } from "../mount";
import { t } from "../text";
import { frame, line, mark } from "./common";

type Training = Report["training"];

function points(training: Training, values: Maybe[]): (number | null)[][] {
  return training.epoch.map((epoch, i) => [epoch, values[i] ?? null]);
}

function tooltip(value: unknown): string {
  const items = value as { seriesName: string; value: number[]; marker: string }[];
  const head = `${t("epoch")} ${items[0]?.value[0] ?? ""}`;
  return [head, ...items.map((item) => `${item.marker}${html(item.seriesName)} <b>${number(item.value[1], 5)}</b>`)].join("<br>");
}

function has(values: Maybe[]): boolean {
  return values.some((value) => value !== null);
}

export function lossChart(training: Training): Build {
  return (theme, width) => {
    const marked = training.best_epoch > 0 ? { markLine: mark(theme, training.best_epoch, t("bestEpoch", String(training.best_epoch))) } : {};
    const series = [line(t("train"), theme.train, points(training, training.loss), marked)];
    const legend = [t("train")];
    if (has(training.valid_loss)) {
      series.push(line(t("valid"), theme.valid, points(training, training.valid_loss)));
      legend.push(t("valid"));
    }
    const last = training.epoch[training.epoch.length - 1] ?? 1;
    return frame(theme, width, {
      x: { name: t("epoch"), min: Math.min(1, last), max: Math.max(last, 2) },
      y: { scale: true },
      series,
      legend,
      tooltip,
    });
  };
}

export function monitorChart(training: Training): Build {
  return (theme, width) => {
    const last = training.epoch[training.epoch.length - 1] ?? 1;
    const marked = training.best_epoch > 0 ? { markLine: mark(theme, training.best_epoch, t("bestEpoch", String(training.best_epoch))) } : {};
    return frame(theme, width, {
      x: { name: t("epoch"), min: Math.min(1, last), max: Math.max(last, 2) },
      y: { scale: true },
      series: [line(t("valid"), theme.valid, points(training, training.monitor), marked)],
      legend: [t("valid")],
      tooltip,
    });
  };
}
