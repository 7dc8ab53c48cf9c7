// Reads an artefact with one of Node's packages: `node read.mjs PACKAGE WORD...`. Answers in JSON what the package made
// of it, in the form that the Python side compares with the truth.
import { createHash } from "node:crypto";
import fs from "node:fs";

const hash = (bytes) => createHash("sha256").update(bytes).digest("hex");
const read = (path) => fs.readFileSync(path);
const text = (path) => fs.readFileSync(path, "utf8");
const whole = async (stream) => {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
};

/** A table as rows of text: what is no text is shown as JavaScript shows it. */
const cells = (rows) =>
  rows.map((row) =>
    row.map((cell) => (cell === null || cell === undefined ? "" : cell instanceof Date ? cell.toISOString() : String(cell))),
  );

const readers = {
  async yauzl(path) {
    const { default: yauzl } = await import("yauzl");
    const archive = await new Promise((done, failed) =>
      yauzl.open(path, { lazyEntries: true, autoClose: false }, (error, opened) => (error ? failed(error) : done(opened))),
    );
    const found = {};
    await new Promise((done, failed) => {
      archive.on("entry", (entry) => {
        if (entry.fileName.endsWith("/")) return archive.readEntry();
        archive.openReadStream(entry, async (error, stream) => {
          if (error) return failed(error);
          found[entry.fileName] = hash(await whole(stream));
          archive.readEntry();
        });
      });
      archive.on("end", done).on("error", failed);
      archive.readEntry();
    });
    archive.close();
    return found;
  },

  async "adm-zip"(path) {
    const { default: AdmZip } = await import("adm-zip");
    const files = new AdmZip(path).getEntries().filter((entry) => !entry.isDirectory);
    return Object.fromEntries(files.map((entry) => [entry.entryName, hash(entry.getData())]));
  },

  async jszip(path) {
    const { default: JSZip } = await import("jszip");
    const archive = await JSZip.loadAsync(read(path), { checkCRC32: true });
    const found = {};
    for (const [name, entry] of Object.entries(archive.files)) if (!entry.dir) found[name] = hash(await entry.async("nodebuffer"));
    return found;
  },

  async "node-stream-zip"(path) {
    const { default: StreamZip } = await import("node-stream-zip");
    const archive = new StreamZip.async({ file: path });
    const found = {};
    for (const [name, entry] of Object.entries(await archive.entries()))
      if (!entry.isDirectory) found[name] = hash(await archive.entryData(name));
    await archive.close();
    return found;
  },

  async "@zip.js/zip.js"(path) {
    const { ZipReader, Uint8ArrayReader, Uint8ArrayWriter } = await import("@zip.js/zip.js");
    const archive = new ZipReader(new Uint8ArrayReader(new Uint8Array(read(path))), { checkSignature: true });
    const found = {};
    for (const entry of await archive.getEntries())
      if (!entry.directory) found[entry.filename] = hash(await entry.getData(new Uint8ArrayWriter()));
    await archive.close();
    return found;
  },

  async unzipper(path) {
    const { default: unzipper } = await import("unzipper");
    const found = {};
    for await (const entry of fs.createReadStream(path).pipe(unzipper.Parse({ forceStream: true }))) {
      const data = await entry.buffer();
      if (entry.type === "File") found[entry.path] = hash(data);
    }
    return found;
  },

  async fflate(path) {
    const { Unzip, UnzipInflate } = await import("fflate");
    const found = {};
    const archive = new Unzip((file) => {
      const digest = createHash("sha256");
      file.ondata = (error, chunk, last) => {
        if (error) throw error;
        digest.update(chunk);
        if (last && !file.name.endsWith("/")) found[file.name] = digest.digest("hex");
      };
      file.start();
    });
    archive.register(UnzipInflate);
    for await (const chunk of fs.createReadStream(path)) archive.push(chunk, false);
    archive.push(new Uint8Array(0), true);
    return found;
  },

  async "age-encryption"(path, identity) {
    const { Decrypter } = await import("age-encryption");
    const opener = new Decrypter();
    opener.addIdentity(text(identity).split("\n").find((line) => line.startsWith("AGE-SECRET-KEY")));
    return hash(await opener.decrypt(new Uint8Array(read(path))));
  },

  async openpgp(path, secret) {
    const { decrypt, readMessage, readPrivateKey } = await import("openpgp");
    const message = await readMessage({ binaryMessage: new Uint8Array(read(path)) });
    const key = await readPrivateKey({ armoredKey: text(secret) });
    return hash((await decrypt({ message, decryptionKeys: key, format: "binary" })).data);
  },

  async papaparse(path, typed) {
    const { default: Papa } = await import("papaparse");
    const parsed = Papa.parse(text(path), { dynamicTyping: typed === "typed", skipEmptyLines: true });
    if (parsed.errors.length) throw new Error(JSON.stringify(parsed.errors[0]));
    return cells(parsed.data);
  },

  async "csv-parse"(path) {
    const { parse } = await import("csv-parse/sync");
    return cells(parse(read(path)));
  },

  async xlsx(path, how) {
    const { default: XLSX } = await import("xlsx");
    const book = how === "string" ? XLSX.read(text(path), { type: "string", raw: true }) : XLSX.readFile(path, { raw: how === "raw" });
    return cells(XLSX.utils.sheet_to_json(book.Sheets[book.SheetNames[0]], { header: 1, raw: true, defval: "" }));
  },

  async "pdf-lib"(path, made) {
    const { PDFDocument } = await import("pdf-lib");
    fs.writeFileSync(made, await (await PDFDocument.load(read(path))).save());
    return true;
  },

  async ajv(schema, ...tickets) {
    const { default: Ajv } = await import("ajv");
    const check = new Ajv().compile(JSON.parse(text(schema)));
    return tickets.map((ticket) => check(JSON.parse(text(ticket))));
  },

  async "ajv-2020"(schema, ...tickets) {
    const { default: Ajv } = await import("ajv/dist/2020.js");
    const check = new Ajv().compile(JSON.parse(text(schema)));
    return tickets.map((ticket) => check(JSON.parse(text(ticket))));
  },

  async djv(schema, ...tickets) {
    const { default: djv } = await import("djv");
    const env = new djv();
    env.addSchema("ticket", JSON.parse(text(schema)));
    return tickets.map((ticket) => env.validate("ticket", JSON.parse(text(ticket))) === undefined);
  },

  async jsonschema(schema, ...tickets) {
    const { Validator } = await import("jsonschema");
    return tickets.map((ticket) => new Validator().validate(JSON.parse(text(ticket)), JSON.parse(text(schema))).valid);
  },

  async "is-my-json-valid"(schema, ...tickets) {
    const { default: validator } = await import("is-my-json-valid");
    const check = validator(JSON.parse(text(schema)));
    return tickets.map((ticket) => check(JSON.parse(text(ticket))));
  },

  async "pdfjs-dist"(path) {
    const { getDocument } = await import("pdfjs-dist/legacy/build/pdf.mjs");
    const document = await getDocument({ data: new Uint8Array(read(path)), verbosity: 0 }).promise;
    const pages = [];
    for (let number = 1; number <= document.numPages; number++) {
      const content = await (await document.getPage(number)).getTextContent();
      pages.push(content.items.map((item) => item.str + (item.hasEOL ? "\n" : "")).join(""));
    }
    return pages;
  },

  async "pdfjs-structure"(path) {
    const { getDocument } = await import("pdfjs-dist/legacy/build/pdf.mjs");
    const page = await (await getDocument({ data: new Uint8Array(read(path)), verbosity: 0 }).promise).getPage(1);
    const said = {};
    let open;
    for (const item of (await page.getTextContent({ includeMarkedContent: true })).items) {
      if (item.type?.startsWith("beginMarkedContent")) open = item.id;
      else if (item.str && open) said[open] = (said[open] ?? "") + item.str;
    }
    const blocks = [];
    const walk = (node) => {
      const own = (node.children ?? []).filter((child) => child.type === "content").map((child) => said[child.id] ?? "");
      if (own.join("").trim()) blocks.push([node.role, own.join("")]);
      for (const child of node.children ?? []) if (child.type !== "content") walk(child);
    };
    walk(await page.getStructTree());
    return blocks;
  },

  async hyparquet(path) {
    const { asyncBufferFromFile, parquetReadObjects } = await import("hyparquet");
    const { compressors } = await import("hyparquet-compressors");
    return plain(await parquetReadObjects({ file: await asyncBufferFromFile(path), compressors }));
  },

  async "hyparquet-alone"(path) {
    const { asyncBufferFromFile, parquetReadObjects } = await import("hyparquet");
    return plain(await parquetReadObjects({ file: await asyncBufferFromFile(path) }));
  },

  async "parquet-wasm"(path) {
    const { readParquet } = await import("parquet-wasm/node");
    const { tableFromIPC } = await import("apache-arrow");
    return plain(tableFromIPC(readParquet(read(path)).intoIPCStream()).toArray());
  },
  async "@dsnp/parquetjs"(path) {
    const { default: parquet } = await import("@dsnp/parquetjs");
    const reader = await parquet.ParquetReader.openFile(path);
    const cursor = reader.getCursor();
    const rows = [];
    for (let row; (row = await cursor.next()); ) rows.push(row);
    return plain(rows);
  },

  async mailparser() {
    const { simpleParser } = await import("mailparser");
    const mail = await simpleParser(await whole(process.stdin));
    return { subject: mail.subject, from: mail.from.value[0].address, to: mail.to.value[0].address, text: mail.text, html: mail.html };
  },
};

/** Rows without what JSON does not have. */
const plain = (rows) => JSON.parse(JSON.stringify(rows, (_, value) => (typeof value === "bigint" ? Number(value) : value)));

const [name, ...words] = process.argv.slice(2);
process.stdout.write(JSON.stringify(await readers[name](...words)));
