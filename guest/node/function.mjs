// Loads a function's file and serves calls by what it exports.

import http from "node:http";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { message, places, shortened } from "./errors.mjs";
import * as fresh from "./fresh.mjs";
import { listener } from "./listener.mjs";
import { CALL, ERROR, RESULT } from "./protocol.mjs";
import { turn } from "./turn.mjs";
import { sweep, warmUp } from "./warm.mjs";
import { web } from "./web.mjs";

const SIGNATURES = { fetch: "(request: any) -> any", handle: "(event: any, context: any) -> any" };

let main = ""; // the file, by its path in the function's folder

/** Loads a file, offers the host what it has, and answers calls for as long as there are some. */
export async function run(file, host) {
  main = path.relative(process.cwd(), file);
  fresh.replace();
  watchOver();
  const functions = await load(file, host);
  host.announce(Object.fromEntries(Object.keys(functions).map((name) => [name, SIGNATURES[name]])));
  const handlers = Object.values(functions);
  for (;;) {
    const call = host.next();
    if (call === null) break;
    fresh.renew();
    reply(host, await outcome(handlers, call));
  }
  explained = true;
  process.exit(0);
}

// Loading

let listening = null; // the server that the function's file had listen while it was loaded

async function load(file, host) {
  noticeServers();
  let functions;
  try {
    const module = await import(pathToFileURL(file));
    await turn(); // what was begun and not waited for
    functions = offers(module, host);
    if (Object.keys(functions).length === 0) {
      fail(`${main} exports neither a function \`handle\` nor, by default, something with \`fetch\`, a listener \`(request, response)\` or a server, and none listens`);
    }
    await warmUp(host);
    await (module.warmUp ?? whole(module)?.warmUp)?.(caller(functions));
    sweep();
  } catch (e) {
    explain(e);
  }
  return functions;
}

/** What a module offers, by the names under which it is announced. */
function offers(module, host) {
  const all = whole(module);
  const handle = module.handle ?? (typeof all === "object" && all?.handle?.bind(all));
  const fetch = fetcher(all, host) ?? (listening && !handle ? listener(listening, host) : null);
  return { ...(fetch && { fetch }), ...(typeof handle === "function" && { handle }) };
}

/** What it exports by default: of a CommonJS module all of it, of an ES module that was made one the default all the same. */
function whole(module) {
  const all = module.default;
  return all?.__esModule && "default" in all ? all.default : all;
}

function fetcher(all, host) {
  if (all instanceof http.Server) return listener(all, host);
  if (typeof all?.fetch === "function") return web((...call) => all.fetch(...call), host);
  if (typeof all === "function") return listener(http.createServer(all), host);
  return null;
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

function reply(host, outcome) {
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
function watchOver() {
  process.on("uncaughtException", uncaught);
  // Nothing is left that could go on. In a turn of its own, after which the loop, if it is empty again, says so again.
  process.on("beforeExit", () => {
    if (settle === null) fail(`${main} waits at its top for something that never happens`);
    setImmediate(() => settle?.(failure(new Error("nothing is left to wait for, and the call is not answered"))));
  });
  process.on("exit", (status) => {
    if (explained) return;
    const where = places(new Error());
    console.error(`${settle === null ? `${main} ended the program while it was loaded` : "the program was ended"} (status ${status})${where && `\n${where}`}`);
    if (settle === null) process.exitCode = 1;
  });
}

function uncaught(error) {
  if (process.listenerCount("uncaughtException") > 1) return; // the function has its own way
  if (settle !== null) settle(failure(error));
  else explain(error);
}

let explained = false; // it is said why the program ends, or there is nothing to say

function fail(text) {
  explained = true;
  console.error(text);
  process.exit(1);
}

/** Ends with what is of interest to who wrote the function. */
function explain(error) {
  const [head] = String(error?.stack ?? "").split(/\n\s+at /, 1); // of some errors of syntax it has the place
  const what = shortened(head || message(error));
  const where = places(error);
  if (!(error instanceof SyntaxError) || where || what.includes("\n")) fail(what + (where && `\n${where}`));
  // Only Node itself knows the line, and shows it of an error that nobody has caught.
  explained = true;
  process.off("uncaughtException", uncaught);
  error.stack = `${what}\n    at ${main}`;
  throw error;
}
