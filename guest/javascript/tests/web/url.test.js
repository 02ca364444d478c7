import { equal, ok, run as handle, test, throws } from './assert.js';

export { handle };

test('a URL has its parts', () => {
  const url = new URL('../c?q=1#h', 'https://u:p@Exämple.org:8080/a/b');
  equal(url.href, 'https://u:p@xn--exmple-cua.org:8080/c?q=1#h');
  equal([url.origin, url.protocol, url.username, url.password], ['https://xn--exmple-cua.org:8080', 'https:', 'u', 'p']);
  equal([url.host, url.hostname, url.port], ['xn--exmple-cua.org:8080', 'xn--exmple-cua.org', '8080']);
  equal([url.pathname, url.search, url.hash], ['/c', '?q=1', '#h']);
  equal(JSON.stringify({ url }), `{"url":"${url}"}`);
});

test('what is no URL', () => {
  for (const text of ['', 'relative', 'http://', 'http://a b/', 'http://a:99999/']) {
    throws(TypeError, () => new URL(text), /Invalid URL/);
    ok(!URL.canParse(text));
    equal(URL.parse(text), null);
  }
  ok(URL.canParse('x', 'http://a'));
  equal(URL.parse('x', 'http://a').href, 'http://a/x');
});

test('parts can be set, and what they cannot be is left', () => {
  const url = new URL('http://a/b');
  url.protocol = 'https';
  url.host = 'c:81';
  url.pathname = 'x y';
  url.search = 'k=v';
  url.hash = 'z';
  url.username = 'me';
  equal(url.href, 'https://me@c:81/x%20y?k=v#z');
  url.port = 'none';
  url.protocol = 'mailto';
  equal(url.href, 'https://me@c:81/x%20y?k=v#z');
  throws(TypeError, () => { url.href = 'x'; });
});

test('the query of a URL and its parameters are the same', () => {
  const url = new URL('http://a/?x=1');
  const { searchParams } = url;
  searchParams.append('y', 'ä b');
  equal(url.href, 'http://a/?x=1&y=%C3%A4+b');
  url.search = '?z=2';
  equal([...searchParams], [['z', '2']]);
  searchParams.delete('z');
  equal(url.href, 'http://a/');
  url.href = 'http://b/?q=r';
  equal(searchParams.get('q'), 'r');
  ok(url.searchParams === searchParams);
});

test('parameters are a list', () => {
  const params = new URLSearchParams('?b=2&a=1&b=3&c');
  equal([params.get('b'), params.getAll('b'), params.get('c'), params.get('d')], ['2', ['2', '3'], '', null]);
  ok(params.has('b', '3') && !params.has('b', '4'));
  params.delete('b', '2');
  params.set('c', '+');
  params.sort();
  equal(`${params}`, 'a=1&b=3&c=%2B');
  equal(params.size, 3);
  equal(`${new URLSearchParams({ a: 1, b: 'x' })}`, 'a=1&b=x');
  equal(`${new URLSearchParams([['a', '1'], ['a', '2']])}`, 'a=1&a=2');
  equal(`${new URLSearchParams(params)}`, `${params}`);
  throws(TypeError, () => new URLSearchParams([['a']]));
  equal(new URLSearchParams('a=%ff').get('a'), '\ufffd');
});
