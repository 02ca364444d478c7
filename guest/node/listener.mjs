// Listeners of Node's kind, `(request, response)`: an `http.Server` that is handed connections, and a client that makes the requests, both
// of them Node's own, in memory.

import { once } from "node:events";
import http from "node:http";
import { Duplex } from "node:stream";
import { answer, incoming } from "./body.mjs";

// What is about one connection, and the client's to say.
const OF_THE_CONNECTION = new Set(["connection", "keep-alive", "proxy-connection", "transfer-encoding", "te", "upgrade", "content-length", "expect"]);

/** A server, called by messages of the host. */
export function listener(server, host) {
  server.prependListener("request", (_, response) => {
    response.sendDate = false; // the host says it; Node keeps it for a second, and a snapshot would for good
  });
  return async ({ method, url, path, query, headers, body, remote }) => {
    const [ours, its] = connection({ remoteAddress: remote, remoteFamily: remote.includes(":") ? "IPv6" : "IPv4", encrypted: url.startsWith("https:") });
    server.emit("connection", its);
    const request = http.request({
      createConnection: () => ours,
      method,
      path: query ? `${path}?${query}` : path,
      headers: sent(url, headers, body).flat(),
    });
    if (body === null) incoming().on("error", (e) => request.destroy(e)).pipe(request);
    else request.end(body);
    const [response] = await once(request, "response");
    const raw = response.rawHeaders;
    const head = {
      status: response.statusCode,
      headers: Array.from({ length: raw.length / 2 }, (_, i) => [raw[2 * i], raw[2 * i + 1]]),
    };
    return answer(host, head, response[Symbol.asyncIterator]());
  };
}

/** The headers of a request: those of the client, but for what is about its connection, and what Node insists on. */
function sent(url, headers, body) {
  const sent = headers.filter(([name]) => !OF_THE_CONNECTION.has(name));
  if (!sent.some(([name]) => name === "host")) sent.push(["host", new URL(url).host]);
  const length = headers.find(([name]) => name === "content-length");
  if (body === null) sent.push(length ?? ["transfer-encoding", "chunked"]);
  else if (length || body.length > 0) sent.push(["content-length", String(body.length)]);
  return sent;
}

/** Two streams, of which each gives what the other one takes, with the given properties. */
function connection(properties) {
  const [ours, its] = [new End(), new End()];
  ours.peer = its;
  its.peer = ours;
  return [Object.assign(ours, properties), Object.assign(its, properties)];
}

/** One end of a connection, with what programs ask of a socket besides reading and writing. */
class End extends Duplex {
  peer = null;
  #resume = null; // goes on with what the peer writes

  _read() {
    const resume = this.#resume;
    this.#resume = null;
    resume?.();
  }

  _write(chunk, encoding, done) {
    if (this.peer.push(chunk)) done();
    else this.peer.#resume = done;
  }

  _final(done) {
    this.peer.push(null);
    done();
  }

  _destroy(error, done) {
    if (!this.peer.readableEnded && !this.writableFinished && !this.peer.destroyed) process.nextTick(() => this.peer.destroy());
    done(error);
  }

  setTimeout() {
    return this;
  }

  setNoDelay() {
    return this;
  }

  setKeepAlive() {
    return this;
  }

  ref() {
    return this;
  }

  unref() {
    return this;
  }
}
