// Loads a function's file and serves requests by it, in a Mote sandbox:
//
//     node --openssl-config=openssl.cnf mote_function.mjs FILE
//
// The file, an ES module or a CommonJS one, is loaded once; each request is then served by a copy of the process as it is afterwards.

import fs from "node:fs";
import path from "node:path";
import { run } from "./function.mjs";
import { Host } from "./protocol.mjs";

function end(text, status) {
  console.error(text);
  process.exit(status);
}

function open() {
  try {
    return fs.openSync("/dev/mote", "r+");
  } catch (e) {
    return end(`This program runs functions, in a Mote sandbox: mote up DIR (${e.message})`, 2);
  }
}

if (process.argv.length !== 3) end("usage: mote_function.mjs FILE", 2);
if (Number(process.versions.node.split(".")[0]) < 20) end(`Node.js ${process.versions.node} is too old: functions need 20 or later`, 1);
run(path.resolve(process.argv[2]), new Host(open()));
