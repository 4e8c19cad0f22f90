/* The document that `lianjin` writes into the page: docs/report.md describes it. */

export type Task = "binary" | "multiclass" | "regression" | "unsupervised";
/** NaN and infinities arrive as null. */
export type Maybe = number | null;

export interface Metric {
  name: string;
  value: Maybe;
  low: Maybe;
  high: Maybe;
}

export interface Roc {
  fpr: number[];
  tpr: number[];
}

export interface PrecisionRecall {
  recall: number[];
  precision: number[];
}

export interface CalibrationBin {
  rows: number;
  score: number;
  rate: number;
  low: Maybe;
  high: Maybe;
}

export interface Decile {
  decile: number;
  rows: number;
  positive: number;
  rate: Maybe;
  lift: Maybe;
  lift_up_to: Maybe;
  capture: Maybe;
  highest: Maybe;
  lowest: Maybe;
}

export interface ClassResult {
  rows: number;
  precision: number;
  recall: number;
  f1: number;
  auc: Maybe;
  roc: Roc;
  pr: PrecisionRecall;
}

export interface Evaluation {
  task: Task;
  rows: number;
  weight: number;
  mean_score: Maybe;
  mean_target: Maybe;
  metrics: Metric[];
  threshold?: number;
  roc?: Roc;
  pr?: PrecisionRecall;
  ks?: { score: number[]; positive: number[]; negative: number[] };
  ks_at?: Maybe;
  calibration?: CalibrationBin[];
  deciles?: Decile[];
  histogram?: { low: number; high: number; negative?: number[]; positive?: number[]; all?: number[] };
  confusion?: number[][];
  confusion_at_half?: number[][];
  classes?: ClassResult[];
  residuals?: { level: number[]; value: number[] };
  /** Of the scores, where nothing was predicted. */
  quantiles?: { level: number[]; value: number[] };
  scatter?: { target: number[]; prediction: number[] };
}

/** With folds: every row, scored by the model that did not see it. */
export const OUT_OF_FOLD = "out of fold";

/** Does the part speak for new data? */
export function isTest(part: string): boolean {
  return part === "test" || part === OUT_OF_FOLD;
}

export interface Part {
  name: string;
  rows: number;
  rate: Maybe;
  psi: Maybe;
  evaluation: Evaluation | null;
}

export interface Group {
  group: string;
  rows: number;
  mean_score: Maybe;
  mean_target: Maybe;
  selected?: Maybe;
  true_positive_rate?: Maybe;
  false_positive_rate?: Maybe;
  metrics: Record<string, Maybe>;
}

export interface ProfileBin {
  low: number;
  high: number;
  count: number;
  rate: Maybe;
}

export interface ProfileWord {
  value: string;
  count: number;
  rate: Maybe;
}

export interface ProfileColumn {
  name: string;
  type: string;
  reason: string | null;
  missing: number;
  unique: Maybe;
  quantiles: { name: string; value: Maybe }[];
  histogram: ProfileBin[];
  top: ProfileWord[];
  mean: Maybe;
  deviation: Maybe;
  /** Of a time. */
  from: string | null;
  to: string | null;
  relation: { name: string; value: Maybe }[];
  warnings: string[];
}

export interface Profile {
  rows: number;
  columns: ProfileColumn[];
  warnings: string[];
  target: string | null;
}

/** What is done to a column, and how many numbers and categories (with so many codes each) come out. */
export interface PreparedFeature {
  feature: string;
  type: string;
  steps: { name: string; why: string | null }[];
  numbers: number;
  codes: number[];
}

export interface Preparation {
  /** Height, width, channels; left out where rows have no images. */
  image?: number[];
  features: PreparedFeature[];
  dropped: { feature: string; why: string }[];
}

export interface ModelDescription {
  summary: string;
  numbers: number;
  categories: number;
  options: Record<string, unknown>;
  rounds?: number;
  leaves?: number;
  layers?: { name: string; gives: number[]; weights: number }[];
  tensors: { name: string; shape: number[] }[];
}

/** A column's contributions: of each row where its value stands among all (0 lowest, 1 highest; null: no number). */
export interface ExplainedColumn {
  column: string;
  mean_size: number;
  half: number;
  mean: number;
  points: [Maybe, number][];
}

/** What the score becomes when one column takes other values in all rows. */
export interface Curve {
  column: string;
  is_number: boolean;
  at: (number | string)[];
  dependence: number[];
  effects?: number[];
  rows: number[][];
}

export interface Explanation {
  part: string;
  rows: number;
  unit: string;
  method: string;
  features: number;
  columns: ExplainedColumn[];
  curves: Curve[];
}

export interface Trial {
  rung: number;
  status: string;
  size: number;
  score: Maybe;
  options: Record<string, unknown>;
}

/** A search for options, its trials in the order in which they were made. */
export interface Search {
  method: string;
  metric: string;
  larger_is_better: boolean;
  dimensions: { key: string; is_log: boolean; is_choice: boolean }[];
  trials: Trial[];
}

export interface ScorecardBin {
  name: string;
  rows: number;
  share: number;
  events: number;
  rate: number;
  woe: number;
  iv: number;
  points: number;
}

/** The first `regular` bins hold values, then come special codes, and last the missing values. */
export interface ScorecardColumn {
  column: string;
  weight: number;
  iv: number;
  regular: number;
  bins: ScorecardBin[];
}

export interface Scorecard {
  base_score: number;
  base_odds: number;
  pdo: number;
  columns: ScorecardColumn[];
}

export interface Report {
  kind: "report";
  format: number;
  version: string;
  name: string | null;
  created: string | null;
  task: Task;
  pipeline: string | null;
  target: { column: string | null; reason: string | null; classes: string[] };
  data: { source: string | null; split: string | null; warnings: string[]; profile: unknown };
  parts: Part[];
  preparation: Preparation | null;
  model: {
    family: string | null;
    description: ModelDescription | null;
    features: number;
    weights: number;
    bytes: number;
    microseconds_per_score: Maybe;
    threshold: Maybe;
    threshold_reason: string | null;
  };
  scorecard: Scorecard | null;
  training: {
    best_epoch: number;
    monitored: string | null;
    total_seconds: Maybe;
    rows_per_second: Maybe;
    epoch: number[];
    loss: Maybe[];
    valid_loss: Maybe[];
    monitor: Maybe[];
    rate: Maybe[];
  };
  forecast: { part: string | null; group: string | null; time: string[]; target: number[]; prediction: number[] } | null;
  importance: {
    metric: string | null;
    part: string | null;
    features: { feature: string; mean: number; spread: Maybe }[];
  };
  search: Search | null;
  explanation: Explanation | null;
  groups: { part: string | null; columns: { column: string; groups: Group[] | null }[] };
  reproduce: {
    seed: string;
    data_sha256: string | null;
    pipeline_sha256: string | null;
    weights_sha256: string | null;
    scores_sha256: string | null;
    facts: { name: string; value: string }[];
    commands: string[];
  };
}

export interface ProfilePage {
  kind: "profile";
  format: number;
  version: string;
  name: string | null;
  profile: unknown;
}

export type Page = Report | ProfilePage;
