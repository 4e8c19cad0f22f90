/* A search for options: scores over the trials, and each trial as a line from option to option. */
import type { Search, Trial } from "../data";
import { cut, html, number } from "../format";
import type { Build, Series } from "../mount";
import { t } from "../text";
import { frame, line } from "./common";

interface Hovered {
  seriesName: string;
  value: (number | null)[];
  dataIndex: number;
  marker: string;
}

/** The trials that count: on all rows, and finished. */
export function finished(search: Search): Trial[] {
  const last = Math.max(...search.trials.map((trial) => trial.rung));
  const better = search.larger_is_better ? -1 : 1;
  return search.trials
    .filter((trial) => trial.rung === last && trial.status === "done" && trial.score !== null)
    .sort((a, b) => better * ((a.score ?? 0) - (b.score ?? 0)));
}

export function trialsChart(search: Search): Build {
  return (theme, width) => {
    const last = Math.max(...search.trials.map((trial) => trial.rung));
    const done = search.trials.flatMap((trial, i) => (trial.rung === last && trial.status === "done" && trial.score !== null ? [[i + 1, trial.score]] : []));
    let best: number | null = null;
    const steps = done.map(([x = 0, y = 0]) => {
      best = best === null ? y : search.larger_is_better ? Math.max(best, y) : Math.min(best, y);
      return [x, best];
    });
    return frame(theme, width, {
      x: { name: t("trial"), scale: true },
      y: { name: t(`metric.${search.metric}`), scale: true },
      trigger: "item",
      series: [
        { type: "scatter", name: t("trial"), data: done, symbolSize: 7, itemStyle: { color: theme.muted, opacity: 0.8 }, emphasis: { disabled: true } } as Series,
        line(t("bestSoFar"), theme.test, steps, { step: "end" }),
      ],
      legend: [t("trial"), t("bestSoFar")],
      tooltip: (value) => {
        const { value: point } = value as Hovered;
        const trial = search.trials[(point[0] ?? 0) - 1];
        const rows = Object.entries(trial?.options ?? {}).map(([key, option]) => `${html(key)} <b>${html(String(option))}</b>`);
        return [`${t("trial")} ${point[0]}: <b>${number(point[1], 5)}</b>`, ...rows].join("<br>");
      },
    });
  };
}

interface Axis {
  key: string;
  place: (trial: Trial) => number;
  ends: [string, string];
}

function axisOf(trials: Trial[], key: string, isLog: boolean, isChoice: boolean): Axis {
  if (isChoice) {
    const words = [...new Set(trials.map((trial) => JSON.stringify(trial.options[key])))].sort();
    return { key, place: (trial) => words.indexOf(JSON.stringify(trial.options[key])) / Math.max(1, words.length - 1), ends: [words[0] ?? "", words[words.length - 1] ?? ""] };
  }
  const scale = (value: number): number => (isLog ? Math.log(value) : value);
  const values = trials.map((trial) => Number(trial.options[key]));
  const low = Math.min(...values);
  const high = Math.max(...values);
  const span = scale(high) - scale(low) || 1;
  return { key, place: (trial) => (scale(Number(trial.options[key])) - scale(low)) / span, ends: [number(low, 3), number(high, 3)] };
}

export function parallelChart(search: Search): Build {
  return (theme, width) => {
    const trials = finished(search);
    const axes = search.dimensions.map(({ key, is_log, is_choice }) => axisOf(trials, key, is_log, is_choice));
    const labels = axes.map(({ key, ends }) => `${cut(key, width < 420 ? 8 : 18)}\n${cut(ends[0], 12)} \u2013 ${cut(ends[1], 12)}`);
    const series = trials.map((trial, rank) => {
      const good = 1 - rank / Math.max(1, trials.length - 1);
      const colour = rank === 0 ? theme.positive : theme.test;
      return line(`${t("trial")} ${search.trials.indexOf(trial) + 1}`, colour, axes.map((axis, i) => [i, axis.place(trial)]), {
        lineStyle: { width: rank === 0 ? 2.5 : 1.2, color: colour, opacity: rank === 0 ? 1 : 0.08 + 0.6 * good * good },
        z: rank === 0 ? 5 : 2,
        showSymbol: true,
        symbolSize: rank === 0 ? 7 : 4,
      });
    });
    return frame(theme, width, {
      x: { labels },
      y: { min: 0, max: 1, format: () => "", bare: true },
      trigger: "item",
      series: series.reverse(),
      tooltip: (value) => {
        const { seriesName, dataIndex } = value as Hovered;
        const trial = search.trials[Number(seriesName.split(" ").pop()) - 1];
        const key = axes[dataIndex]?.key ?? "";
        return trial === undefined ? "" : `${html(seriesName)}: <b>${number(trial.score, 5)}</b><br>${html(key)} <b>${html(JSON.stringify(trial.options[key]))}</b>`;
      },
    });
  };
}
