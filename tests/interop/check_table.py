"""The harness can fail: a reading that differs is wrong, one that raises is refused, and a line that falls is named."""

import tempfile
from pathlib import Path

from bench import REFUSED, RIGHT, WRONG, Bench, Line
from table import fallen, lines_of, page, unsaid


def refuse():
    raise ValueError("cannot read this")


bench = Bench(Path("nowhere"), tempfile.gettempdir())
for name, read in (("equal", lambda: [["1"]]), ("other", lambda: [["2"]]), ("refusing", refuse)):
    bench.line("list", "python:pip", [["1"]], read, name, "do not use it")
bench.line("list", "python:no-such-package", [], list)
bench.line("list", "node:no-such-package", [], list)
assert [line.verdict for line in bench.lines] == [RIGHT, WRONG, REFUSED], bench.lines
assert bench.missing == {"python:no-such-package", "node:no-such-package"}

before = lines_of(page(bench.lines))
assert before == bench.lines, "the page does not say what was found"
assert fallen(before, bench.lines) == []

right = before[0]
for verdict in (WRONG, REFUSED):
    now = Line(right.artefact, right.tool, "another version", right.how, verdict, "")
    assert fallen(before, [now]) == [(right, now)], f"a line that is {verdict} now is not named"
    assert unsaid([now]) == [now]
print("right, wrong and refused are told apart")
