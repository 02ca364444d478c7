//! Modules and components, natively: what they offer, what calls give, what is said of those that are wrong.

use mote::{Any, Error};
use mote_wasm::Offer;
use std::path::{Path, PathBuf};

/// The functions of a module, as its host calls them.
struct Functions(Vec<Offer>);

impl Functions {
    fn of(text: &str) -> Self {
        match load(text) {
            Ok(functions) => functions,
            Err(why) => panic!("{why}"),
        }
    }

    fn signature(&self, name: &str) -> &str {
        &self.offer(name).signature
    }

    fn call(&self, name: &str, arguments: &[Any]) -> Result<Any, Error> {
        (self.offer(name).call)(arguments.to_vec())
    }

    fn offer(&self, name: &str) -> &Offer {
        self.0.iter().find(|offer| offer.name == name).expect(name)
    }

    fn names(&self) -> Vec<&str> {
        self.0.iter().map(|offer| offer.name.as_str()).collect()
    }

    #[track_caller]
    fn expect(&self, name: &str, arguments: &[Any], result: impl Into<Any>) {
        assert_eq!(self.call(name, arguments), Ok(result.into()));
    }

    #[track_caller]
    fn expect_trap(&self, name: &str, arguments: &[Any], message: &str) {
        let error = self.call(name, arguments).unwrap_err();
        assert_eq!((error.code.as_str(), error.message.as_str()), ("trap", message));
        let stack: String = error.details.unwrap().get("stack").unwrap().to().unwrap();
        assert!(stack.starts_with("    at "), "{stack}");
    }
}

fn load(text: &str) -> Result<Functions, String> {
    load_file("test.wat", text.as_bytes())
}

fn load_file(name: &str, bytes: &[u8]) -> Result<Functions, String> {
    let folder = Folder::new();
    let file = folder.0.join(name);
    std::fs::write(&file, bytes).unwrap();
    mote_wasm::load(Some(&file)).map(Functions)
}

/// A folder that is there as long as this.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        use std::sync::atomic::{AtomicUsize, Ordering};
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("mote-wasm-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir(&path).unwrap();
        Folder(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn request(path: &str) -> Any {
    Any::from_iter([
        ("method", Any::from("GET")),
        ("url", Any::from(format!("http://localhost:8080/f{path}"))),
        ("path", Any::from(path)),
        ("prefix", Any::from("/f")),
        ("query", Any::from("")),
        ("headers", Any::List(vec![Any::from(vec!["x-token", "1"])])),
        ("body", Any::Bytes(b"body".to_vec())),
    ])
}

fn body(response: &Any) -> &[u8] {
    match response.get("body") {
        Some(Any::Bytes(bytes)) => bytes,
        other => panic!("no body: {other:?}"),
    }
}

#[track_caller]
fn expect_refusal(text: &str, parts: &[&str]) {
    let Err(why) = load(text) else { panic!("it was taken") };
    for part in parts {
        assert!(why.contains(part), "{why}");
    }
}

#[test]
fn numbers_go_in_and_out() {
    let functions = Functions::of(
        r#"(module
          (func (export "i32") (param i32) (result i32) local.get 0)
          (func (export "i64") (param i64) (result i64) local.get 0)
          (func (export "f32") (param f32) (result f32) local.get 0)
          (func (export "f64") (param f64) (result f64) local.get 0)
          (func (export "none"))
          (func (export "two") (param i32 i32) (result i32 i32) local.get 1 local.get 0)
          (func (export "mixed") (param i32 f64) (result f64 i32) local.get 1 local.get 0)
          (func (export "vector") (param v128))
          (func (export "__hidden"))
          (func (export "bad name"))
          (func (export "handle") (param i32)))"#,
    );
    assert_eq!(functions.names(), ["i32", "i64", "f32", "f64", "none", "two", "mixed"]);
    assert_eq!(functions.signature("two"), "(p0: i32, p1: i32) -> [i32]");
    assert_eq!(functions.signature("mixed"), "(p0: i32, p1: f64) -> any");
    assert_eq!(functions.signature("none"), "()");
    functions.expect("i32", &[i32::MIN.into()], i32::MIN);
    functions.expect("i64", &[i64::MAX.into()], i64::MAX);
    functions.expect("f32", &[Any::F32(1.5)], Any::F32(1.5));
    functions.expect("f64", &[Any::F32(1.5)], Any::F64(1.5));
    functions.expect("none", &[], ());
    functions.expect("two", &[1.into(), 2.into()], vec![2, 1]);
    functions.expect("mixed", &[1.into(), Any::F64(0.5)], Any::List(vec![Any::F64(0.5), Any::Int(1)]));
    for wrong in [&[][..], &[1.into(), 2.into()], &["x".into()], &[(1i64 << 31).into()], &[Any::F64(1.0)]] {
        assert_eq!(functions.call("i32", wrong).unwrap_err().code, "invalid-argument");
    }
    let Any::F32(nan) = functions.call("f32", &[Any::F32(f32::from_bits(0x7fa0_1234))]).unwrap() else {
        panic!()
    };
    assert_eq!(nan.to_bits(), 0x7fa0_1234);
}

const TRAPS: &str = r#"(module
  (memory (export "memory") 1)
  (table 4 funcref)
  (elem (i32.const 0) $i32)
  (type $nullary (func))
  (global $count (mut i32) (i32.const 0))
  (func $i32 (param i32) (result i32) local.get 0)
  (func (export "count") (result i32)
    (i32.store (i32.const 65532) (i32.add (i32.load (i32.const 65532)) (i32.const 1)))
    (global.set $count (i32.add (global.get $count) (i32.const 1)))
    (i32.add (global.get $count) (i32.mul (i32.const 10) (i32.load (i32.const 65532)))))
  (func $unreachable (export "unreachable") unreachable)
  (func $recurse (export "recurse") call $recurse)
  (func (export "load") (param i32) (result i32) (i32.load (local.get 0)))
  (func (export "store") (param i32) (i64.store offset=4294967288 (local.get 0) (i64.const -1)))
  (func (export "fill") (memory.fill (i32.const 65535) (i32.const 1) (i32.const 2)))
  (func (export "divide") (param i32 i32) (result i32) (i32.div_s (local.get 0) (local.get 1)))
  (func (export "truncate") (param f64) (result i32) (i32.trunc_f64_s (local.get 0)))
  (func (export "indirect") (param i32) (call_indirect (type $nullary) (local.get 0)))
  (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0))))"#;

#[test]
fn traps_are_errors_and_what_was_there_is_gone() {
    let functions = Functions::of(TRAPS);
    let traps: [(&str, &[Any], &str); 14] = [
        ("unreachable", &[], "wasm `unreachable` instruction executed"),
        ("recurse", &[], "call stack exhausted"),
        ("load", &[65533.into()], "out of bounds memory access"),
        ("load", &[(-1).into()], "out of bounds memory access"),
        ("store", &[0.into()], "out of bounds memory access"),
        ("store", &[(-1).into()], "out of bounds memory access"),
        ("fill", &[], "out of bounds memory access"),
        ("divide", &[1.into(), 0.into()], "integer divide by zero"),
        ("divide", &[i32::MIN.into(), (-1).into()], "integer overflow"),
        ("truncate", &[Any::F64(1e10)], "integer overflow"),
        ("truncate", &[Any::F64(f64::NAN)], "invalid conversion to integer"),
        ("indirect", &[0.into()], "indirect call type mismatch"),
        ("indirect", &[1.into()], "uninitialized element"),
        ("indirect", &[4.into()], "undefined element: out of bounds table access"),
    ];
    for (name, arguments, message) in traps {
        functions.expect("count", &[], 11);
        functions.expect("count", &[], 22);
        functions.expect_trap(name, arguments, message);
    }
    functions.expect("count", &[], 11);
    functions.expect("grow", &[10.into()], 1);
    functions.expect("load", &[70000.into()], 0);
    functions.expect("grow", &[65536.into()], -1);
}

#[test]
fn a_stack_names_functions_and_says_repetitions_once() {
    let functions = Functions::of(TRAPS);
    let stack = |name: &str| -> String {
        functions.call(name, &[]).unwrap_err().details.unwrap().get("stack").unwrap().to().unwrap()
    };
    let unreachable = stack("unreachable");
    assert!(unreachable.starts_with("    at unreachable (wasm+0x"), "{unreachable}");
    let recursion = stack("recurse");
    assert!(recursion.lines().count() <= 2 && recursion.ends_with(" times"), "{recursion}");
}

#[test]
fn initialize_is_called_before_anything_else_and_again_after_a_trap() {
    let functions = Functions::of(
        r#"(module
          (global $state (mut i32) (i32.const 0))
          (func (export "_initialize") (global.set $state (i32.add (global.get $state) (i32.const 7))))
          (func (export "trap") (global.set $state (i32.const 1)) unreachable)
          (func (export "state") (result i32) global.get $state))"#,
    );
    functions.expect("state", &[], 7);
    functions.expect_trap("trap", &[], "wasm `unreachable` instruction executed");
    functions.expect("state", &[], 7);
    assert_eq!(functions.names(), ["trap", "state"]);
}

#[test]
fn an_exception_that_nothing_catches_is_an_error() {
    let functions =
        Functions::of(r#"(module (tag $t (param i32)) (func (export "throw") i32.const 1 throw $t))"#);
    assert_eq!(functions.call("throw", &[]).unwrap_err().code, "exception");
}

/// Writes its input, or what it finds at a place of its memory, by the first letter of the path.
const COMMAND: &str = r#"(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "environ_get" (func $environ (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "environ_sizes_get" (func $sizes (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 2)
  (global $runs (mut i32) (i32.const 0))
  (func $say (param $at i32) (param $size i32)
    (i32.store (i32.const 0) (local.get $at))
    (i32.store (i32.const 4) (local.get $size))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))
  (func (export "_start")
    (local $first i32)
    (i32.store (i32.const 0) (i32.const 1024))
    (i32.store (i32.const 4) (i32.const 1024))
    (drop (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)))
    (local.set $first (i32.load8_u (i32.const 1024)))
    (global.set $runs (i32.add (global.get $runs) (i32.const 1)))
    (if (i32.eq (local.get $first) (i32.const 101)) (then ;; e: the environment
      (drop (call $sizes (i32.const 16) (i32.const 20)))
      (drop (call $environ (i32.const 2048) (i32.const 65536)))
      (call $say (i32.const 65536) (i32.load (i32.const 20))) return))
    (if (i32.eq (local.get $first) (i32.const 114)) (then ;; r: random bytes
      (drop (call $random (i32.const 1024) (i32.const 16)))
      (call $say (i32.const 1024) (i32.const 16)) return))
    (if (i32.eq (local.get $first) (i32.const 120)) (then (call $exit (i32.const 7))))
    (if (i32.eq (local.get $first) (i32.const 122)) (then (call $exit (i32.const 0))))
    (if (i32.eq (local.get $first) (i32.const 116)) (then unreachable))
    (i32.store8 (i32.const 1023) (i32.add (i32.const 48) (global.get $runs)))
    (call $say (i32.const 1023) (i32.add (i32.const 1) (i32.load (i32.const 8))))))"#;

fn with_body(text: &str) -> Any {
    let Any::Map(mut entries) = request("/x") else { unreachable!() };
    entries.retain(|(key, _)| *key != Any::from("body"));
    entries.push(("body".into(), text.into()));
    Any::Map(entries)
}

#[test]
fn a_command_runs_once_for_each_request() {
    let functions = Functions::of(COMMAND);
    assert_eq!(functions.names(), ["fetch"]);
    assert_eq!(functions.signature("fetch"), "(request: any) -> any");
    for _ in 0..3 {
        let response = functions.call("fetch", &[with_body("a body")]).unwrap();
        assert_eq!(body(&response), b"1a body");
        assert_eq!(response.get("status"), Some(&Any::Int(200)));
    }
    let response = functions.call("fetch", &[with_body("env")]).unwrap();
    let environment = String::from_utf8(body(&response).to_vec()).unwrap();
    let variables: Vec<_> = environment.split('\0').collect();
    for variable in
        ["REQUEST_METHOD=GET", "PATH_INFO=/x", "SCRIPT_NAME=/f", "HTTP_X_TOKEN=1", "CONTENT_LENGTH=3"]
    {
        assert!(variables.contains(&variable), "{environment}");
    }
    let path = format!("PATH={}", std::env::var("PATH").unwrap());
    assert!(variables.contains(&path.as_str()), "the sandbox's own environment is there too: {environment}");
}

#[test]
fn a_command_that_exits_or_traps_is_an_error_and_the_next_request_is_answered() {
    let functions = Functions::of(COMMAND);
    for _ in 0..2 {
        let error = functions.call("fetch", &[with_body("x")]).unwrap_err();
        assert_eq!(
            (error.code.as_str(), error.message.as_str()),
            ("exited", "the module exited with status 7")
        );
        assert_eq!(error.details.unwrap().get("status"), Some(&Any::Int(7)));
        functions.expect_trap("fetch", &[with_body("t")], "wasm `unreachable` instruction executed");
        assert_eq!(body(&functions.call("fetch", &[with_body("z")]).unwrap()), b"");
        assert_eq!(body(&functions.call("fetch", &[with_body("next")]).unwrap()), b"1next");
    }
}

#[test]
fn random_numbers_differ_from_call_to_call() {
    let functions = Functions::of(COMMAND);
    let draw = || body(&functions.call("fetch", &[with_body("r")]).unwrap()).to_vec();
    let (one, other) = (draw(), draw());
    assert_eq!(one.len(), 16);
    assert_ne!(one, other);
}

const HTTP: &str = include_str!("modules/http.wat");

#[test]
fn a_component_handles_requests_each_in_a_new_instance() {
    let functions = Functions::of(HTTP);
    assert_eq!(functions.names(), ["fetch"]);
    for _ in 0..3 {
        let response = functions.call("fetch", &[request("/a%20b?c")]).unwrap();
        assert_eq!(body(&response), b"/a%20b?c1");
        assert_eq!(response.get("status"), Some(&Any::Int(200)));
    }
}

#[test]
fn a_component_that_fails_is_an_error_and_the_next_request_is_answered() {
    let functions = Functions::of(HTTP);
    functions.expect_trap("fetch", &[request("/trap")], "wasm `unreachable` instruction executed");
    assert!(functions.call("fetch", &[request("/none")]).unwrap_err().message.contains("gave no answer"));
    assert!(functions.call("fetch", &[request("/error")]).unwrap_err().message.contains("HttpRequestDenied"));
    assert_eq!(body(&functions.call("fetch", &[request("/x")]).unwrap()), b"/x1");
}

#[test]
fn a_request_that_is_none_is_refused() {
    let functions = Functions::of(HTTP);
    for wrong in [Any::Null, with_method("G T"), with_method("")] {
        assert_eq!(functions.call("fetch", &[wrong]).unwrap_err().code, "invalid-argument");
    }
}

fn with_method(method: &str) -> Any {
    let Any::Map(mut entries) = request("/x") else { unreachable!() };
    entries.retain(|(key, _)| *key != Any::from("method"));
    entries.push(("method".into(), method.into()));
    Any::Map(entries)
}

/// Each function gives its argument back.
const TYPES: &str = r#"(component
  (core module $M
    (memory (export "memory") 1)
    (global $free (mut i32) (i32.const 1024))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      (local $at i32)
      (local.set $at (i32.and (i32.add (global.get $free) (i32.const 7)) (i32.const -8)))
      (global.set $free (i32.add (local.get $at) (local.get 3)))
      (local.get $at))
    (func (export "word") (param i32) (result i32) local.get 0)
    (func (export "pair") (param i32 i32) (result i32)
      (i32.store (i32.const 16) (local.get 0)) (i32.store (i32.const 20) (local.get 1)) (i32.const 16))
    (func (export "bytes") (param i32 i32) (result i32)
      (i32.store8 (i32.const 16) (local.get 0)) (i32.store8 (i32.const 17) (local.get 1)) (i32.const 16))
    (func (export "three") (param i32 i32 i32) (result i32)
      (i32.store (i32.const 16) (local.get 0)) (i32.store (i32.const 20) (local.get 1))
      (i32.store (i32.const 24) (local.get 2)) (i32.const 16))
    (func (export "ignore") (param i32 i32 i32))
    (func (export "trap") unreachable))
  (core instance $m (instantiate $M))
  (alias core export $m "memory" (core memory $memory))
  (alias core export $m "realloc" (core func $realloc))
  (type $color (enum "red" "dark-blue"))
  (export $color' "color" (type $color))
  (type $point (record (field "x" u32) (field "y-place" s32)))
  (export $point' "point" (type $point))
  (type $rights (flags "read" "write"))
  (export $rights' "rights" (type $rights))
  (type $shape (variant (case "nothing") (case "at" $point')))
  (export $shape' "shape" (type $shape))
  (type $number (variant (case "none") (case "some" u32)))
  (export $number' "number" (type $number))
  (func (export "character") (param "c" char) (result char) (canon lift (core func $m "word")))
  (func (export "truth") (param "b" bool) (result bool) (canon lift (core func $m "word")))
  (func (export "color-of") (param "c" $color') (result $color') (canon lift (core func $m "word")))
  (func (export "rights-of") (param "r" $rights') (result $rights') (canon lift (core func $m "word")))
  (func (export "text") (param "t" string) (result string)
    (canon lift (core func $m "pair") (memory $memory) (realloc $realloc)))
  (func (export "binary") (param "b" (list u8)) (result (list u8))
    (canon lift (core func $m "pair") (memory $memory) (realloc $realloc)))
  (func (export "words") (param "w" (list u32)) (result (list u32))
    (canon lift (core func $m "pair") (memory $memory) (realloc $realloc)))
  (func (export "point-of") (param "p" $point') (result $point')
    (canon lift (core func $m "pair") (memory $memory) (realloc $realloc)))
  (func (export "shape-of") (param "s" $shape') (result $shape')
    (canon lift (core func $m "three") (memory $memory) (realloc $realloc)))
  (func (export "number-of") (param "n" $number') (result $number')
    (canon lift (core func $m "pair") (memory $memory) (realloc $realloc)))
  (func (export "maybe") (param "m" (option u8)) (result (option u8))
    (canon lift (core func $m "bytes") (memory $memory) (realloc $realloc)))
  (func (export "both") (param "p" (tuple u32 s32)) (result (tuple u32 s32))
    (canon lift (core func $m "pair") (memory $memory) (realloc $realloc)))
  (func $checked (param "failed" u32) (param "value" u32) (result (result u32 (error u32)))
    (canon lift (core func $m "pair") (memory $memory) (realloc $realloc)))
  (func $trap (canon lift (core func $m "trap")))
  (func (export "hidden") (param "o" (option (option u8))) (canon lift (core func $m "ignore")))
  (instance $ops (export "checked" (func $checked)) (export "trap" (func $trap)))
  (export "test:calculator/ops@1.2.3" (instance $ops)))"#;

#[test]
fn values_of_components_go_in_and_out() {
    let functions = Functions::of(TYPES);
    let strings = |names: &[&str]| Any::from(names.to_vec());
    let map = |entries: Vec<(&str, Any)>| Any::from_iter(entries);
    let point = || map(vec![("x", 1.into()), ("y-place", (-2).into())]);
    let cases: [(&str, &str, Vec<Any>); 12] = [
        ("character", "(c: string) -> string", vec!["é".into()]),
        ("truth", "(b: bool) -> bool", vec![true.into(), false.into()]),
        (
            "color-of",
            "(c: enum {red, dark-blue}) -> enum {red, dark-blue}",
            vec!["red".into(), "dark-blue".into()],
        ),
        (
            "rights-of",
            "(r: [string]) -> [string]",
            vec![strings(&[]), strings(&["write"]), strings(&["read", "write"])],
        ),
        ("text", "(t: string) -> string", vec!["".into(), "grüße".into()]),
        ("binary", "(b: bytes) -> bytes", vec![Any::Bytes(vec![]), Any::Bytes(vec![0, 255, 1])]),
        ("words", "(w: [u32]) -> [u32]", vec![Any::List(vec![]), vec![1u32, u32::MAX].into()]),
        ("point-of", "(p: {x: u32, y-place: i32}) -> {x: u32, y-place: i32}", vec![point()]),
        (
            "shape-of",
            "(s: enum {nothing, at {x: u32, y-place: i32}}) -> enum {nothing, at {x: u32, y-place: i32}}",
            vec!["nothing".into(), map(vec![("at", point())])],
        ),
        ("number-of", "(n: any) -> any", vec!["none".into(), map(vec![("some", 7.into())])]),
        ("maybe", "(m: u8?) -> u8?", vec![Any::Null, 0.into(), 255.into()]),
        ("both", "(p: any) -> any", vec![Any::List(vec![3.into(), (-3).into()])]),
    ];
    for (name, signature, values) in cases {
        assert_eq!(functions.signature(name), signature);
        for value in values {
            functions.expect(name, std::slice::from_ref(&value), value.clone());
        }
    }
    assert!(!functions.names().contains(&"hidden"), "what would be null in two ways cannot be sent");
    let wrong = [
        ("character", "ab".into()),
        ("color-of", "green".into()),
        ("rights-of", strings(&["own"])),
        ("point-of", map(vec![("x", 1.into())])),
        ("point-of", map(vec![("x", 1.into()), ("y-place", 1.into()), ("z", 1.into())])),
        ("number-of", "some".into()),
        ("number-of", map(vec![("none", 7.into())])),
        ("number-of", map(vec![("other", 7.into())])),
        ("maybe", 256.into()),
        ("both", Any::List(vec![3.into()])),
    ];
    for (name, value) in wrong {
        assert_eq!(functions.call(name, &[value]).unwrap_err().code, "invalid-argument", "{name}");
    }
}

#[test]
fn functions_of_an_interface_have_its_name_and_a_result_is_a_value_or_an_error() {
    let functions = Functions::of(TYPES);
    assert_eq!(functions.signature("ops.checked"), "(failed: u32, value: u32) -> u32");
    functions.expect("ops.checked", &[0.into(), 5.into()], 5);
    let error = functions.call("ops.checked", &[1.into(), 5.into()]).unwrap_err();
    assert_eq!((error.code.as_str(), error.details), ("failed", Some(Any::Int(5))));
    functions.expect_trap("ops.trap", &[], "wasm `unreachable` instruction executed");
    functions.expect("ops.checked", &[0.into(), 6.into()], 6);
}

#[test]
fn what_is_wrong_with_a_module_is_said() {
    expect_refusal("(module (func (export \"f\") (result i32)))", &["test.wat", "invalid", "type mismatch"]);
    expect_refusal("(module\n  (fnc))", &["test.wat: expected valid module field", "--> test.wat:2:4"]);
    expect_refusal("(module (memory 1))", &["neither _start nor a function", "none"]);
    expect_refusal("(module (func (export \"v\") (param v128)))", &["neither _start nor a function", "v: "]);
    expect_refusal(
        r#"(module (import "env" "abort" (func)) (import "env" "memory" (memory 1))
          (import "wasi_snapshot_preview1" "fd_sync" (func (param i32) (result i32)))
          (import "wasi_snapshot_preview1" "no_such" (func)) (func (export "f")))"#,
        &["imports what is not there", "\n  env.abort\n  env.memory\n  wasi_snapshot_preview1.no_such"],
    );
    expect_refusal(
        r#"(module (import "wasi_snapshot_preview1" "fd_sync" (func)) (func (export "f")))"#,
        &["fd_sync", "incompatible import type"],
    );
    expect_refusal("(module (func (export \"_start\") (param i32)))", &["_start"]);
    expect_refusal(
        r#"(module (func $why unreachable) (func (export "_initialize") call $why) (func (export "f")))"#,
        &["unreachable", "at why (wasm+0x"],
    );
    expect_refusal("(component (import \"a:b/c\" (instance)))", &["imports what is not there", "\n  a:b/c"]);
    expect_refusal(
        r#"(component (core module $m (func (export "f"))) (core instance $i (instantiate $m))
          (func $f (canon lift (core func $i "f"))) (instance $h (export "handle" (func $f)))
          (export "wasi:http/handler@0.3.0" (instance $h)))"#,
        &["wasi:http/incoming-handler", "\n  wasi:http/handler@0.3.0"],
    );
}

#[test]
fn what_is_no_module_is_refused() {
    for bytes in
        [&b""[..], b"hello", b"\0asm", b"\0asm\x02\0\0\0", b"\x7fELF\x02\x01\x01\0\0\0", &[0xff; 100]]
    {
        let Err(why) = load_file("x.wasm", bytes) else { panic!("it was taken") };
        assert_eq!(why, "x.wasm: this is neither WebAssembly nor its text format");
    }
    let Err(why) = load_file("x.wasm", b"\0asm\x01\0\0\0\x01\xff") else { panic!("it was taken") };
    assert!(why.starts_with("x.wasm: the module is invalid: "), "{why}");
    let Err(why) = mote_wasm::load(Some(Path::new("/no/such.wasm"))) else { panic!("it was taken") };
    assert!(why.starts_with("such.wasm: No such file"), "{why}");
}
