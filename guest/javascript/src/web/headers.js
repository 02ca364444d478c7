// Headers, as in the Fetch standard.

import { parts } from './inspect.js';

const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

function nameOf(name) {
  name = `${name}`;
  if (!token.test(name)) throw new TypeError(`Invalid header name: '${name}'`);
  return name.toLowerCase();
}

function valueOf(value, name) {
  value = `${value}`.replace(/^[\t\n\r ]+|[\t\n\r ]+$/g, '');
  if (!/^[^\0\n\r\u0100-\uffff]*$/.test(value)) throw new TypeError(`Invalid value of the header '${name}'`);
  return value;
}

export class Headers {
  #list = []; // [name in lower case, value]
  #immutable = false;

  constructor(init) {
    if (init === undefined) return;
    if (init === null || (typeof init !== 'object' && typeof init !== 'function')) {
      throw new TypeError('Headers are made of an object or a list of pairs');
    }
    if (init instanceof Headers) {
      this.#list = init.#list.map((pair) => [...pair]);
    } else if (init[Symbol.iterator] !== undefined) {
      for (const pair of init) {
        const both = [...pair];
        if (both.length !== 2) throw new TypeError('A header is a pair of a name and a value');
        this.append(both[0], both[1]);
      }
    } else {
      for (const name of Reflect.ownKeys(init)) {
        if (Object.getOwnPropertyDescriptor(init, name)?.enumerable) this.append(name, init[name]);
      }
    }
  }

  append(name, value) {
    const pair = [nameOf(name), valueOf(value, name)];
    this.#change();
    this.#list.push(pair);
  }

  delete(name) {
    name = nameOf(name);
    this.#change();
    this.#list = this.#list.filter(([n]) => n !== name);
  }

  get(name) {
    name = nameOf(name);
    let all = null;
    for (const [n, value] of this.#list) {
      if (n === name) all = all === null ? value : `${all}, ${value}`;
    }
    return all;
  }

  getSetCookie() { return this.#list.filter(([name]) => name === 'set-cookie').map(([, value]) => value); }

  has(name) {
    name = nameOf(name);
    return this.#list.some(([n]) => n === name);
  }

  set(name, value) {
    const pair = [nameOf(name), valueOf(value, name)];
    this.#change();
    const place = this.#list.findIndex(([n]) => n === pair[0]);
    if (place < 0) {
      this.#list.push(pair);
    } else {
      this.#list[place] = pair;
      this.#list = this.#list.filter(([n], i) => n !== pair[0] || i <= place);
    }
  }

  forEach(callback, self) {
    for (const [name, value] of this) callback.call(self, value, name, this);
  }

  // Sorted by name; values of one name together, but for cookies.
  *entries() {
    for (const name of [...new Set(this.#list.map(([n]) => n))].sort()) {
      if (name === 'set-cookie') {
        for (const value of this.getSetCookie()) yield [name, value];
      } else {
        yield [name, this.get(name)];
      }
    }
  }

  *keys() {
    for (const [name] of this.entries()) yield name;
  }

  *values() {
    for (const [, value] of this.entries()) yield value;
  }

  [Symbol.iterator]() { return this.entries(); }

  [parts]() {
    const cookies = this.getSetCookie();
    return ['Headers', { ...Object.fromEntries(this), ...(cookies.length > 1 ? { 'set-cookie': cookies } : {}) }];
  }

  #change() {
    if (this.#immutable) throw new TypeError('The headers are immutable');
  }

  static inside = {
    // Of pairs whose names are in lower case already and that a server has checked.
    of(list) {
      const headers = new Headers();
      headers.#list = list;
      return headers;
    },
    list: (headers) => headers.#list,
    freeze(headers) {
      headers.#immutable = true;
      return headers;
    },
  };
}

const { of: headersOf, list: listOf, freeze } = Headers.inside;
delete Headers.inside;
export { freeze, headersOf, listOf };
