"""Golden words of Chinese texts: jieba's cut with its own dictionary and our list of finance words.

    python3 tests/golden/segment.py > tests/golden/segment.json

A case is a text and where its words end, in characters.
"""
import json
import logging
from pathlib import Path

import jieba

ROOT = Path(__file__).resolve().parent.parent.parent
SEEN = 20  # as in tools/make-segment-table.py

written = r"""
央行下调存款准备金率0.5个百分点，释放长期资金约1万亿元。
中国人民银行授权全国银行间同业拆借中心公布，贷款市场报价利率（LPR）为3.45%。
该行三季度末不良贷款率1.27%，拨备覆盖率为302.5%，资本充足率14.8%。
沪深300指数收涨1.2%，北向资金净买入超过80亿元
公司预计上半年归母净利润同比增长35%~50%，扣非净利润扭亏为盈
美联储加息25个基点，美元指数走强，离岸人民币跌破7.3关口
基金经理表示，看好A股白酒、光伏和半导体板块的长期配置价值
我的信用卡被盗刷了，怎么挂失补卡？
请问提前还款需要支付违约金吗
转账汇款一直显示处理中，什么时候到账
客户逾期90天以上，按五级分类计入次级类贷款
这只股票早盘高开低走，尾盘跳水，散户全被套牢
今天又是跌停板，庄家洗盘太狠了，明天抄底还是割肉？
公司拟定增募资不超过50亿元，用于新能源汽车电池项目
控股股东所持股份质押率高达92%，触及平仓线
证监会对公司及实际控制人立案调查，涉嫌信息披露违法违规
可转债申购中签号码出炉，转股价格12.35元/股
两融余额连续五日下降，融资买入额占比7.8%
国债期货全线收涨，10年期主力合约涨0.15%
银行理财净值化转型完成，打破刚兑之后投资者如何选择？
量化宽松和负利率政策对养老金的影响
宁德时代、比亚迪和贵州茅台市值重回万亿
私募股权基金的对赌协议到期后怎么处理
增额终身寿险的现金价值什么时候超过已交保费
该笔贷款采用等额本息方式还款，期限360个月
企业征信报告里的担保余额与资产负债率
反洗钱系统识别出可疑交易137笔，涉及受益所有人23名
ST股的退市风险警示规则调整，ETF份额净增1.3亿份
人民币中间价报7.1021，较前一交易日调贬48个基点
商业银行应当按照巴塞尔协议计算风险加权资产
经营活动现金流净额-3.2亿元，商誉减值计提4.5亿元
大宗商品价格回落，铁矿石、螺纹钢、焦煤跌幅居前
欧洲央行行长拉加德称通胀仍将维持高位
保险公司偿付能力充足率不得低于100%
P2P网贷平台跑路，投资人维权无门
花旗、高盛和摩根士丹利下调目标价至HK$38.5
社融规模存量同比增长9.1%，M2增速8.7%
房企三道红线全部达标，绿档
供应链金融与应收账款保理业务
夏普比率1.35，最大回撤-18.2%，年化收益率12.4%
小微企业主的经营贷利率降到3.2%以下
关于召开2023年第二次临时股东大会的通知
董事会审议通过回购注销部分限制性股票的议案
公司股票自2024年5月6日（星期一）开市起停牌
信用违约互换利差扩大，主权债务风险上升
你们的客服电话总是打不通，体验太差
手机银行登录不上，提示网络异常，错误代码E1001
我想把定期存款转成大额存单
为什么我的额度被降到5000元
收益率曲线倒挂是否预示着经济衰退
结婚的和尚未结婚的
他来到了网易杭研大厦
小明硕士毕业于中国科学院计算所，后在日本京都大学深造
乒乓球拍卖完了
长春市长春节致辞
南京市长江大桥
研究生命的起源
工信处女干事每月经过下属科室都要亲口交代24口交换机等技术性器件的安装工作
王小二和张三丰都姓什么
欧阳娜娜与司马相如在陆家嘴喝咖啡
我们买了一台ThinkPad X1和两部iPhone15手机
C++和c#是什么关系，11+122=133吗，PI=3.14159
B超和T恤、K线图、AA制、维生素C
哈哈哈哈哈哈哈哈、小小小、大大大、人人人、天天天天天、一一一一一
好好好好学习天天向上向上
的的的的的
一二三四五六七八九十
ABC123abc_def-ghi.jkl 99.9% 12.5.7 100%%
1.2.3.4 http://www.example.com/a?b=1&c=2
a@b.com 010-12345678 +86-138-0000-0000
ＡＢＣ　全角１２３
２０２４年，营收￥１００万
（测试）【括号】《书名号》“引号”——省略号……
々〆〇一〇㊣㐀䶵龥龦龻鿕鿖
😀涨了📈跌了📉
日本語のテキストと한국어텍스트混在
Москва и Париж в отчёте за 2023 год
naïve café Straße
犇鱻麤龘靐齉爩
龘、鿕黄世霖曾毓群、鿖黄世霖曾毓群
X
9
%
.
 前导空格和  连续   空格 结尾空格 
制表\t符和\r\n换行\n以及\u00a0不间断\u3000全角空格
中A文B英C文D混E排
3个代表、4大行、5道口、8折、双11
国泰君安证券股份有限公司首席经济学家花长春
李克强总理主持召开国务院常务会议
习近平新时代
吴晓灵周小川易纲潘功胜
黄世霖曾毓群王传福张一鸣雷军董明珠
伯克希尔哈撒韦沃伦巴菲特与查理芒格
""".strip("\n").split("\n")


def draw():
    """A generator of our own, so that no library's version changes the inputs."""
    state = 2024
    while True:
        state = (1103515245 * state + 12345) % 2147483648
        yield (state >> 8) / 8388608.0


def generated(count):
    """Words, single characters, numbers and signs behind one another without sense: cuts that compete, names unknown."""
    g = draw()
    known = sorted(word for word, seen in jieba.dt.FREQ.items() if seen > 0)
    common = sorted(known, key=lambda w: (-jieba.dt.FREQ[w], w))[:4000]
    common = [w for w in common if len(w) <= 2]
    signs = ["，", "。", " ", "1", "25%", "3.5", "A", "ETF", "-", "、", "the", "_", "."]

    def choose(of):
        return of[int(next(g) * len(of))]

    def piece():
        kind = next(g)
        if kind < 0.35:
            return choose(common)
        if kind < 0.55:
            return choose(known)
        if kind < 0.75:
            return chr(0x4E00 + int(next(g) * 0x51D6))
        if kind < 0.9:
            return choose(common)[0]
        return choose(signs)

    return ["".join(piece() for _ in range(2 + int(next(g) * 14))) for _ in range(count)]


def ends(text):
    out, at = [], 0
    for word in jieba.cut(text):
        at += len(word)
        out.append(at)
    return out


jieba.setLogLevel(logging.WARNING)
jieba.initialize()
for line in (ROOT / "src/prep/text/finance_words.txt").read_text(encoding="utf-8").splitlines():
    if line and line[0] != "#":
        jieba.add_word(*(line.split() + [SEEN])[:2])
texts = [line.replace("\\t", "\t").replace("\\r\\n", "\r\n").replace("\\n", "\n").replace("\\u00a0", "\u00a0")
         .replace("\\u3000", "\u3000") for line in written] + generated(300)
print(json.dumps([{"text": text, "ends": ends(text)} for text in texts], ensure_ascii=False).replace("}, {", "},\n{"))
