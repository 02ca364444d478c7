import { equal, ok, rejects, run as handle, test, throws } from './assert.js';

export { handle };

const collect = async (stream) => {
  const all = [];
  for await (const chunk of stream) all.push(chunk);
  return all;
};

test('a source is pulled as it is read', async () => {
  let pulls = 0;
  const stream = new ReadableStream({
    pull(controller) {
      controller.enqueue(++pulls);
      if (pulls === 3) controller.close();
    },
  }, { highWaterMark: 0 });
  await null;
  equal(pulls, 0);
  equal(await collect(stream), [1, 2, 3]);
});

test('a reader locks its stream', async () => {
  const stream = new ReadableStream({ start(controller) { controller.enqueue('a'); controller.close(); } });
  const reader = stream.getReader();
  ok(stream.locked);
  throws(TypeError, () => stream.getReader());
  equal(await reader.read(), { value: 'a', done: false });
  equal((await reader.read()).done, true);
  await reader.closed;
  reader.releaseLock();
  ok(!stream.locked);
  await rejects(TypeError, reader.read());
});

test('what waits is told', async () => {
  let controller;
  const reader = new ReadableStream({ start(c) { controller = c; } }).getReader();
  const read = reader.read();
  controller.error(new RangeError('broken'));
  await rejects(RangeError, read);
  await rejects(RangeError, reader.closed);
  throws(TypeError, () => controller.enqueue('x'));
});

test('a stream that is left is canceled', async () => {
  let reason = 'not canceled';
  const stream = new ReadableStream({
    pull(controller) { controller.enqueue(1); },
    cancel(why) { reason = why; },
  });
  for await (const _ of stream) break;
  equal(reason, undefined);
  ok(!stream.locked);
});

test('both sides of a tee have all', async () => {
  const [a, b] = ReadableStream.from([1, 2, 3]).tee();
  equal(await collect(a), [1, 2, 3]);
  equal(await collect(b), [1, 2, 3]);
});

test('asynchronous generators are streams', async () => {
  async function* numbers() {
    yield 1;
    await new Promise((resolve) => setTimeout(resolve, 1));
    yield 2;
  }
  equal(await collect(ReadableStream.from(numbers())), [1, 2]);
});

test('transforms', async () => {
  const evens = new TransformStream({
    transform(chunk, controller) { if (chunk % 2 === 0) controller.enqueue(chunk * 10); },
    flush(controller) { controller.enqueue('end'); },
  });
  equal(await collect(ReadableStream.from([1, 2, 3, 4, 5]).pipeThrough(evens)), [20, 40, 'end']);
  const identity = new TransformStream();
  const writer = identity.writable.getWriter();
  writer.write('a');
  writer.close();
  equal(await collect(identity.readable), ['a']);
});

test('an error of a transform is that of its stream', async () => {
  const broken = new TransformStream({ transform() { throw new RangeError('no'); } });
  await rejects(RangeError, collect(ReadableStream.from([1]).pipeThrough(broken)), /no/);
});

test('text through streams', async () => {
  const bytes = ReadableStream.from(['a', '\ud83d', '\ude00']).pipeThrough(new TextEncoderStream());
  const text = bytes.pipeThrough(new TextDecoderStream());
  equal((await collect(text)).join(''), 'a😀');
});

test('a sink gets what is written, in order', async () => {
  const seen = [];
  await ReadableStream.from([1, 2]).pipeTo(new WritableStream({
    async write(chunk) { await null; seen.push(chunk); },
    close() { seen.push('closed'); },
  }));
  equal(seen, [1, 2, 'closed']);
  const failing = new WritableStream({ write() { throw new RangeError('full'); } });
  await rejects(RangeError, ReadableStream.from([1, 2]).pipeTo(failing));
});
