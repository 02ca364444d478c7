import { equal, ok, rejects, run as handle, test, throws } from './assert.js';

export { handle };

test('a request has its parts', async () => {
  const request = new Request('http://a.example/x?y#z', { method: 'post', headers: { a: 'b' }, body: 'text' });
  equal(request.method, 'POST');
  equal(request.url, 'http://a.example/x?y#z');
  equal(request.headers.get('a'), 'b');
  equal(request.headers.get('content-type'), 'text/plain;charset=UTF-8');
  equal(await request.text(), 'text');
  equal(new Request('http://a', { method: 'patch' }).method, 'patch');
  equal(new Request('http://a').url, 'http://a/');
});

test('what a request must not be', () => {
  throws(TypeError, () => new Request('/relative'));
  throws(TypeError, () => new Request('http://user:secret@a/'));
  throws(TypeError, () => new Request('http://a', { method: 'a b' }));
  throws(TypeError, () => new Request('http://a', { method: 'trace' }));
  throws(TypeError, () => new Request('http://a', { body: 'x' }));
  throws(TypeError, () => new Request('http://a', { signal: {} }));
});

test('a request of a request takes its body', async () => {
  const first = new Request('http://a/', { method: 'PUT', body: 'once', headers: { x: 'y' } });
  const second = new Request(first, { headers: { z: 'w' } });
  ok(first.bodyUsed);
  equal([second.method, second.headers.get('x'), second.headers.get('z')], ['PUT', null, 'w']);
  equal(await second.text(), 'once');
  const clone = new Request('http://a/', { method: 'PUT', body: 'x' }).clone();
  equal(await clone.text(), 'x');
});

test('the signal of a request follows the one that was given', () => {
  const controller = new AbortController();
  const { signal } = new Request('http://a', { signal: controller.signal });
  controller.abort('why');
  equal([signal.aborted, signal.reason], [true, 'why']);
  ok(!new Request('http://a').signal.aborted);
});

test('a response has its parts', () => {
  const response = new Response('x', { status: 404, statusText: 'Gone', headers: { a: 'b' } });
  equal([response.status, response.statusText, response.ok, response.headers.get('a')], [404, 'Gone', false, 'b']);
  equal([new Response().status, new Response().ok, new Response().type], [200, true, 'default']);
});

test('what a response must not be', () => {
  for (const status of [0, 199, 600, 1000, 'x']) throws(RangeError, () => new Response('', { status }));
  for (const status of [204, 205, 304]) {
    throws(TypeError, () => new Response('x', { status }));
    equal(new Response(null, { status }).status, status);
  }
  throws(TypeError, () => new Response('', { statusText: 'a\nb' }));
});

test('responses of JSON', async () => {
  const response = Response.json({ a: 1 }, { status: 201 });
  equal([response.status, response.headers.get('content-type')], [201, 'application/json']);
  equal(await response.text(), '{"a":1}');
  equal(Response.json(1, { headers: { 'content-type': 'x/y' } }).headers.get('content-type'), 'x/y');
  throws(TypeError, () => Response.json(undefined));
});

test('redirects and errors', () => {
  const redirect = Response.redirect('http://a/b', 307);
  equal([redirect.status, redirect.headers.get('location')], [307, 'http://a/b']);
  throws(TypeError, () => redirect.headers.set('a', 'b'));
  throws(RangeError, () => Response.redirect('http://a/', 200));
  throws(TypeError, () => Response.redirect('relative'));
  equal([Response.error().type, Response.error().status], ['error', 0]);
});

test('there is no network', async () => {
  await rejects(TypeError, fetch('https://example.com/'), /no network/);
});

test('classes say their names', () => {
  equal(String(new Response()), '[object Response]');
  equal(String(new Request('http://a')), '[object Request]');
  equal(Object.keys(globalThis).length, 0);
});
