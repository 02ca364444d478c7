//! Which type a Rust type is in a signature.

use crate::{Any, Bytes};
use std::collections::{BTreeMap, HashMap};

/// A type that has a place in messages. Derive it, beside serde's `Serialize` and `Deserialize`, for structs
/// with named fields and for enums whose variants have named fields or none; serde's `rename` and `rename_all`
/// are followed.
pub trait Value {
    /// Writes the type in Mote's type language, such as `{name: string, age: i32}`.
    fn describe(text: &mut String);
}

macro_rules! plain {
    ($($rust:ty => $name:literal),* $(,)?) => {
        $(impl Value for $rust {
            fn describe(text: &mut String) {
                text.push_str($name);
            }
        })*
    };
}

plain! {
    () => "null", bool => "bool",
    i8 => "i8", i16 => "i16", i32 => "i32", i64 => "i64", isize => "i64",
    u8 => "u8", u16 => "u16", u32 => "u32", u64 => "u64", usize => "u64",
    f32 => "f32", f64 => "f64", String => "string", str => "string", Bytes => "bytes", Any => "any",
}

impl<T: Value + ?Sized> Value for &T {
    fn describe(text: &mut String) {
        T::describe(text);
    }
}

impl<T: Value + ?Sized> Value for Box<T> {
    fn describe(text: &mut String) {
        T::describe(text);
    }
}

impl<T: Value> Value for Vec<T> {
    fn describe(text: &mut String) {
        text.push('[');
        T::describe(text);
        text.push(']');
    }
}

impl<T: Value> Value for Option<T> {
    fn describe(text: &mut String) {
        let start = text.len();
        T::describe(text);
        // `any` and `null` are null already.
        if !matches!(&text[start..], "any" | "null") {
            text.push('?');
        }
    }
}

fn describe_map<K: Value, V: Value>(text: &mut String) {
    text.push_str("map<");
    K::describe(text);
    text.push_str(", ");
    V::describe(text);
    text.push('>');
}

impl<K: Value, V: Value, S> Value for HashMap<K, V, S> {
    fn describe(text: &mut String) {
        describe_map::<K, V>(text);
    }
}

impl<K: Value, V: Value> Value for BTreeMap<K, V> {
    fn describe(text: &mut String) {
        describe_map::<K, V>(text);
    }
}
