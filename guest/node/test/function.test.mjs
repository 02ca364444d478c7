import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Guest, request } from "./host.mjs";

const text = (answer) => {
  assert.equal(answer[0], 2, JSON.stringify(answer));
  return Buffer.from(answer[1].body).toString();
};

describe("what a file offers", { concurrency: 2 }, () => {
  for (const [name, files, offered] of [
    ["fetch", { "index.mjs": "export default { fetch: (r) => new Response(r.method) };" }, ["fetch"]],
    ["handle", { "index.mjs": "export const handle = () => 1;" }, ["handle"]],
    ["a method", { "index.mjs": "export default new (class { n = 1; handle() { return this.n; } })();" }, ["handle"]],
    ["handle, and a server that is its own", { "index.mjs": "import http from 'node:http'; http.createServer().listen(0); export const handle = () => 1;" }, ["handle"]],
    ["both", { "index.mjs": "export const handle = () => 1; export default (req, res) => res.end();" }, ["fetch", "handle"]],
    ["CommonJS", { "index.cjs": "module.exports = { handle: async () => 1 };" }, ["handle"]],
    ["CommonJS that was an ES module", { "index.cjs": "exports.__esModule = true; exports.default = (req, res) => res.end('POST');" }, ["fetch"]],
    ["a server", { "index.mjs": "import http from 'node:http'; export default http.createServer((req, res) => res.end(req.method));" }, ["fetch"]],
    ["a server that listens", { "index.js": "require('http').createServer((req, res) => res.end(req.method)).listen(0);" }, ["fetch"]],
  ]) {
    test(name, async (t) => {
      const guest = new Guest(t, files);
      assert.deepEqual(await guest.announced(), offered, guest.errors);
      const answer = offered[0] === "fetch" ? text(await guest.call(0, request("POST", "/"))) : (await guest.call(0, null, {}))[1];
      assert.equal(answer, offered.length === 2 ? "" : offered[0] === "fetch" ? "POST" : 1);
      assert.equal(await guest.status(), 0);
      assert.equal(guest.errors, "");
    });
  }
});

test("fetch has the web's request and response", async (t) => {
  const guest = new Guest(t, {
    "index.mjs": `export default { async fetch(request, env, context) {
      if (request.method === "GET") return new Response(new ReadableStream({ start(c) { c.enqueue(new Uint8Array([1])); c.close(); } }), { status: 203 });
      context.waitUntil(new Promise((done) => setTimeout(done, 5)).then(() => console.log("later")));
      const headers = new Headers([["set-cookie", "a=1"], ["set-cookie", "b=2"]]);
      return new Response([request.url, request.headers.get("x-a"), await request.text(), context.id, env.PATH !== undefined].join(), { status: 201, headers });
    } };`,
  });
  await guest.announced();
  const [, { status, headers, body }] = await guest.call(0, request("PUT", "/a%20b?x=1", { "x-a": "b" }, "ü"));
  assert.equal(status, 201);
  assert.equal(body.toString(), "http://localhost:8080/fn/f/a%20b?x=1,b,ü,7,true");
  assert.deepEqual(headers, [["content-type", "text/plain;charset=UTF-8"], ["set-cookie", "a=1"], ["set-cookie", "b=2"]]);
  assert.equal(guest.output, "later\n");
  const [, plain] = await guest.call(0, request("GET", "/"));
  assert.deepEqual([plain.status, [...plain.body]], [203, [1]]);
});

test("a listener has Node's request and response", async (t) => {
  const guest = new Guest(t, {
    "index.cjs": `module.exports = async (req, res) => {
      if (req.url === "/chunks") { res.setHeader("transfer-encoding", "chunked"); res.write("a"); setImmediate(() => res.end("b")); return; }
      if (req.url === "/close") return req.socket.destroy();
      if (req.url === "/never") return;
      if (req.url === "/late") return setTimeout(() => { throw new Error("late"); }, 1);
      if (req.url === "/rejects") throw new Error("early");
      if (req.url === "/continue") res.writeContinue();
      if (req.url === "/ignore") return res.end("x".repeat(200_000));
      if (req.url === "/big") { for await (const part of req) res.write(part); return res.end(); }
      let body = ""; for await (const part of req) body += part;
      res.writeHead(202, "Fine", { "x-multi": ["1", "2"] });
      res.end([req.method, req.url, req.httpVersion, req.headers["x-a"], req.socket.remoteAddress, body, req.complete].join());
    };`,
  });
  await guest.announced();
  const [, answer] = await guest.call(0, request("POST", "/a%20b?x=1", { "x-a": "b", "content-length": "4", expect: "100-continue" }, "body"));
  assert.equal(answer.status, 202);
  assert.deepEqual(answer.headers.filter(([name]) => name === "x-multi"), [["x-multi", "1"], ["x-multi", "2"]]);
  assert.ok(!answer.headers.some(([name]) => name.toLowerCase() === "date"));
  assert.equal(answer.body.toString(), "POST,/a%20b?x=1,1.1,b,192.0.2.1,body,true");
  assert.equal(text(await guest.call(0, request("GET", "/chunks"))), "ab");
  assert.equal(text(await guest.call(0, request("HEAD", "/"))), "");
  assert.match(text(await guest.call(0, request("PUT", "/continue"))), /^PUT/);
  const big = Buffer.alloc(3_000_000, "0123456789");
  assert.ok(Buffer.from((await guest.call(0, request("POST", "/big", {}, big)))[1].body).equals(big));
  assert.equal(text(await guest.call(0, request("POST", "/ignore", {}, big))).length, 200_000);
  for (const [path, message] of [
    ["/close", "Error: socket hang up"],
    ["/never", "Error: nothing is left to wait for, and the call is not answered"],
    ["/late", "Error: late"],
    ["/rejects", "Error: early"],
  ]) {
    const failed = await guest.call(0, request("GET", path));
    assert.deepEqual(failed.slice(0, 3), [3, "exception", message]);
  }
  assert.match(text(await guest.call(0, request("GET", "/"))), /^GET/);
  assert.equal(await guest.status(), 0);
});

test("bodies come and go in pieces", async (t) => {
  const sources = {
    web: `export default { async fetch(request) {
      const url = new URL(request.url);
      if (url.pathname.endsWith("/events")) {
        let count = 0;
        return new Response(new ReadableStream({ async pull(c) {
          await new Promise((done) => setTimeout(done, 20));
          if (count === 3) return c.close();
          c.enqueue(new TextEncoder().encode("event " + ++count));
        } }), { headers: { "x-a": "b" } });
      }
      if (url.pathname.endsWith("/text")) return new Response(new ReadableStream({ start(c) { c.enqueue("text"); c.close(); } }));
      if (url.pathname.endsWith("/echo")) return new Response(request.body);
      return new Response((await request.text()).length);
    } };`,
    listener: `export default (request, response) => {
      if (request.url === "/events") {
        let count = 0;
        response.setHeader("x-a", "b");
        response.flushHeaders();
        return void setInterval(function () { if (count === 3) response.end(clearInterval(this)); else response.write("event " + ++count); }, 20);
      }
      if (request.url === "/echo") return request.pipe(response);
      let length = 0;
      request.on("data", (part) => (length += part.length)).on("end", () => response.end(String(length)));
    };`,
  };
  for (const [name, source] of Object.entries(sources)) {
    const guest = new Guest(t, { "index.mjs": source });
    await guest.announced();
    // A host without pieces gets all of it at once.
    assert.equal(text(await guest.call(0, request("GET", "/events"))), "event 1event 2event 3");
    if (name === "web") assert.match((await guest.call(0, request("GET", "/text")))[2], /^TypeError: A body's stream must have bytes/);

    let head;
    let pieces = [];
    guest.functions = {
      "response.start": (...parameters) => ((head = parameters), null),
      "response.write": (piece) => (pieces.push(Buffer.from(piece).toString()), null),
    };
    assert.deepEqual(await guest.call(0, request("GET", "/events")), [2, null], name);
    assert.equal(head[0], 200);
    assert.deepEqual(head[1].find(([key]) => key === "x-a"), ["x-a", "b"]);
    assert.deepEqual(pieces, ["event 1", "event 2", "event 3"]);

    // What there is at once is answered at once.
    assert.equal(text(await guest.call(0, request("POST", "/", {}, "abc"))), "3");

    // A body of which nobody has said how long it is. It ends with standard input.
    pieces = [];
    const long = "0123456789".repeat(100_000);
    const answer = guest.call(0, { ...request("POST", "/echo"), body: null });
    for (let i = 0; i < 3; i++) guest.input.write(long);
    guest.input.end();
    assert.deepEqual(await answer, [2, null], name);
    assert.ok(pieces.join("") === long.repeat(3));
    assert.ok(pieces.length > 10);
    assert.equal(text(await guest.call(0, { ...request("POST", "/", { "content-length": "0" }), body: null })), "0");
  }
});

test("what goes on after its call has failed is no answer to the next one", async (t) => {
  const guest = new Guest(t, {
    "index.mjs": `export default { async fetch(request) {
      if (request.url.endsWith("/fine")) return new Response(await new Promise((done) => setTimeout(done, 100, "fine")));
      const late = request.url.endsWith("/late");
      setTimeout(() => { throw new Error("broken"); }, 40);
      return new Response(new ReadableStream({ async pull(c) {
        await new Promise((done) => setTimeout(done, late ? 60 : 10));
        c.enqueue(new TextEncoder().encode("x"));
      } }));
    } };`,
  });
  await guest.announced();
  let pieces = [];
  guest.functions = { "response.start": (...head) => (pieces.push(head), null), "response.write": (piece) => (pieces.push(piece), null) };
  for (const path of ["/", "/late"]) {
    assert.equal((await guest.call(0, request("GET", path)))[2], "Error: broken");
    pieces = [];
    assert.equal(text(await guest.call(0, request("GET", "/fine"))), "fine");
    assert.deepEqual(pieces, []);
  }
});

test("errors say where, and the next call is served", async (t) => {
  const guest = new Guest(t, {
    "index.mjs": `import { length } from "./lib/a b.cjs";
export async function handle(what) {
  switch (what) {
    case "null": return length(null);
    case "text": throw "just text";
    case "object": throw { a: 1 };
    case "never": return new Promise(() => {});
    case "timer": setTimeout(() => length(undefined), 1); return new Promise(() => {});
    case "unhandled": Promise.reject(new RangeError("nobody looks")); return new Promise(() => {});
    case "recursion": return endless(1);
    case "itself": { const value = {}; value.value = value; return value; }
    case "exit": process.exit(3);
    default: return what;
  }
}
const endless = (n) => endless(n + 1) + 1;`,
    "lib/a b.cjs": "exports.length = (text) => {\n  return text.length;\n};",
  });
  await guest.announced();
  const [, code, message, { stack }] = await guest.call(0, "null", {});
  assert.deepEqual([code, message], ["exception", "TypeError: Cannot read properties of null (reading 'length')"]);
  assert.match(stack, /^ {4}at exports\.length \(lib\/a b\.cjs:2:15\)\n {4}at handle \(index\.mjs:4:\d+\)$/);
  for (const [what, said] of [
    ["text", "just text"],
    ["object", '{"a":1} was thrown'],
    ["never", "Error: nothing is left to wait for, and the call is not answered"],
    ["timer", "TypeError: Cannot read properties of undefined (reading 'length')"],
    ["unhandled", "RangeError: nobody looks"],
    ["recursion", "RangeError: Maximum call stack size exceeded"],
  ]) {
    assert.equal((await guest.call(0, what, {}))[2], said);
    assert.equal((await guest.call(0, what, {}))[2], said);
    assert.deepEqual(await guest.call(0, "fine", {}), [2, "fine"]);
  }
  assert.match((await guest.call(0, "itself", {}))[2], /^RangeError: .* in itself/);
  assert.equal((await guest.call(7, "x", {}))[1], "unknown-function");
  assert.equal(await guest.call(0, "exit", {}), null);
  assert.equal(await guest.status(), 3);
  assert.match(guest.errors, /^the program was ended \(status 3\)\n {4}at handle \(index\.mjs:12:\d+\)\n$/);
});

test("who catches what nobody caught has it", async (t) => {
  const guest = new Guest(t, {
    "index.mjs": `let caught; process.on("uncaughtException", (e) => caught(e.message));
      export const handle = () => new Promise((done) => { caught = done; setTimeout(() => { throw new Error("mine"); }, 1); });`,
  });
  await guest.announced();
  assert.deepEqual(await guest.call(0, null, {}), [2, "mine"]);
});

describe("what is wrong at the start is said with its place", { concurrency: 2 }, () => {
  for (const [name, files, said] of [
    ["syntax", { "index.mjs": "export const a = 1;\nexport const handle = (event) => event..a;" }, /index\.mjs:2\n.*event\.\.a;\n +\^\n\nSyntaxError: Unexpected token '\.'\n {4}at index\.mjs\n$/],
    ["syntax of what is imported", { "index.mjs": 'import "./b.mjs";', "b.mjs": "\n)(" }, /b\.mjs:2\n\)\(\n\^\n\nSyntaxError: .*\n {4}at index\.mjs\n$/],
    ["syntax of CommonJS", { "index.cjs": "\nmodule.exports = {;" }, /^index\.cjs:2\n.*\n +\^\n\nSyntaxError: .*\n$/],
    ["a name", { "index.mjs": "\n\nconfigure({});" }, /^ReferenceError: configure is not defined\n {4}at index\.mjs:3:1\n$/],
    ["an import", { "index.mjs": "import './none.mjs';" }, /^Error.*: Cannot find module 'none\.mjs' imported from index\.mjs\n$/],
    ["an export", { "index.mjs": "import { x } from './b.mjs';", "b.mjs": "" }, /^index\.mjs:1\n[^]*SyntaxError: .* named 'x'/],
    ["nothing", { "index.mjs": "export const a = 1;" }, /^index\.mjs exports neither .*\n$/],
    ["an exit", { "index.mjs": "\nprocess.exit(0);" }, /^index\.mjs ended the program while it was loaded \(status 0\)\n {4}at index\.mjs:2:9\n$/],
    ["an endless wait", { "index.mjs": "await new Promise(() => {});" }, /^index\.mjs waits at its top .*\n$/],
    ["what nobody caught", { "index.mjs": "Promise.reject(new Error('x'));\nexport const handle = () => 1;" }, /^Error: x\n {4}at index\.mjs:1:16\n$/],
    ["its warm-up", { "index.mjs": "export const handle = () => 1;\nexport function warmUp() { null.x; }" }, /^TypeError: .*\n {4}at .*warmUp \(index\.mjs:2:33\)\n$/],
  ]) {
    test(name, async (t) => {
      const guest = new Guest(t, files);
      assert.equal(await guest.announced(), null);
      assert.equal(await guest.status(), 1);
      assert.match(guest.errors, said);
    });
  }
});

test("a warm-up calls the function as it will be called", async (t) => {
  const guest = new Guest(t, {
    "index.cjs": `let count = 0;
      module.exports = (req, res) => { count++; let body = ""; req.on("data", (d) => (body += d)).on("end", () => res.end(req.method + req.url + body + count)); };
      module.exports.warmUp = async (fetch) => console.log(await (await fetch("/a?b", { method: "POST", body: "c" })).text());`,
  });
  await guest.announced();
  assert.equal(guest.output, "POST/a?bc1\n");
  assert.equal(text(await guest.call(0, request("GET", "/"))), "GET/2");
});

test("random numbers keep their interfaces", async (t) => {
  const guest = new Guest(t, {
    "index.mjs": `import crypto, { randomInt, randomUUID } from "node:crypto";
      export function handle() {
        const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
        const sums = [0, 0, 0, 0];
        for (let i = 0; i < 4000; i++) sums[Math.floor(Math.random() * 4)]++;
        const thrown = [];
        for (const bounds of [[], [0], ["x"], [2, 1], [0, 2 ** 49]]) try { randomInt(...bounds); } catch (e) { thrown.push(e.code); }
        return new Promise((done) => randomInt(5, 7, (e, number) => done({
          uuids: [randomUUID(), crypto.randomUUID({}), globalThis.crypto.randomUUID()].map((id) => uuid.test(id)),
          even: sums.every((sum) => sum > 800 && sum < 1200),
          ints: [...new Set(Array.from({ length: 200 }, () => randomInt(3)))].sort(), number: number === 5 || number === 6, thrown,
          negative: [...new Set(Array.from({ length: 200 }, () => crypto.randomInt(-2, 0)))].sort(),
        })));
      }`,
  });
  await guest.announced();
  assert.deepEqual(await guest.call(0, null, {}), [2, {
    uuids: [true, true, true],
    even: true,
    ints: [0, 1, 2],
    number: true,
    thrown: ["ERR_INVALID_ARG_TYPE", "ERR_OUT_OF_RANGE", "ERR_INVALID_ARG_TYPE", "ERR_OUT_OF_RANGE", "ERR_OUT_OF_RANGE"],
    negative: [-1, -2],
  }]);
});
