// URL and URLSearchParams. Parsing, serializing and what the setters do are Servo's `url`.

import { formParse, formSerialize, urlParse, urlSet } from 'mote:native';
import { parts } from './inspect.js';
import { toWellFormed } from './encoding.js';

// Of what the native functions give.
const HREF = 0, ORIGIN = 1, PROTOCOL = 2, USERNAME = 3, PASSWORD = 4, HOST = 5, HOSTNAME = 6, PORT = 7, PATHNAME = 8,
  SEARCH = 9, HASH = 10;

export class URL {
  #parts;
  #query = null;

  constructor(url, base) {
    const given = toWellFormed(url);
    this.#parts = urlParse(given, base === undefined ? undefined : toWellFormed(base));
    if (!this.#parts) throw Object.assign(new TypeError(`Invalid URL: ${given}`), { code: 'ERR_INVALID_URL' });
  }

  static canParse(url, base) { return URL.parse(url, base) !== null; }

  static parse(url, base) {
    try {
      return new URL(url, base);
    } catch (error) {
      if (error?.code === 'ERR_INVALID_URL') return null;
      throw error;
    }
  }

  get href() { return this.#parts[HREF]; }
  get origin() { return this.#parts[ORIGIN]; }
  get protocol() { return this.#parts[PROTOCOL]; }
  get username() { return this.#parts[USERNAME]; }
  get password() { return this.#parts[PASSWORD]; }
  get host() { return this.#parts[HOST]; }
  get hostname() { return this.#parts[HOSTNAME]; }
  get port() { return this.#parts[PORT]; }
  get pathname() { return this.#parts[PATHNAME]; }
  get search() { return this.#parts[SEARCH]; }
  get hash() { return this.#parts[HASH]; }

  get searchParams() {
    this.#query ??= paramsOf(this.search, (text) => this.#set('search', text));
    return this.#query;
  }

  set href(value) {
    const found = urlParse(toWellFormed(value), undefined);
    if (!found) throw new TypeError(`Invalid URL: ${value}`);
    this.#parts = found;
    this.#updateQuery();
  }

  set protocol(value) { this.#set('protocol', value); }
  set username(value) { this.#set('username', value); }
  set password(value) { this.#set('password', value); }
  set host(value) { this.#set('host', value); }
  set hostname(value) { this.#set('hostname', value); }
  set port(value) { this.#set('port', value); }
  set pathname(value) { this.#set('pathname', value); }
  set hash(value) { this.#set('hash', value); }

  set search(value) {
    this.#set('search', value);
    this.#updateQuery();
  }

  toString() { return this.href; }
  toJSON() { return this.href; }

  [parts]() {
    const { href, origin, protocol, username, password, host, hostname, port, pathname, search, searchParams, hash } = this;
    return ['URL',
      { href, origin, protocol, username, password, host, hostname, port, pathname, search, searchParams, hash }];
  }

  #set(part, value) {
    this.#parts = urlSet(this.href, part, toWellFormed(value));
  }

  #updateQuery() {
    if (this.#query) replace(this.#query, this.search);
  }
}

export class URLSearchParams {
  #list = []; // [name, value]
  #changed = () => {};

  constructor(init = '') {
    if (init !== null && (typeof init === 'object' || typeof init === 'function')) {
      if (init[Symbol.iterator] === undefined) {
        for (const key of Reflect.ownKeys(init)) {
          if (Object.getOwnPropertyDescriptor(init, key)?.enumerable) this.#add(key, init[key]);
        }
      } else {
        for (const pair of init) {
          const [name, value, ...rest] = pair;
          if (pair.length < 2 || rest.length > 0) throw new TypeError('Each query pair must have a name and a value');
          this.#add(name, value);
        }
      }
    } else {
      this.#list = parse(toWellFormed(init));
    }
  }

  get size() { return this.#list.length; }

  append(name, value) {
    this.#add(name, value);
    this.#update();
  }

  delete(name, value) {
    name = toWellFormed(name);
    if (value !== undefined) value = toWellFormed(value);
    this.#list = this.#list.filter(([n, v]) => n !== name || (value !== undefined && v !== value));
    this.#update();
  }

  get(name) {
    name = toWellFormed(name);
    return this.#list.find(([n]) => n === name)?.[1] ?? null;
  }

  getAll(name) {
    name = toWellFormed(name);
    return this.#list.filter(([n]) => n === name).map(([, value]) => value);
  }

  has(name, value) {
    name = toWellFormed(name);
    if (value !== undefined) value = toWellFormed(value);
    return this.#list.some(([n, v]) => n === name && (value === undefined || v === value));
  }

  set(name, value) {
    name = toWellFormed(name);
    const place = this.#list.findIndex(([n]) => n === name);
    if (place < 0) {
      this.#add(name, value);
    } else {
      this.#list[place] = [name, toWellFormed(value)];
      this.#list = this.#list.filter(([n], i) => n !== name || i <= place);
    }
    this.#update();
  }

  sort() {
    this.#list.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    this.#update();
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

  toString() { return formSerialize(this.#list.flat()); }

  [parts]() {
    return ['URLSearchParams', Object.fromEntries([...new Set(this.keys())].map((name) => {
      const all = this.getAll(name);
      return [name, all.length === 1 ? all[0] : all];
    }))];
  }

  #add(name, value) {
    this.#list.push([toWellFormed(name), toWellFormed(value)]);
  }

  #update() {
    this.#changed(this.toString());
  }

  // The query of a URL, which is told of each change.
  static of(text, changed) {
    const params = new URLSearchParams(text);
    params.#changed = changed;
    return params;
  }

  static replace(params, text) {
    params.#list = parse(text);
  }
}

const { of: paramsOf, replace } = URLSearchParams;
delete URLSearchParams.of;
delete URLSearchParams.replace;

function parse(text) {
  const flat = formParse(text.startsWith('?') ? text.slice(1) : text);
  const list = [];
  for (let i = 0; i < flat.length; i += 2) list.push([flat[i], flat[i + 1]]);
  return list;
}
