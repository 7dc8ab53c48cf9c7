"""Lists in: the same inbox, written by everybody's programs, must end in the same account as its CSV."""

import csv
import datetime
import functools
import io
import json
import shutil

from bench import Refused
from sample import Sample, people

PEOPLE, SEED = 150, 7
DATES = {"birth_date", "sample_date", "deceased_on", "since", "confirmed_on", "partner_ended"}
NUMBERS = {"bsn", "house_number"}
GNUMERIC = "it makes numbers of texts on the way, and the rows are held with a code; import as text"
TEXT, TYPED = "all cells text", "dates and numbers as such"


def lines(bench, sample):
    inbox = people(sample.binary, PEOPLE, SEED)
    try:
        lists = {path.stem: read(path) for path in sorted(inbox.glob("*.csv"))}
        truth = account(bench, sample, inbox)
        for writer in writers(bench):
            tool, suffix, how, write, note = writer
            bench.line(f"list in ({suffix})", tool, truth,
                       lambda write=write: held_or(truth, written(bench, sample, lists, write)), how, note)
    finally:
        shutil.rmtree(inbox)


def read(path):
    with open(path, encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    return header, rows


def written(bench, sample, lists, write):
    """Writes all lists with one program and plays a night on them."""
    inbox = bench.scratch("inbox")
    for name, (header, rows) in lists.items():
        write(inbox / name, header, rows)
    assert len(list(inbox.iterdir())) == len(lists), "a list was not written"
    return account(bench, sample, inbox)


def account(bench, sample, inbox):
    """Every exposure row with its code and whether it got a letter, and how many letters there are.

    Pseudonyms, letter ids and which of a person's rows leads a letter differ: each ledger has a key of its own.
    """
    night = Sample(sample.binary, bench.work / "list-night", inbox).night()
    with open(night.run / "rows.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    letters = sum(row["state"] == "letter" for row in rows)
    return [letters, *sorted([row["file"].split(".")[0], int(row["row"]), row["record_id"],
                              "letter" if row["state"] == "merged" else row["state"], row["code"]] for row in rows)]


def held_or(truth, seen):
    """Rows that are set aside with a code where they should have got a letter are refused, not wrong without a word."""
    differ = [row for row, other in zip(seen[1:], truth[1:]) if row != other]
    if differ and len(seen) == len(truth) and all(state in ("review", "rejected") for *_, state, _ in differ):
        raise Refused(f"{len(differ)} rows are held: {sorted({code for *_, code in differ})}")
    return seen


def typed(header, row):
    """A row as a program holds it that knows dates and numbers; what is neither stays text."""
    cells = []
    for name, cell in zip(header, row):
        try:
            if name in DATES:
                cells.append(datetime.date.fromisoformat(cell))
                continue
            if name in NUMBERS:
                cells.append(int(cell))
                continue
        except ValueError:
            pass
        cells.append(cell or None)
    return cells


def writers(bench):
    """Tool, kind of file, how it is used, how it writes one list, and what to do where it does not work."""
    yield from csv_writers(bench)
    yield from workbook_writers(bench)
    yield from parquet_writers()
    yield from node_writers(bench)
    yield from r_writers(bench)


def frame(header, rows):
    import pandas
    return pandas.DataFrame(rows, columns=header, dtype=str)


def typed_frame(header, rows):
    """pandas with columns of dates and numbers; a cell that is neither makes the whole column text."""
    import pandas
    columns = {}
    for place, name in enumerate(header):
        cells = [typed([name], [row[place]])[0] for row in rows]
        whole = all(cell is None or not isinstance(cell, str) for cell in cells)
        if name in NUMBERS and whole:
            columns[name] = pandas.array(cells, dtype="Int64")
        elif name in DATES and whole:
            columns[name] = pandas.array(cells, dtype="object")
        else:
            columns[name] = pandas.array([row[place] for row in rows], dtype="str")
    return pandas.DataFrame(columns)


def csv_writers(bench):
    def pandas(path, header, rows):
        frame(header, rows).to_csv(f"{path}.csv", index=False)

    def polars(path, header, rows):
        import polars as library
        library.DataFrame(rows, schema={name: library.String for name in header}, orient="row").write_csv(f"{path}.csv")

    def pyarrow(path, header, rows):
        import pyarrow
        from pyarrow import csv as library
        library.write_csv(pyarrow.Table.from_pandas(frame(header, rows), preserve_index=False), f"{path}.csv")

    def duckdb(path, header, rows):
        import duckdb as library
        made = frame(header, rows)
        library.connect().from_df(made).write_csv(f"{path}.csv")

    def csvkit(path, header, rows):
        import agate
        kinds = [agate.Text(cast_nulls=False)] * len(header)
        agate.Table(rows, header, kinds).to_csv(f"{path}.csv")

    def sqlite(path, header, rows):
        import sqlite3
        store = bench.scratch("sqlite") / "lists.db"
        with sqlite3.connect(store) as database:
            database.execute(f"create table list ({', '.join(header)})")
            database.executemany(f"insert into list values ({', '.join('?' * len(header))})", rows)
        database.close()
        said = bench.run("sqlite3", "-csv", "-header", store, "select * from list")
        (path.parent / f"{path.name}.csv").write_bytes(said)

    def miller(path, header, rows):
        text = io.StringIO()
        csv.writer(text).writerows([header, *rows])
        said = bench.run("mlr", "--csv", "cat", given=text.getvalue().encode())
        (path.parent / f"{path.name}.csv").write_bytes(said)

    for tool, write in (("python:pandas", pandas), ("python:polars", polars), ("python:pyarrow", pyarrow),
                        ("python:duckdb", duckdb), ("python:csvkit", csvkit), ("debian:sqlite3", sqlite),
                        ("debian:miller", miller)):
        yield tool, "csv", TEXT, write, ""
    saved = functools.partial(by_libreoffice, bench, "csv")
    yield "debian:libreoffice-calc", "csv", "a workbook saved as CSV", saved, ""


def workbook_writers(bench):
    def openpyxl(path, header, rows, cells=list):
        from openpyxl import Workbook
        book = Workbook(write_only=True)
        sheet = book.create_sheet("list")
        for row in [header, *map(cells, rows)]:
            sheet.append(row)
        book.save(f"{path}.xlsx")

    def openpyxl_typed(path, header, rows):
        openpyxl(path, header, rows, lambda row: typed(header, row))

    def openpyxl_iso(path, header, rows):
        from openpyxl import Workbook
        book = Workbook()
        book.iso_dates = True
        for row in [header, *(typed(header, row) for row in rows)]:
            book.active.append(row)
        book.save(f"{path}.xlsx")

    def xlsxwriter(path, header, rows):
        import xlsxwriter as library
        book = library.Workbook(f"{path}.xlsx")
        sheet, day = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd"})
        for place, row in enumerate([header, *(typed(header, row) for row in rows)]):
            for column, cell in enumerate(row):
                if isinstance(cell, datetime.date):
                    sheet.write_datetime(place, column, cell, day)
                elif isinstance(cell, str):
                    sheet.write_string(place, column, cell)
                elif cell is not None:
                    sheet.write_number(place, column, cell)
        book.close()

    def pandas(path, header, rows, suffix="xlsx", made=frame):
        made(header, rows).to_excel(f"{path}.{suffix}", index=False)

    def polars(path, header, rows):
        import polars as library
        library.from_pandas(typed_frame(header, rows)).write_excel(f"{path}.xlsx")

    def pyexcelerate(path, header, rows):
        import pyexcelerate as library
        book = library.Workbook()
        book.new_sheet("list", data=[header, *rows])
        book.save(f"{path}.xlsx")

    def odfdo(path, header, rows):
        import odfdo as library
        book = library.Document("spreadsheet")
        book.body.clear()
        table = library.Table("list", width=len(header), height=len(rows) + 1)
        table.set_values([header, *rows])
        book.body.append(table)
        book.save(f"{path}.ods")

    def pyexcel_ods3(path, header, rows):
        import pyexcel_ods3 as library
        library.save_data(f"{path}.ods", {"list": [header, *rows]})

    def gnumeric(path, header, rows):
        text = bench.scratch("gnumeric") / "list.csv"
        with open(text, "w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([header, *rows])
        bench.run("ssconvert", text, f"{path}.xlsx")

    yield "python:openpyxl", "xlsx", TEXT, openpyxl, ""
    yield "python:openpyxl", "xlsx", TYPED, openpyxl_typed, ""
    yield "python:openpyxl", "xlsx", "`iso_dates`", openpyxl_iso, ""
    yield "python:xlsxwriter", "xlsx", TYPED, xlsxwriter, ""
    yield "python:pandas", "xlsx", TEXT, pandas, ""
    yield "python:pandas", "xlsx", TYPED, lambda *list_: pandas(*list_, made=typed_frame), ""
    yield "python:polars", "xlsx", TYPED, polars, ""
    yield "python:pyexcelerate", "xlsx", TEXT, pyexcelerate, ""
    yield "debian:libreoffice-calc", "xlsx", TEXT, functools.partial(by_libreoffice, bench, "xlsx"), ""
    yield "debian:gnumeric", "xlsx", "from CSV", gnumeric, GNUMERIC
    yield "python:pandas", "ods", TEXT, lambda *list_: pandas(*list_, suffix="ods"), ""
    yield "python:pandas", "ods", TYPED, lambda *list_: pandas(*list_, suffix="ods", made=typed_frame), ""
    yield "python:odfdo", "ods", TEXT, odfdo, ""
    yield "python:pyexcel-ods3", "ods", TEXT, pyexcel_ods3, ""
    yield "debian:libreoffice-calc", "ods", TEXT, functools.partial(by_libreoffice, bench, "ods"), ""


def by_libreoffice(bench, suffix, path, header, rows):
    """A list that LibreOffice imported with all columns as text and saved."""
    folder = bench.scratch("libreoffice")
    text = folder / f"{path.name}.csv"
    with open(text, "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    columns = "/".join(f"{place}/2" for place in range(1, len(header) + 1))
    profile = f"-env:UserInstallation=file://{folder}/profile"
    first = "ods" if suffix == "csv" else suffix
    bench.run("soffice", profile, "--headless", f"--infilter=Text - txt - csv (StarCalc):44,34,76,1,{columns}",
              "--convert-to", first, "--outdir", folder, text)
    if suffix == "csv":
        bench.run("soffice", profile, "--headless", "--convert-to", "csv:Text - txt - csv (StarCalc):44,34,76",
                  "--outdir", path.parent, folder / f"{path.name}.ods")
    else:
        shutil.copy(folder / f"{path.name}.{suffix}", path.parent)


def parquet_writers():
    def pandas(path, header, rows, made=frame):
        made(header, rows).to_parquet(f"{path}.parquet")

    def polars(path, header, rows):
        import polars as library
        library.from_pandas(frame(header, rows)).write_parquet(f"{path}.parquet")

    def duckdb(path, header, rows):
        import duckdb as library
        made = frame(header, rows)
        library.connect().from_df(made).write_parquet(f"{path}.parquet")

    def fastparquet(path, header, rows):
        import fastparquet as library
        library.write(f"{path}.parquet", frame(header, rows).astype(object), object_encoding="utf8")

    def pyarrow(path, header, rows, **settings):
        import pyarrow
        from pyarrow import parquet as library
        table = pyarrow.Table.from_pandas(frame(header, rows), preserve_index=False)
        library.write_table(table, f"{path}.parquet", **settings)

    def spark(path, header, rows):
        from pyspark.sql import SparkSession
        quiet = {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false"}
        session = SparkSession.builder.master("local[1]").config(map=quiet).getOrCreate()
        session.createDataFrame(rows, header).coalesce(1).write.parquet(f"{path}.folder")
        part = next(path.parent.glob(f"{path.name}.folder/part-*"))
        part.rename(f"{path}.parquet")
        shutil.rmtree(f"{path}.folder")

    def double(path, header, rows):
        made = frame(header, rows)
        if "bsn" in made:
            import pandas as library
            made["bsn"] = library.to_numeric(made["bsn"], errors="coerce").astype("float64")
        made.to_parquet(f"{path}.parquet")

    yield "python:pandas", "parquet", TEXT, pandas, ""
    yield "python:pandas", "parquet", TYPED, lambda *list_: pandas(*list_, made=typed_frame), ""
    yield "python:pandas", "parquet", "BSN as DOUBLE", double, "write numbers as whole numbers or text"
    yield "python:polars", "parquet", TEXT, polars, ""
    yield "python:duckdb", "parquet", TEXT, duckdb, ""
    yield "python:fastparquet", "parquet", TEXT, fastparquet, ""
    for how, settings in (("zstd, pages of version 2", {"compression": "zstd", "data_page_version": "2.0"}),
                          ("brotli, no dictionary", {"compression": "brotli", "use_dictionary": False}),
                          ("lz4, delta lengths", {"compression": "lz4", "use_dictionary": False,
                                                  "column_encoding": "DELTA_LENGTH_BYTE_ARRAY"})):
        yield "python:pyarrow", "parquet", how, lambda *list_, settings=settings: pyarrow(*list_, **settings), ""
    yield "python:pyspark", "parquet", TEXT, spark, ""


def node_writers(bench):
    def write(tool, suffix, dates=()):
        def one(path, header, rows):
            given = json.dumps({"header": header, "rows": rows, "dates": list(dates)}).encode()
            bench.node("write.mjs", tool, f"{path}.{suffix}", given=given)
        return one

    for tool, suffix in (("papaparse", "csv"), ("csv-stringify", "csv"), ("xlsx", "csv"), ("xlsx", "xlsx"), ("xlsx", "ods"),
                         ("exceljs", "xlsx"), ("hyparquet-writer", "parquet"), ("@dsnp/parquetjs", "parquet"),
                         ("parquet-wasm", "parquet")):
        note = "it puts white space between cells: save as .xlsx" if suffix == "ods" else ""
        yield f"node:{tool}", suffix, TEXT, write(tool, suffix), note
    for tool in ("xlsx", "exceljs"):
        yield (f"node:{tool}", "xlsx", "dates as `Date`, in Dutch time", write(tool, "xlsx", DATES),
               "it stores midnight as 23:00 of the day before: write dates as text, or as midnight UTC")


def r_writers(bench):
    def write(how, suffix):
        def one(path, header, rows):
            given = json.dumps({"header": header, "rows": rows}).encode()
            bench.r("write", how, f"{path}.{suffix}", given=given)
        return one

    for name, suffix in (("readr", "csv"), ("data.table", "csv"), ("openxlsx", "xlsx")):
        yield f"debian:r-cran-{name}", suffix, TEXT, write(name, suffix), ""
