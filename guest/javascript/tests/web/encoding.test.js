import { equal, ok, run as handle, test, throws } from './assert.js';

export { handle };

test('text becomes UTF-8', () => {
  equal([...new TextEncoder().encode('aä€😀')], [97, 195, 164, 226, 130, 172, 240, 159, 152, 128]);
  equal([...new TextEncoder().encode('\ud800')], [239, 191, 189]);
  equal([...new TextEncoder().encode()], []);
  equal([...new TextEncoder().encode('a\0b')], [97, 0, 98]);
});

test('encodeInto writes whole characters', () => {
  const bytes = new Uint8Array(5);
  equal(new TextEncoder().encodeInto('a😀b', bytes), { read: 3, written: 5 });
  equal(new TextEncoder().encodeInto('€€', bytes.subarray(0, 4)), { read: 1, written: 3 });
});

test('bytes become text', () => {
  const decode = (bytes, ...options) => new TextDecoder(...options).decode(new Uint8Array(bytes));
  equal(decode([97, 255, 98]), 'a\ufffdb');
  equal(decode([0xef, 0xbb, 0xbf, 97]), 'a');
  equal(decode([0xef, 0xbb, 0xbf, 97], 'utf-8', { ignoreBOM: true }), '\ufeffa');
  equal(decode([97, 0, 0x3d, 0xd8, 0, 0xde], 'utf-16le'), 'a😀');
  equal(decode([0xe4, 0x80], 'latin1'), 'ä€');
  equal(decode([97, 0, 98]), 'a\0b');
  throws(TypeError, () => decode([255], 'utf-8', { fatal: true }));
  throws(RangeError, () => new TextDecoder('none'));
  throws(TypeError, () => new TextDecoder().decode('text'));
});

test('a stream of bytes', () => {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  equal(decoder.decode(new Uint8Array([0xe2, 0x82]), { stream: true }), '');
  equal(decoder.decode(new Uint8Array([0xac]), { stream: true }), '€');
  equal(decoder.decode(), '');
  decoder.decode(new Uint8Array([0xe2]), { stream: true });
  throws(TypeError, () => decoder.decode());
  equal(decoder.decode(new Uint8Array([97])), 'a');
  const { encoding, fatal, ignoreBOM } = new TextDecoder('UTF8');
  equal([encoding, fatal, ignoreBOM], ['utf-8', false, false]);
});

test('base64', () => {
  equal(btoa('hello'), 'aGVsbG8=');
  equal(atob(' aGVs\nbG8 '), 'hello');
  equal(atob('YQ'), 'a');
  equal(btoa('\xff'), '/w==');
  throws('InvalidCharacterError', () => btoa('€'));
  throws('InvalidCharacterError', () => atob('a'));
  throws('InvalidCharacterError', () => atob('*'));
  ok(DOMException.prototype instanceof Error);
});
