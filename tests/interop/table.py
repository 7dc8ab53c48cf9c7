"""docs/interop.md: the lines as tables, and back."""

from collections import defaultdict

from bench import RIGHT, Line

HEAD = """# Who reads what

Everything that the program hands out, read by the tools that people use for it, and lists from the programs that people
write them with. `make interop-test` makes this page: it installs the tools in the versions below, lets each read the
sample's package, compares every value with what it should be, and fails where a line that was right no longer is. Do not
edit it by hand.

**right**: the tool reads the same values. **wrong without a word**: it ends well and has other values; do not use it this
way. **refused**: it says that it cannot. {count}

The vendor's page has what to do with a package ([vendor.md](vendor.md)), [inputs.md](inputs.md) what a list may be.
"""

COLUMNS = ["tool", "version", "how", "", "what to do"]


def page(lines):
    """The whole page; the lines keep the order in which they were made."""
    by_artefact = defaultdict(list)
    for line in lines:
        by_artefact[line.artefact].append(line)

    counted = defaultdict(int)
    for line in lines:
        counted[line.verdict] += 1
    count = f"{len(lines)} lines: " + ", ".join(f"{number} {verdict}" for verdict, number in sorted(counted.items())) + "."

    parts = [HEAD.format(count=count)]
    for artefact, found in by_artefact.items():
        rows = [COLUMNS, ["---"] * len(COLUMNS)]
        rows += [[line.tool, line.version, line.how, shown(line.verdict), line.note] for line in found]
        parts.append(f"## {artefact}\n\n" + "\n".join(f"| {' | '.join(row)} |" for row in rows) + "\n")
    return "\n".join(parts)


def shown(verdict):
    return verdict if verdict == RIGHT else f"**{verdict}**"


def lines_of(text):
    """The lines of a page that was written by `page`."""
    lines, artefact = [], None
    for row in text.splitlines():
        if row.startswith("## "):
            artefact = row.removeprefix("## ")
        elif artefact and row.startswith("| ") and not row.startswith(("| tool |", "| --- |")):
            tool, version, how, verdict, note = (cell.strip() for cell in row.strip("|").split("|"))
            lines.append(Line(artefact, tool, version, how, verdict.strip("*"), note))
    return lines


def fallen(before, after):
    """Lines that were right and no longer are, with both of their states; a tool that was not run is not among them."""
    now = {line.key: line for line in after}
    return [(line, now[line.key]) for line in before
            if line.verdict == RIGHT and line.key in now and now[line.key].verdict != RIGHT]


def unsaid(lines):
    """Lines that are not right and do not say what to do."""
    return [line for line in lines if line.verdict != RIGHT and not line.note]
