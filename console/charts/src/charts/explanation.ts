/* What columns add to the answers of a model, and what the answer becomes with other values of one column. */
import type { Curve, ExplainedColumn } from "../data";
import { brief, cut, html, number, percent } from "../format";
import type { Build, Series } from "../mount";
import { t } from "../text";
import type { Theme } from "../theme";
import { bars, frame, line } from "./common";

interface Hovered {
  seriesName: string;
  value: (number | null)[];
  dataIndex: number;
  marker: string;
}

function labels(columns: ExplainedColumn[], width: number): string[] {
  return columns.map((one) => cut(one.column, width < 420 ? 14 : 28));
}

export function contributionChart(columns: ExplainedColumn[]): Build {
  return (theme, width) =>
    frame(theme, width, {
      x: { min: 0 },
      y: { labels: labels(columns, width), inverse: true },
      trigger: "item",
      series: [
        {
          type: "bar",
          data: columns.map((one) => one.mean_size),
          barMaxWidth: 16,
          itemStyle: { color: theme.test, borderRadius: [0, 3, 3, 0], opacity: 0.85 },
          emphasis: { disabled: true },
        } as Series,
        bars(theme.accent, columns.map((one, i) => [[Math.max(0, one.mean_size - one.half), i], [one.mean_size + one.half, i]])),
      ],
      tooltip: (value) => {
        const one = columns[(value as Hovered).dataIndex];
        return one === undefined ? "" : `${html(one.column)}<br><b>${number(one.mean_size, 5)}</b> \u00b1 ${number(one.half, 5)}`;
      },
    });
}

const SWARM = 24; /* places over the range of contributions in which points are stacked */

/** Points of each row, moved aside where many lie together; above and below the line of their column in turn. */
function swarm(points: ExplainedColumn["points"], low: number, high: number): number[] {
  const filled = new Map<number, number>();
  const places = points.map(([, x]) => Math.round(((x - low) / (high - low || 1)) * SWARM * 6));
  const counts = new Map<number, number>();
  for (const place of places) counts.set(place, (counts.get(place) ?? 0) + 1);
  const most = Math.max(8, ...counts.values());
  return places.map((place) => {
    const before = filled.get(place) ?? 0;
    filled.set(place, before + 1);
    const step = Math.ceil(before / 2) / most;
    return (before % 2 === 0 ? 1 : -1) * Math.min(0.42, step * 0.84);
  });
}

export function swarmChart(columns: ExplainedColumn[]): Build {
  return (theme, width) => {
    const all = columns.flatMap((one) => one.points.map(([, x]) => x));
    const low = Math.min(...all);
    const high = Math.max(...all);
    const data = columns.flatMap((one, row) => {
      const aside = swarm(one.points, low, high);
      return one.points.map(([rank, x], i) => [x, row + (aside[i] ?? 0), rank, row]);
    });
    const option = frame(theme, width, {
      x: { name: t("contribution"), scale: true },
      y: { min: -0.6, max: columns.length - 0.4, inverse: true, bare: true, format: () => "" },
      trigger: "item",
      series: [
        {
          type: "scatter",
          data,
          symbolSize: 5,
          emphasis: { disabled: true },
          itemStyle: { color: (item: { value: unknown }) => shade(theme, (item.value as (number | null)[])[2] ?? null) },
        } as Series,
        ...columns.map((one, row) => nameOf(theme, cut(one.column, width < 420 ? 14 : 28), low, row)),
      ],
      tooltip: (value) => {
        const [x, , rank, row] = (value as Hovered).value;
        const one = columns[row ?? -1];
        const place = rank == null ? "" : ` \u00b7 ${percent(rank, 0)}`;
        return one === undefined ? "" : `${html(one.column)}${place}<br><b>${number(x, 4)}</b>`;
      },
    });
    return option;
  };
}

/** The name of a column above its line, at the left. */
function nameOf(theme: Theme, text: string, x: number, row: number): Series {
  return {
    type: "scatter",
    data: [[x, row - 0.42]],
    symbolSize: 0,
    silent: true,
    tooltip: { show: false },
    label: { show: true, formatter: text, position: "right", color: theme.muted, fontSize: 11 },
  } as Series;
}

function shade(theme: Theme, rank: number | null): string {
  if (rank === null) return theme.muted;
  const mix = (a: string, b: string, i: number): number => {
    const from = parseInt(a.slice(i, i + 2), 16);
    return Math.round(from + (parseInt(b.slice(i, i + 2), 16) - from) * rank);
  };
  const [from, to] = [theme.valid, theme.test];
  return `rgb(${mix(from, to, 1)}, ${mix(from, to, 3)}, ${mix(from, to, 5)})`;
}

export function curveChart(curve: Curve): Build {
  return (theme, width) => {
    const words = curve.is_number ? null : curve.at.map((at) => cut(String(at), width < 420 ? 10 : 20));
    const points = (values: number[]): number[][] => values.map((value, i) => [words === null ? Number(curve.at[i]) : i, value]);
    const rows = curve.rows.map((row) =>
      line(t("oneRow"), theme.muted, points(row), { silent: true, lineStyle: { width: 1, color: theme.muted, opacity: 0.25 }, z: 1, tooltip: { show: false } }),
    );
    const series: Series[] = words === null
      ? [...rows, line(t("dependence"), theme.test, points(curve.dependence), { z: 3 })]
      : [{ type: "bar", name: t("dependence"), data: curve.dependence, barMaxWidth: 28, itemStyle: { color: theme.test, opacity: 0.85 }, emphasis: { disabled: true } } as Series];
    if (curve.effects !== undefined)
      series.push(line(t("effects"), theme.accent, points(curve.effects), { z: 3, lineStyle: { width: 2, type: "dashed", color: theme.accent } }));
    const shown = curve.effects === undefined ? [t("dependence")] : [t("dependence"), t("effects")];
    return frame(theme, width, {
      x: words === null ? { scale: true } : { labels: words },
      y: { scale: true },
      series,
      legend: shown,
      tooltip: (value) => {
        const items = (value as Hovered[]).filter((item) => shown.includes(item.seriesName));
        const at = curve.at[items[0]?.dataIndex ?? 0];
        const lines = items.map((item) => `${item.marker}${html(item.seriesName)} <b>${number(Array.isArray(item.value) ? item.value[1] : item.value, 4)}</b>`);
        return [typeof at === "number" ? brief(at) : html(String(at ?? "")), ...lines].join("<br>");
      },
    });
  };
}
