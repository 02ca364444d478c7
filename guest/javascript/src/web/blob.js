// Blob and File, as in the File API. All of it is in memory.

import { decodeUtf8 } from 'mote:native';
import { bytesOf, toWellFormed, utf8 } from './encoding.js';
import { parts } from './inspect.js';
import { concatenate, streamOf } from './streams.js';

const typeOf = (type) => (/^[\x20-\x7e]*$/.test(type) ? type.toLowerCase() : '');

export class Blob {
  #bytes;
  #type;

  constructor(pieces = [], { type = '', endings = 'transparent' } = {}) {
    if (pieces === null || typeof pieces !== 'object' || typeof pieces[Symbol.iterator] !== 'function') {
      throw new TypeError('A Blob is made of something iterable');
    }
    const native = endings === 'native';
    this.#bytes = concatenate([...pieces].map((piece) => {
      if (piece instanceof Blob) return piece.#bytes;
      if (ArrayBuffer.isView(piece) || piece instanceof ArrayBuffer) return bytesOf(piece).slice();
      return utf8(native ? `${piece}`.replace(/\r\n?/g, '\n') : `${piece}`);
    }));
    this.#type = typeOf(`${type}`);
  }

  get size() { return this.#bytes.length; }
  get type() { return this.#type; }

  slice(start = 0, end = this.size, type = '') {
    const blob = new Blob();
    blob.#bytes = this.#bytes.subarray(start, end);
    blob.#type = typeOf(`${type}`);
    return blob;
  }

  async text() { return decodeUtf8(this.#bytes); }
  async bytes() { return this.#bytes.slice(); }
  async arrayBuffer() { return this.#bytes.slice().buffer; }
  stream() { return streamOf(this.#bytes.slice()); }

  [parts]() { return ['Blob', { size: this.size, type: this.type }]; }

  static bytesOf(blob) { return blob.#bytes; }
}

const { bytesOf: blobBytes } = Blob;
delete Blob.bytesOf;

// The bytes of a blob, not copied.
export { blobBytes };

export class File extends Blob {
  #name;
  #lastModified;

  constructor(pieces, name, options = {}) {
    if (arguments.length < 2) throw new TypeError('A File needs pieces and a name');
    super(pieces, options);
    this.#name = toWellFormed(name);
    this.#lastModified = Math.trunc(Number(options.lastModified ?? Date.now())) || 0;
  }

  get name() { return this.#name; }
  get lastModified() { return this.#lastModified; }
  get webkitRelativePath() { return ''; }

  [parts]() { return ['File', { size: this.size, type: this.type, name: this.name, lastModified: this.lastModified }]; }
}
