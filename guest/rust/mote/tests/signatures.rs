//! Signatures are derived from Rust's types.

mod host;

use host::Host;
use mote::{Any, Bytes, Error, Value};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

fn text<T: Value + ?Sized>() -> String {
    let mut text = String::new();
    T::describe(&mut text);
    text
}

#[test]
fn every_plain_type_has_its_name() {
    assert_eq!([text::<()>(), text::<bool>(), text::<f32>(), text::<f64>()], ["null", "bool", "f32", "f64"]);
    assert_eq!([text::<i8>(), text::<i16>(), text::<i32>(), text::<i64>()], ["i8", "i16", "i32", "i64"]);
    assert_eq!([text::<u8>(), text::<u16>(), text::<u32>(), text::<u64>()], ["u8", "u16", "u32", "u64"]);
    assert_eq!([text::<isize>(), text::<usize>()], ["i64", "u64"]);
    assert_eq!([text::<String>(), text::<&str>(), text::<Cow<'_, str>>()], ["string"; 3]);
    assert_eq!([text::<Bytes>(), text::<Any>()], ["bytes", "any"]);
}

#[test]
fn types_have_types_within() {
    assert_eq!(text::<Vec<u8>>(), "[u8]");
    assert_eq!(text::<[bool; 3]>(), "[bool]");
    assert_eq!(text::<BTreeSet<String>>(), "[string]");
    assert_eq!(text::<HashMap<u8, Vec<Option<f64>>>>(), "map<u8, [f64?]>");
    assert_eq!(text::<BTreeMap<bool, Box<String>>>(), "map<bool, string>");
    assert_eq!(text::<Option<Vec<Option<i8>>>>(), "[i8?]?");
    assert_eq!(text::<Option<Any>>(), "any");
}

#[derive(Serialize, Deserialize, Value)]
struct Fields {
    name: String,
    r#type: u8,
    #[serde(rename = "e-mail")]
    email: Option<String>,
    #[serde(default, alias = "note", skip_serializing_if = "Option::is_none")]
    notes: Option<Vec<String>>,
    #[serde(skip)]
    _cache: u128,
}

#[derive(Serialize, Deserialize, Value)]
struct Empty {}

#[derive(Serialize, Deserialize, Value)]
struct Unit;

#[derive(Serialize, Deserialize, Value)]
struct Meters(f64);

#[derive(Serialize, Deserialize, Value)]
#[serde(transparent)]
struct Handle {
    number: u64,
}

#[derive(Serialize, Deserialize, Value)]
struct Page<T> {
    items: Vec<T>,
}

#[derive(Serialize, Deserialize, Value)]
enum Shape {
    Circle { radius: f64 },
    Square { side: Meters },
    Nothing,
}

#[test]
fn structs_and_enums_are_described_by_their_parts() {
    assert_eq!(text::<Fields>(), "{name: string, type: u8, e-mail: string?, notes: [string]?}");
    assert_eq!(
        [text::<Empty>(), text::<Unit>(), text::<Meters>(), text::<Handle>()],
        ["{}", "null", "f64", "u64"]
    );
    assert_eq!(text::<Page<Option<bool>>>(), "{items: [bool?]}");
    assert_eq!(text::<Shape>(), "enum {Circle {radius: f64}, Square {side: f64}, Nothing}");
}

/// Each of serde's rules, beside what serde makes of it.
macro_rules! rules {
    ($($rule:literal $module:ident),*) => {
        $(mod $module {
            use super::*;

            #[derive(Serialize, Deserialize, Value)]
            #[serde(rename_all = $rule)]
            pub struct Struct {
                pub first_name: u8,
                pub id2: u8,
                pub a_b_c: u8,
            }

            #[derive(Serialize, Deserialize, Value)]
            #[serde(rename_all = $rule, rename_all_fields = $rule)]
            pub enum Enum {
                HttpError,
                A,
                LongWay { big_step: u8 },
            }

            pub fn check() {
                let object = Any::of(&Struct { first_name: 1, id2: 2, a_b_c: 3 }).unwrap();
                assert_eq!(text::<Struct>(), format!("{{{}: u8, {}: u8, {}: u8}}", key(&object, 0), key(&object, 1), key(&object, 2)));
                let long = Any::of(&Enum::LongWay { big_step: 1 }).unwrap();
                let Any::Map(entries) = &long else { panic!("{long:?}") };
                let names: Vec<String> = [Enum::HttpError, Enum::A].iter().map(|v| Any::of(v).unwrap().to().unwrap()).collect();
                let expected = format!("enum {{{}, {}, {} {{{}: u8}}}}", names[0], names[1], key(&long, 0), key(&entries[0].1, 0));
                assert_eq!(text::<Enum>(), expected);
            }
        })*

        #[test]
        fn names_are_those_that_serde_gives() {
            $($module::check();)*
        }
    };
}

fn key(object: &Any, place: usize) -> String {
    let Any::Map(entries) = object else { panic!("{object:?}") };
    entries[place].0.to().unwrap()
}

rules! {
    "lowercase" lower, "UPPERCASE" upper, "PascalCase" pascal, "camelCase" camel, "snake_case" snake,
    "SCREAMING_SNAKE_CASE" screaming_snake, "kebab-case" kebab, "SCREAMING-KEBAB-CASE" screaming_kebab
}

#[derive(Serialize, Deserialize, Value)]
struct Picture {
    #[serde(with = "serde_bytes")]
    pixels: Vec<u8>,
    mask: Bytes,
}

/// As the crate serde_bytes has it.
mod serde_bytes {
    use super::Bytes;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(bytes)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        Ok(Bytes::deserialize(deserializer)?.0)
    }
}

#[test]
fn bytes_by_serde_bytes_are_bytes() {
    assert_eq!(text::<Picture>(), "{pixels: bytes, mask: bytes}");
    let picture = Any::of(&Picture { pixels: vec![1], mask: Bytes(vec![2]) }).unwrap();
    assert_eq!(picture.get("pixels"), Some(&Any::Bytes(vec![1])));
    assert_eq!(picture.to::<Picture>().unwrap().pixels, [1]);
}

#[mote::function]
fn nothing() {}

#[mote::function(name = "with.other-name")]
fn named(_text: String, mut r#type: u8, named: bool, __arguments: Vec<u8>) -> u8 {
    r#type += u8::from(named) + __arguments[0];
    r#type
}

#[mote::function]
fn never() -> ! {
    panic!("as it says")
}

type Outcome<T> = Result<T, std::num::ParseIntError>;

#[mote::function]
fn aliased(text: String) -> Outcome<i64> {
    text.parse()
}

#[mote::function]
fn borrowed() -> Result<&'static str, Error> {
    Ok("for ever")
}

#[cfg(any())]
#[mote::function]
fn left_out() {}

#[mote::function]
#[cfg(any())]
fn left_out_too(value: Unknown) {}

#[test]
fn the_announcement_has_each_function_by_name() {
    let host = Host::start();
    let expected = [
        ("aliased", "(text: string) -> i64"),
        ("borrowed", "() -> string"),
        ("never", "()"),
        ("nothing", "()"),
        ("with.other-name", "(_text: string, type: u8, named: bool, __arguments: [u8]) -> u8"),
    ];
    let functions: Vec<_> = host.functions.iter().map(|(name, signature)| (&**name, &**signature)).collect();
    assert_eq!(functions, expected);
    assert!(!host.fallback);
    assert_eq!(host.call("with.other-name", ("", 1, true, [40])).result::<u8>(), 42);
    assert_eq!(host.call("borrowed", [0; 0]).result::<String>(), "for ever");
}
