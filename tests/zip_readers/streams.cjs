// Reads a zip from standard input, front to back: one line of SHA-256 and path an entry. The folder with the
// module `unzipper` is the argument.
const { createHash } = require("node:crypto");
const { createRequire } = require("node:module");

const unzipper = createRequire(`${process.argv[2]}/`)("unzipper");

async function main() {
  const entries = process.stdin.pipe(unzipper.Parse({ forceStream: true }));
  for await (const entry of entries) {
    const hash = createHash("sha256").update(await entry.buffer()).digest("hex");
    console.log(`${hash}  ${entry.path}`);
  }
}

main();
