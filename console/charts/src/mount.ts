/* Puts charts into the page and keeps them fitting: size, theme, paper. */
import type {
  BarSeriesOption,
  HeatmapSeriesOption,
  LineSeriesOption,
  ScatterSeriesOption,
} from "echarts/charts";
import { BarChart, HeatmapChart, LineChart, ScatterChart } from "echarts/charts";
import type {
  GridComponentOption,
  LegendComponentOption,
  MarkLineComponentOption,
  TooltipComponentOption,
  VisualMapComponentOption,
} from "echarts/components";
import {
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  TooltipComponent,
  VisualMapContinuousComponent,
} from "echarts/components";
import type { ComposeOption, ECharts } from "echarts/core";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import type { Theme } from "./theme";
import { currentTheme, isPrinting, onThemeChange } from "./theme";

use([
  BarChart,
  HeatmapChart,
  LineChart,
  ScatterChart,
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  TooltipComponent,
  VisualMapContinuousComponent,
  SVGRenderer,
]);

export type Series = BarSeriesOption | HeatmapSeriesOption | LineSeriesOption | ScatterSeriesOption;
export type Option = ComposeOption<
  | BarSeriesOption
  | GridComponentOption
  | HeatmapSeriesOption
  | LegendComponentOption
  | LineSeriesOption
  | MarkLineComponentOption
  | ScatterSeriesOption
  | TooltipComponentOption
  | VisualMapComponentOption
>;

/** Makes the option for a theme and a width in CSS pixels. */
export type Build = (theme: Theme, width: number) => Option;

interface Mounted {
  chart: ECharts;
  element: HTMLElement;
  build: Build;
  width: number;
}

const mounted = new Set<Mounted>();
/* Widths on paper: A4 and Letter less their margins. */
const PAPER_WIDE = 700;
const PAPER_HALF = 340;

function draw(item: Mounted): void {
  const paper = item.element.closest(".wide") !== null ? PAPER_WIDE : PAPER_HALF;
  const width = isPrinting() ? paper : item.element.clientWidth;
  if (width === 0) return; // inside a closed <details>: the observer calls again when it opens
  item.width = width;
  // Its own height, not the one that paper gives it.
  const height = parseInt(item.element.style.height, 10) || item.element.clientHeight;
  item.chart.resize({ width, height });
  item.chart.setOption(item.build(currentTheme(), width), { notMerge: true });
  // Paper scales the drawing to its column.
  item.element.querySelector("svg")?.setAttribute("viewBox", `0 0 ${width} ${height}`);
  item.element.dataset["drawn"] = "yes";
}

const observer = new ResizeObserver((entries) => {
  if (isPrinting()) return;
  for (const entry of entries)
    for (const item of mounted)
      if (item.element === entry.target && item.element.clientWidth !== item.width) draw(item);
});

/** Draws into the element, which has a height of its own. */
export function mount(element: HTMLElement, build: Build): void {
  const chart = init(element, null, { renderer: "svg", width: element.clientWidth || 300, height: element.clientHeight });
  const item = { chart, element, build, width: 0 };
  mounted.add(item);
  draw(item);
  observer.observe(element);
}

/** Takes down all charts, before the page is made anew. */
export function unmountAll(): void {
  for (const item of mounted) {
    observer.unobserve(item.element);
    item.chart.dispose();
  }
  mounted.clear();
}

onThemeChange(() => {
  for (const item of mounted) draw(item);
});
