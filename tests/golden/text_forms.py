"""The texts of the golden files of texts, and the forms in which they are equal."""
import unicodedata

texts = [
    "The bank raised its rates; the Bank's clients were NOT amused.",
    "Net sales rose to EUR131m from EUR76m, up 72 % a year earlier",
    "net sales fell, and the loss grew:  a bad year",
    "a b c I 7 x_y don't",
    "Straße STRASSE straße naïve café CAFÉ",
    "ＡＢＣ　ｆｕｌｌ－ｗｉｄｔｈ １２３ ﬁnance ½ ①",
    "央行下调存款准备金率，银行股大涨！",
    "银行股 央行 股市 下调",
    "rates rates rates up up",
    "",
    "   ",
    "é e\u0301 Å \u212b ㎏",
    "Москва банк МОСКВА",
    "year year year on year",
    "the loss of the bank",
    "sales, sales and more sales of the bank in the year",
]


def equal_forms(text):
    """NFKC with full case folding (The Unicode Standard 3.13, D147, without the removal of what is not seen)."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
