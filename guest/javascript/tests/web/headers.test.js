import { equal, ok, run as handle, test, throws } from './assert.js';

export { handle };

test('names are sorted and in lower case, values together', () => {
  const headers = new Headers([['X-B', '2'], ['Accept', 'text/html'], ['x-b', ' 3\t']]);
  equal([...headers], [['accept', 'text/html'], ['x-b', '2, 3']]);
  equal(headers.get('X-B'), '2, 3');
  equal([...headers.keys()], ['accept', 'x-b']);
  equal([...headers.values()], ['text/html', '2, 3']);
  equal(headers.get('none'), null);
});

test('cookies stay apart', () => {
  const headers = new Headers({ 'Set-Cookie': 'a=1' });
  headers.append('set-cookie', 'b=2');
  equal(headers.getSetCookie(), ['a=1', 'b=2']);
  equal([...headers], [['set-cookie', 'a=1'], ['set-cookie', 'b=2']]);
  equal(headers.get('set-cookie'), 'a=1, b=2');
});

test('set replaces all of a name at its first place', () => {
  const headers = new Headers([['a', '1'], ['b', '2'], ['A', '3']]);
  headers.set('a', '4');
  equal([...headers], [['a', '4'], ['b', '2']]);
  headers.delete('A');
  ok(!headers.has('a'));
});

test('names and values are checked', () => {
  for (const name of ['', 'a b', 'a:', 'ä', 'a\n']) throws(TypeError, () => new Headers({ [name]: 'x' }));
  for (const value of ['a\nb', 'a\rb', 'a\0b', 'a\u0100']) throws(TypeError, () => new Headers({ a: value }));
  throws(TypeError, () => new Headers([['a']]));
  throws(TypeError, () => new Headers([['a', 'b', 'c']]));
  throws(TypeError, () => new Headers(null));
  throws(TypeError, () => new Headers('a'));
  equal(new Headers({ a: 'ÿ' }).get('a'), 'ÿ');
  equal(new Headers({ a: 1 }).get('a'), '1');
});

test('one is made of another', () => {
  const first = new Headers({ a: '1' });
  const second = new Headers(first);
  second.set('a', '2');
  equal(first.get('a'), '1');
  const seen = [];
  second.forEach((value, name, all) => seen.push(name, value, all === second));
  equal(seen, ['a', '2', true]);
});
