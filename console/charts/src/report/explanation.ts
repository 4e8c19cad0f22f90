/* Why the model says what it says: contributions of columns, and curves. */
import { contributionChart, curveChart, swarmChart } from "../charts/explanation";
import type { Curve, Explanation } from "../data";
import { whole } from "../format";
import { t } from "../text";
import { chart, h } from "./dom";

function curve(one: Curve): HTMLElement {
  return chart({ title: t("columnOfCurve", one.column), build: curveChart(one) });
}

export function explanationBlocks(explanation: Explanation): HTMLElement[] {
  const { columns, curves } = explanation;
  const unit = t(`unit.${explanation.unit}`);
  return [
    h("p", {}, t("explanationNote", unit, whole(explanation.rows), t(explanation.part), t(`method.${explanation.method}`))),
    chart({ title: t("contributionSizes"), build: contributionChart(columns), wide: true, height: 60 + 24 * columns.length }),
    chart({ title: t("contributionRows"), build: swarmChart(columns), wide: true, height: 80 + 34 * columns.length }),
    ...(curves.length > 0 ? [h("div", { class: "grid" }, ...curves.map(curve))] : []),
  ];
}
