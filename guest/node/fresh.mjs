// What must be new after each restore. A snapshot has the state of every generator of random numbers in it: without this, each request would
// draw the same numbers, and make the same keys. And the monotonic clock has stood still.
// OpenSSL's generator is in openssl.cnf; here is what draws ahead of it.

import crypto from "node:crypto";
import { syncBuiltinESMExports } from "node:module";

let state = null; // of Math.random; null: it has not been called since the last restore
let { timeOrigin } = performance;

/** A call begins, maybe after a restore: what has been drawn ahead is not to be used. */
export function renew() {
  state = null;
  timeOrigin = Date.now() - performance.now();
}

/** Replaces what draws ahead or is computed once, before somebody else takes hold of it. */
export function replace() {
  Math.random = named("random", () => {
    state ??= crypto.randomFillSync(new Uint32Array(4));
    return ((next(state) >>> 5) * 0x4000000 + (next(state) >>> 6)) / 2 ** 53;
  });

  // By which programs make a time of day of a monotonic one.
  Object.defineProperty(performance, "timeOrigin", { get: () => timeOrigin, enumerable: true, configurable: true });

  const { randomInt, randomUUID } = crypto;
  crypto.randomUUID = named("randomUUID", (options = {}) =>
    randomUUID(typeof options === "object" && options !== null ? { ...options, disableEntropyCache: true } : options),
  );
  crypto.webcrypto.constructor.prototype.randomUUID = named("randomUUID", () => crypto.randomUUID());
  crypto.randomInt = named("randomInt", (...bounds) => {
    const callback = typeof bounds.at(-1) === "function" ? bounds.pop() : null;
    randomInt(...bounds); // for its checks; what it draws may be from before
    const [min, max] = bounds.length === 1 ? [0, bounds[0]] : bounds;
    const number = min + below(max - min);
    if (callback === null) return number;
    process.nextTick(callback, null, number);
  });
  syncBuiltinESMExports();
}

function named(name, what) {
  return Object.defineProperty(what, "name", { value: name });
}

/** A number from 0 to below a limit of at most 2^48, each as likely as the others. */
function below(limit) {
  const most = 2 ** 48 - (2 ** 48 % limit);
  for (;;) {
    const number = crypto.randomBytes(6).readUIntBE(0, 6);
    if (number < most) return number % limit;
  }
}

/** The next 32 bits of a generator (sfc32 by C. Doty-Humphrey), which changes its state. */
function next(s) {
  const sum = s[0] + s[1] + s[3];
  s[3]++;
  s[0] = s[1] ^ (s[1] >>> 9);
  s[1] = s[2] + (s[2] << 3);
  s[2] = ((s[2] << 21) | (s[2] >>> 11)) + sum;
  return sum;
}
