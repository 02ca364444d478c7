// Streams, as in the Streams standard: readable ones with a default reader, writable ones and transforms. There are no
// readers of the kind BYOB.

import { AbortController } from './abort.js';
import { bytesOf, TextDecoder, utf8 } from './encoding.js';

const deferred = () => {
  const made = Promise.withResolvers();
  made.promise.catch(() => {}); // whoever looks at it sees the error
  return made;
};

function strategyOf({ highWaterMark = 1, size = () => 1 } = {}, usual = 1) {
  const mark = Number(highWaterMark ?? usual);
  if (!(mark >= 0)) throw new RangeError('highWaterMark must be a number from 0');
  return { mark, size: size ?? (() => 1) };
}

// What a readable stream is, for its reader and its controller.
class Readable {
  state = 'readable'; // or closed, or errored
  error;
  reader = null;
  disturbed = false;
  #source;
  #queue = []; // [chunk, size]
  #size = 0;
  #mark;
  #sizeOf;
  #reads = []; // those that wait for a chunk
  #started = false;
  #pulling = false;
  #pullAgain = false;
  #closing = false;
  #controller;

  constructor(stream, source, strategy) {
    const { mark, size } = strategyOf(strategy);
    this.stream = stream;
    this.#source = source;
    this.#mark = mark;
    this.#sizeOf = size;
    this.#controller = new ReadableStreamDefaultController(this);
    const started = source.start?.(this.#controller);
    Promise.resolve(started).then(() => {
      this.#started = true;
      this.#pull();
    }, (error) => this.fail(error));
  }

  get desiredSize() {
    return this.state === 'errored' ? null : this.state === 'closed' ? 0 : this.#mark - this.#size;
  }

  enqueue(chunk) {
    if (this.#closing || this.state !== 'readable') throw new TypeError('The stream is closed');
    if (this.#reads.length > 0) {
      this.#reads.shift().resolve({ value: chunk, done: false });
    } else {
      let size;
      try {
        size = Number(this.#sizeOf.call(undefined, chunk));
        if (!(size >= 0 && size < Infinity)) throw new RangeError('A chunk has no such size');
      } catch (error) {
        this.fail(error);
        throw error;
      }
      this.#queue.push([chunk, size]);
      this.#size += size;
    }
    this.#pull();
  }

  close() {
    if (this.#closing || this.state !== 'readable') throw new TypeError('The stream is closed already');
    this.#closing = true;
    if (this.#queue.length === 0) this.#end();
  }

  fail(error) {
    if (this.state !== 'readable') return;
    this.state = 'errored';
    this.error = error;
    this.#drop();
    for (const read of this.#reads.splice(0)) read.reject(error);
    this.reader?.reject(error);
  }

  read() {
    this.disturbed = true;
    if (this.state === 'errored') return Promise.reject(this.error);
    if (this.#queue.length > 0) {
      const [value, size] = this.#queue.shift();
      this.#size -= size;
      if (this.#closing && this.#queue.length === 0) this.#end();
      else this.#pull();
      return Promise.resolve({ value, done: false });
    }
    if (this.state === 'closed') return Promise.resolve({ value: undefined, done: true });
    const read = deferred();
    this.#reads.push(read);
    this.#pull();
    return read.promise;
  }

  async cancel(reason) {
    this.disturbed = true;
    if (this.state === 'closed') return;
    if (this.state === 'errored') throw this.error;
    this.#drop();
    this.#end();
    await this.#source.cancel?.(reason);
  }

  // The reader lets go of the stream: reads that wait are over.
  release(error) {
    for (const read of this.#reads.splice(0)) read.reject(error);
  }

  #end() {
    this.state = 'closed';
    for (const read of this.#reads.splice(0)) read.resolve({ value: undefined, done: true });
    this.reader?.resolve();
  }

  #drop() {
    this.#queue = [];
    this.#size = 0;
  }

  #pull() {
    if (!this.#started || this.#closing || this.state !== 'readable' || !this.#source.pull) return;
    if (this.#reads.length === 0 && this.desiredSize <= 0) return;
    if (this.#pulling) {
      this.#pullAgain = true;
      return;
    }
    this.#pulling = true;
    new Promise((resolve) => resolve(this.#source.pull(this.#controller))).then(() => {
      this.#pulling = false;
      if (!this.#pullAgain) return;
      this.#pullAgain = false;
      this.#pull();
    }, (error) => this.fail(error));
  }
}

export class ReadableStreamDefaultController {
  #readable;

  constructor(readable) {
    if (!(readable instanceof Readable)) throw new TypeError('Illegal constructor');
    this.#readable = readable;
  }

  get desiredSize() { return this.#readable.desiredSize; }
  get byobRequest() { return null; }
  enqueue(chunk) { this.#readable.enqueue(chunk); }
  close() { this.#readable.close(); }
  error(error) { this.#readable.fail(error); }
}

export class ReadableStreamDefaultReader {
  #readable;
  #closed = deferred();

  constructor(stream) {
    const readable = readableOf(stream);
    if (readable.reader) throw new TypeError('The ReadableStream is locked to a reader');
    this.#readable = readable;
    readable.reader = this.#closed;
    if (readable.state === 'closed') this.#closed.resolve();
    if (readable.state === 'errored') this.#closed.reject(readable.error);
  }

  get closed() { return this.#closed.promise; }

  read() {
    return this.#readable ? this.#readable.read() : Promise.reject(new TypeError('The reader was released'));
  }

  cancel(reason) {
    return this.#readable
      ? this.#readable.cancel(reason)
      : Promise.reject(new TypeError('The reader was released'));
  }

  releaseLock() {
    if (!this.#readable) return;
    const error = new TypeError('The reader was released');
    this.#readable.release(error);
    this.#readable.reader = null;
    this.#readable = undefined;
    this.#closed.reject(error);
    this.#closed = deferred();
    this.#closed.reject(error);
  }
}

export class ReadableStream {
  #readable;

  constructor(source = {}, strategy = {}) {
    if (source === null || typeof source !== 'object') throw new TypeError('The source must be an object');
    const bytes = source.type === 'bytes';
    if (source.type !== undefined && !bytes) throw new TypeError(`There is no type of streams '${source.type}'`);
    for (const method of ['start', 'pull', 'cancel']) {
      if (source[method] !== undefined && typeof source[method] !== 'function') {
        throw new TypeError(`${method} of a source must be a function`);
      }
    }
    this.#readable = new Readable(this, source, bytes ? { highWaterMark: 0, ...strategy } : strategy);
  }

  get locked() { return this.#readable.reader !== null; }

  getReader({ mode } = {}) {
    if (mode !== undefined) throw new TypeError(`There is no reader of the mode '${mode}'`);
    return new ReadableStreamDefaultReader(this);
  }

  cancel(reason) {
    if (this.locked) return Promise.reject(new TypeError('The stream is locked'));
    return this.#readable.cancel(reason);
  }

  tee() { return tee(this); }

  async pipeTo(destination, { preventClose, preventAbort, preventCancel, signal } = {}) {
    const reader = this.getReader();
    const writer = destination.getWriter();
    try {
      for (;;) {
        signal?.throwIfAborted();
        await writer.ready;
        const { value, done } = await reader.read();
        if (done) break;
        await writer.write(value);
      }
      if (!preventClose) await writer.close();
    } catch (error) {
      if (!preventAbort) await writer.abort(error).catch(() => {});
      if (!preventCancel) await reader.cancel(error).catch(() => {});
      throw error;
    } finally {
      reader.releaseLock();
      writer.releaseLock();
    }
  }

  pipeThrough({ readable, writable }, options) {
    this.pipeTo(writable, options).catch(() => {}); // the other side has the error
    return readable;
  }

  async *values({ preventCancel = false } = {}) {
    const reader = this.getReader();
    let ended = false;
    try {
      for (;;) {
        const { value, done } = await reader.read().catch((error) => {
          ended = true;
          throw error;
        });
        ended = done;
        if (done) return;
        yield value;
      }
    } finally {
      if (!ended && !preventCancel) await reader.cancel();
      reader.releaseLock();
    }
  }

  [Symbol.asyncIterator](options) { return this.values(options); }

  static from(iterable) {
    const method = iterable[Symbol.asyncIterator] ?? iterable[Symbol.iterator];
    if (typeof method !== 'function') throw new TypeError('ReadableStream.from takes something iterable');
    const iterator = method.call(iterable);
    return new ReadableStream({
      async pull(controller) {
        const { value, done } = await iterator.next();
        if (done) controller.close();
        else controller.enqueue(await value);
      },
      async cancel(reason) { await iterator.return?.(reason); },
    }, { highWaterMark: 0 });
  }

  static readableOf(stream) {
    if (!(stream instanceof ReadableStream)) throw new TypeError('That is no ReadableStream');
    return stream.#readable;
  }
}

const { readableOf } = ReadableStream;
delete ReadableStream.readableOf;

export const isDisturbed = (stream) => readableOf(stream).disturbed;

// Two streams that have what one has. The other one gets copies if `copy` makes some.
export function tee(stream, copy = (chunk) => chunk) {
  const reader = stream.getReader();
  const canceled = [false, false];
  const controllers = [];
  let reading = false;
  const pull = async () => {
    if (reading) return;
    reading = true;
    try {
      const { value, done } = await reader.read();
      reading = false;
      for (const side of [0, 1]) {
        if (canceled[side]) continue;
        if (done) controllers[side].close();
        else controllers[side].enqueue(side === 0 ? value : copy(value));
      }
    } catch (error) {
      controllers.forEach((controller) => controller.error(error));
    }
  };
  return [0, 1].map((side) => new ReadableStream({
    start(controller) { controllers[side] = controller; },
    pull,
    async cancel(reason) {
      canceled[side] = true;
      if (canceled[0] && canceled[1]) await reader.cancel(reason);
    },
  }, { highWaterMark: 0 }));
}

// A stream that has bytes and ends.
export const streamOf = (bytes) => new ReadableStream({
  start(controller) {
    if (bytes.length > 0) controller.enqueue(bytes);
    controller.close();
  },
});

// All the bytes of a stream.
export async function readAll(stream) {
  const chunks = [];
  const reader = stream.getReader();
  for (;;) {
    const { value, done } = await reader.read();
    if (done) break;
    if (!(value instanceof Uint8Array)) {
      const error = new TypeError('A stream that is a body must give chunks that are Uint8Array');
      await reader.cancel(error).catch(() => {});
      throw error;
    }
    chunks.push(value);
  }
  return concatenate(chunks);
}

export function concatenate(chunks) {
  if (chunks.length === 1) return chunks[0];
  const all = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let place = 0;
  for (const chunk of chunks) {
    all.set(chunk, place);
    place += chunk.length;
  }
  return all;
}

export class WritableStreamDefaultController {
  #abort = new AbortController();
  #fail;

  constructor(fail) { this.#fail = fail; }

  get signal() { return this.#abort.signal; }
  error(error) { this.#fail(error); }
}

export class WritableStream {
  #sink;
  #controller = new WritableStreamDefaultController((error) => this.#failNow(error));
  #work; // what was begun last
  #state = 'writable'; // or closing, closed, errored
  #error;
  #writer = null;
  #waiting = 0;
  #mark;
  #sizeOf;

  constructor(sink = {}, strategy = {}) {
    const { mark, size } = strategyOf(strategy);
    this.#mark = mark;
    this.#sizeOf = size;
    this.#sink = sink ?? {};
    const started = this.#sink.start?.(this.#controller);
    this.#work = Promise.resolve(started);
    this.#work.catch((error) => this.#failNow(error));
  }

  get locked() { return this.#writer !== null; }

  getWriter() { return new WritableStreamDefaultWriter(this); }

  abort(reason) {
    return this.locked ? Promise.reject(new TypeError('The stream is locked')) : this.#abort(reason);
  }

  close() {
    return this.locked ? Promise.reject(new TypeError('The stream is locked')) : this.#close();
  }

  static methods = {
    lock(stream, writer) {
      if (stream.#writer) throw new TypeError('The WritableStream is locked to a writer');
      stream.#writer = writer;
      if (stream.#state === 'closed') writer.closed.resolve();
      if (stream.#state === 'errored') writer.closed.reject(stream.#error);
    },
    unlock(stream) { stream.#writer = null; },
    desiredSize: (stream) =>
      stream.#state === 'errored' ? null : stream.#state === 'closed' ? 0 : stream.#mark - stream.#waiting,
    // Settles when the stream takes more.
    ready: (stream) => (stream.#state === 'errored' ? Promise.reject(stream.#error)
      : stream.#waiting < stream.#mark || stream.#mark === 0 ? Promise.resolve() : stream.#work.then(() => {})),
    write: (stream, chunk) => stream.#write(chunk),
    close: (stream) => stream.#close(),
    abort: (stream, reason) => stream.#abort(reason),
  };

  #write(chunk) {
    if (this.#state === 'errored') return Promise.reject(this.#error);
    if (this.#state !== 'writable') return Promise.reject(new TypeError('The stream is closed'));
    const size = Number(this.#sizeOf.call(undefined, chunk));
    this.#waiting += size;
    return this.#then(() => this.#sink.write?.(chunk, this.#controller), () => { this.#waiting -= size; });
  }

  #close() {
    if (this.#state === 'errored') return Promise.reject(this.#error);
    if (this.#state !== 'writable') return Promise.reject(new TypeError('The stream is closed'));
    this.#state = 'closing';
    return this.#then(() => this.#sink.close?.(), () => {
      if (this.#state !== 'closing') return;
      this.#state = 'closed';
      this.#writer?.closed.resolve();
    });
  }

  async #abort(reason) {
    if (this.#state === 'closed' || this.#state === 'errored') return;
    this.#failNow(reason);
    await this.#sink.abort?.(reason);
  }

  // Does something after what was begun before.
  #then(action, done) {
    const result = this.#work.then(() => {
      if (this.#state === 'errored') throw this.#error;
      return action();
    });
    this.#work = result.then(done, (error) => {
      done();
      this.#failNow(error);
    });
    const answer = result.then(() => {});
    answer.catch(() => {});
    return answer;
  }

  #failNow(error) {
    if (this.#state === 'closed' || this.#state === 'errored') return;
    this.#state = 'errored';
    this.#error = error;
    this.#writer?.closed.reject(error);
  }
}

const { methods: writable } = WritableStream;
delete WritableStream.methods;

export class WritableStreamDefaultWriter {
  #stream;
  #closed = deferred();

  constructor(stream) {
    writable.lock(stream, { closed: this.#closed });
    this.#stream = stream;
  }

  get closed() { return this.#closed.promise; }
  get desiredSize() { return writable.desiredSize(this.#owner()); }
  get ready() { return this.#later(writable.ready); }
  write(chunk) { return this.#later(writable.write, chunk); }
  close() { return this.#later(writable.close); }
  abort(reason) { return this.#later(writable.abort, reason); }

  releaseLock() {
    if (!this.#stream) return;
    writable.unlock(this.#stream);
    this.#stream = undefined;
    this.#closed.reject(new TypeError('The writer was released'));
  }

  #owner() {
    if (!this.#stream) throw new TypeError('The writer was released');
    return this.#stream;
  }

  #later(method, argument) {
    return this.#stream
      ? method(this.#stream, argument)
      : Promise.reject(new TypeError('The writer was released'));
  }
}

export class TransformStream {
  #readable;
  #writable;

  constructor(transformer = {}, writableStrategy = {}, readableStrategy = {}) {
    let out;
    let wanted = deferred(); // settles when the readable side has room
    const controller = {
      get desiredSize() { return out.desiredSize; },
      enqueue(chunk) {
        wanted = deferred();
        out.enqueue(chunk);
      },
      error(error) {
        out.error(error);
        wanted.reject(error);
      },
      terminate() {
        out.close();
        wanted.reject(new TypeError('The transform was terminated'));
      },
    };
    this.#readable = new ReadableStream({
      start(made) { out = made; },
      pull() { wanted.resolve(); },
      cancel(reason) {
        wanted.reject(reason);
        return transformer.cancel?.(reason);
      },
    }, { highWaterMark: 0, ...readableStrategy });
    this.#writable = new WritableStream({
      start: () => transformer.start?.(controller),
      async write(chunk) {
        if (out.desiredSize <= 0) await wanted.promise;
        try {
          if (transformer.transform) await transformer.transform(chunk, controller);
          else controller.enqueue(chunk);
        } catch (error) {
          out.error(error);
          throw error;
        }
      },
      async close() {
        try {
          await transformer.flush?.(controller);
          if (out.desiredSize !== null) out.close();
        } catch (error) {
          out.error(error);
          throw error;
        }
      },
      abort(reason) { out.error(reason); },
    }, writableStrategy);
  }

  get readable() { return this.#readable; }
  get writable() { return this.#writable; }
}

export class TextEncoderStream extends TransformStream {
  constructor() {
    let high = ''; // the first half of a pair, whose other half is in the next chunk
    super({
      transform(chunk, controller) {
        const text = high + chunk;
        high = /[\uD800-\uDBFF]$/.test(text) ? text.slice(-1) : '';
        const whole = high === '' ? text : text.slice(0, -1);
        if (whole !== '') controller.enqueue(utf8(whole));
      },
      flush(controller) {
        if (high !== '') controller.enqueue(utf8(high));
      },
    });
  }

  get encoding() { return 'utf-8'; }
}

export class TextDecoderStream extends TransformStream {
  #decoder;

  constructor(label, options) {
    const decoder = new TextDecoder(label, options);
    const put = (text, controller) => {
      if (text !== '') controller.enqueue(text);
    };
    super({
      transform: (chunk, controller) => put(decoder.decode(bytesOf(chunk), { stream: true }), controller),
      flush: (controller) => put(decoder.decode(), controller),
    });
    this.#decoder = decoder;
  }

  get encoding() { return this.#decoder.encoding; }
  get fatal() { return this.#decoder.fatal; }
  get ignoreBOM() { return this.#decoder.ignoreBOM; }
}

export class CountQueuingStrategy {
  constructor({ highWaterMark }) { this.highWaterMark = highWaterMark; }
  size() { return 1; }
}

export class ByteLengthQueuingStrategy {
  constructor({ highWaterMark }) { this.highWaterMark = highWaterMark; }
  size(chunk) { return chunk.byteLength; }
}
