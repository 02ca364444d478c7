// `fetch(request)`: the web's Request and Response.

/** A handler of the web's kind, called by messages of the host. */
export function web(handler) {
  return async ({ method, url, headers, body, id, remote }) => {
    const hasBody = body.length > 0 && method !== "GET" && method !== "HEAD";
    const request = new Request(url, { method, headers, body: hasBody ? body : undefined });
    const later = [];
    const context = {
      id,
      remote,
      waitUntil: (promise) => void later.push(promise),
      passThroughOnException() {},
    };
    const response = await handler(request, process.env, context);
    if (typeof response?.arrayBuffer !== "function" || typeof response.status !== "number") {
      throw new TypeError("fetch must return a Response");
    }
    const answer = { status: response.status, headers: [...response.headers], body: await response.arrayBuffer() };
    for (let i = 0; i < later.length; i++) await later[i]; // more may be added meanwhile
    return answer;
  };
}
