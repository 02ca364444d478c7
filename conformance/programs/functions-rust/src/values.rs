//! Values of every type, there and back, and some that are wrong.

use mote::{Any, Bytes, Value};
use serde::{Deserialize, Serialize, Serializer};
use std::collections::BTreeMap;

#[derive(Serialize, Deserialize, Value)]
struct Person {
    name: String,
    age: i32,
}

#[derive(Serialize, Deserialize, Value)]
struct Profile {
    name: String,
    age: i32,
    email: Option<String>,
    score: f64,
    active: bool,
}

#[derive(Serialize, Deserialize, Value)]
enum Shape {
    Circle { radius: f64 },
    Square { side: f64 },
    Nothing,
}

macro_rules! echo {
    ($($name:ident: $ty:ty),* $(,)?) => {
        $(#[mote::function]
        fn $name(value: $ty) -> $ty {
            value
        })*
    };
}

echo! {
    echo_i8: i8, echo_i16: i16, echo_i32: i32, echo_i64: i64,
    echo_u8: u8, echo_u16: u16, echo_u32: u32, echo_u64: u64,
    echo_f32: f32, echo_f64: f64, echo_bool: bool, echo_string: String, echo_bytes: Bytes, echo_any: Any,
    echo_list: Vec<i64>, echo_map: BTreeMap<String, i64>, echo_person: Person, echo_optional: Option<i64>,
    echo_shape: Shape, rebuild_any: Any,
}

#[mote::function]
fn add(a: i64, b: i64) -> i64 {
    a.wrapping_add(b)
}

#[mote::function]
fn sum(numbers: Vec<i64>) -> i64 {
    numbers.iter().fold(0, |sum, number| sum.wrapping_add(*number))
}

#[mote::function]
fn square_all(numbers: Vec<f64>) -> Vec<f64> {
    numbers.iter().map(|number| number * number).collect()
}

#[mote::function]
fn birthday(person: Profile) -> Profile {
    Profile { age: person.age + 1, ..person }
}

#[mote::function]
#[allow(clippy::too_many_arguments, clippy::many_single_char_names)]
fn eleven(
    a: String,
    b: i32,
    c: u32,
    d: i64,
    e: u64,
    f: bool,
    g: String,
    h: Bytes,
    i: f32,
    j: f64,
    k: f64,
) -> String {
    let (f, h) = (u8::from(f), h.len());
    format!(
        "Message: arg1:{a} arg2:{b} arg3:{c} arg4:{d} arg5:{e} arg6:{f} arg7:{g} arg8:{h} arg9:{i} arg10:{j} \
         arg11:{k:.3}"
    )
}

#[mote::function]
fn large(size: u64) -> Bytes {
    Bytes(vec![b'x'; usize::try_from(size).expect("64 bits")])
}

/// Cannot be sent.
#[mote::function]
fn not_one_value() -> Any {
    Any::from_iter([("key", 1), ("key", 2)])
}

/// Says that it is a number, and is none.
struct Lie;

impl Value for Lie {
    fn describe(text: &mut String) {
        text.push_str("i64");
    }
}

impl Serialize for Lie {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("no number")
    }
}

#[mote::function]
fn lie() -> Lie {
    Lie
}
