/* The scorecard: what a row gets points for, column by column, those that tell most first. */
import { binsChart } from "../charts/bins";
import type { Scorecard, ScorecardColumn } from "../data";
import { number, percent, whole } from "../format";
import { t } from "../text";
import type { Cell } from "./dom";
import { chart, details, facts, h, table } from "./dom";

const UNFOLDED = 6;

/** The program's name of the last bin is that of a word, which may be a category, too. */
function binNames({ bins }: ScorecardColumn): string[] {
  return bins.map((bin, i) => (i === bins.length - 1 ? t("missing") : bin.name));
}

function binsTable(column: ScorecardColumn): HTMLElement {
  const names = binNames(column);
  const most = Math.max(...column.bins.map((bin) => bin.share));
  const head = [t("bin"), t("rows"), t("events"), t("eventRate"), t("woe"), t("iv"), t("points")];
  const rows = column.bins.map((bin, i): (Cell | string)[] => [
    { text: names[i] ?? "", kind: i < column.regular ? "" : "muted" },
    { text: whole(bin.rows), small: percent(bin.share), bar: most > 0 ? bin.share / most : 0 },
    whole(bin.events),
    bin.rows > 0 ? percent(bin.rate, 2) : "",
    number(bin.woe, 3),
    number(bin.iv, 4),
    whole(bin.points),
  ]);
  return table(head, rows);
}

function block(column: ScorecardColumn): HTMLElement {
  const shown = column.bins.filter((bin) => bin.rows > 0);
  const names = binNames(column).filter((_, i) => (column.bins[i]?.rows ?? 0) > 0);
  return h(
    "div",
    {},
    chart({ title: t("binsOf", column.column, number(column.iv, 3)), build: binsChart(shown, names), wide: true, height: 260 }),
    binsTable(column),
  );
}

export function scorecardBlocks(card: Scorecard): HTMLElement[] {
  const used = card.columns.filter((column) => column.weight !== 0).sort((a, b) => b.iv - a.iv);
  const unused = card.columns.filter((column) => column.weight === 0).sort((a, b) => b.iv - a.iv);
  const rest = used.slice(UNFOLDED);
  return [
    h("p", {}, t("scorecardNote")),
    facts([
      [t("baseScore"), t("baseScoreAt", number(card.base_score), number(card.base_odds))],
      [t("pdo"), number(card.pdo)],
      [t("columns"), whole(used.length)],
      [t("notUsed"), unused.map(({ column, iv }) => `${column}${t("inBrackets", number(iv, 3))}`).join(t("comma"))],
    ]),
    ...used.slice(0, UNFOLDED).map(block),
    ...(rest.length > 0 ? [details(t("showBins", whole(rest.length)), ...rest.map(block))] : []),
  ];
}
