// Loads a function's file and serves calls by what it exports.

import http from "node:http";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { message, places, shortened } from "./errors.mjs";
import { listener } from "./listener.mjs";
import { ANNOUNCE, CALL, ERROR, RESULT } from "./protocol.mjs";
import * as random from "./random.mjs";
import { sweep, turn, warmUp } from "./warm.mjs";
import { web } from "./web.mjs";

const SIGNATURES = { fetch: "(request: any) -> any", handle: "(event: any, context: any) -> any" };

/** Loads a file, offers the host what it has, and answers calls for as long as there are some. */
export async function run(file, host) {
  random.replace();
  watchOver(file);
  const functions = await load(file);
  host.send([ANNOUNCE, { version: 1, functions: Object.fromEntries(Object.keys(functions).map((name) => [name, SIGNATURES[name]])) }]);
  const handlers = Object.values(functions);
  for (;;) {
    const call = host.receive();
    if (call === null) break;
    random.forget();
    answer(host, await outcome(handlers, call));
  }
  explained = true;
  process.exit(0);
}

// Loading

let listening = null; // the server that the function's file had listen while it was loaded

async function load(file) {
  noticeServers();
  let functions;
  try {
    const module = await import(pathToFileURL(file));
    await turn(); // what was begun and not waited for
    functions = offers(module);
    if (Object.keys(functions).length === 0) {
      fail(`${short(file)} exports neither a function \`handle\` nor, by default, something with \`fetch\`, a listener \`(request, response)\` or a server, and none listens`);
    }
    await warmUp();
    await (module.warmUp ?? whole(module)?.warmUp)?.(caller(functions));
    sweep();
  } catch (e) {
    throw startError(e);
  }
  return functions;
}

/** What a module offers, by the names under which it is announced. */
function offers(module) {
  const main = whole(module);
  const handle = module.handle ?? (typeof main === "object" ? main?.handle : undefined);
  const fetch = fetcher(main);
  return { ...(fetch && { fetch }), ...(typeof handle === "function" && { handle }) };
}

/** What it exports by default: of a CommonJS module all of it, of an ES module that was made one the default all the same. */
function whole(module) {
  const main = module.default;
  return main?.__esModule && "default" in main ? main.default : main;
}

function fetcher(main) {
  if (main instanceof http.Server) return listener(main);
  if (typeof main?.fetch === "function") return web((...call) => main.fetch(...call));
  if (typeof main === "function") return listener(http.createServer(main));
  return listening && listener(listening);
}

/** What `warmUp` is called with: the function itself, as a caller has it. */
function caller({ fetch }) {
  return async (path, { method = "GET", headers, body } = {}) => {
    const url = new URL(path, "http://localhost");
    const sent = new Request(url, { method, headers, body });
    const answer = await fetch({
      method,
      url: url.href,
      path: url.pathname,
      query: url.search.slice(1),
      prefix: "",
      headers: [...sent.headers],
      body: Buffer.from(await sent.arrayBuffer()),
      remote: "127.0.0.1",
      id: "",
    });
    return new Response(answer.status === 204 || answer.status === 304 ? null : answer.body, answer);
  };
}

/** A server that listens is what a program is about that was not written for here. It may listen, to itself, and keeps nobody waiting. */
function noticeServers() {
  const { listen } = http.Server.prototype;
  http.Server.prototype.listen = function (...where) {
    listening = this;
    return listen.apply(this, where).unref();
  };
}

// Calls

let settle = null; // ends the present call with an outcome; null while there is none

/** Calls, and resolves to the answer, whatever happens. */
function outcome(handlers, [kind, place, parameters]) {
  if (kind !== CALL || !(place in handlers)) return [ERROR, "unknown-function", `there is no function ${place}`];
  const handler = handlers[place];
  return new Promise((resolve) => {
    settle = resolve;
    (async () => handler(...parameters))().then(
      (value) => resolve([RESULT, value]),
      (error) => resolve(failure(error)),
    );
  });
}

function answer(host, outcome) {
  settle = null;
  try {
    host.send(outcome);
  } catch (e) {
    if (e.code === "EMSGSIZE") host.send([ERROR, "limit", "an answer is larger than the host takes"]);
    else host.send(failure(e));
  }
}

function failure(error) {
  return [ERROR, "exception", shortened(message(error)), { stack: places(error) }];
}

// What happens beside

/** Turns what would end the process into the error of the present call, or, at the start, into a message that says where. */
function watchOver(file) {
  process.on("uncaughtException", (error) => {
    if (process.listenerCount("uncaughtException") > 1) return; // the function has its own way
    if (settle === null) throw startError(error);
    settle(failure(error));
  });
  // Nothing is left that could go on. In a turn of its own, after which the loop, if it is empty again, says so again.
  process.on("beforeExit", () => {
    if (settle === null) fail(`${short(file)} waits at its top for something that never happens`);
    setImmediate(() => settle?.(failure(new Error("nothing is left to wait for, and the call is not answered"))));
  });
  process.on("exit", (status) => {
    if (explained) return;
    const where = places(new Error());
    console.error(`${settle === null ? `${short(file)} ended the program while it was loaded` : "the program was ended"} (status ${status})${where && `\n${where}`}`);
    if (settle === null) process.exitCode = 1;
  });
}

let explained = false; // it is said why the program ends, or there is nothing to say

function fail(text) {
  explained = true;
  console.error(text);
  process.exit(1);
}

/** The error with what is of interest to who wrote the function; Node shows the line before it. */
function startError(error) {
  explained = true;
  if (error instanceof Error) {
    const where = places(error);
    error.stack = shortened(message(error)) + (where && `\n${where}`);
  }
  return error;
}

function short(file) {
  return path.relative(process.cwd(), file);
}
