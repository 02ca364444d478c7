import { equal, ok, rejects, run as handle, test, throws } from './assert.js';

export { handle };

test('listeners are called in order, each once', () => {
  const target = new EventTarget();
  const seen = [];
  const first = (event) => seen.push(`first ${event.type}`);
  target.addEventListener('x', first);
  target.addEventListener('x', first);
  target.addEventListener('x', { handleEvent(event) { seen.push(this !== target && event.target === target); } });
  target.addEventListener('x', () => seen.push('once'), { once: true });
  equal(target.dispatchEvent(new Event('x')), true);
  target.removeEventListener('x', first);
  target.dispatchEvent(new Event('x'));
  equal(seen, ['first x', true, 'once', true]);
});

test('defaults are prevented only where that is possible', () => {
  const target = new EventTarget();
  target.addEventListener('x', (event) => event.preventDefault());
  equal(target.dispatchEvent(new Event('x')), true);
  equal(target.dispatchEvent(new Event('x', { cancelable: true })), false);
});

test('an event can be stopped', () => {
  const target = new EventTarget();
  let count = 0;
  target.addEventListener('x', (event) => { count++; event.stopImmediatePropagation(); });
  target.addEventListener('x', () => count++);
  target.dispatchEvent(new Event('x'));
  equal(count, 1);
});

test('custom events have details', () => {
  equal(new CustomEvent('x', { detail: { a: 1 } }).detail, { a: 1 });
  equal(new CustomEvent('x').detail, null);
});

test('a controller aborts its signal, once', () => {
  const { signal, ...rest } = { signal: undefined };
  const controller = new AbortController();
  const seen = [];
  controller.signal.onabort = (event) => seen.push(event.type);
  controller.signal.addEventListener('abort', () => seen.push(controller.signal.reason.name));
  controller.signal.throwIfAborted();
  controller.abort();
  controller.abort('again');
  equal(seen, ['abort', 'AbortError']);
  ok(controller.signal.aborted);
  throws('AbortError', () => controller.signal.throwIfAborted());
  throws(TypeError, () => new AbortSignal());
});

test('signals of a time and of others', async () => {
  const signal = AbortSignal.timeout(1);
  const any = AbortSignal.any([new AbortController().signal, signal]);
  await new Promise((resolve) => any.addEventListener('abort', resolve));
  equal([any.reason.name, signal.aborted], ['TimeoutError', true]);
  equal(AbortSignal.any([AbortSignal.abort(7)]).reason, 7);
});

test('a signal takes listeners away', () => {
  const target = new EventTarget();
  const controller = new AbortController();
  let count = 0;
  target.addEventListener('x', () => count++, { signal: controller.signal });
  controller.abort();
  target.dispatchEvent(new Event('x'));
  equal(count, 0);
});

test('timers fire in the order in which they are due', async () => {
  const seen = [];
  setTimeout((...args) => seen.push(args), 20, 'c', 3);
  setTimeout(() => seen.push('a'), 1);
  setTimeout(() => seen.push('b'), 1);
  clearTimeout(setTimeout(() => seen.push('never'), 2));
  queueMicrotask(() => seen.push('micro'));
  await new Promise((resolve) => setTimeout(resolve, 30));
  equal(seen, ['micro', 'a', 'b', ['c', 3]]);
});

test('intervals repeat until they are cleared', async () => {
  let count = 0;
  await new Promise((resolve) => {
    const id = setInterval(() => {
      if (++count < 3) return;
      clearInterval(id);
      resolve();
    }, 1);
  });
  await new Promise((resolve) => setTimeout(resolve, 5));
  equal(count, 3);
  throws(TypeError, () => setTimeout('code'));
  clearTimeout(undefined);
});

test('sleeping takes its time', async () => {
  const start = performance.now();
  await new Promise((resolve) => setTimeout(resolve, 50));
  const took = performance.now() - start;
  ok(took >= 49 && took < 2000, `${took} ms`);
});
