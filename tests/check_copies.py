"""Validates PDF files against PDF/A-2a and PDF/UA-1 with page-validation, which shares no code with the writer (its parser
is lopdf) and is held by its makers against the corpora of veraPDF and Isartor. Prints the rules that each file breaks."""

import json
import re
import sys

import page


def lengths_are_right(path):
    """Whether each stream has as many bytes as it says. The validator takes a carriage return that ends a stream's data
    for a part of the line end behind it and then calls the length wrong; ISO 32000-1 7.3.8.1 lets data end in any byte."""
    data = open(path, "rb").read()
    found = re.finditer(rb"/Length (\d+)(?: /[^>]*|[^>]*)>>\s*stream\r?\n", data)
    tails = [data[head.end() + int(head[1]) :][:10] for head in found]
    return len(tails) == data.count(b"endstream") and all(tail == b"\nendstream" for tail in tails)


broken = {}
for path in sys.argv[1:]:
    rules = set()
    for profile in ("2a", "ua1"):
        report = page.validate_pdf(path, profile=profile)
        rules |= {failure.rule_id for failure in report.failures}
        assert report.is_compliant == (not report.failures), path
    if "PDFA2A-STREAM-LENGTH-001" in rules and lengths_are_right(path):
        rules.remove("PDFA2A-STREAM-LENGTH-001")
    if rules:
        broken[path] = sorted(rules)
print(json.dumps(broken))
