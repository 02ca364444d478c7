// FormData, and the bodies that it is made of and written to.

import { decodeUtf8, formParse, latin1 } from 'mote:native';
import { Blob, blobBytes, File } from './blob.js';
import { crypto } from './crypto.js';
import { toWellFormed, utf8 } from './encoding.js';
import { parts } from './inspect.js';
import { concatenate } from './streams.js';

function entryOf(name, value, filename) {
  if (!(value instanceof Blob)) {
    if (filename !== undefined) throw new TypeError('Only a Blob has a file name');
    return [toWellFormed(name), toWellFormed(value)];
  }
  if (!(value instanceof File) || filename !== undefined) {
    const named = toWellFormed(filename ?? value.name ?? 'blob');
    value = new File([value], named, { type: value.type, lastModified: value.lastModified });
  }
  return [toWellFormed(name), value];
}

export class FormData {
  #list = []; // [name, string or File]

  constructor(form) {
    if (form !== undefined) throw new TypeError('There are no forms of which a FormData could be made');
  }

  append(name, value, filename) {
    this.#list.push(entryOf(name, value, filename));
  }

  delete(name) {
    name = toWellFormed(name);
    this.#list = this.#list.filter(([n]) => n !== name);
  }

  get(name) {
    name = toWellFormed(name);
    return this.#list.find(([n]) => n === name)?.[1] ?? null;
  }

  getAll(name) {
    name = toWellFormed(name);
    return this.#list.filter(([n]) => n === name).map(([, value]) => value);
  }

  has(name) {
    name = toWellFormed(name);
    return this.#list.some(([n]) => n === name);
  }

  set(name, value, filename) {
    const entry = entryOf(name, value, filename);
    const place = this.#list.findIndex(([n]) => n === entry[0]);
    if (place < 0) {
      this.#list.push(entry);
    } else {
      this.#list[place] = entry;
      this.#list = this.#list.filter(([n], i) => n !== entry[0] || i <= place);
    }
  }

  forEach(callback, self) {
    for (const [name, value] of this) callback.call(self, value, name, this);
  }

  *entries() {
    for (let i = 0; i < this.#list.length; i++) yield [...this.#list[i]];
  }

  *keys() {
    for (const [name] of this.entries()) yield name;
  }

  *values() {
    for (const [, value] of this.entries()) yield value;
  }

  [Symbol.iterator]() { return this.entries(); }

  [parts]() { return ['FormData', Object.fromEntries(this.#list)]; }
}

const lines = (text) => text.replace(/\r\n?|\n/g, '\r\n');
const escapeName = (text) => text.replaceAll('\n', '%0A').replaceAll('\r', '%0D').replaceAll('"', '%22');

// A form as multipart/form-data: its bytes, and the boundary.
export function writeMultipart(form) {
  const boundary = `----formdata-${crypto.randomUUID()}`;
  const pieces = [];
  for (const [name, value] of form) {
    const disposition = `--${boundary}\r\nContent-Disposition: form-data; name="${escapeName(lines(name))}"`;
    if (typeof value === 'string') {
      pieces.push(utf8(`${disposition}\r\n\r\n${lines(value)}\r\n`));
    } else {
      const type = value.type === '' ? 'application/octet-stream' : value.type;
      pieces.push(utf8(`${disposition}; filename="${escapeName(value.name)}"\r\nContent-Type: ${type}\r\n\r\n`));
      pieces.push(blobBytes(value), utf8('\r\n'));
    }
  }
  pieces.push(utf8(`--${boundary}--\r\n`));
  return [concatenate(pieces), boundary];
}

const parameter = (text, name) => {
  const found = new RegExp(`;\\s*${name}=(?:"((?:[^"\\\\]|\\\\.)*)"|([^;\\s]*))`, 'i').exec(text);
  return found?.[1] ?? found?.[2];
};

const unescapeName = (text) => text.replaceAll('%0A', '\n').replaceAll('%0D', '\r').replaceAll('%22', '"');

// The form that a body of a type is.
export function readForm(bytes, type) {
  const essence = type.split(';')[0].trim().toLowerCase();
  if (essence === 'application/x-www-form-urlencoded') {
    const form = new FormData();
    const flat = formParse(decodeUtf8(bytes));
    for (let i = 0; i < flat.length; i += 2) form.append(flat[i], flat[i + 1]);
    return form;
  }
  const boundary = essence === 'multipart/form-data' ? parameter(type, 'boundary') : undefined;
  if (!boundary) throw new TypeError(`A body of the type '${type}' is no form`);
  return readMultipart(bytes, boundary);
}

function readMultipart(bytes, boundary) {
  const malformed = () => new TypeError('The multipart body is malformed');
  const form = new FormData();
  const text = latin1(bytes); // one character a byte: places in it are places in the bytes
  const delimiter = `--${boundary}`;
  let at = text.indexOf(delimiter);
  if (at < 0) throw malformed();
  for (;;) {
    at += delimiter.length;
    if (text.startsWith('--', at)) return form;
    if (!text.startsWith('\r\n', at)) throw malformed();
    const headersEnd = text.indexOf('\r\n\r\n', at);
    if (headersEnd < 0) throw malformed();
    const end = text.indexOf(`\r\n${delimiter}`, headersEnd + 2);
    if (end < 0) throw malformed();
    const headers = decodeUtf8(bytes.subarray(at + 2, headersEnd)).split('\r\n');
    const header = (name) => headers.find((line) => line.toLowerCase().startsWith(`${name}:`))?.slice(name.length + 1).trim();
    const disposition = header('content-disposition') ?? '';
    const name = parameter(disposition, 'name');
    if (!/^form-data\b/i.test(disposition) || name === undefined) throw malformed();
    const filename = parameter(disposition, 'filename');
    const content = bytes.subarray(Math.min(headersEnd + 4, end), end);
    if (filename === undefined) {
      form.append(unescapeName(name), decodeUtf8(content));
    } else {
      form.append(unescapeName(name), new File([content], unescapeName(filename), { type: header('content-type') ?? 'text/plain' }));
    }
    at = end + 2;
  }
}
