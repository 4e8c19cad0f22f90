/*
 * Chinese for the sentences that the program writes into the document: warnings, reasons, steps of the preparation.
 * Holes: {0} is any text, {0#} a number, {0!} nothing, a phrase or a list of phrases, which is translated, too.
 * tests/report/phrases.mjs asks for every sentence of the sources.
 */
export const rows: [string, string][] = [
  // Warnings of a profile.
  ["no cell has a value", "所有取值均缺失"],
  ["constant: every row has the same value", "常量字段：所有行取值相同"],
  ["{0#} % of its cells are missing", "缺失率 {0}%"],
  ["nearly constant: {0#} % of its values are '{1}'", "近似常量：众数“{1}”占比 {0}%"],
  ["nearly every row has its own value: an identifier?", "几乎每行取值唯一，疑似标识符"],
  [
    "{0#} of its {1#} values are rare ({2#} rows together): documented codes?",
    "{1} 个取值中有 {0} 个低频取值（合计 {2} 行），请核对是否为数据字典内的编码",
  ],
  ["perhaps codes, not amounts: {0!}", "疑似特殊编码而非数值：{0}"],
  ["{0#} ({1#} rows)", "{0}（{1} 行）"],
  ["long tail: median {0#}, 99 % up to {1#}, largest {2#}", "长尾分布：中位数 {0}，99% 分位数 {1}，最大值 {2}"],
  [
    "tells the target almost alone (AUC {0#}): is it known before the outcome?",
    "单变量 AUC 达 {0}，疑似目标泄漏：请确认该字段在结果发生前已知",
  ],
  [
    "tells the target almost alone: is it known before the outcome?",
    "几乎可单独判定目标，疑似目标泄漏：请确认该字段在结果发生前已知",
  ],
  ["drifts over '{0}': PSI {1#} between the older and the newer half", "随“{0}”漂移：较早与较晚两半样本之间的 PSI 为 {1}"],
  ["repeats column '{0}' in every row", "与字段“{0}”逐行相同"],
  ["tune: trial {0#} failed: {1}", "第 {0} 次试验失败：{1}"],
  ["{0#} rows repeat an earlier row in every column", "{0} 行与之前的行完全重复"],
  ["{0#} rows repeat an earlier row in every column (the first is row {1#})", "{0} 行与之前的行完全重复（首个为第 {1} 行）"],
  // Warnings of a run.
  ["{0}:{1#}: the step {2} fits no column", "{0} 第 {1} 行：步骤 {2} 没有适用的字段"],
  ["{0}: {1#} of {2#} rows hold a category that training did not see", "{0}：{2} 行中有 {1} 行含训练集未出现的类别"],
  ["{0}: {1#} of {2#} texts have no word that training saw", "{0}：{2} 条文本中有 {1} 条不含训练集见过的词"],
  ["{0}: {1#} of {2#} rows are outside the range of training", "{0}：{2} 行中有 {1} 行超出训练集的取值范围"],
  // Why a column has its type.
  ["all {0#} values are numbers{1!}", "全部 {0} 个取值均为数值{1}"],
  ["all {0#} values are whole numbers{1!}", "全部 {0} 个取值均为整数{1}"],
  ["all {0#} values are {1!} such as '{2}'{3!}", "全部 {0} 个取值均为{1}，如“{2}”{3}"],
  ["percentages", "百分数"],
  ["numbers with commas", "带千分位的数值"],
  ["amounts", "金额"],
  ["numbers with a unit", "带单位的数值"],
  ["ranges", "区间"],
  ["all {0#} values are times like {1}{2!}", "全部 {0} 个取值均为时间，格式为 {1}{2}"],
  [", and also like {0}{1!}", "，也符合 {0}{1}"],
  ["; '{0}' ({1#} cells) stands for no value", "；“{0}”（{1} 个）视为缺失"],
  ["; '{0}' and {1#} more words ({2#} cells) stand for no value", "；“{0}”等另 {1} 种写法（共 {2} 个）视为缺失"],
  ["{0#} of {1#} whole numbers begin with 0, so they are codes", "{1} 个整数中有 {0} 个以 0 开头，按编码处理"],
  ["{0#} of {1#} whole numbers are too long to be exact as numbers", "{1} 个整数中有 {0} 个位数过长，数值无法精确表示"],
  ["words or codes such as '{0}'", "词语或编码，如“{0}”"],
  ["the source's type is {0}", "数据源中的类型为 {0}"],
  ["as the pipeline says", "由流程文件指定"],
  // The target, the split, the threshold.
  ["its word names the event", "该取值通常表示事件发生"],
  ["the rarer value", "占比较低的取值"],
  ["many different numbers", "不同数值较多"],
  ["the number of its different values", "按不同取值的个数判定"],
  ["by column {0}", "按字段 {0} 划分"],
  ["as the sets of images say", "按图像集合划分"],
  ["by groups of {0}, seed {1#}", "按 {0} 分组划分，种子 {1}"],
  ["by time, column {0}", "按时间划分，字段 {0}"],
  ["{0#} folds", "{0} 折交叉验证"],
  ["random, valid {0#}, test {1#}, seed {2#}", "随机划分，验证集 {0}，测试集 {1}，种子 {2}"],
  ["stratified, valid {0#}, test {1#}, seed {2#}", "分层抽样划分，验证集 {0}，测试集 {1}，种子 {2}"],
  ["largest F1 on valid", "使验证集 F1 最大"],
  ["largest MCC on valid", "使验证集 MCC 最大"],
  ["largest balanced accuracy on valid", "使验证集平衡准确率最大"],
  ["largest KS on valid", "使验证集 KS 最大"],
  ["largest value on valid", "使验证集总价值最大"],
  ["as many as the alert budget allows on valid", "验证集上不超过告警预算的最多行数"],
  ["as many as the approval rate allows on valid", "验证集上不低于通过率的最多拒绝数"],
  // Steps of the preparation, and why a feature is not used.
  ["codes {0} look like no values ({1#} cells){2!}", "编码 {0} 疑似特殊值（{1} 个）{2}"],
  [", missing", "，视为缺失"],
  [", with an indicator", "，并加指示变量"],
  [", missing, with an indicator", "，视为缺失并加指示变量"],
  ["missing becomes '{0}'", "填为“{0}”"],
  ["missing becomes {0#} ({1!}){2!}{3!}", "填为 {0}（{1}）{2}{3}"],
  ["median", "中位数"],
  ["mean", "均值"],
  ["most_frequent", "众数"],
  ["constant", "常量"],
  [" with an indicator", "，并加缺失指示变量"],
  [", none so far", "，训练集无缺失"],
  ["clipped to {0#} .. {1#}", "截断至 [{0}, {1}]"],
  ["log1p", "log(1 + x)"],
  ["signed", "带符号对数 sign(x) log(1 + |x|)"],
  ["Yeo-Johnson power, lambda {0#}", "Yeo-Johnson 变换，λ = {0}"],
  ["quantile_normal over {0#} values", "按 {0} 个分位点映射为正态分布"],
  ["standard ({0}) / {1#}", "标准化：({0}) / {1}"],
  ["robust ({0}) / {1#}", "稳健标准化：({0}) / {1}"],
  ["min_max ({0}) / {1#}", "最小-最大归一化：({0}) / {1}"],
  ["{0#} quantile bins", "{0} 个等频分箱"],
  ["{0#} uniform bins", "{0} 个等宽分箱"],
  ["{0#} bins, information value {1#}", "{0} 个分箱，信息值 {1}"],
  ["{0#} different values as categories", "{0} 个不同取值"],
  ["{0#} rare of {1#} categories become '{2}'", "{1} 个类别中 {0} 个低频类别并入“{2}”"],
  ["{0#} categories as {1#} columns of 0 and 1", "{0} 个类别展开为 {1} 列"],
  ["{0#} categories as codes", "{0} 个类别"],
  ["year", "年"],
  ["month", "月"],
  ["day", "日"],
  ["weekday", "星期"],
  ["day_of_year", "年内第几天"],
  ["hour", "小时"],
  ["age", "距参考日天数"],
  ["elapsed", "距首日天数"],
  ["dropped by a step", "由处理步骤剔除"],
  ["{0#} terms", "{0} 个词项"],
  ["{0#} words of {1#}", "{0} 个词，词表 {1}"],
  ["{0#} bpe of {1#}", "{0} 个字节对词元，词表 {1}"],
  ["{0#} wordpiece of {1#}", "{0} 个子词，词表 {1}"],
  ["{0#} characters of {1#}", "{0} 个字符，词表 {1}"],
  ["nearly unique text: {0#} different values in {1#} cells", "文本几乎各行唯一：{1} 个取值中有 {0} 个不同值"],
  ["the family learns without a target", "该模型族无需目标即可学习"],
  ["classes that the model is told", "告知模型的类别"],
  // Families.
  ["a scorecard: optimal bins, weights of evidence, logistic regression, points", "评分卡：最优分箱、证据权重、逻辑回归与分值"],
  ["a multi-layer perceptron on numbers and one-hot categories", "多层感知机，输入为数值与独热编码的类别"],
  ["residual blocks on numbers and one-hot categories", "残差网络，输入为数值与独热编码的类别"],
  ["LeNet-5: two convolutions, two dense layers; for small grey images", "两个卷积层与两个全连接层的经典网络，适用于小尺寸灰度图像"],
  ["linear support vector machines or ridge regression on the words and characters of texts", "基于文本词与字符特征的线性支持向量机或岭回归"],
  ["vectors of the words and characters of texts, added up, and a linear answer", "文本词与字符向量求和后的线性模型"],
  ["a language model: attention over what stands before tells the next token", "语言模型：由前文经注意力预测下一个词元"],
  ["LSTM or GRU layers over the tokens of a text", "文本词元上的长短期记忆或门控循环网络"],
  ["convolutions of several widths over the tokens of a text", "文本词元上的多宽度卷积网络"],
  ["attention (encoder blocks) over the tokens of a text", "文本词元上的注意力网络（编码器块）"],
  ["AlexNet: five convolutions, two wide dense layers; for images of 63 x 63 and more", "五个卷积层、两个宽的全连接层；用于 63 x 63 及更大的图像"],
  ["VGG: five blocks of small convolutions, two wide dense layers", "五个小卷积核的卷积块、两个宽的全连接层"],
  ["a residual network on images: ResNet-18 and smaller ones", "读图像的残差网络，十八层或更少"],
  ["a list of layers, freely composed, on rows, images, texts or series", "由层的列表自由组成的网络，可读表格、图像、文本或序列"],
  ["LSTM or GRU layers over the window of a series", "序列窗口上的长短期记忆或门控循环网络"],
  ["causal dilated convolutions over the window of a series", "序列窗口上的因果膨胀卷积网络"],
  ["attention (encoder blocks) over the steps of the window of a series", "序列窗口各步上的注意力网络（编码器块）"],
  ["blocks of convolutions and pooling on images", "由卷积块与池化组成的图像网络"],
  ["a variational autoencoder: learns the distribution of rows and draws new ones; the score is in nats", "变分自编码器：学习各行的分布并可生成新行，评分以奈特计"],
  ["a generator of rows and a critic that tells them from real ones, told classes or not", "生成对抗网络：生成器产生新行，判别器分辨真伪，可按类别生成"],
  ["learns rows by heart through a short vector; the score is the squared error of a row", "自编码器：经短向量重建各行，评分为该行的重建平方误差"],
  ["models of several families that answer together: by default boosted trees and tabm", "多个模型族的平均：默认为提升树与表格神经网络"],
  ["a generalised additive model: a curve of each column and surfaces of pairs", "广义可加模型：各字段一条曲线，字段对一个曲面"],
  ["trees that XGBoost or LightGBM grew", "由 XGBoost 或 LightGBM 训练的树模型"],
  ["{0}, objective {1}", "{0}，目标函数 {1}"],
  [
    "{0}: the file calls {1#} rounds best; all {2#} are taken, as Booster.predict does: to take fewer, save a slice",
    "{0}：文件标注最优轮数为 {1}；此处与原库一致使用全部 {2} 轮，如需更少请先切片保存",
  ],
  ["gradient-boosted decision trees", "梯度提升决策树"],
  ["how few random questions tell a row from all others", "用多少个随机问题可将一行与其他行区分（孤立森林）"],
  [
    "the mean of many decision trees, each of drawn rows and features",
    "许多决策树的平均，每棵树使用抽取的行与特征",
  ],
  [
    "logistic, multinomial or linear regression with L2 and L1 penalties",
    "逻辑回归、多项逻辑回归或线性回归，带 L2 与 L1 正则",
  ],
  [
    "an ensemble of networks in one, on piecewise-linearly embedded numbers and one-hot categories",
    "参数共享的网络集成，输入为分段线性嵌入的数值与独热编码的类别",
  ],
  // Names of facts, of quantiles, and of the relations with the target.
  ["arithmetic", "算术版本"],
  ["instruction set", "指令集"],
  ["min", "最小值"],
  ["max", "最大值"],
  ["correlation", "相关系数"],
  ["Cramer's V", "克拉默 V"],
  ["correlation ratio", "相关比"],
];

interface Hole {
  index: number;
  kind: string;
}
type Piece = string | Hole;

/* Words and holes in turn; it begins and ends with words, which may be empty. */
function piecesOf(pattern: string): Piece[] {
  return pattern.split(/(\{\d[#!]?\})/).map((piece, i) => (i % 2 === 0 ? piece : { index: Number(piece[1]), kind: piece.slice(2, -1) }));
}

const phrases = rows.map(([english, chinese]) => ({ pieces: piecesOf(english), chinese }));

const NUMBER = /^[-+]?(\d[\d.]*(e[-+]?\d+)?|inf|nan)$/i;

/* What stands in the hole for a text, or null if it does not fit. */
function held(kind: string, text: string): string | null {
  if (kind === "#") return NUMBER.test(text) ? text : null;
  if (kind === "!") return text === "" ? "" : chinese(text);
  return text === "" ? null : text;
}

/* Matches the pieces from `at` on and leaves what the holes hold. */
function matches(pieces: Piece[], at: number, text: string, holes: string[]): boolean {
  const piece = pieces[at];
  if (piece === undefined) return text === "";
  if (typeof piece === "string") return text.startsWith(piece) && matches(pieces, at + 1, text.slice(piece.length), holes);
  const next = pieces[at + 1] as string;
  for (let end = 0; end <= text.length; end++) {
    if (!text.startsWith(next, end)) continue;
    const value = held(piece.kind, text.slice(0, end));
    if (value === null || !matches(pieces, at + 1, text.slice(end), holes)) continue;
    holes[piece.index] = value;
    return true;
  }
  return false;
}

function phrase(text: string): string | null {
  const holes: string[] = [];
  const found = phrases.find(({ pieces }) => matches(pieces, 0, text, holes));
  return found === undefined ? null : found.chinese.replace(/\{(\d)\}/g, (_, i: string) => holes[Number(i)] ?? "");
}

/** A sentence, or a list of them, in Chinese; null if it is not known. */
export function chinese(text: string): string | null {
  const whole = phrase(text);
  if (whole !== null) return whole;
  const parts = text.split(", ").map(phrase);
  return parts.length > 1 && !parts.includes(null) ? parts.join("、") : null;
}
