"""What people open with a spreadsheet or a data frame, and what their programs check and receive: manifest, job ticket,
rows.csv, review.csv, report, mail."""

import csv
import datetime
import email
import email.policy
import functools
import io
import json
import re
import sys
from pathlib import Path

IMPORT = "import it with all columns as text ([vendor.md](vendor.md))"


def lines(bench, sample):
    inside = sample.bag / "data"
    tables(bench, "manifest.csv", inside / "manifest.csv", IMPORT)
    tables(bench, "rows.csv", sample.run / "rows.csv", "read it as text")
    tables(bench, "review.csv", sample.run / "review.csv", "read it as text; `review apply` wants its cells as they came")
    table_schemas(bench, inside)
    json_schemas(bench, inside)
    report(bench, sample)
    for mail in sample.mails:
        mails(bench, mail)


def text(value):
    """A cell as a text, so that 1 and 0000001 are different."""
    if value is None or value != value:
        return ""
    if isinstance(value, (datetime.date, datetime.datetime)):
        return value.isoformat()
    return str(value)


def texts(rows):
    return [[text(cell) for cell in row] for row in rows]


def tables(bench, artefact, path, note):
    """A CSV of ours in everything that opens it, as the tool does it by itself and with all columns as text."""
    with open(path, encoding="utf-8", newline="") as file:
        truth = list(csv.reader(file))
    as_text, by_itself = "all columns as text", "as it comes"

    def frame(made):
        return [list(made.columns), *texts(made.itertuples(index=False))]

    def pandas(**settings):
        import pandas as library
        return frame(library.read_csv(path, **settings))

    def polars(**settings):
        import polars as library
        made = library.read_csv(path, **settings)
        return [made.columns, *texts(made.rows())]

    def pyarrow(**settings):
        from pyarrow import csv as library
        made = library.read_csv(path, convert_options=library.ConvertOptions(**settings))
        return [made.column_names, *texts(zip(*made.to_pydict().values()))]

    def duckdb(**settings):
        import duckdb as library
        made = library.connect().read_csv(str(path), **settings)
        return [made.columns, *texts(made.fetchall())]

    def csvkit(*flags):
        """It sorts, by the first column as it takes it; the rows are put back into the order of the file."""
        sort = Path(sys.executable).with_name("csvsort")
        header, *rows = csv.reader(io.StringIO(bench.run(sort, *flags, path).decode()))
        return [header, *(sorted(rows) if sorted(rows) != sorted(truth[1:]) else truth[1:])]

    def miller(*flags):
        said = bench.run("mlr", *flags, "--icsv", "--ocsv", "--quote-original", "cat", path)
        return list(csv.reader(io.StringIO(said.decode())))

    def line(tool, read, how):
        bench.line(artefact, tool, truth, read, how, note)

    def by_r(how):
        return json.loads(bench.r("read", how, path))

    import pyarrow as arrow
    columns = {name: arrow.string() for name in truth[0]}
    line("python:pandas", pandas, by_itself)
    line("python:pandas", lambda: pandas(dtype=str, keep_default_na=False), as_text)
    line("python:polars", polars, by_itself)
    line("python:polars", lambda: polars(infer_schema=False), as_text)
    line("python:pyarrow", pyarrow, by_itself)
    line("python:pyarrow", lambda: pyarrow(column_types=columns, strings_can_be_null=False), as_text)
    line("python:duckdb", duckdb, by_itself)
    line("python:duckdb", lambda: duckdb(all_varchar=True), as_text)
    line("python:csvkit", csvkit, "csvsort, " + by_itself)
    line("python:csvkit", lambda: csvkit("--no-inference"), "csvsort, " + as_text)
    line("debian:miller", miller, by_itself)
    line("node:papaparse", lambda: bench.node("read.mjs", "papaparse", path), by_itself)
    line("node:papaparse", lambda: bench.node("read.mjs", "papaparse", path, "typed"), "`dynamicTyping`")
    line("node:csv-parse", lambda: bench.node("read.mjs", "csv-parse", path), by_itself)
    line("node:xlsx", lambda: bench.node("read.mjs", "xlsx", path), by_itself)
    line("node:xlsx", lambda: bench.node("read.mjs", "xlsx", path, "raw"), "`raw`")
    line("node:xlsx", lambda: bench.node("read.mjs", "xlsx", path, "string"), "`raw`, from a string")
    for name in ("readr", "data.table"):
        line(f"debian:r-cran-{name}", lambda name=name: by_r(name), by_itself)
        line(f"debian:r-cran-{name}", lambda name=name: by_r(f"{name} text"), as_text)
    # Format 2 is text; of a column that is not named LibreOffice decides by itself.
    every = "/".join(f"{place}/2" for place in range(1, len(truth[0]) + 1))
    line("debian:libreoffice-calc", lambda: by_libreoffice(bench, path, "44,34,76"), by_itself)
    line("debian:libreoffice-calc", lambda: by_libreoffice(bench, path, f"44,34,76,1,{every}"), as_text)
    line("debian:gnumeric", lambda: by_gnumeric(bench, path), by_itself)


def by_libreoffice(bench, path, filter_):
    folder = bench.scratch("libreoffice")
    profile = f"-env:UserInstallation=file://{folder}/profile"
    bench.run("soffice", profile, "--headless", f"--infilter=Text - txt - csv (StarCalc):{filter_}",
              "--convert-to", "xlsx", "--outdir", folder, path)
    return by_openpyxl(folder / f"{path.stem}.xlsx")


def by_gnumeric(bench, path):
    made = bench.scratch("gnumeric") / "book.xlsx"
    bench.run("ssconvert", path, made)
    return by_openpyxl(made)


def by_openpyxl(book):
    from openpyxl import load_workbook
    return texts(load_workbook(book, read_only=True).worksheets[0].iter_rows(values_only=True))


def table_schemas(bench, inside):
    """The manifest, and the examples of what comes back, each by the schema that comes with it."""
    table_schema(bench, inside / "manifest.csv", inside / "schema/manifest.schema.json")
    for name in ("production", "returns"):
        path, = inside.glob(f"receipts/*.{name}.csv")
        table_schema(bench, path, inside / f"schema/{name}.schema.json")


def table_schema(bench, path, schema):
    """A table, checked and cast by its schema: what a row becomes."""
    with open(path, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    named = json.loads(schema.read_text())["fields"]
    truth = [{field["name"]: cast(field["type"], row[field["name"]]) for field in named} for row in rows]

    def frictionless():
        from frictionless import Resource, Schema, system
        with system.use_context(trusted=True):
            resource = Resource(path=str(path), schema=Schema.from_descriptor(str(schema)))
            if not resource.validate().valid:
                raise ValueError("not valid")
            return [row.to_dict() for row in resource.read_rows()]

    def tableschema():
        from tableschema import Table
        return Table(str(path), schema=str(schema)).read(keyed=True)

    bench.line(schema.name, "python:frictionless", truth, frictionless)
    bench.line(schema.name, "python:tableschema", truth, tableschema)


def cast(kind, cell):
    if cell == "":
        return None
    return {"integer": int, "date": datetime.date.fromisoformat}.get(kind, str)(cell)


def json_schemas(bench, inside):
    """The job ticket, and the examples of what comes back, each by the schema that comes with it."""
    json_schema(bench, inside / "job.json", inside / "schema/job.schema.json", {
        "without": lambda job: job.pop("counts"),
        "unknown": lambda job: job.update(colours=4),
        "short": lambda job: job.update(job="25000"),
        "no-part": lambda job: job.update(part=0),
        "words": lambda job: job["counts"].update(letters="many"),
        "no-date": lambda job: job["posting"].update(earliest="next week"),
    })
    back = {
        "without": lambda said: said.pop("parts"),
        "unknown": lambda said: said["parts"][0].update(colours=4),
        "short": lambda said: said.update(job="25000"),
        "empty": lambda said: said["parts"].clear(),
    }
    ack = {"half-a-hash": lambda said: said["parts"][0].update(sha256="7f83")}
    stopped = {"other-word": lambda said: said["parts"][0].update(answer="perhaps"),
               "no-part": lambda said: said["parts"][0].update(part=0)}
    for name, more in (("ack", ack), ("stopped", stopped)):
        path, = inside.glob(f"receipts/*.{name}.json")
        json_schema(bench, path, inside / f"schema/{name}.schema.json", back | more)


def json_schema(bench, path, schema, faults):
    """A validator is right when it takes the file and refuses it with each of the faults."""
    files = [path, *spoilt(path, faults, bench.scratch("spoilt"))]
    truth = [True] + [False] * len(faults)
    loaded = [json.loads(file.read_text()) for file in files]
    rules = json.loads(schema.read_text())

    def with_jsonschema():
        import jsonschema
        kind = jsonschema.validators.validator_for(rules, default=jsonschema.Draft202012Validator)
        kind.check_schema(rules)
        return [kind(rules).is_valid(said) for said in loaded]

    def with_rust():
        import jsonschema_rs
        return [jsonschema_rs.is_valid(rules, said) for said in loaded]

    def with_fast():
        import fastjsonschema
        check = fastjsonschema.compile(rules)

        def valid(said):
            try:
                check(said)
            except fastjsonschema.JsonSchemaValueException:
                return False
            return True

        return [valid(said) for said in loaded]

    def line(tool, read, how="", note=""):
        bench.line(schema.name, tool, truth, read, how, note)

    line("python:jsonschema", with_jsonschema)
    line("python:jsonschema-rs", with_rust)
    line("python:fastjsonschema", with_fast)
    for name, package in (("ajv", "ajv"), ("ajv-2020", "ajv"), ("djv", "djv"), ("jsonschema", "jsonschema"),
                          ("is-my-json-valid", "is-my-json-valid")):
        how = "draft 2020-12" if name == "ajv-2020" else ""
        note = "it takes known names of an inner object for unknown ones: use Ajv" if name == "djv" else ""
        line(f"node:{package}", functools.partial(bench.node, "read.mjs", name, schema, *files), how, note)


def spoilt(path, faults, folder):
    """The file with one fault each, as files."""
    for name, spoil in faults.items():
        said = json.loads(path.read_text())
        spoil(said)
        file = folder / f"{name}.json"
        file.write_text(json.dumps(said))
        yield file


def report(bench, sample):
    """The page as a checker of HTML and two parsers see it."""
    page = sample.run / "report.html"
    shown = re.sub(r"<[^>]+>", " ", page.read_text()).count("letters")

    def html5lib():
        import html5lib as library
        found = library.HTMLParser(strict=True, namespaceHTMLElements=False).parse(page.read_text())
        return " ".join(found.itertext()).count("letters")

    def lxml():
        from lxml import html
        return html.parse(str(page)).getroot().text_content().count("letters")

    def checker():
        jar = bench.tools / "node/node_modules/vnu-jar/build/dist/vnu.jar"
        bench.run("java", "-jar", jar, "--errors-only", page)
        return shown

    bench.line("report.html", "python:html5lib", shown, html5lib, "strict")
    bench.line("report.html", "python:lxml", shown, lxml)
    bench.line("report.html", "node:vnu-jar", shown, checker, "the checker of validator.w3.org, no errors")


def mails(bench, mail):
    """The summary mail. The truth is what Python's own library finds; the CRLF of a mail may come as LF."""
    def lf(text):
        return text.strip().replace("\r\n", "\n")

    message = email.message_from_bytes(mail, policy=email.policy.default)
    plain, page = message.get_body(("plain",)).get_content(), message.get_body(("html",)).get_content()
    truth = {"subject": message["subject"], "from": "breachpost@example.org", "to": "operations@example.org",
             "text": lf(plain), "html": lf(page)}

    def mailparser():
        seen = bench.node("read.mjs", "mailparser", given=mail)
        return seen | {"text": lf(seen["text"]), "html": lf(seen["html"])}

    def mail_parser():
        import mailparser as library
        seen = library.parse_from_bytes(mail)
        return {"subject": seen.subject, "from": seen.from_[0][1], "to": seen.to[0][1],
                "text": lf(seen.text_plain[0]), "html": lf(seen.text_html[0])}

    def spam():
        """Two points are a fifth of what gets a mail thrown away; a mail in plain order has fewer."""
        said = bench.run("spamassassin", "--local", "--test-mode", given=mail).decode()
        return float(re.search(r"^X-Spam-Status: .*score=(-?[\d.]+)", said, re.M)[1]) < 2

    bench.line("summary mail", "node:mailparser", truth, mailparser)
    bench.line("summary mail", "python:mail-parser", truth, mail_parser,
               note="it leaves the line ends of a folded subject in it")
    bench.line("summary mail", "debian:spamassassin", True, spam, "local tests, under 2 points")
