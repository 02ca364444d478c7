interface Event {
  name?: string;
}

interface Greeting {
  message: string;
}

export function handle(event: Event | null): Greeting {
  return { message: `Hello, ${event?.name ?? "world"}!` };
}
