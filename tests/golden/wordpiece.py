"""Golden tokens of WordPiece: Hugging Face's tokenizers with BERT's normaliser and words.

    python3 tests/golden/wordpiece.py > tests/golden/wordpiece.json

The vocabulary is one that its trainer makes of the texts of this folder, with and without capitals.
"""
import json
from pathlib import Path

from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

from text_forms import texts

HERE = Path(__file__).resolve().parent
RULES = [(True, True), (False, False), (True, False), (False, True)]  # lower case, accents stripped



def golden_texts(name):
    golden = json.loads((HERE / name).read_text(encoding="utf-8"))
    return [case["text"] for case in (golden if isinstance(golden, list) else golden["cases"])]


seen = (texts + golden_texts("bpe.json")[:14] + golden_texts("segment.json"))[:130]
new = ["Unaffordable lenders' lowered rates: $5.30 + 7% = ~12^2`|<a@b>", "存款準備金率 24K線, 央行。上漲!", "a\u00adb a\u200bb a\ue000b\ufffd",
       "\u0130stanbul \u0130 ΑΣΣ ǅ ẞ \u212a", "한국어 카나다 ひらがな カタカナ が", "\uf900豈\u3400\U00020000x", "é e\u0301 ñ ǘ ệ Å क़ ำ", "naïvety",
       "x" * 100, "x" * 101, "low" * 33 + "l", "low" * 34, "the" + "\u0301" * 120, "[UNK] [CLS] ##low #low", " \t\n\r ", "",
       "a\u000bb\u0085c\u2028d\u00a0e", "😀 low 👍🏽 ❤\ufe0f", "«low» ‘low’ low—lower… low₁ ·"]


def tokenizer_of(lower, strip, vocabulary=None):
    t = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]", max_input_chars_per_word=100) if vocabulary else
                  models.WordPiece(unk_token="[UNK]"))
    t.normalizer = normalizers.BertNormalizer(clean_text=True, handle_chinese_chars=True, strip_accents=strip,
                                              lowercase=lower)
    t.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return t


tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
for lower, strip in RULES[:2]:
    trained = tokenizer_of(lower, strip)
    trained.train_from_iterator(seen, trainers.WordPieceTrainer(
        vocab_size=1000, min_frequency=1, limit_alphabet=400, show_progress=False, special_tokens=tokens[:5]))
    vocabulary = trained.get_vocab()
    tokens += [t for t in sorted(vocabulary, key=lambda t: vocabulary[t]) if t not in set(tokens)]
numbers = {token: i for i, token in enumerate(tokens)}
cases = []
for lower, strip in RULES:
    t = tokenizer_of(lower, strip, numbers)
    cases += [{"lower_case": lower, "strip_accents": strip, "text": text, "tokens": t.encode(text).ids}
              for text in (seen[:60] if (lower, strip) in RULES[:2] else []) + new]
print(json.dumps({"vocabulary": "".join(token + "\n" for token in tokens), "cases": cases},
                 ensure_ascii=False).replace("}, {", "},\n{"))
