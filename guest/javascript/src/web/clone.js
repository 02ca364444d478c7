// structuredClone, as in the HTML standard.

import { Blob, File } from './blob.js';

const TypedArray = Object.getPrototypeOf(Uint8Array);
const errors = { Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError };

function refuse(value) {
  const what = typeof value === 'function' ? `the function ${value.name}` : typeof value === 'symbol' ? String(value)
    : Object.prototype.toString.call(value);
  throw new DOMException(`${what} could not be cloned`, 'DataCloneError');
}

export function structuredClone(value, { transfer = [] } = {}) {
  const moved = new Set(transfer);
  for (const buffer of moved) {
    if (!(buffer instanceof ArrayBuffer) || buffer.detached) refuse(buffer);
  }
  const copies = new Map();
  const copy = clone(value, copies, moved);
  for (const buffer of moved) {
    if (!copies.has(buffer)) buffer.transfer();
  }
  return copy;
}

function clone(value, copies, moved) {
  if (typeof value === 'symbol' || typeof value === 'function') refuse(value);
  if (value === null || typeof value !== 'object') return value;
  if (copies.has(value)) return copies.get(value);
  const keep = (copy) => {
    copies.set(value, copy);
    return copy;
  };
  const inner = (part) => clone(part, copies, moved);

  if (value instanceof Date) return keep(new Date(value.getTime()));
  if (value instanceof RegExp) return keep(new RegExp(value.source, value.flags));
  if (value instanceof Boolean || value instanceof Number || value instanceof String) return keep(Object(value.valueOf()));
  if (value instanceof ArrayBuffer) return keep(moved.has(value) ? value.transfer() : value.slice());
  if (value instanceof DataView) return keep(new DataView(inner(value.buffer), value.byteOffset, value.byteLength));
  if (value instanceof TypedArray) {
    const { constructor, byteOffset, length } = value;
    return keep(new constructor(inner(value.buffer), byteOffset, length));
  }
  if (value instanceof Map) {
    const copy = keep(new Map());
    for (const [key, part] of [...value]) copy.set(inner(key), inner(part));
    return copy;
  }
  if (value instanceof Set) {
    const copy = keep(new Set());
    for (const part of [...value]) copy.add(inner(part));
    return copy;
  }
  if (value instanceof Error) {
    const copy = keep(new (errors[value.name] ?? Error)(value.message));
    for (const name of ['cause', 'stack']) {
      if (value[name] === undefined) continue;
      Object.defineProperty(copy, name, { value: inner(value[name]), writable: true, configurable: true });
    }
    return copy;
  }
  if (value instanceof DOMException) return keep(new DOMException(value.message, value.name));
  if (value instanceof File) {
    return keep(new File([value], value.name, { type: value.type, lastModified: value.lastModified }));
  }
  if (value instanceof Blob) return keep(value.slice(0, value.size, value.type));
  if (Array.isArray(value)) {
    const copy = keep(new Array(value.length));
    for (const key of Object.keys(value)) copy[key] = inner(value[key]);
    return copy;
  }
  const prototype = Object.getPrototypeOf(value);
  const isPlain = prototype === null || prototype === Object.prototype || !isPlatform(value);
  if (!isPlain) refuse(value);
  const copy = keep({});
  for (const key of Object.keys(value)) {
    Object.defineProperty(copy, key, { value: inner(value[key]), writable: true, enumerable: true, configurable: true });
  }
  return copy;
}

// Objects that are more than their properties.
const isPlatform = (value) => value instanceof Promise || value instanceof WeakMap || value instanceof WeakSet
  || value instanceof WeakRef || value instanceof EventTarget || value instanceof Event || value instanceof Request
  || value instanceof Response || value instanceof Headers || value instanceof ReadableStream || value instanceof URL
  || value instanceof URLSearchParams || value instanceof FormData;
