"""Lets other people's tools read what the program writes, and the program what they write.

    tests/interop --binary FILE [--tools DIR] [--work DIR] [--short] [--only WORD] [--write]

Compares with docs/interop.md: ends with 1 where a line that was right no longer is, where a line that is not right does
not say what to do, and where a tool of the page was not run. `--short` runs the tools that are installed here and lets
the others be; `--write` writes the page anew.
"""

import argparse
import sys
from pathlib import Path

import archives
import letters
import lists
import pages
import papers
import servers
from bench import Bench
from sample import ROOT, Sample
from table import fallen, lines_of, page, unsaid

PAGE = ROOT / "docs/interop.md"
PARTS = {"archives": archives, "papers": papers, "pages": pages, "letters": letters, "servers": servers, "lists": lists}

# The short form is for tools that `make test` has anyway. Fewer lines than this would prove little.
SHORT_PARTS = ("archives", "papers", "pages", "letters")
FEWEST_OF_SHORT = 25


def main():
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--binary", type=Path, required=True)
    asked.add_argument("--tools", type=Path, default=ROOT / "target/interop")
    asked.add_argument("--work", type=Path, default=ROOT / "target/interop/work")
    asked.add_argument("--short", action="store_true", help="with what is installed, without lists, Node and offices")
    asked.add_argument("--only", choices=PARTS, help="one part of the page")
    asked.add_argument("--write", action="store_true", help="write docs/interop.md anew")
    options = asked.parse_args()
    if options.write and (options.short or options.only):
        asked.error("--write needs all lines")

    options.work.mkdir(parents=True, exist_ok=True)
    bench = Bench(options.tools, options.work, options.short)
    sample = Sample(options.binary, options.work / "night").night(mail=True)
    for name, part in PARTS.items():
        if name == (options.only or name) and (name in SHORT_PARTS or not options.short):
            part.lines(bench, sample)

    before = lines_of(PAGE.read_text()) if PAGE.exists() else []
    complaints = [f"was right, is {now.verdict}: {now.artefact}, {now.tool} {now.version} {now.how}"
                  for _, now in fallen(before, bench.lines)]
    complaints += [f"does not say what to do: {line.artefact}, {line.tool} {line.how}" for line in unsaid(bench.lines)]
    if options.short:
        if len(bench.lines) < FEWEST_OF_SHORT:
            complaints.append(f"only {len(bench.lines)} lines were run")
    else:
        complaints += [f"is not installed: {tool}" for tool in sorted(bench.missing)]

    if options.write and not complaints:
        PAGE.write_text(page(bench.lines))
    for complaint in complaints:
        print(complaint)
    print(f"{len(bench.lines)} lines, {len(complaints)} complaints")
    return 1 if complaints else 0


sys.exit(main())
