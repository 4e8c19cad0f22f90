"""Golden byte pair encodings: Hugging Face's tokenizers, byte level, trained on the texts of this folder and ours below.

    python3 tests/golden/bpe.py > tests/golden/bpe.json

`merges` is what training leaves with 900 tokens and pairs seen twice or more; a case is a text, its words and its
tokens with these merges.
"""
import json
from pathlib import Path

from tokenizers import Tokenizer, models, pre_tokenizers, trainers

from text_forms import texts

HERE = Path(__file__).resolve().parent
written = r"""
The bank's clients aren't amused: they've seen rates rise, and they'll see them rise again.
I'm sure that you'd say it's the central bank's fault, we're told; 'tis so, it isn't.
Net sales rose to EUR131m from EUR76m in 2007, up 72.4 % on the year 2006's 1,234,567.89.
    if (rate > 0.05) {\n\treturn principal * (1 + rate);\n    }
Loans, lending, lender, lenders, lent; borrowing, borrower, borrowers, borrowed.
low low low low low lower lower newest newest newest newest newest newest widest widest widest
aaaa aaaaa aaaaaa abababab abababa bababab
  two blanks,   three,\n\nlines,\n \n  and blanks at the end   
\u00a0\u3000 blanks of other kinds\u2003\u2028x\r\n\ty
Zinsänderungsrisiko, Überschuß, naïve, façade, señor, Ελλάδα, Россия, עברית, العربية, ไทย, ½ ² Ⅷ ٣
😀😀 👍🏽 — – … “quotes” «guillemets» ™ ® \u00ad\u0001\u007f
he'S SHE'LL 's ' s ''s 'r 're're
""".strip("\n").split("\n")


def unescaped(line):
    return json.loads('"' + line.replace('"', '\\"') + '"')


def chinese():
    cases = json.loads((HERE / "segment.json").read_text(encoding="utf-8"))
    return [case["text"] for case in cases[:90]]


seen = [unescaped(line) for line in written] + texts + chinese()
new = ["Lenders lowered the lowest rates, weren't they?", "存款准备金率再次下调，银行股上涨。", "𝔘𝔫𝔰𝔢𝔢𝔫 \u0378\ue000 characters",
       "a", " ", "", "\n", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "中" * 40]

tokenizer = Tokenizer(models.BPE())
tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
tokenizer.train_from_iterator(seen, trainers.BpeTrainer(
    vocab_size=900, min_frequency=2, show_progress=False, initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
merges = json.loads(tokenizer.to_str())["model"]["merges"]
byte_of = {letter: byte for byte, letter in zip(
    list(range(33, 127)) + list(range(161, 173)) + list(range(174, 256)) +
    [b for b in range(256) if b < 33 or 127 <= b <= 160 or b == 173],
    [chr(b) for b in list(range(33, 127)) + list(range(161, 173)) + list(range(174, 256))] +
    [chr(256 + n) for n in range(68)])}


def words(text):
    return [bytes(byte_of[c] for c in word).decode() for word, _ in tokenizer.pre_tokenizer.pre_tokenize_str(text)]


print(json.dumps({
    "trained_on": len(seen), "merges": "".join(f"{left} {right}\n" for left, right in merges),
    "cases": [{"text": text, "words": words(text), "tokens": tokenizer.encode(text).ids} for text in seen + new]},
    ensure_ascii=False).replace("}, {", "},\n{"))
