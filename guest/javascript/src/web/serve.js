// The handlers that a file offers, and their calls.

import { environment, hasHost, startResponse, writeResponse } from 'mote:native';
import { isStreamed, readBytes } from './body.js';
import { report } from './errors.js';
import { Event } from './events.js';
import { received, Response } from './fetch.js';
import { listOf } from './headers.js';
import { inspect } from './inspect.js';

export const env = environment();

let listener = null; // of addEventListener('fetch', …)

// The global target of events is there for the scripts that take requests so; it has no other events.
export function addEventListener(type, callback) {
  if (type !== 'fetch') return;
  if (typeof callback !== 'function') throw new TypeError('The listener must be a function');
  if (listener !== null) throw new TypeError("There is a listener for 'fetch' already");
  listener = callback;
}

// The same promise, whose rejection is somebody's affair.
export function watch(promise) {
  promise.catch(() => {});
  return promise;
}

function handlerOf({ default: whole }) {
  if (typeof whole === 'function') return whole;
  if (typeof whole?.fetch === 'function') return (request, env, context) => whole.fetch(request, env, context);
  return listener && dispatch;
}

// What a module offers: functions by the names under which they are announced.
export function offers(module) {
  const offered = {};
  const handler = handlerOf(module);
  if (handler) offered.fetch = (call) => watch(serve(call, handler));
  if (typeof module.handle === 'function') {
    offered.handle = (event, context) => watch((async () => module.handle(event, context))());
  }
  return offered;
}

class Context {
  #promises = [];

  constructor({ id, remote, prefix, path }) {
    Object.assign(this, { id, remote, prefix, path });
  }

  waitUntil(promise) {
    this.#promises.push(Promise.resolve(promise).catch((error) => report(error, 'Uncaught (in waitUntil)')));
  }

  passThroughOnException() {}

  // Settles when all that is to be waited for has settled, also what was added meanwhile.
  static async settled(context) {
    while (context.#promises.length > 0) await Promise.all(context.#promises.splice(0));
  }
}

const { settled } = Context;
delete Context.settled;

async function serve(call, handler) {
  const context = new Context(call);
  const response = await handler(received(call), env, context);
  if (!(response instanceof Response)) {
    throw new TypeError(`A handler of fetch must return a Response, not ${inspect(response)}`);
  }
  if (response.type === 'error') throw new TypeError('The handler has returned Response.error()');
  if (hasHost() && isStreamed(response)) {
    await send(response);
    await settled(context);
    return null;
  }
  const body = await readBytes(response);
  await settled(context);
  return { status: response.status, headers: listOf(response.headers), body };
}

// Answers in pieces, each as soon as the stream has it. The host waits while the client does, and nothing is pulled meanwhile.
async function send(response) {
  if (response.bodyUsed || response.body.locked) throw new TypeError('The body has been used already');
  const reader = response.body.getReader();
  try {
    startResponse(response.status, listOf(response.headers));
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      if (!(value instanceof Uint8Array)) {
        throw new TypeError('A stream that is a body must give chunks that are Uint8Array');
      }
      for (let place = 0; place < value.length; place += piece) writeResponse(value.subarray(place, place + piece));
    }
  } catch (error) {
    await reader.cancel(error).catch(() => {});
    throw error;
  }
}

const piece = 1 << 18; // of a response, in one message

class FetchEvent extends Event {
  #context;
  #response;

  constructor(request, context) {
    super('fetch');
    this.#context = context;
    this.request = request;
  }

  respondWith(response) {
    if (this.#response !== undefined) {
      throw new DOMException('respondWith was called already', 'InvalidStateError');
    }
    this.#response = Promise.resolve(response);
  }

  waitUntil(promise) { this.#context.waitUntil(promise); }
  passThroughOnException() {}

  static responseOf(event) { return event.#response; }
}

const { responseOf } = FetchEvent;
delete FetchEvent.responseOf;

async function dispatch(request, _, context) {
  const event = new FetchEvent(request, context);
  await listener(event);
  const response = responseOf(event);
  if (response === undefined) throw new TypeError("The listener for 'fetch' did not call respondWith");
  return response;
}
