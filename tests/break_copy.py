"""Writes broken versions of an accessible copy into a folder: what a validator must notice, one defect in each file."""

import pathlib
import re
import sys

import pikepdf

source, folder = sys.argv[1], pathlib.Path(sys.argv[2])


def elements(node):
    """All elements of the tag tree."""
    kids = node.get("/K", [])
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield kid
            yield from elements(kid)


def fonts(pdf):
    """Descriptors of all faces."""
    faces = [item for item in pdf.objects if isinstance(item, pikepdf.Dictionary)]
    return [item for item in faces if "/FontFile2" in item or "/FontFile3" in item]


def metadata(pdf, pattern, by):
    stream = pdf.Root.Metadata
    text = stream.read_bytes().decode()
    changed = re.sub(pattern, by, text, flags=re.S)
    assert changed != text, pattern
    pdf.Root.Metadata = pdf.make_stream(changed.encode(), Type=pikepdf.Name.Metadata, Subtype=pikepdf.Name.XML)


def tag_tree(pdf):
    del pdf.Root.StructTreeRoot
    del pdf.Root.MarkInfo


def marked(pdf):
    pdf.Root.MarkInfo.Marked = False


def language(pdf):
    del pdf.Root.Lang
    for element in elements(pdf.Root.StructTreeRoot):
        if "/Lang" in element:
            del element["/Lang"]


def title(pdf):
    metadata(pdf, r"<dc:title>.*?</dc:title>", "")


def shown_title(pdf):
    pdf.Root.ViewerPreferences.DisplayDocTitle = False


def alt_text(pdf):
    next(e for e in elements(pdf.Root.StructTreeRoot) if e.S == "/P").S = pikepdf.Name.Figure


def heading_order(pdf):
    next(e for e in elements(pdf.Root.StructTreeRoot) if e.S == "/H2").S = pikepdf.Name.H5


def unknown_tag(pdf):
    next(e for e in elements(pdf.Root.StructTreeRoot) if e.S == "/P").S = pikepdf.Name("/Paragraph")


def embedded_font(pdf):
    for descriptor in fonts(pdf):
        for key in ("/FontFile2", "/FontFile3"):
            if key in descriptor:
                del descriptor[key]


def unicode_map(pdf):
    for item in pdf.objects:
        if isinstance(item, pikepdf.Dictionary) and "/ToUnicode" in item:
            del item["/ToUnicode"]


def device_gray(pdf):
    """No defect: gray of the device has a meaning as long as there is an output intent."""
    pdf.pages[0].contents_add(b"/Artifact BMC q 0 g 0 0 9 9 re f Q EMC", prepend=True)


def output_intent(pdf):
    device_gray(pdf)
    del pdf.Root.OutputIntents


def untagged_content(pdf):
    pdf.pages[0].contents_add(b"q 0 g 0 0 9 9 re f Q", prepend=True)


def claim_of_archive(pdf):
    metadata(pdf, r"<pdfaid:conformance>A", "<pdfaid:conformance>B")


def claim_of_access(pdf):
    metadata(pdf, r"<pdfuaid:part>1</pdfuaid:part>", "")


def script(pdf):
    pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("1"))


def encryption(_pdf):
    """Is in the saving."""


DEFECTS = [
    tag_tree, marked, language, title, shown_title, alt_text, heading_order, unknown_tag, embedded_font, unicode_map,
    output_intent, untagged_content, claim_of_archive, claim_of_access, script, encryption,
]
for defect in DEFECTS:
    with pikepdf.open(source) as pdf:
        defect(pdf)
        lock = pikepdf.Encryption(owner="o", user="") if defect is encryption else None
        pdf.save(folder / f"{defect.__name__}.pdf", encryption=lock or False)
# What is no defect, and the tool itself, break nothing.
with pikepdf.open(source) as pdf:
    device_gray(pdf)
    pdf.save(folder / "whole.pdf")
