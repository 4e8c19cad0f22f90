#!/usr/bin/env python3
"""What the machine can say about the sources, so that no reviewer has to.

Each rule is one function that takes a File and yields (line, what is wrong); `RULES` lists them.
"""
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOUSE = "base compute graph nn trees data prep eval words train model tune explain report bundle pipeline cli".split()
LINES_MAX = 600
FUNCTION_LINES_MAX = 60
COLUMNS_MAX = 120
SELF = "tools/check-sources.py"


class File:
    def __init__(self, path):
        self.path = path
        self.text = (ROOT / path).read_text(encoding="utf-8", errors="replace")
        self.lines = self.text.split("\n")
        self.is_c = path.endswith((".c", ".h"))
        self.is_ours_in_c = self.is_c and path.startswith(("src/", "include/"))
        # Without comments and the contents of strings, line by line, for rules about code.
        self.code = self.without_comments().split("\n") if self.is_c else self.lines

    def without_comments(self):
        def blank(match):
            text = match.group(0)
            if text.startswith("/"):
                return re.sub(r"[^\n]", " ", text)
            return text[0] + re.sub(r"[^\n]", "_", text[1:-1]) + text[-1]

        pattern = r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\''
        includes = re.compile(r"^\s*#\s*include[^\n]*", re.M)
        kept = includes.findall(self.text)
        code = re.sub(pattern, blank, self.text, flags=re.S)
        lines = code.split("\n")
        for number, line in enumerate(self.lines):
            if line.strip() in [k.strip() for k in kept]:
                lines[number] = line
        return "\n".join(lines)


def order_of_the_folders(file):
    """A folder includes only headers of itself and of the folders above it."""
    match = re.match(r"src/(\w+)/", file.path)
    if not file.is_c or not match or match.group(1) not in HOUSE:
        return
    own = HOUSE.index(match.group(1))
    for number, line in enumerate(file.code, 1):
        include = re.match(r'\s*#\s*include\s+"(?:src/)?(\w+)/', line)
        if include and include.group(1) in HOUSE and HOUSE.index(include.group(1)) > own:
            yield number, f"{HOUSE[own]}/ includes from {include.group(1)}/, which is below it"


def one_maker_of_failures(file):
    """Only lj_fail makes a failure: no `return LJ_E...` and no `status = LJ_E...` by hand."""
    if not file.is_ours_in_c:
        return
    for number, line in enumerate(file.code, 1):
        if re.search(r"\breturn\s+\(?LJ_E[A-Z]+\b", line) or re.search(r"\bstatus\s*=\s*LJ_E[A-Z]+\b", line):
            yield number, "a failure that lj_fail did not make"


def one_allocator(file):
    """malloc and its kin are called in base/memory.c alone."""
    if not file.is_ours_in_c or file.path == "src/base/memory.c":
        return
    for number, line in enumerate(file.code, 1):
        match = re.search(r"(?<![\w.>])(malloc|calloc|realloc|free|strdup|strndup|aligned_alloc|posix_memalign)\s*\(", line)
        if match and "realpath" not in file.lines[number - 1]:  # the C library's own block goes back to it
            yield number, f"{match.group(1)}(): memory comes from lianjin/memory.h"


def one_arithmetic(file):
    """No function of libm that may round as it likes, and nothing that reorders sums."""
    if not file.is_ours_in_c:
        return
    free = r"(?<![\w.>])(exp2?|expm1|log|log2|log10|log1p|tanh|sinh|cosh|pow|sin|cos|tan|erfc?|tgamma|lgamma|cbrt|hypot)f?\s*\("
    for number, line in enumerate(file.code, 1):
        match = re.search(free, line)
        if match and not line.lstrip().startswith("#"):
            yield number, f"{match.group(1)}() of libm rounds as it likes: use lianjin/math.h"
        if re.search(r"#\s*pragma\s+omp|ffast-math", line):
            yield number, "no OpenMP and no fast-math"


def nothing_left_to_do(file):
    """No TODO, FIXME or XXX."""
    if file.path == SELF:
        return
    for number, line in enumerate(file.lines, 1):
        if re.search(r"\b(TODO|FIXME|XXX)\b", line):
            yield number, "a thing left to do: do it, or file an issue"


def no_path_of_a_machine(file):
    """Nothing names a folder of one person's machine."""
    if file.path == SELF:
        return
    for number, line in enumerate(file.lines, 1):
        if re.search(r"(?<![\w.])/(home|work|root|Users)/\w", line):
            yield number, "a path of one machine"


def size_of_a_file(file):
    """A source file of more than 600 lines wants to be two; a table of test cases may be as long as it likes."""
    if file.path.endswith("_cases.h"):
        return
    if file.path.endswith((".c", ".h", ".py", ".ts", ".tsx", ".sh", ".cmake")) and len(file.lines) > LINES_MAX + 1:
        yield len(file.lines), f"{len(file.lines) - 1} lines, more than {LINES_MAX}"


def size_of_a_function(file):
    """A function of more than 60 lines wants a name for its middle; a kernel, whose middle is its loop, may be longer."""
    if not file.is_c or file.path.startswith("src/compute/kernels/") or not file.path.startswith(("src/", "tests/", "bench/")):
        return
    start = None
    for number, line in enumerate(file.code, 1):
        if line.startswith("{"):
            start = number
        elif line.startswith("}") and start is not None:
            if number - start - 1 > FUNCTION_LINES_MAX and line.rstrip() == "}":
                yield start, f"a function of {number - start - 1} lines, more than {FUNCTION_LINES_MAX}"
            start = None


def width_of_a_line(file):
    """At most 120 columns of C (a comment behind code may pass them), no tabs in it, no blanks at the end of a line."""
    if not file.is_c:
        return
    for number, line in enumerate(file.lines, 1):
        code = file.code[number - 1].rstrip()
        if len(code) > COLUMNS_MAX:
            yield number, f"{len(code)} columns, more than {COLUMNS_MAX}"
        if "\t" in line:
            yield number, "a tab"
        if line != line.rstrip():
            yield number, "blanks at the end of the line"


RULES = [
    order_of_the_folders,
    one_maker_of_failures,
    one_allocator,
    one_arithmetic,
    nothing_left_to_do,
    no_path_of_a_machine,
    size_of_a_file,
    size_of_a_function,
    width_of_a_line,
]
TEXT = (".c", ".h", ".S", ".py", ".sh", ".cmake", ".txt", ".md", ".json", ".yaml", ".yml", ".ts", ".tsx", ".css", ".html")


def committed_files():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True).stdout
    paths = [path for path in listed.decode().split("\0") if path and (ROOT / path).is_file()]
    return [p for p in paths if (p.endswith(TEXT) or "." not in Path(p).name) and not p.endswith("package-lock.json")]


def main():
    found = 0
    for path in committed_files():
        file = File(path)
        for rule in RULES:
            for line, what in rule(file):
                found += 1
                print(f"{path}:{line}: {what} [{rule.__name__}]")
    print(f"{found} found" if found else "the sources keep the rules")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
