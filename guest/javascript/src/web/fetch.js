// Request and Response, as in the Fetch standard; and fetch, which has no network.

import { AbortSignal, idleSignal } from './abort.js';
import { Body, contentOf, contentOfInput, extract, getContent, setContent } from './body.js';
import { toWellFormed } from './encoding.js';
import { freeze, Headers, headersOf } from './headers.js';
import { parts } from './inspect.js';
import { URL } from './url.js';

const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const usualMethods = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'POST', 'PUT'];

function methodOf(given) {
  const method = `${given}`;
  const upper = method.toUpperCase();
  if (!token.test(method)) throw new TypeError(`'${method}' is not a method`);
  if (['CONNECT', 'TRACE', 'TRACK'].includes(upper)) throw new TypeError(`The method '${method}' is forbidden`);
  return usualMethods.includes(upper) ? upper : method;
}

function urlOf(input) {
  const url = new URL(input);
  if (url.username !== '' || url.password !== '') {
    throw new TypeError('The URL of a Request must not have a user or a password');
  }
  return url.href;
}

export class Request extends Body {
  #method = 'GET';
  #url;
  #headers;
  #signal = null;
  #rest; // attributes that are only kept

  constructor(input, init = {}) {
    super();
    if (input === incoming) return;
    init ??= {};
    const from = input instanceof Request ? input : null;
    this.#url = from ? from.#url : urlOf(toWellFormed(input));
    this.#method = init.method === undefined ? from?.#method ?? 'GET' : methodOf(init.method);
    this.#headers = new Headers(init.headers ?? from?.headers);
    this.#rest = { ...from?.#rest };
    for (const name of ['redirect', 'cache', 'credentials', 'integrity', 'keepalive', 'mode', 'referrer', 'referrerPolicy']) {
      if (init[name] !== undefined) this.#rest[name] = init[name];
    }
    const signal = init.signal === undefined ? from?.#signal : init.signal;
    if (signal !== null && signal !== undefined) {
      if (!(signal instanceof AbortSignal)) throw new TypeError('The signal must be an AbortSignal');
      this.#signal = AbortSignal.any([signal]);
    }
    if (init.body !== null && init.body !== undefined) {
      if (this.#method === 'GET' || this.#method === 'HEAD') {
        throw new TypeError(`A request with the method ${this.#method} cannot have a body`);
      }
      const [content, type] = extract(init.body);
      setContent(this, content);
      if (type !== null && !this.#headers.has('content-type')) this.#headers.append('content-type', type);
    } else if (from && getContent(from) !== null) {
      const content = getContent(from);
      setContent(this, content.clone());
      content.used = true; // it is this request's now
    }
  }

  get method() { return this.#method; }
  get url() { return this.#url; }
  get headers() { return this.#headers; }
  get signal() { return this.#signal ??= idleSignal(); }
  get redirect() { return this.#rest?.redirect ?? 'follow'; }
  get cache() { return this.#rest?.cache ?? 'default'; }
  get credentials() { return this.#rest?.credentials ?? 'same-origin'; }
  get integrity() { return this.#rest?.integrity ?? ''; }
  get keepalive() { return this.#rest?.keepalive ?? false; }
  get mode() { return this.#rest?.mode ?? 'cors'; }
  get referrer() { return this.#rest?.referrer ?? 'about:client'; }
  get referrerPolicy() { return this.#rest?.referrerPolicy ?? ''; }
  get destination() { return ''; }
  get duplex() { return 'half'; }

  clone() {
    const content = getContent(this)?.clone() ?? null;
    const clone = new Request(incoming);
    clone.#method = this.#method;
    clone.#url = this.#url;
    clone.#headers = new Headers(this.#headers);
    clone.#signal = this.#signal && AbortSignal.any([this.#signal]);
    clone.#rest = this.#rest;
    setContent(clone, content);
    return clone;
  }

  [parts]() { return ['Request', { method: this.method, url: this.url, headers: this.headers, bodyUsed: this.bodyUsed }]; }

  // A request that a server has received: nothing is checked again.
  static received({ method, url, headers, body }) {
    const request = new Request(incoming);
    request.#method = method;
    request.#url = url;
    request.#headers = headersOf(headers);
    if (method === 'GET' || method === 'HEAD') return request;
    if (body === null) setContent(request, contentOfInput());
    else if (body.length > 0) setContent(request, contentOf(body));
    return request;
  }
}

const incoming = Symbol();
const { received } = Request;
delete Request.received;
export { received };

const withoutBody = [101, 204, 205, 304];

export class Response extends Body {
  #status = 200;
  #statusText = '';
  #headers;
  #type = 'default';

  constructor(body = null, init = {}) {
    super();
    const { status = 200, statusText = '', headers } = init ?? {};
    this.#status = statusOf(status);
    this.#statusText = `${statusText}`;
    if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(this.#statusText)) throw new TypeError('Invalid statusText');
    this.#headers = new Headers(headers);
    if (body === null || body === undefined) return;
    if (withoutBody.includes(this.#status)) {
      throw new TypeError(`A response with the status ${this.#status} cannot have a body`);
    }
    const [content, type] = extract(body);
    setContent(this, content);
    if (type !== null && !this.#headers.has('content-type')) this.#headers.append('content-type', type);
  }

  get status() { return this.#status; }
  get statusText() { return this.#statusText; }
  get ok() { return this.#status >= 200 && this.#status <= 299; }
  get headers() { return this.#headers; }
  get type() { return this.#type; }
  get url() { return ''; }
  get redirected() { return false; }

  clone() {
    const content = getContent(this)?.clone() ?? null;
    const clone = new Response(null, this);
    setContent(clone, content);
    return clone;
  }

  static error() {
    const response = new Response();
    response.#status = 0;
    response.#type = 'error';
    freeze(response.#headers);
    return response;
  }

  static redirect(url, status = 302) {
    const location = new URL(url).href;
    if (![301, 302, 303, 307, 308].includes(status)) throw new RangeError(`${status} is no status of a redirect`);
    const response = new Response(null, { status, headers: { location } });
    freeze(response.#headers);
    return response;
  }

  static json(data, init) {
    const text = JSON.stringify(data);
    if (text === undefined) throw new TypeError('The data is not JSON');
    const response = new Response(text, init);
    if (!new Headers(init?.headers).has('content-type')) response.#headers.set('content-type', 'application/json');
    return response;
  }

  [parts]() {
    const { status, statusText, headers, ok, bodyUsed } = this;
    return ['Response', { status, statusText, headers, ok, bodyUsed }];
  }
}

function statusOf(status) {
  const number = Math.trunc(Number(status));
  if (number === 101 || (number >= 200 && number <= 599)) return number;
  throw new RangeError(`The status of a response must be from 200 to 599, not ${status}`);
}

export function fetch(input) {
  const target = input instanceof Request ? input.url : `${input}`;
  return Promise.reject(new TypeError(`fetch failed: this function has no network (${target})`));
}
