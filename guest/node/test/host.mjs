// A host for tests: it runs functions natively, at the other end of a pair of sockets.

import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { decode, encode } from "../protocol.mjs";

/** Writes files into a folder of their own, which goes when the test is over. */
export function folder(test, files) {
  const place = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), "mote node-")); // with a space: URLs have it otherwise
  test.after(() => fs.rmSync(place, { recursive: true }));
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(place, name)), { recursive: true });
    fs.writeFileSync(path.join(place, name), text);
  }
  return place;
}

/** A function that runs. */
export class Guest {
  output = "";
  errors = "";
  #process;
  #received = Buffer.alloc(0);
  #closed = false;
  #changed = () => {};

  functions = {}; // of the host, by name

  /** The first of the files is loaded. */
  constructor(test, files, ...options) {
    const place = folder(test, files);
    const runner = fileURLToPath(new URL("on_pipe.mjs", import.meta.url));
    const arguments_ = ["--no-extra-info-on-fatal-exception", ...options, runner, Object.keys(files)[0]];
    this.#process = spawn(process.execPath, arguments_, { cwd: place, stdio: ["pipe", "pipe", "pipe", "pipe"] });
    this.#process.stdout.on("data", (data) => (this.output += data));
    this.#process.stderr.on("data", (data) => (this.errors += data));
    const device = this.#process.stdio[3];
    device.on("error", () => {}); // it has ended
    device.on("data", (data) => {
      this.#received = Buffer.concat([this.#received, data]);
      this.#changed();
    });
    device.on("close", () => {
      this.#closed = true;
      this.#changed();
    });
    test.after(() => this.#process.kill());
  }

  /** What it announces: names. */
  async announced() {
    const message = await this.#receive();
    return message && Object.keys(message[1].functions);
  }

  /** Standard input. */
  get input() {
    return this.#process.stdin;
  }

  /** The answer, when the functions of the host that it calls before have answered. */
  async call(place, ...parameters) {
    this.#send([1, place, parameters]);
    for (;;) {
      const message = await this.#receive();
      if (message?.[0] !== 1) return message;
      const [, name, given] = message;
      this.#send(name in this.functions ? [2, await this.functions[name](...given)] : [3, "unknown-function", `no ${name}`]);
    }
  }

  #send(message) {
    const data = encode(message);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(data.length);
    this.#process.stdio[3].write(Buffer.concat([length, data]));
  }

  /** Waits for its end. */
  async status() {
    this.#process.stdio[3].end();
    if (this.#process.exitCode === null) await once(this.#process, "close");
    return this.#process.exitCode;
  }

  async #receive() {
    for (;;) {
      const end = this.#received.length < 4 ? Infinity : 4 + this.#received.readUInt32BE();
      if (this.#received.length >= end) {
        const message = decode(this.#received.subarray(4, end));
        this.#received = this.#received.subarray(end);
        return message;
      }
      if (this.#closed) return null;
      await new Promise((resolve) => (this.#changed = resolve));
    }
  }
}

/** A request as the host makes it. */
export function request(method, target, headers = {}, body = "") {
  const [path, query = ""] = target.split("?");
  return {
    method,
    url: `http://localhost:8080/fn/f${target}`,
    path,
    prefix: "/fn/f",
    query,
    headers: [["host", "localhost:8080"], ...Object.entries(headers)],
    body: Buffer.from(body),
    remote: "192.0.2.1",
    id: "7",
  };
}
