"""`letters.parquet` in every reader of Parquet: all values, compared cell by cell."""


def lines(bench, sample):
    path = str(sample.run / "letters.parquet")

    # Two readers that share no code and agree are taken for the truth.
    import duckdb as first
    import pyarrow.parquet as second
    truth = plain(second.read_table(path).to_pylist())
    relation = first.connect().read_parquet(path)
    rows = relation.fetchall()
    assert plain(dict(zip(relation.columns, row)) for row in rows) == truth, "pyarrow and DuckDB differ"
    assert len(truth) > 100, "too few letters to say anything"
    lists_are_also_text(truth)

    def pandas():
        import pandas as library
        return library.read_parquet(path).to_dict("records")

    def polars():
        import polars as library
        return library.read_parquet(path).to_dicts()

    def fastparquet():
        import fastparquet as library
        return library.ParquetFile(path).to_pandas().to_dict("records")

    def spark():
        from pyspark.sql import SparkSession
        quiet = {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false"}
        session = SparkSession.builder.master("local[1]").config(map=quiet).getOrCreate()
        return [row.asDict() for row in session.read.parquet(path).collect()]

    def line(tool, read, how="", note=""):
        bench.line("letters.parquet", tool, truth, lambda: plain(read()), how, note)

    line("python:pyarrow", lambda: second.read_table(path).to_pylist())
    line("python:duckdb", lambda: [dict(zip(relation.columns, row)) for row in rows])
    line("python:pandas", pandas)
    line("python:polars", polars)
    line("python:fastparquet", fastparquet)
    line("python:pyspark", spark)
    line("node:hyparquet", lambda: bench.node("read.mjs", "hyparquet", path), "with hyparquet-compressors")
    line("node:hyparquet", lambda: bench.node("read.mjs", "hyparquet-alone", path), "alone", "add hyparquet-compressors")
    line("node:parquet-wasm", lambda: bench.node("read.mjs", "parquet-wasm", path), "with apache-arrow")
    line("node:@dsnp/parquetjs", lambda: bench.node("read.mjs", "@dsnp/parquetjs", path), "", "it does not know zstd")


def lists_are_also_text(letters):
    """Readers that lose lists have `name_line_1` and so on, with the same lines."""
    for letter in letters:
        for name, most in (("name_line", 3), ("address_line", 6)):
            lines = [letter[f"{name}_{place}"] for place in range(1, most + 1)]
            assert [line for line in lines if line] == letter[f"{name}s"], f"{name}_1.. differ from {name}s"


def plain(rows):
    """Rows as JSON has them: sequences as lists, numbers as numbers."""
    def cell(value):
        return value if value is None or isinstance(value, (str, int)) else list(value)

    return [{name: cell(value) for name, value in row.items()} for row in rows]
