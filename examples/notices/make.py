"""Writes FOLDER/notices.csv: short notices of a lender, each of a payment that came in time or late.

    python3 make.py FOLDER

The order of the words decides ("late, not paid" is late, "paid, not late" is not), so counting words is not enough.
"""
import os
import sys

state = 7


def draw(n):
    global state
    state = (1103515245 * state + 12345) % 2147483648
    return (state >> 12) % n


OPENINGS = ["dear client", "account 4711", "notice", "reminder for you", "hello"]
SUBJECTS = ["the rent", "your loan", "an invoice", "the card", "this month"]
ENDINGS = ["thank you", "please call us", "no reply is needed", "with kind regards", ""]
PAIRS = [("late", "paid"), ("overdue", "settled"), ("missing", "received")]


def notice():
    late, good = PAIRS[draw(3)]
    is_late = draw(2)
    first, second = (late, good) if is_late else (good, late)
    words = [OPENINGS[draw(5)], SUBJECTS[draw(5)], "is", first, "not", second, ENDINGS[draw(5)]]
    return " ".join(w for w in words if w), is_late


with open(os.path.join(sys.argv[1], "notices.csv"), "w") as out:
    out.write("text,late,part\n")
    for part, count in (("train", 1200), ("valid", 400), ("test", 400)):
        for _ in range(count):
            out.write("%s,%d,%s\n" % (*notice(), part))
