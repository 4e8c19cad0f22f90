/* The search for options: how it went, and its best trials. */
import { finished, parallelChart, trialsChart } from "../charts/search";
import type { Search } from "../data";
import { number, whole } from "../format";
import { t } from "../text";
import { chart, h, table } from "./dom";

const SHOWN = 10;

export function searchBlocks(search: Search): HTMLElement[] {
  const best = finished(search);
  const metric = t(`metric.${search.metric}`);
  const rows = best.slice(0, SHOWN).map((trial) => [
    String(search.trials.indexOf(trial) + 1),
    number(trial.score, 5),
    whole(trial.size),
    ...search.dimensions.map(({ key }) => {
      const value = trial.options[key];
      return typeof value === "string" ? value : JSON.stringify(value);
    }),
  ]);
  return [
    h("p", {}, t("searchNote", whole(search.trials.length), t(`searchMethod.${search.method}`), metric)),
    chart({ title: t("searchOver"), build: trialsChart(search), wide: true }),
    ...(best.length > 1 && search.dimensions.length > 1 ? [chart({ title: t("searchParallel"), build: parallelChart(search), wide: true, height: 340 })] : []),
    table([t("trial"), metric, t("size"), ...search.dimensions.map(({ key }) => key)], rows),
  ];
}
