// A server and its clients in one process: 200 requests, 20 at a time, over kept connections and new ones.
import http from "node:http";
import { once } from "node:events";

const server = http.createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  response.setHeader("X-Length", body.length);
  response.end(`${request.method} ${request.url} ${body.length} ${body.subarray(0, 5)}`);
});
server.listen(0, "127.0.0.1");
await once(server, "listening");
const url = `http://127.0.0.1:${server.address().port}`;

let fine = 0;
for (let round = 0; round < 10; round++) {
  await Promise.all(
    Array.from({ length: 20 }, async (_, i) => {
      const body = "hello".repeat(i * 500 + 1);
      const answer = await fetch(`${url}/${round}/${i}`, { method: "POST", body, keepalive: i % 2 === 0 });
      if ((await answer.text()) === `POST /${round}/${i} ${body.length} hello` && answer.headers.get("x-length") == body.length) fine++;
    }),
  );
}
console.log("answers", fine);
const request = http.get({ port: server.address().port, host: "127.0.0.1", path: "/last", agent: false });
const [response] = await once(request, "response");
response.setEncoding("utf8");
let text = "";
for await (const part of response) text += part;
console.log(response.statusCode, text);
server.close();
server.closeAllConnections();
await once(server, "close");
http.get(url).on("error", (e) => { console.log(e.code); process.exit(0); });
