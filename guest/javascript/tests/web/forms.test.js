import { equal, ok, rejects, run as handle, test, throws } from './assert.js';

export { handle };

const form = (type, body) => new Response(body, { headers: { 'content-type': type } }).formData();

test('a form is a list', () => {
  const data = new FormData();
  data.append('a', '1');
  data.append('b', '2');
  data.append('a', '3');
  equal(data.getAll('a'), ['1', '3']);
  data.set('a', '4');
  equal([...data], [['a', '4'], ['b', '2']]);
  data.delete('b');
  ok(!data.has('b'));
  equal(data.get('b'), null);
});

test('blobs become files', () => {
  const data = new FormData();
  data.append('f', new Blob(['x'], { type: 'text/plain' }));
  data.append('g', new Blob(['x']), 'named.txt');
  equal([data.get('f').name, data.get('f').type, data.get('g').name], ['blob', 'text/plain', 'named.txt']);
  ok(data.get('f') instanceof File);
  throws(TypeError, () => data.append('h', 'text', 'name'));
});

test('urlencoded bodies', async () => {
  const data = await form('application/x-www-form-urlencoded', 'a=1&b=%C3%A4+x&a=2');
  equal([...data], [['a', '1'], ['b', 'ä x'], ['a', '2']]);
});

test('multipart bodies come back as they were', async () => {
  const data = new FormData();
  data.append('text', 'line\nline');
  data.append('quote "x"', 'ä');
  data.append('file', new File([new Uint8Array([0, 13, 10, 45, 45, 255])], 'ü "n".bin', { type: 'image/x' }));
  const response = new Response(data);
  ok(response.headers.get('content-type').startsWith('multipart/form-data; boundary='));
  const read = await response.formData();
  equal(read.get('text'), 'line\r\nline');
  equal(read.get('quote "x"'), 'ä');
  const file = read.get('file');
  equal([file.name, file.type, file.size], ['ü "n".bin', 'image/x', 6]);
  equal([...await file.bytes()], [0, 13, 10, 45, 45, 255]);
});

test('multipart bodies of browsers', async () => {
  const body = 'preamble\r\n--B\r\ncontent-disposition: form-data; name=plain\r\n\r\nvalue\r\n'
    + '--B\r\nContent-Disposition: form-data; name="e"\r\n\r\n\r\n--B--\r\n';
  equal([...await form('multipart/form-data; boundary="B"', body)], [['plain', 'value'], ['e', '']]);
});

test('what is malformed', async () => {
  for (const body of ['', '--B', '--B\r\n\r\nx', '--B\r\nContent-Disposition: form-data; name="a"\r\n\r\nx', '--B\r\nX: y\r\n\r\nx\r\n--B--']) {
    await rejects(TypeError, form('multipart/form-data; boundary=B', body), /malformed/);
  }
  await rejects(TypeError, form('multipart/form-data', 'x'));
  await rejects(TypeError, form('text/plain', 'x'), /no form/);
});

test('blobs are slices and texts', async () => {
  const blob = new Blob(['abc', new Uint8Array([100]), new Blob(['ef'])], { type: 'A/B' });
  equal([blob.size, blob.type, await blob.text()], [6, 'a/b', 'abcdef']);
  equal(await blob.slice(1, -1).text(), 'bcde');
  equal(blob.slice(-2, undefined, 'x/y').type, 'x/y');
  equal([...await new Response(blob.stream()).bytes()].length, 6);
  throws(TypeError, () => new Blob('text'));
  const file = new File(['x'], 'n', { lastModified: 5 });
  equal([file.name, file.lastModified, file instanceof Blob], ['n', 5, true]);
});
