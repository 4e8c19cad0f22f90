#!/usr/bin/env python3
"""Makes the table by which Chinese text is cut into words (src/prep/text/segment.c says how it is laid out).

    tools/make-segment-table.py JIEBA WORDS OUT

JIEBA is the folder of jieba's dict.txt and prob_*.py, WORDS our own list of words, OUT the table. Its bytes are the
same on every machine: logarithms are rounded correctly, and nothing depends on an order that Python does not promise.
"""
import ast
import hashlib
import struct
import sys
from collections import Counter
from decimal import Decimal, getcontext
from pathlib import Path

SEEN = 20  # how often a word of ours counts as seen, beside 60 million of the dictionary
IMPOSSIBLE = -3.14e100  # jieba's logarithm of 0
WINDOW, TRIES = 4096, 64  # how far and how often the first room is looked for
STATES = "BEMS"  # a character begins a word, ends it, is in its middle, is one by itself


def read_words(dictionary, own):
    """Frequency by word, and the sum of all: of a word's two lines the later one holds, and both count in the sum."""
    frequency, total = {}, 0
    lines = [line.split()[:2] for line in dictionary.read_text(encoding="utf-8").splitlines()]
    own_lines = own.read_text(encoding="utf-8").splitlines()
    lines += [(line.split() + [SEEN])[:2] for line in own_lines if line and line[0] != "#"]
    for word, seen in lines:
        frequency[word] = int(seen)
        total += int(seen)
    return frequency, total


def read_states(folder):
    def table(name):
        text = (folder / f"prob_{name}.py").read_text(encoding="utf-8")
        return ast.literal_eval(text[text.index("P=") + 2:])

    start, trans, emit = table("start"), table("trans"), table("emit")
    moves = [trans[a].get(b, IMPOSSIBLE) for a in STATES for b in STATES]
    emissions = {c: [emit[s].get(c, IMPOSSIBLE) for s in STATES] for c in sorted(set().union(*emit.values()))}
    return [start[s] for s in STATES], moves, emissions


def make_trie(frequency, code_of, value_of):
    """Nodes as (children by code, value)."""
    root = [{}, 0]
    for word in sorted(frequency):
        node = root
        for character in word:
            node = node[0].setdefault(code_of[character], [{}, 0])
        node[1] = value_of[frequency[word]]
    return root


class Bits:
    """Many bits, all 1 at first."""

    def __init__(self, count):
        self.bytes = bytearray(b"\xff" * (count // 8 + 1))

    def clear(self, at):
        self.bytes[at >> 3] &= ~(1 << (at & 7))

    def window(self, at):
        """The bits from `at` on, a few thousand of them, as one number."""
        return int.from_bytes(self.bytes[at >> 3:(at >> 3) + WINDOW // 8], "little") >> (at & 7)


def place(root):
    """A double array (Aoe 1989): child c of a node stands at base + c. No two nodes share a base, so that the code
    that a place holds proves whose child it is. Nodes with many children go first, each to the first room there is."""
    nodes, parents = [root], []
    for node in nodes:
        if node[0]:
            parents.append(node)
            nodes.extend(node[0].values())
    parents.sort(key=lambda node: -len(node[0]))
    places, bases, of = Bits(2 * len(nodes) + 2 ** 17), Bits(2 * len(nodes) + 2 ** 17), {}
    bases.clear(0)
    start, failures, children = 0, 0, 0
    for node in parents:
        if len(node[0]) != children:
            start, failures, children = 0, 0, len(node[0])
        at, rooms = start, 0
        while not rooms:
            rooms = bases.window(at)
            for code in node[0]:
                rooms &= places.window(at + code)
                if not rooms:
                    failures += at == start
                    at += WINDOW - 8
                    break
        if failures > TRIES:  # what lies there has no room for as many
            start, failures = start + WINDOW - 8, 0
        base = at + (rooms & -rooms).bit_length() - 1
        bases.clear(base)
        for code in node[0]:
            places.clear(base + code)
        of[id(node)] = base
    units = {0: (of[id(root)], 0, 0)}
    for node in parents:
        for code, child in node[0].items():
            units[of[id(node)] + code] = (of.get(id(child), 0), code, child[1])
    free = (0, 0, 0)
    return [units.get(i, free) for i in range(max(units) + 1)]


def main():
    getcontext().prec = 40
    jieba, words, out = (Path(argument) for argument in sys.argv[1:])
    frequency, total = read_words(jieba / "dict.txt", words)
    start, moves, emissions = read_states(jieba)
    log_total = float(Decimal(total).ln())
    frequencies = sorted(set(frequency.values()))
    # By value; 0 is a single character that is no word: as if seen once.
    logarithms = [float(Decimal(f).ln()) - log_total for f in [1] + frequencies]
    value_of = {f: i for i, f in enumerate(frequencies, 1)}
    # Codes from 1, the smaller the more often they continue a word: the double array is the denser.
    often = Counter(prefix[-1] for prefix in {word[:i] for word in frequency for i in range(1, len(word) + 1)})
    code_of = {c: i for i, c in enumerate(sorted(often.keys() | emissions.keys(), key=lambda c: (-often[c], c)), 1)}
    units = place(make_trie(frequency, code_of, value_of))
    codes = [0] * (max(map(ord, code_of)) + 1)
    for c, code in code_of.items():
        codes[ord(c)] = code

    doubles = logarithms + start + moves + [p for c in code_of for p in emissions.get(c, [IMPOSSIBLE] * 4)]
    body = struct.pack(f"<{len(doubles)}d", *doubles)
    body += b"".join(struct.pack("<iHH", *unit) for unit in units)
    body += struct.pack(f"<{len(codes)}H", *codes)
    digest = hashlib.sha256(body).hexdigest()[:16]
    counts = struct.pack("<4i", len(logarithms), len(code_of), len(units), len(codes))
    out.write_bytes(digest.encode().ljust(24, b"\0") + counts + body)


main()
