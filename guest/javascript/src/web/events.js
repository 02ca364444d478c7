// Events as in the DOM standard, without trees: a target has no parents.

import { report } from './errors.js';

const options = (given) => (typeof given === 'boolean' ? { capture: given } : (given ?? {}));

export class Event {
  static NONE = 0;
  static CAPTURING_PHASE = 1;
  static AT_TARGET = 2;
  static BUBBLING_PHASE = 3;

  #type;
  #init;
  #target = null;
  #dispatching = false;
  #stopped = false;
  #passive = false;
  #prevented = false;
  #time = performance.now();

  constructor(type, init = {}) {
    if (arguments.length === 0) throw new TypeError('An Event needs a type');
    this.#type = `${type}`;
    this.#init = init ?? {};
  }

  get type() { return this.#type; }
  get target() { return this.#target; }
  get srcElement() { return this.#target; }
  get currentTarget() { return this.#dispatching ? this.#target : null; }
  get eventPhase() { return this.#dispatching ? Event.AT_TARGET : Event.NONE; }
  get bubbles() { return Boolean(this.#init.bubbles); }
  get cancelable() { return Boolean(this.#init.cancelable); }
  get composed() { return Boolean(this.#init.composed); }
  get defaultPrevented() { return this.#prevented; }
  get returnValue() { return !this.#prevented; }
  get isTrusted() { return false; }
  get timeStamp() { return this.#time; }

  composedPath() { return this.#dispatching ? [this.#target] : []; }
  stopPropagation() {}
  stopImmediatePropagation() { this.#stopped = true; }
  preventDefault() {
    if (this.cancelable && !this.#passive) this.#prevented = true;
  }

  // Calls the listeners of a target; the result is false if one of them has prevented the default.
  static dispatch(event, target, listeners) {
    if (event.#dispatching) {
      throw new DOMException('The event is being dispatched already', 'InvalidStateError');
    }
    event.#target = target;
    event.#dispatching = true;
    event.#stopped = false;
    for (const listener of listeners) {
      if (event.#stopped) break;
      if (listener.removed) continue;
      if (listener.once) listener.remove();
      event.#passive = listener.passive;
      try {
        const { callback } = listener;
        if (typeof callback === 'function') callback.call(target, event);
        else callback.handleEvent(event);
      } catch (error) {
        report(error);
      }
    }
    event.#passive = false;
    event.#dispatching = false;
    return !event.#prevented;
  }
}

const { dispatch } = Event;
delete Event.dispatch;

export class CustomEvent extends Event {
  #detail;

  constructor(type, init = {}) {
    super(type, init);
    this.#detail = init?.detail ?? null;
  }

  get detail() { return this.#detail; }
}

export class EventTarget {
  #listeners = [];

  addEventListener(type, callback, given) {
    if (callback === null || callback === undefined) return;
    if (typeof callback !== 'function' && typeof callback !== 'object') {
      throw new TypeError('A listener is a function or an object with handleEvent');
    }
    const { capture = false, once = false, passive = false, signal } = options(given);
    if (signal?.aborted) return;
    type = `${type}`;
    if (this.#find(type, callback, capture)) return;
    const listener = { type, callback, capture: Boolean(capture), once, passive, removed: false };
    listener.remove = () => {
      listener.removed = true;
      this.#listeners = this.#listeners.filter((other) => other !== listener);
    };
    this.#listeners.push(listener);
    signal?.addEventListener('abort', listener.remove, { once: true });
  }

  removeEventListener(type, callback, given) {
    this.#find(`${type}`, callback, options(given).capture ?? false)?.remove();
  }

  dispatchEvent(event) {
    if (!(event instanceof Event)) throw new TypeError('dispatchEvent takes an Event');
    return dispatch(event, this, this.#listeners.filter((one) => one.type === event.type));
  }

  #find(type, callback, capture) {
    return this.#listeners.find((one) =>
      one.type === type && one.callback === callback && one.capture === Boolean(capture));
  }
}

// An attribute such as `onabort`: one listener, which can be replaced.
export function handlerAttribute(prototype, type) {
  const handlers = new WeakMap();
  Object.defineProperty(prototype, `on${type}`, {
    configurable: true,
    enumerable: true,
    get() { return handlers.get(this)?.callback ?? null; },
    set(callback) {
      const old = handlers.get(this);
      if (old) this.removeEventListener(type, old.listener);
      handlers.delete(this);
      if (typeof callback !== 'function') return;
      const listener = (event) => callback.call(this, event);
      handlers.set(this, { callback, listener });
      this.addEventListener(type, listener);
    },
  });
}
