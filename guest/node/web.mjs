// `fetch(request)`: the web's Request and Response.

import { answer, incomingWeb } from "./body.mjs";

/** A handler of the web's kind, called by messages of the host. */
export function web(handler, host) {
  return async ({ method, url, headers, body, id, remote }) => {
    const request = new Request(url, { method, headers, body: sent(method, body), duplex: "half" });
    const later = [];
    const context = {
      id,
      remote,
      waitUntil: (promise) => void later.push(promise),
      passThroughOnException() {},
    };
    const response = await handler(request, process.env, context);
    if (typeof response?.status !== "number" || typeof response.headers?.[Symbol.iterator] !== "function") {
      throw new TypeError("fetch must return a Response");
    }
    const head = { status: response.status, headers: [...response.headers] };
    const result = await answer(host, head, response.body ? response.body[Symbol.asyncIterator]() : nothing());
    for (let i = 0; i < later.length; i++) await later[i]; // more may be added meanwhile
    return result;
  };
}

/** The body, as a Request takes it: none of a method that has none. */
function sent(method, body) {
  if (method === "GET" || method === "HEAD") return undefined;
  if (body === null) return incomingWeb();
  return body.length > 0 ? body : undefined;
}

async function* nothing() {}
