import { equal, ok, rejects, run as handle, test, throws } from './assert.js';

export { handle };

test('clones are deep, and cycles stay cycles', () => {
  const value = { list: [1, , 3], date: new Date(5), map: new Map([[{ k: 1 }, new Set(['x'])]]), re: /a/gi, big: 5n, u: undefined };
  value.self = value;
  const copy = structuredClone(value);
  ok(copy !== value && copy.self === copy && copy.list !== value.list);
  ok(!(1 in copy.list) && copy.list.length === 3);
  equal([copy.date.getTime(), copy.re.flags, String(copy.re), copy.big === 5n], [5, 'gi', '/a/gi', true]);
  ok('u' in copy);
  equal([...[...copy.map][0][1]], ['x']);
});

test('buffers are copied, or moved', () => {
  const bytes = new Uint8Array([1, 2, 3]).subarray(1);
  const copy = structuredClone(bytes);
  equal([copy.length, copy.byteOffset, copy[0]], [2, 1, 2]);
  const { buffer } = new Uint8Array([7]);
  const moved = structuredClone(buffer, { transfer: [buffer] });
  equal([new Uint8Array(moved)[0], buffer.byteLength, buffer.detached], [7, 0, true]);
});

test('errors are cloned with their kind', () => {
  const copy = structuredClone(new RangeError('why', { cause: { a: 1 } }));
  ok(copy instanceof RangeError);
  equal([copy.message, copy.cause], ['why', { a: 1 }]);
});

test('what cannot be cloned', () => {
  for (const value of [() => 1, Symbol('x'), { f() {} }, new WeakMap(), Promise.resolve()]) {
    throws('DataCloneError', () => structuredClone(value));
  }
});

test('classes lose theirs', () => {
  class Point { x = 1; get y() { return 2; } }
  equal(structuredClone(new Point()), { x: 1 });
});

test('random values fill arrays of integers', () => {
  const bytes = new Uint8Array(64);
  ok(crypto.getRandomValues(bytes) === bytes);
  ok(new Set(bytes).size > 20);
  ok(crypto.getRandomValues(new Uint32Array(4)).some((x) => x > 0xffff));
  throws('QuotaExceededError', () => crypto.getRandomValues(new Uint8Array(65537)));
  throws('TypeMismatchError', () => crypto.getRandomValues(new Float64Array(1)));
  const view = new Uint8Array(8);
  crypto.getRandomValues(view.subarray(4));
  equal([...view.subarray(0, 4)], [0, 0, 0, 0]);
});

test('UUIDs are of version 4', () => {
  const id = crypto.randomUUID();
  ok(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id), id);
  ok(id !== crypto.randomUUID());
});

test('digests', async () => {
  const hex = async (name, text) => new Uint8Array(await crypto.subtle.digest(name, new TextEncoder().encode(text))).toHex();
  equal(await hex('SHA-256', 'abc'), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  equal(await hex({ name: 'sha-1' }, 'abc'), 'a9993e364706816aba3e25717850c26c9cd0d89d');
  equal((await hex('SHA-512', '')).slice(0, 16), 'cf83e1357eefb8bd');
  equal((await hex('SHA-384', '')).slice(0, 16), '38b060a751ac9638');
  await rejects('NotSupportedError', crypto.subtle.digest('MD5', new Uint8Array()));
});

test('HMAC signs and verifies', async () => {
  const bytes = (text) => new TextEncoder().encode(text);
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', bytes('Jefe'), algorithm, false, ['sign', 'verify']);
  const data = bytes('what do ya want for nothing?');
  const signature = await crypto.subtle.sign('HMAC', key, data);
  equal(new Uint8Array(signature).toHex(), '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843');
  equal(await crypto.subtle.verify('HMAC', key, signature, data), true);
  equal(await crypto.subtle.verify('HMAC', key, signature, bytes('other')), false);
  equal(await crypto.subtle.verify('HMAC', key, new Uint8Array(3), data), false);
  await rejects('InvalidAccessError', crypto.subtle.exportKey('raw', key));
  const made = await crypto.subtle.generateKey(algorithm, true, ['sign']);
  await rejects('InvalidAccessError', crypto.subtle.verify('HMAC', made, signature, data));
  const jwk = await crypto.subtle.exportKey('jwk', made);
  equal([jwk.kty, jwk.alg, jwk.k.length], ['oct', 'HS256', 86]);
});

test('Math.random is within its range', () => {
  const numbers = Array.from({ length: 100 }, Math.random);
  ok(numbers.every((x) => x >= 0 && x < 1));
  equal(new Set(numbers).size, 100);
  equal([Math.random.name, Math.random.length], ['random', 0]);
});

test('the rest of the global object', () => {
  ok(globalThis === self);
  equal(navigator.userAgent, 'Mote');
  ok(performance.now() > 0 && Math.abs(performance.timeOrigin + performance.now() - Date.now()) < 60_000);
  equal(typeof process.env.PATH, 'string');
  equal(typeof WebAssembly, 'undefined');
  equal(typeof require, 'undefined');
});
