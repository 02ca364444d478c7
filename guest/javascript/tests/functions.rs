//! Functions as authors write them: what they offer, what they get and give, and what is said of their errors.

use mote::Any;
use mote_js::{Failure, Function};
use std::path::{Path, PathBuf};

const STACK: usize = 1 << 20;

/// A folder with files, for one test.
fn folder(name: &str, files: &[(&str, &str)]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("functions").join(name);
    let _ = std::fs::remove_dir_all(&folder);
    for (file, text) in files {
        let path = folder.join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

/// Starts the first of the files.
fn try_start(name: &str, files: &[(&str, &str)]) -> Result<Function, Failure> {
    Function::start_in(&folder(name, files), Path::new(files[0].0), STACK)
}

fn start(name: &str, files: &[(&str, &str)]) -> Function {
    try_start(name, files).unwrap_or_else(|failure| panic!("{failure}"))
}

fn start_failure(name: &str, files: &[(&str, &str)]) -> Failure {
    try_start(name, files).err().expect("it starts")
}

fn map(entries: &[(&str, Any)]) -> Any {
    entries.iter().map(|(key, value)| (*key, value.clone())).collect()
}

fn request(method: &str, body: &str) -> Any {
    map(&[
        ("method", method.into()),
        ("url", "http://localhost:8080/hello/x%20y?q=1".into()),
        ("path", "/x%20y".into()),
        ("prefix", "/hello".into()),
        ("query", "q=1".into()),
        (
            "headers",
            Any::List(vec![
                Any::List(vec!["x-name".into(), "ä".into()]),
                Any::List(vec!["accept".into(), "*/*".into()]),
            ]),
        ),
        ("body", Any::Bytes(body.as_bytes().to_vec())),
        ("remote", "192.0.2.1".into()),
        ("id", "7".into()),
    ])
}

fn fetch(function: &Function, method: &str, body: &str) -> Result<(i64, String), Failure> {
    let response = function.call("fetch", vec![request(method, body)])?;
    let Some(Any::Bytes(bytes)) = response.get("body") else { panic!("{response:?}") };
    Ok((response.get("status").unwrap().to().unwrap(), String::from_utf8(bytes.clone()).unwrap()))
}

fn handle(function: &Function, event: impl Into<Any>) -> Result<Any, Failure> {
    function.call("handle", vec![event.into(), map(&[("id", "7".into())])])
}

#[test]
fn a_default_export_with_fetch_answers_requests() {
    let function = start(
        "fetch",
        &[(
            "index.js",
            r#"
        let count = 0;
        export default {
          greeting: 'Hello',
          async fetch(request, env, ctx) {
            const url = new URL(request.url);
            const { id, remote, prefix, path } = ctx;
            const parts = [this.greeting, ++count, request.method, url.pathname, url.searchParams.get('q'),
              request.headers.get('X-Name'), await request.text(), typeof env.PATH, id, remote, prefix, path];
            return new Response(parts.join(' '), { status: 201, headers: [['Set-Cookie', 'a=1'], ['set-cookie', 'b=2']] });
          },
        };"#,
        )],
    );
    assert_eq!(function.names().collect::<Vec<_>>(), ["fetch"]);
    let response = function.call("fetch", vec![request("POST", "data")]).unwrap();
    assert_eq!(response.get("status"), Some(&Any::Int(201)));
    let pair = |name: &str, value: &str| Any::List(vec![name.into(), value.into()]);
    let headers = Any::List(vec![
        pair("set-cookie", "a=1"),
        pair("set-cookie", "b=2"),
        pair("content-type", "text/plain;charset=UTF-8"),
    ]);
    assert_eq!(response.get("headers"), Some(&headers));
    let body = "Hello 1 POST /hello/x%20y 1 ä data string 7 192.0.2.1 /hello /x%20y";
    assert_eq!(response.get("body"), Some(&Any::Bytes(body.into())));
    assert!(fetch(&function, "GET", "").unwrap().1.starts_with("Hello 2 GET"));
}

#[test]
fn every_way_of_writing_a_handler_works() {
    for (name, source) in [
        ("function", "export default function (request) { return new Response(request.method); }"),
        (
            "class",
            "class App { async fetch(request) { return new Response(request.method); } } export default new App();",
        ),
        (
            "listener",
            "addEventListener('fetch', (event) => event.respondWith(new Response(event.request.method)));",
        ),
        (
            "later",
            "addEventListener('fetch', (event) => { event.respondWith((async () => new Response(event.request.method))()); });",
        ),
        (
            "stream",
            "export default { fetch: (request) => new Response(ReadableStream.from([new TextEncoder().encode(request.method)])) };",
        ),
    ] {
        let function = start(&format!("way-{name}"), &[("index.js", source)]);
        assert_eq!(fetch(&function, "PUT", "").unwrap(), (200, "PUT".into()), "{name}");
    }
}

#[test]
fn both_handlers_may_be_there() {
    let source = "export default { fetch: () => Response.json(1) };\nexport const handle = (event) => event;";
    let function = start("both", &[("index.mjs", source)]);
    assert_eq!(function.names().collect::<Vec<_>>(), ["fetch", "handle"]);
    assert_eq!(handle(&function, 5).unwrap(), Any::Int(5));
}

#[test]
fn values_come_and_go_as_json_has_them() {
    let source = "export async function handle(event, context) {
        const { big, bytes, list, ...rest } = event;
        return { big, rest, bytes: bytes instanceof Uint8Array && bytes.map((x) => x + 1), list, id: context.id,
          date: new Date(0), no: undefined, f() {}, nan: NaN, minus: -0, half: 0.5, huge: 2n ** 63n, sparse: [1, , undefined],
          lone: '\\ud800', ['__proto__']: 1, nothing: null, infinite: [Infinity] };
      }";
    let function = start("values", &[("index.js", source)]);
    let event = map(&[
        ("big", Any::Int(1 << 40)),
        ("bytes", Any::Bytes(vec![1, 2])),
        ("list", Any::List(vec![Any::Null, true.into(), "x".into(), 1.5.into(), Any::Unsigned(u64::MAX)])),
        ("__proto__", 3.into()),
    ]);
    let expected = map(&[
        ("big", Any::Int(1 << 40)),
        ("rest", map(&[("__proto__", 3.into())])),
        ("bytes", Any::Bytes(vec![2, 3])),
        (
            "list",
            Any::List(vec![
                Any::Null,
                true.into(),
                "x".into(),
                1.5.into(),
                Any::F64(18_446_744_073_709_551_616.0),
            ]),
        ),
        ("id", "7".into()),
        ("date", "1970-01-01T00:00:00.000Z".into()),
        ("nan", Any::Null),
        ("minus", 0.into()),
        ("half", 0.5.into()),
        ("huge", Any::Unsigned(1 << 63)),
        ("sparse", Any::List(vec![1.into(), Any::Null, Any::Null])),
        ("lone", "\u{fffd}".into()),
        ("__proto__", 1.into()),
        ("nothing", Any::Null),
        ("infinite", Any::List(vec![Any::Null])),
    ]);
    assert_eq!(handle(&function, event).unwrap(), expected);
}

#[test]
fn what_cannot_be_sent_is_an_error_of_the_call() {
    let source = "export function handle(what) {
        const cycle = {}; cycle.cycle = cycle;
        const nested = (levels) => (levels === 0 ? 1 : [nested(levels - 1)]);
        return { cycle, deep: nested(65), fits: nested(64), big: 2n ** 64n, trap: { get x() { throw new RangeError('trap'); } } }[what];
      }";
    let function = start("unsendable", &[("index.js", source)]);
    for (what, message) in [
        ("cycle", "TypeError: The result is nested more deeply than 64, or contains itself"),
        ("deep", "TypeError: The result is nested more deeply than 64, or contains itself"),
        ("big", "TypeError: A BigInt of more than 64 bits cannot be sent"),
        ("trap", "RangeError: trap"),
    ] {
        assert_eq!(handle(&function, what).unwrap_err().message, message);
    }
    assert!(handle(&function, "fits").is_ok());
}

#[test]
fn errors_say_what_and_where_in_the_authors_files() {
    let function = start(
        "errors",
        &[
            (
                "index.js",
                "import { check } from './lib/check.js';
export function handle(what) {
  if (what === 'import') return check(null);
  if (what === 'text') throw 'just text';
  if (what === 'object') throw { code: 5 };
  if (what === 'cause') throw new Error('outer', { cause: new TypeError('inner') });
  if (what === 'web') return new Headers({ 'a b': 'c' });
  if (what === 'deep') return handle(what) + 1;
  if (what === 'trap') throw new Proxy({}, { getPrototypeOf() { throw 1; }, get() { throw 2; } });
  return what;
}
",
            ),
            ("lib/check.js", "export function check(value) {\n  return value.length;\n}\n"),
        ],
    );
    let failure = |what: &str| handle(&function, what).unwrap_err();
    let imported = failure("import");
    assert_eq!(imported.message, "TypeError: cannot read property 'length' of null");
    let lines: Vec<&str> = imported.stack.lines().map(str::trim).collect();
    assert!(lines[0].starts_with("at check (lib/check.js:2:"), "{lines:?}");
    assert!(lines[1].starts_with("at handle (index.js:3:"), "{lines:?}");
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert_eq!(failure("text").message, "just text");
    assert_eq!(failure("object").message, "{ code: 5 }");
    let cause = failure("cause");
    assert_eq!(cause.message, "Error: outer");
    assert!(cause.stack.contains("\nCaused by: TypeError: inner\n    at handle (index.js:6:"), "{cause}");
    let web = failure("web");
    assert_eq!(web.message, "TypeError: Invalid header name: 'a b'");
    assert!(web.stack.starts_with("    at handle (index.js:7:"), "{web}");
    assert_eq!(failure("deep").message, "RangeError: Maximum call stack size exceeded");
    assert!(failure("deep").stack.starts_with("    at handle (index.js:8:"));
    assert!(!failure("trap").message.is_empty());
    assert_eq!(handle(&function, "fine").unwrap(), Any::from("fine"));
}

#[test]
fn errors_after_waiting_are_errors_too() {
    let function = start(
        "later",
        &[(
            "index.js",
            "
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
export async function handle(what) {
  await wait(1);
  if (what === 'throw') throw new RangeError('late');
  if (what === 'never') await new Promise(() => {});
  if (what === 'reject') return Promise.reject(new Error('rejected'));
  if (what === 'timer') { setTimeout(() => { throw new Error('in a timer'); }, 1); await wait(5); }
  return what;
}",
        )],
    );
    let late = handle(&function, "throw").unwrap_err();
    assert_eq!(late.message, "RangeError: late");
    assert!(late.stack.contains("(index.js:5:"), "{late}");
    let never = handle(&function, "never").unwrap_err();
    assert!(never.message.contains("can never settle"), "{never}");
    assert_eq!(handle(&function, "reject").unwrap_err().message, "Error: rejected");
    assert_eq!(handle(&function, "timer").unwrap(), Any::from("timer"));
}

#[test]
fn what_is_no_response_is_an_error() {
    for (name, result, said) in [
        ("undefined", "undefined", "must return a Response, not undefined"),
        ("object", "({ status: 200 })", "must return a Response, not { status: 200 }"),
        ("error", "Response.error()", "has returned Response.error()"),
        (
            "used",
            "(async () => { const r = new Response('x'); await r.text(); return r; })()",
            "has been used already",
        ),
    ] {
        let function =
            start(&format!("no-{name}"), &[("index.js", &format!("export default () => {result};"))]);
        let failure = fetch(&function, "GET", "").unwrap_err();
        assert!(failure.message.starts_with("TypeError: ") && failure.message.contains(said), "{failure}");
    }
    let function = start("no-answer", &[("index.js", "addEventListener('fetch', () => {});")]);
    assert!(fetch(&function, "GET", "").unwrap_err().message.contains("did not call respondWith"));
}

#[test]
fn what_is_to_be_waited_for_is() {
    let function = start(
        "wait-until",
        &[(
            "index.js",
            "
let done = [];
const later = (what) => new Promise((resolve) => setTimeout(() => resolve(done.push(what)), 5));
export default {
  fetch(request, env, ctx) {
    if (request.method === 'GET') return Response.json(done);
    ctx.waitUntil(later('first').then(() => ctx.waitUntil(later('second'))));
    ctx.waitUntil(Promise.reject(new Error('only reported')));
    return new Response('at once');
  },
};",
        )],
    );
    assert_eq!(fetch(&function, "POST", "").unwrap().1, "at once");
    assert_eq!(fetch(&function, "GET", "").unwrap().1, r#"["first","second"]"#);
}

#[test]
fn imports_find_files_and_packages() {
    let function = start(
        "imports",
        &[
            (
                "index.js",
                "
import { a } from './lib/a';
import b from './lib';
import { typed } from './typed.js';
import data from './data.json' with { type: 'json' };
import text from './page.html' with { type: 'text' };
import { main } from 'pack';
import { part } from '@scope/pack/part';
const { late } = await import('./lib/late.mjs');
export const handle = () => [a, b, typed, data, text, main, part, late, import.meta.url.slice(-18)];",
            ),
            ("lib/a.js", "import { up } from '../up.js'; export const a = 'a' + up;"),
            ("lib/index.js", "export default 'b';"),
            ("lib/late.mjs", "export const late = 'late';"),
            ("up.js", "export const up = '^';"),
            ("typed.ts", "export const typed: string = 'ts' as const;"),
            ("data.json", r#"{"x": [1]}"#),
            ("page.html", "<p>`\n\u{2028}</p>"),
            (
                "node_modules/pack/package.json",
                r#"{"type": "module", "exports": {"import": "./m.js", "require": "./c.cjs"}}"#,
            ),
            ("node_modules/pack/m.js", "import { inner } from 'inner'; export const main = 'main ' + inner;"),
            ("node_modules/pack/node_modules/inner/index.js", "export const inner = 'inner';"),
            ("node_modules/@scope/pack/package.json", r#"{"exports": {"./*": {"default": "./lib/*.mjs"}}}"#),
            ("node_modules/@scope/pack/lib/part.mjs", "export const part = 'part';"),
        ],
    );
    let expected: Vec<Any> = vec![
        "a^".into(),
        "b".into(),
        "ts".into(),
        map(&[("x", Any::List(vec![1.into()]))]),
        "<p>`\n\u{2028}</p>".into(),
        "main inner".into(),
        "part".into(),
        "late".into(),
        "/imports/index.js".into(),
    ];
    let Any::List(mut found) = handle(&function, ()).unwrap() else { panic!() };
    let url = found.pop().unwrap().to::<String>().unwrap();
    assert!(url.ends_with("imports/index.js"), "{url}");
    assert_eq!(found, expected[..8]);
}

#[test]
fn packages_may_be_links() {
    let files = [
        ("index.js", "import { a } from 'linked'; export const handle = () => a;"),
        (
            "node_modules/.store/linked/node_modules/linked/index.mjs",
            "import { b } from 'other'; export const a = b;",
        ),
        ("node_modules/.store/linked/node_modules/linked/package.json", r#"{"main": "index.mjs"}"#),
        ("node_modules/.store/linked/node_modules/other/index.js", "export const b = 'b';"),
    ];
    let folder = folder("links", &files);
    std::os::unix::fs::symlink(".store/linked/node_modules/linked", folder.join("node_modules/linked"))
        .unwrap();
    let function =
        Function::start_in(&folder, Path::new("index.js"), STACK).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(handle(&function, ()).unwrap(), Any::from("b"));
}

#[test]
fn typescript_is_javascript_with_types() {
    let function = start(
        "typescript",
        &[
            (
                "index.ts",
                "import type { Event } from './types.ts';
import { double } from './double';

interface Result { value: number }

export async function handle<T extends Event>(event: T): Promise<Result> {
  if (event.n! < 0) {
    throw new RangeError(`negative: ${event.n as number}`);
  }
  return { value: double(event.n) } satisfies Result;
}
",
            ),
            ("types.ts", "export interface Event { n: number }"),
            ("double.ts", "export const double = (n: number): number => 2 * n;"),
        ],
    );
    assert_eq!(handle(&function, map(&[("n", 21.into())])).unwrap(), map(&[("value", 42.into())]));
    let failure = handle(&function, map(&[("n", Any::Int(-1))])).unwrap_err();
    assert_eq!(failure.message, "RangeError: negative: -1");
    assert!(failure.stack.starts_with("    at handle (index.ts:8:"), "{failure}");
}

#[test]
fn what_is_wrong_at_the_start_is_said_with_its_place() {
    const LIB: (&str, &str) = ("lib.ts", "export const a: number = 1;\nexport interface T {}\n");
    for (name, source, message, place) in [
        ("syntax", "const x = 1;\nexport function handle( {\n", "SyntaxError: ", "index.js:3:1"),
        (
            "missing",
            "\nimport x from './none.js';",
            "Cannot find './none.js', which index.js imports",
            "index.js:2:15",
        ),
        ("package", "import 'none';", "there is no such package in node_modules", "index.js:1:8"),
        ("node", "import fs from 'node:fs';", "there are no modules of the kind 'node:'", "index.js:1:16"),
        (
            "export",
            "import { a } from './lib';\nimport {\n  a as x, b\n} from './lib.ts';",
            "lib.ts has no export 'b'",
            "index.js:3:11",
        ),
        ("default", "import lib from './lib.ts';", "lib.ts has no export 'default'", "index.js:1:1"),
        ("throws", "\n\nthrow new Error('not today');", "Error: not today", "index.js:3:"),
        (
            "rejects",
            "(async () => { throw new Error('unseen'); })();\nexport const handle = 1;",
            "Error: unseen",
            "index.js:1:",
        ),
        ("never", "await new Promise(() => {});", "can never settle", ""),
        ("nothing", "export const a = 1;", "index.js offers nothing", ""),
        ("common", "import 'common';", "The package 'common' is CommonJS (node_modules/common/index.js)", ""),
        (
            "type",
            "import './data.bin' with { type: 'bytes' };",
            "There are no modules of the type 'bytes'",
            "",
        ),
        ("own", "import 'mote:native';", "no modules of the kind 'mote:'", "index.js:1:8"),
    ] {
        let common = ("node_modules/common/index.js", "module.exports = { a: 1 };");
        let files = [("index.js", source), LIB, common, ("data.bin", "x")];
        let failure = start_failure(&format!("start-{name}"), &files);
        assert!(failure.message.contains(message), "{name}: {failure}");
        assert!(failure.stack.contains(place), "{name}: {failure}");
        assert!(!failure.to_string().contains("mote:") || name == "own", "{name}: {failure}");
    }
    let failure = start_failure("start-type-import", &[("index.ts", "import { T } from './lib';"), LIB]);
    assert_eq!(failure.message, "SyntaxError: lib.ts has no export 'T'; if it is a type: `import type`");
    let failure = start_failure("start-enum", &[("index.ts", "let a = 1;\nenum Color { Red }"), LIB]);
    assert_eq!(
        failure.to_string(),
        "SyntaxError: TypeScript enum is not supported in strip-only mode\n    at index.ts:2:1"
    );
    let failure = start_failure(
        "start-imported-enum",
        &[("index.js", "import './x.ts';"), ("x.ts", "\n namespace N { export const a = 1 }")],
    );
    assert!(failure.stack.contains("at x.ts:2:2"), "{failure}");
}

#[test]
fn state_stays_and_what_is_at_the_start_may_wait() {
    let function = start(
        "state",
        &[(
            "index.js",
            "
await new Promise((resolve) => setTimeout(resolve, 1));
let count = 40;
export const handle = () => ++count;",
        )],
    );
    assert_eq!(handle(&function, ()).unwrap(), Any::Int(41));
    assert_eq!(handle(&function, ()).unwrap(), Any::Int(42));
}
