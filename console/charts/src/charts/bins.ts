/* The bins of a column of a scorecard: how many rows are in each, how often the event is, and what that weighs. */
import type { ScorecardBin } from "../data";
import { cut, html, number, percent, whole } from "../format";
import type { Build, Series } from "../mount";
import { t } from "../text";
import { frame, line } from "./common";

/** Bars: share of the rows; line: rate of the events. */
export function binsChart(bins: ScorecardBin[], names: string[]): Build {
  return (theme, width) => {
    const share = {
      type: "bar",
      name: t("shareOfRows"),
      barMaxWidth: 40,
      itemStyle: { color: theme.train, borderRadius: [3, 3, 0, 0] },
      data: bins.map((bin) => bin.share),
      emphasis: { disabled: true },
    } as Series;
    const rates = bins.map((bin, i) => [i, bin.rows > 0 ? bin.rate : null]);
    const rate = line(t("eventRate"), theme.positive, rates, { yAxisIndex: 1, showSymbol: true, symbolSize: 7, symbol: "circle" });
    return frame(theme, width, {
      x: { labels: names.map((name) => cut(name, width < 420 ? 10 : 18)) },
      y: [
        { name: t("shareOfRows"), min: 0, format: (value) => percent(value, 0) },
        { name: t("eventRate"), min: 0, format: (value) => percent(value, 0), bare: true },
      ],
      series: [share, rate],
      legend: [t("shareOfRows"), t("eventRate")],
      tooltip: (value) => {
        const at = (value as { dataIndex: number }[])[0]?.dataIndex ?? 0;
        const bin = bins[at];
        if (bin === undefined) return "";
        const lines: [string, string][] = [
          [t("rows"), `${whole(bin.rows)} (${percent(bin.share)})`],
          [t("eventRate"), percent(bin.rate, 2)],
          [t("woe"), number(bin.woe, 3)],
          [t("points"), whole(bin.points)],
        ];
        return [html(names[at] ?? ""), ...lines.map(([name, text]) => `${name} <b>${text}</b>`)].join("<br>");
      },
    });
  };
}
