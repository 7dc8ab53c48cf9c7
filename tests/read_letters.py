"""Reads letters.parquet with other people's readers; prints each reader, and fails where one gives other values.

Usage: read_letters.py FILE [--all]     --all: Spark, too (needs Java)
"""
import sys

import duckdb
import fastparquet
import pandas
import polars
import pyarrow.parquet


def rows(table):
    """Rows as dictionaries, sequences as plain lists."""
    return [{name: value if isinstance(value, (str, int)) else list(value) for name, value in row.items()}
            for row in table]


def by_spark(path):
    from pyspark.sql import SparkSession
    session = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
    return [row.asDict() for row in session.read.parquet(path).collect()]


def by_duckdb(path):
    relation = duckdb.read_parquet(path)
    return [dict(zip(relation.columns, row)) for row in relation.fetchall()]


READERS = {
    "pyarrow": lambda path: pyarrow.parquet.read_table(path).to_pylist(),
    "pandas": lambda path: pandas.read_parquet(path).to_dict("records"),
    "polars": lambda path: polars.read_parquet(path).to_dicts(),
    "duckdb": by_duckdb,
    "fastparquet": lambda path: fastparquet.ParquetFile(path).to_pandas().to_dict("records"),
}


def main():
    path = sys.argv[1]
    readers = READERS | ({"spark": by_spark} if "--all" in sys.argv else {})
    read = {name: rows(reader(path)) for name, reader in readers.items()}

    truth = read["pyarrow"]
    assert len(truth) > 100, "too few letters to say anything"
    for name, table in read.items():
        wrong = sorted({column for row, other in zip(truth, table) for column in row if row[column] != other.get(column)})
        assert len(table) == len(truth) and not wrong, f"{name} reads other values: {len(table)} rows, {wrong}"

    for row in truth:
        lists = {name: [row[f"{name}_{place}"] for place in range(1, most + 1)]
                 for name, most in (("name_line", 3), ("address_line", 6))}
        for name, lines in lists.items():
            assert [line for line in lines if line] == row[f"{name}s"], f"{name}_1.. differ from {name}s"
    print(len(truth), *readers)


main()
