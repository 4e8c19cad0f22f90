/* A series over time: what came, and what was said of it. */
import type { Report } from "../data";
import { html, number } from "../format";
import type { Build } from "../mount";
import { t } from "../text";
import { frame, line } from "./common";

type Forecast = NonNullable<Report["forecast"]>;

export function forecastChart(forecast: Forecast): Build {
  return (theme, width) => {
    const points = (values: number[]) => values.map((value, i) => [i, value]);
    return frame(theme, width, {
      x: { labels: forecast.time },
      y: { scale: true },
      series: [
        line(t("target"), theme.muted, points(forecast.target), { lineStyle: { width: 1, color: theme.muted } }),
        line(t("prediction"), theme.test, points(forecast.prediction)),
      ],
      legend: [t("target"), t("prediction")],
      tooltip: (value) => {
        const items = value as { dataIndex: number; seriesName: string; value: number[]; marker: string }[];
        const head = html(forecast.time[items[0]?.dataIndex ?? 0] ?? "");
        return [head, ...items.map((item) => `${item.marker}${html(item.seriesName)} <b>${number(item.value[1], 5)}</b>`)].join("<br>");
      },
    });
  };
}
