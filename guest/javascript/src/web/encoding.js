// TextEncoder and TextDecoder. The encodings are those of the Encoding standard, by encoding_rs.

import { decoder, encode, encodingName } from 'mote:native';

export const toWellFormed = (value) => `${value}`.toWellFormed();

export const utf8 = (text) => new Uint8Array(encode(text.toWellFormed()));

// The bytes of a buffer or a view of one, not copied.
export function bytesOf(source, what = 'The argument') {
  if (source instanceof Uint8Array) return source;
  if (ArrayBuffer.isView(source)) return new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
  if (source instanceof ArrayBuffer || source instanceof SharedArrayBuffer) return new Uint8Array(source);
  throw new TypeError(`${what} must be an ArrayBuffer or a view of one`);
}

export class TextEncoder {
  get encoding() { return 'utf-8'; }

  encode(text = '') { return utf8(`${text}`); }

  encodeInto(text, destination) {
    if (!(destination instanceof Uint8Array)) throw new TypeError('encodeInto writes to a Uint8Array');
    let read = 0;
    let written = 0;
    for (const character of toWellFormed(text)) {
      const code = character.codePointAt(0);
      const size = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
      if (written + size > destination.length) break;
      read += character.length;
      written += size;
    }
    destination.set(utf8(`${text}`.slice(0, read)));
    return { read, written };
  }
}

export class TextDecoder {
  #encoding;
  #fatal;
  #ignoreBOM;
  #decode = null; // while a stream is under way

  constructor(label = 'utf-8', { fatal = false, ignoreBOM = false } = {}) {
    this.#encoding = encodingName(toWellFormed(label));
    if (this.#encoding === undefined) throw new RangeError(`The encoding '${label}' is not known`);
    this.#fatal = Boolean(fatal);
    this.#ignoreBOM = Boolean(ignoreBOM);
  }

  get encoding() { return this.#encoding; }
  get fatal() { return this.#fatal; }
  get ignoreBOM() { return this.#ignoreBOM; }

  decode(input = new Uint8Array(), { stream = false } = {}) {
    const decode = this.#decode ?? decoder(this.#encoding, this.#fatal, this.#ignoreBOM);
    this.#decode = null;
    const text = decode(bytesOf(input), !stream);
    if (text === undefined) throw new TypeError(`The bytes are not ${this.#encoding}`);
    if (stream) this.#decode = decode;
    return text;
  }
}
