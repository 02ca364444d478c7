// AbortController and AbortSignal, as in the DOM standard.

import { Event, EventTarget, handlerAttribute } from './events.js';
import { setTimeout } from './timers.js';

const ours = Symbol();

export class AbortSignal extends EventTarget {
  #aborted = false;
  #reason;

  constructor(key) {
    if (key !== ours) throw new TypeError('Illegal constructor');
    super();
  }

  get aborted() { return this.#aborted; }
  get reason() { return this.#reason; }

  throwIfAborted() {
    if (this.#aborted) throw this.#reason;
  }

  static abort(reason) {
    const signal = new AbortSignal(ours);
    abort(signal, reason);
    return signal;
  }

  static timeout(milliseconds) {
    if (!(milliseconds >= 0)) throw new TypeError('AbortSignal.timeout takes milliseconds from 0');
    const signal = new AbortSignal(ours);
    const reason = () => new DOMException('The operation timed out', 'TimeoutError');
    setTimeout(() => abort(signal, reason()), milliseconds);
    return signal;
  }

  static any(signals) {
    const all = [...signals];
    const signal = new AbortSignal(ours);
    const aborted = all.find((one) => one.aborted);
    if (aborted) {
      abort(signal, aborted.reason);
    } else {
      for (const one of all) {
        one.addEventListener('abort', () => abort(signal, one.reason), { once: true });
      }
    }
    return signal;
  }

  static make(key) { return new AbortSignal(key); }

  static abortNow(signal, reason) {
    if (signal.#aborted) return;
    signal.#aborted = true;
    signal.#reason = reason === undefined
      ? new DOMException('This operation was aborted', 'AbortError')
      : reason;
    signal.dispatchEvent(new Event('abort'));
  }
}

const { abortNow: abort, make } = AbortSignal;
delete AbortSignal.abortNow;
delete AbortSignal.make;
handlerAttribute(AbortSignal.prototype, 'abort');

export class AbortController {
  #signal = make(ours);

  get signal() { return this.#signal; }
  abort(reason) { abort(this.#signal, reason); }
}

// A signal that is never aborted.
export const idleSignal = () => make(ours);
