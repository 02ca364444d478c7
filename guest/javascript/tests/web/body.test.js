import { equal, ok, rejects, run as handle, test, throws } from './assert.js';

export { handle };

const utf8 = (text) => new TextEncoder().encode(text);

test('a body is read once', async () => {
  const response = new Response('hello');
  ok(!response.bodyUsed);
  equal(await response.text(), 'hello');
  ok(response.bodyUsed);
  await rejects(TypeError, response.text(), /used already/);
  await rejects(TypeError, response.json());
  throws(TypeError, () => response.clone());
});

test('every kind of body has its bytes and its type', async () => {
  for (const [body, text, type] of [
    ['ä', 'ä', 'text/plain;charset=UTF-8'],
    [utf8('bytes'), 'bytes', null],
    [utf8('buffer').buffer, 'buffer', null],
    [new DataView(utf8('xview').buffer, 1), 'view', null],
    [new Blob(['blob'], { type: 'Text/CSV' }), 'blob', 'text/csv'],
    [new URLSearchParams({ a: 'b c' }), 'a=b+c', 'application/x-www-form-urlencoded;charset=UTF-8'],
    [ReadableStream.from([utf8('a'), utf8('b')]), 'ab', null],
    [17, '17', 'text/plain;charset=UTF-8'],
  ]) {
    const response = new Response(body);
    equal(response.headers.get('content-type'), type);
    equal(await response.text(), text);
  }
});

test('a body is what it was when it was given', async () => {
  const bytes = utf8('before');
  const response = new Response(bytes);
  bytes.fill(0);
  equal(await response.text(), 'before');
});

test('bodies come as what is asked for', async () => {
  equal(await new Response('{"a": [1]}').json(), { a: [1] });
  equal([...await new Response('ab').bytes()], [97, 98]);
  ok(await new Response('ab').bytes() instanceof Uint8Array);
  equal((await new Response('ab').arrayBuffer()).byteLength, 2);
  const blob = await new Response('ab', { headers: { 'content-type': 'text/x' } }).blob();
  equal([blob.size, blob.type], [2, 'text/x']);
  equal(await new Response('\ufeffa').text(), 'a');
  equal(await new Response().text(), '');
  equal(new Response().body, null);
  await rejects(SyntaxError, new Response('{').json());
});

test('a clone has a body of its own', async () => {
  for (const body of ['same', ReadableStream.from([utf8('same')])]) {
    const response = new Response(body, { status: 201, headers: { a: 'b' } });
    const clone = response.clone();
    equal([clone.status, clone.headers.get('a')], [201, 'b']);
    const bytes = await response.bytes();
    bytes.fill(0);
    equal(await clone.text(), 'same');
  }
});

test('a body is a stream', async () => {
  const response = new Response('hello');
  const reader = response.body.getReader();
  const { value, done } = await reader.read();
  equal(new TextDecoder().decode(value), 'hello');
  ok(!done);
  equal(await reader.read(), { done: true });
  ok(response.bodyUsed);
  let all = '';
  for await (const chunk of new Response('each').body) all += new TextDecoder().decode(chunk);
  equal(all, 'each');
});

test('a locked body cannot be read', async () => {
  const response = new Response('x');
  response.body.getReader();
  await rejects(TypeError, response.text());
});

test('the chunks of a body are bytes', async () => {
  await rejects(TypeError, new Response(ReadableStream.from(['text'])).text(), /Uint8Array/);
});

test('an error of a stream is that of the body', async () => {
  const stream = new ReadableStream({ pull() { throw new RangeError('broken'); } });
  await rejects(RangeError, new Response(stream).text(), /broken/);
});
