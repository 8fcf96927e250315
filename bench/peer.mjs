// One process that uploads a file with the package webhdfs: `peer.mjs PORT USER FILE PATH`.
import { createReadStream } from "node:fs";
import webhdfs from "webhdfs";

const [port, user, file, path] = process.argv.slice(2);
const client = webhdfs.createClient({ user, host: "localhost", port: Number(port), path: "/webhdfs/v1" });
const written = client.createWriteStream(path);
await new Promise((resolve, reject) => {
  written.on("finish", resolve).on("error", reject);
  createReadStream(file).on("error", reject).pipe(written);
});
