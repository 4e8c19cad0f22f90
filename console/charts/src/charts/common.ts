/* What the charts share: frame, axes, error bars. */
import type { Evaluation, Part } from "../data";
import { brief } from "../format";
import type { Option, Series } from "../mount";
import type { Theme } from "../theme";

/* Named, not "inherit": the widths of texts are measured with it. */
const FONT = getComputedStyle(document.body).fontFamily;

export interface Axis {
  name?: string;
  min?: number;
  max?: number;
  /** Category labels; left out: values. */
  labels?: string[];
  inverse?: boolean;
  format?: (value: number) => string;
  logarithmic?: boolean;
  /** Do not force 0 into the range. */
  scale?: boolean;
  /** Without lines across the chart. */
  bare?: boolean;
}

function axis(theme: Theme, wanted: Axis, vertical: boolean, width: number): object {
  const label = wanted.labels !== undefined;
  return {
    type: label ? "category" : wanted.logarithmic === true ? "log" : "value",
    ...(label ? { data: wanted.labels } : {}),
    ...(wanted.min !== undefined ? { min: wanted.min } : {}),
    ...(wanted.max !== undefined ? { max: wanted.max } : {}),
    scale: wanted.scale === true,
    inverse: wanted.inverse === true,
    name: wanted.name ?? "",
    nameLocation: "middle",
    nameGap: vertical ? 8 : 6,
    nameTextStyle: { color: theme.muted, fontSize: 12 },
    splitNumber: width < 420 ? 4 : 5,
    ...(wanted.min === 0 && wanted.max === 1 ? { interval: width < 420 ? 0.25 : 0.2 } : {}),
    axisLine: { show: !vertical || label, lineStyle: { color: theme.line } },
    axisTick: { show: false },
    axisLabel: {
      color: theme.muted,
      fontSize: 11,
      hideOverlap: true,
      ...(label ? {} : { formatter: wanted.format ?? brief }),
    },
    splitLine: { show: !label && wanted.bare !== true, lineStyle: { color: theme.line } },
  };
}

export interface Frame {
  x: Axis;
  y: Axis | Axis[];
  series: Series[];
  /** What a hovered place says; ECharts' own words when left out. */
  tooltip?: (value: unknown) => string;
  trigger?: "axis" | "item";
  legend?: string[];
}

const LEGEND_ROW = 20;

/* Rows that a legend takes, by the widths of its texts: a wide character counts as two. */
function legendRows(names: string[], width: number): number {
  let rows = 1;
  let used = 0;
  for (const name of names) {
    const own = 36 + [...name].reduce((sum, letter) => sum + (letter > "\u2e80" ? 12 : 7), 0);
    if (used > 0 && used + own > width) {
      rows++;
      used = 0;
    }
    used += own;
  }
  return rows;
}

export function frame(theme: Theme, width: number, wanted: Frame): Option {
  const vertical = Array.isArray(wanted.y) ? wanted.y : [wanted.y];
  const legend = wanted.legend ?? [];
  return {
    animation: false,
    color: theme.series,
    textStyle: { fontFamily: FONT },
    grid: {
      left: 4,
      right: 14,
      top: legend.length > 0 ? 14 + LEGEND_ROW * legendRows(legend, width) : 24,
      bottom: 4,
      outerBoundsMode: "same",
      outerBoundsContain: "all",
    },
    legend: {
      show: legend.length > 0,
      data: legend,
      top: 0,
      left: 0,
      type: "plain",
      itemWidth: 16,
      itemHeight: 8,
      itemGap: 14,
      textStyle: { color: theme.text, fontSize: 12 },
      inactiveColor: theme.line,
    },
    tooltip: {
      trigger: wanted.trigger ?? "axis",
      confine: true,
      backgroundColor: theme.panel,
      borderColor: theme.line,
      textStyle: { color: theme.text, fontSize: 12 },
      axisPointer: { lineStyle: { color: theme.muted }, snap: true },
      ...(wanted.tooltip !== undefined ? { formatter: wanted.tooltip } : {}),
    },
    xAxis: axis(theme, wanted.x, false, width),
    yAxis: vertical.map((one) => axis(theme, one, true, width)),
    series: wanted.series,
  } as Option;
}

/** A line without marks on its points. */
export function line(name: string, colour: string, data: (number | null)[][], more: object = {}): Series {
  return {
    type: "line",
    name,
    data,
    showSymbol: false,
    lineStyle: { width: 2, color: colour },
    itemStyle: { color: colour },
    emphasis: { disabled: true },
    ...more,
  } as Series;
}

/** A thin dashed line that carries no data: a diagonal, a base line. */
export function guide(theme: Theme, data: number[][]): Series {
  return {
    type: "line",
    data,
    silent: true,
    showSymbol: false,
    tooltip: { show: false },
    lineStyle: { width: 1, type: "dashed", color: theme.muted },
    emphasis: { disabled: true },
    z: 1,
  } as Series;
}

/** Error bars as one broken line: each pair of ends, then a gap. */
export function bars(colour: string, ends: [number[], number[]][], more: object = {}): Series {
  return {
    type: "line",
    data: ends.flatMap(([from, to]) => [from, to, ["-", "-"]]),
    silent: true,
    showSymbol: false,
    connectNulls: false,
    tooltip: { show: false },
    lineStyle: { width: 1.5, color: colour },
    emphasis: { disabled: true },
    z: 4,
    ...more,
  } as Series;
}

/** A vertical line at x with a label at its top, which is the start of an inverse axis. */
export function mark(theme: Theme, x: number | string, label: string, inverse = false): object {
  return {
    silent: true,
    symbol: "none",
    animation: false,
    lineStyle: { color: theme.accent, type: "dashed", width: 1.5 },
    label: { formatter: label, color: theme.accent, fontSize: 11, position: inverse ? "start" : "insideEndTop", rotate: 0, align: "left", padding: [0, 0, 0, 4] },
    data: [{ xAxis: x }],
  };
}

export interface Evaluated {
  part: string;
  label: string;
  evaluation: Evaluation;
}

/** The parts that were evaluated, with the names that people read. */
export function evaluated(parts: Part[], label: (part: string) => string): Evaluated[] {
  return parts.flatMap((part) =>
    part.evaluation === null ? [] : [{ part: part.name, label: label(part.name), evaluation: part.evaluation }],
  );
}

export function metric(evaluation: Evaluation, name: string): number | null {
  return evaluation.metrics.find((one) => one.name === name)?.value ?? null;
}

/** Pairs of two lists of one length. */
export function pairs(x: number[], y: number[]): number[][] {
  return x.map((value, i) => [value, y[i] ?? 0]);
}
