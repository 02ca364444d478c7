//! The program itself: what a file prints at its start, and what is said where there is no host.

use std::path::Path;
use std::process::Command;

const SOURCE: &str = r#"
class Point { x = 1; }
const circle = {}; circle.circle = circle;
console.log('text', 1, -0, 12n, true, null, undefined, Symbol('s'));
console.log({ a: 'it\'s', 'b-c': [1, , 'x'], d: { e: { f: { g: 1 } } } }, [], {});
console.log(new Map([['k', new Set([1])]]), new Point(), circle, Object.create(null));
console.log(function f() {}, () => {}, class A {}, /x/g, new Date(0), new Uint8Array(2));
console.log('%s is %d, %j', 'x', 5, { y: 1 }, 'more', '100%');
console.log(new Headers({ a: 'b' }), new URLSearchParams('a=1&a=2'), [new Response().headers]);
console.log({ get a() { return 1; }, set a(_) {}, long: 'x'.repeat(60), more: 'y'.repeat(20) });
console.group('group'); console.info('inside\ntoo'); console.groupEnd();
console.count(); console.count(); console.assert(1, 'no');
console.table([{ a: 1, b: 'x' }, { a: 2 }]);
console.warn(new Error('seen', { cause: new TypeError('why') }));
console.assert(false, 'said %s', 'so');
console.error({ error: new RangeError('inside') });
export const handle = () => null;
"#;

const OUTPUT: &str = "text 1 -0 12n true null undefined Symbol(s)
{
  a: \"it's\",
  'b-c': [ 1, <1 empty item>, 'x' ],
  d: { e: { f: [Object] } }
} [] {}
Map(1) { 'k' => Set(1) { 1 } } Point { x: 1 } { circle: [Circular] } [Object: null prototype] {}
[Function: f] [Function (anonymous)] [class A] /x/g 1970-01-01T00:00:00.000Z Uint8Array(2) [ 0, 0 ]
x is 5, {\"y\":1} more 100%
Headers { a: 'b' } URLSearchParams { a: [ '1', '2' ] } [ Headers {} ]
{
  a: [Getter/Setter],
  long: 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
  more: 'yyyyyyyyyyyyyyyyyyyy'
}
group
  inside
  too
default: 1
default: 2
┌─────────┬───┬─────┐
│ (index) │ a │ b   │
├─────────┼───┼─────┤
│ 0       │ 1 │ 'x' │
│ 1       │ 2 │     │
└─────────┴───┴─────┘
";

fn run(name: &str, files: &[(&str, &str)], arguments: &[&str]) -> (i32, String, String) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("console").join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    for (file, text) in files {
        std::fs::write(folder.join(file), text).unwrap();
    }
    let program =
        Command::new(env!("CARGO_BIN_EXE_mote-js")).args(arguments).current_dir(folder).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (program.status.code().unwrap(), text(program.stdout), text(program.stderr))
}

/// Without columns, which are the engine's affair.
fn without_columns(text: &str) -> String {
    let mut result = String::new();
    for line in text.lines() {
        let cut = line.rfind(':').filter(|_| line.contains("index.js:") && line.ends_with(')'));
        result += &cut.map_or(line.to_owned(), |at| format!("{}:_)", &line[..at]));
        result.push('\n');
    }
    result
}

#[test]
fn values_are_shown_as_people_expect_them() {
    let (status, output, errors) = run("values", &[("index.js", SOURCE)], &[]);
    assert_eq!(output, OUTPUT);
    let expected = "Error: seen
    at <anonymous> (index.js:14:_)
  [cause]: TypeError: why
      at <anonymous> (index.js:14:_)
Assertion failed: said so
{
  error: RangeError: inside
      at <anonymous> (index.js:16:_)
}
This program offers functions to a Mote host and does nothing by itself.
";
    let errors = without_columns(&errors);
    assert!(errors.starts_with(expected), "{errors}");
    assert_eq!(status, 2);
}

#[test]
fn the_usual_files_are_found_in_their_order() {
    const JS: (&str, &str) = ("index.js", "throw 'js'");
    const MJS: (&str, &str) = ("index.mjs", "throw 'mjs'");
    const TS: (&str, &str) = ("index.ts", "throw 'ts' as string");
    for (files, arguments, said) in [
        (&[JS, MJS, TS][..], &[][..], "js\n"),
        (&[MJS, TS], &[], "mjs\n"),
        (&[TS], &[], "ts\n"),
        (&[JS, TS], &["index.ts"], "ts\n"),
        (&[], &[], "there is no index.js, no index.mjs, no index.ts\n"),
        (&[JS], &["other.js"], "Error: Cannot read other.js: No such file or directory (os error 2)\n"),
    ] {
        let (status, output, errors) = run("usual", files, arguments);
        assert!(errors.starts_with(said), "{errors}");
        assert_eq!((status, output.as_str()), (1, ""));
    }
    assert_eq!(run("usual", &[], &["a", "b"]).0, 2);
}
