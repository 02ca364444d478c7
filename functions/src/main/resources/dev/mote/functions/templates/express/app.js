import express from "express";

const app = express();
app.use(express.json());

app.get("/", (request, response) => {
  response.json({ message: `Hello, ${request.query.name ?? "world"}!` });
});

app.get("/hello/:name", (request, response) => {
  response.json({ message: `Hello, ${request.params.name}!` });
});

app.post("/hello", (request, response) => {
  response.status(201).json({ message: `Hello, ${request.body.name}!` });
});

export default app;

// Called once, before the snapshot: what happens here for the first time does not happen in each request.
export async function warmUp(fetch) {
  await fetch("/hello", { method: "POST", headers: { "content-type": "application/json" }, body: '{"name": "world"}' });
}
