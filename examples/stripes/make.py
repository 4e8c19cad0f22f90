#!/usr/bin/env python3
"""Draws the pictures of the example: stripes that run across or down, of any width and colour, with noise.

    make.py [FOLDER]     FOLDER/train, valid, test with a folder of PNG files for each class; beside this file if left out
"""
import hashlib
import os
import struct
import sys
import zlib

SIDE = 96
COUNTS = {"train": 64, "valid": 16, "test": 16}


def numbers(*key):
    """Endless bytes that depend on the key alone."""
    block = 0
    while True:
        yield from hashlib.sha256(repr((key, block)).encode()).digest()
        block += 1


def picture(kind, *key):
    draw = numbers(kind, *key)
    width, start = 6 + next(draw) % 12, next(draw) % 32
    ground, colour = [next(draw) // 2 for _ in range(3)], [128 + next(draw) // 3 for _ in range(3)]
    rows = []
    for y in range(SIDE):
        row = bytearray()
        for x in range(SIDE):
            place = y if kind == "across" else x
            row += bytes(c + next(draw) % 32 for c in (colour if (place + start) // width % 2 else ground))
        rows.append(bytes(row))
    return rows


def chunk(kind, data):
    body = kind + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))


def write_png(path, rows):
    header = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 2, 0, 0, 0)
    data = zlib.compress(b"".join(b"\0" + row for row in rows))
    with open(path, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b""))


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__))
    for part, count in COUNTS.items():
        for kind in ("across", "down"):
            os.makedirs(os.path.join(folder, part, kind), exist_ok=True)
            for i in range(count // 2):
                write_png(os.path.join(folder, part, kind, f"{i:03}.png"), picture(kind, part, i))


main()
