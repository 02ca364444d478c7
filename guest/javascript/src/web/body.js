// What Request and Response have in common: a body, which can be read once.

import { decodeUtf8, readInput } from 'mote:native';
import { Blob, blobBytes } from './blob.js';
import { bytesOf, utf8 } from './encoding.js';
import { FormData, readForm, writeMultipart } from './formdata.js';
import { isDisturbed, readAll, ReadableStream, streamOf, tee } from './streams.js';
import { URLSearchParams } from './url.js';

// Bytes or a stream. A stream of bytes is made when somebody asks for it.
class Content {
  used = false;

  constructor(bytes, stream, shared) {
    this.bytes = bytes;
    this.stream = stream;
    this.shared = shared; // the bytes are somebody else's too
  }

  get isUsed() { return this.used || (this.stream !== null && isDisturbed(this.stream)); }
  get isLocked() { return this.stream !== null && this.stream.locked; }

  asStream() {
    this.stream ??= streamOf(this.#own());
    return this.stream;
  }

  // All the bytes, which are the caller's if `own`.
  async read(own) {
    if (this.isUsed || this.isLocked) throw new TypeError('The body has been used already');
    this.used = true;
    if (this.stream === null) return own ? this.#own() : this.bytes;
    return readAll(this.stream);
  }

  clone() {
    if (this.isUsed || this.isLocked) throw new TypeError('A body that has been used cannot be cloned');
    if (this.stream === null) {
      this.shared = true;
      return new Content(this.bytes, null, true);
    }
    const [one, other] = tee(this.stream, (chunk) => (chunk instanceof Uint8Array ? chunk.slice() : chunk));
    this.stream = one;
    return new Content(null, other, false);
  }

  #own() { return this.shared ? this.bytes.slice() : this.bytes; }
}

// Bytes that a server has received.
export const contentOf = (bytes) => new Content(bytes, null, false);

// Bytes that a server is receiving: standard input, read when somebody wants some.
export const contentOfInput = () => new Content(null, new ReadableStream({
  pull(controller) {
    const bytes = readInput(65536);
    if (bytes === undefined || bytes === null) controller.close();
    else controller.enqueue(new Uint8Array(bytes));
  },
}, { highWaterMark: 0 }), false);

// The content that something is as a body, and its type: a list of two.
export function extract(body) {
  if (body === null || body === undefined) return [null, null];
  if (typeof body === 'string') return [contentOf(utf8(body)), 'text/plain;charset=UTF-8'];
  if (body instanceof ReadableStream) {
    if (body.locked || isDisturbed(body)) throw new TypeError('The stream is locked or has been read');
    return [new Content(null, body, false), null];
  }
  if (body instanceof Blob) return [new Content(blobBytes(body), null, true), body.type === '' ? null : body.type];
  if (body instanceof ArrayBuffer || ArrayBuffer.isView(body)) return [contentOf(bytesOf(body).slice()), null];
  if (body instanceof URLSearchParams) {
    return [contentOf(utf8(`${body}`)), 'application/x-www-form-urlencoded;charset=UTF-8'];
  }
  if (body instanceof FormData) {
    const [bytes, boundary] = writeMultipart(body);
    return [contentOf(bytes), `multipart/form-data; boundary=${boundary}`];
  }
  if (typeof body === 'object' && typeof body[Symbol.asyncIterator] === 'function') {
    return [new Content(null, ReadableStream.from(body), false), null];
  }
  return [contentOf(utf8(`${body}`)), 'text/plain;charset=UTF-8'];
}

export class Body {
  #content = null;

  get body() { return this.#content?.asStream() ?? null; }
  get bodyUsed() { return this.#content?.isUsed ?? false; }

  async text() { return decodeUtf8(await this.#read(false)); }
  async json() { return JSON.parse(decodeUtf8(await this.#read(false))); }
  async bytes() { return this.#read(true); }

  async arrayBuffer() {
    const bytes = await this.#read(true);
    return bytes.byteLength === bytes.buffer.byteLength ? bytes.buffer : bytes.slice().buffer;
  }

  async blob() { return new Blob([await this.#read(false)], { type: this.headers.get('content-type') ?? '' }); }
  async formData() { return readForm(await this.#read(false), this.headers.get('content-type') ?? ''); }

  async #read(own) { return this.#content === null ? new Uint8Array() : this.#content.read(own); }

  static inside = {
    set(object, content) { object.#content = content; },
    get: (object) => object.#content,
    read: (object) => object.#read(false),
    isStreamed: (object) => object.#content !== null && object.#content.bytes === null,
  };
}

const { get: getContent, isStreamed, read: readBytes, set: setContent } = Body.inside;
delete Body.inside;
export { getContent, isStreamed, readBytes, setContent };
