// What costs time at its first use, used before the snapshot is taken: parts of Node that are loaded late, OpenSSL's algorithms, ICU's data,
// the code of the way that each request goes. Each request would pay for it again.

import crypto from "node:crypto";
import fs from "node:fs";
import http from "node:http";
import { inspect } from "node:util";
import v8 from "node:v8";
import vm from "node:vm";
import zlib from "node:zlib";
import { listener } from "./listener.mjs";
import { turn } from "./turn.mjs";
import { web } from "./web.mjs";

const ROUNDS = 20; // by then the code is compiled as far as it will be

export async function warmUp(host) {
  for (let i = 0; i < ROUNDS; i++) await requests(host);
  useOnce();
  await fs.promises.stat("/"); // starts the threads that wait for files
  await turn();
}

/** Leaves no garbage in the memory where new objects are made: else a collection of it falls into each request. */
export function sweep() {
  v8.setFlagsFromString("--expose-gc");
  const collect = vm.runInNewContext("gc");
  collect({ type: "minor" });
  collect({ type: "minor" }); // what has survived two is no longer there
}

async function requests(host) {
  const request = {
    method: "POST",
    url: "http://localhost/",
    path: "/",
    query: "",
    headers: [["content-type", "application/json"]],
    body: Buffer.from("{}"),
    remote: "127.0.0.1",
    id: "",
  };
  await web(async (incoming) => Response.json(await incoming.json()), host)(request);
  await listener(http.createServer(echo), host)(request);
}

function echo(incoming, outgoing) {
  outgoing.setHeader("content-type", "application/json");
  const parts = [];
  incoming.on("data", (part) => parts.push(part));
  incoming.on("end", () => outgoing.end(Buffer.concat(parts)));
}

function useOnce() {
  for (const name of ["md5", "sha1", "sha256"]) crypto.createHash(name).update("").digest("hex");
  crypto.createHmac("sha256", "key").update("").digest("base64");
  crypto.randomBytes(1);
  zlib.gunzipSync(zlib.gzipSync(""));
  inspect({ a: [1, "b", new Map()] });
  new Date(0).toLocaleString();
  new URL("http://localhost/?a=b").searchParams.get("a");
  new TextDecoder().decode(new TextEncoder().encode("a"));
  new FormData().append("a", new Blob(["b"]));
  structuredClone({ a: new Date(0) });
  clearTimeout(setTimeout(() => {}, 1));
  new AbortController().signal.throwIfAborted();
  void [process.stdout, process.stderr, new Error().stack];
}
