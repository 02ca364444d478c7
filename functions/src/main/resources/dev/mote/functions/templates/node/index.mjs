import { randomUUID } from "node:crypto";

export default {
  async fetch(request) {
    const url = new URL(request.url);
    const name = url.searchParams.get("name") ?? "world";
    return Response.json({ message: `Hello, ${name}!`, id: randomUUID() });
  },
};
