// Writes a list with one of Node's packages: `node write.mjs PACKAGE FILE`, the list as JSON on standard input. The columns
// named in `dates` are written as dates at midnight of the place.
import fs from "node:fs";
import path from "node:path";

const { header, rows: texts, dates } = JSON.parse(fs.readFileSync(0, "utf8"));
const [name, file] = process.argv.slice(2);

const day = /^\d{4}-\d\d-\d\d$/;
const isDate = (cell, place) => dates.includes(header[place]) && day.test(cell) && !cell.includes("-00");
const rows = texts.map((row) => row.map((cell, place) => (isDate(cell, place) ? new Date(`${cell}T00:00:00`) : cell)));

const writers = {
  async papaparse() {
    const { default: Papa } = await import("papaparse");
    fs.writeFileSync(file, Papa.unparse([header, ...rows]));
  },

  async "csv-stringify"() {
    const { stringify } = await import("csv-stringify/sync");
    fs.writeFileSync(file, stringify([header, ...rows]));
  },

  async xlsx() {
    const { default: XLSX } = await import("xlsx");
    const book = XLSX.utils.book_new();
    XLSX.utils.book_append_sheet(book, XLSX.utils.aoa_to_sheet([header, ...rows]), "list");
    XLSX.writeFile(book, file, { bookType: path.extname(file).slice(1) });
  },

  async exceljs() {
    const { default: ExcelJS } = await import("exceljs");
    const book = new ExcelJS.Workbook();
    book.addWorksheet("list").addRows([header, ...rows]);
    await book.xlsx.writeFile(file);
  },

  async "hyparquet-writer"() {
    const { parquetWriteFile } = await import("hyparquet-writer");
    const columnData = header.map((column, place) => ({ name: column, data: rows.map((row) => row[place]), type: "STRING" }));
    parquetWriteFile({ filename: file, columnData });
  },

  async "parquet-wasm"() {
    const { Table, writeParquet } = await import("parquet-wasm/node");
    const { tableFromArrays, tableToIPC } = await import("apache-arrow");
    const columns = Object.fromEntries(header.map((column, place) => [column, rows.map((row) => row[place])]));
    fs.writeFileSync(file, writeParquet(Table.fromIPCStream(tableToIPC(tableFromArrays(columns), "stream"))));
  },

  async "@dsnp/parquetjs"() {
    const { default: parquet } = await import("@dsnp/parquetjs");
    const schema = new parquet.ParquetSchema(Object.fromEntries(header.map((column) => [column, { type: "UTF8", optional: true }])));
    const writer = await parquet.ParquetWriter.openFile(schema, file);
    for (const row of rows) await writer.appendRow(Object.fromEntries(header.map((column, place) => [column, row[place]])));
    await writer.close();
  },
};

await writers[name]();
process.stdout.write("true");
