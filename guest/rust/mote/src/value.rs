//! Which type a Rust type is in a signature.

use crate::{Any, Bytes};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

/// A type that has a place in messages, beside serde's `Serialize` and `Deserialize`.
///
/// Derive it for structs and enums. serde's `rename`, `rename_all`, `rename_all_fields`, `transparent`, `skip` and
/// the like are followed; those that give a value another shape than its type, such as `flatten` and `tag`, are
/// refused. The table of all types is at the [crate's page](crate#values).
///
/// ```
/// use mote::Value;
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Serialize, Deserialize, Value)]
/// #[serde(rename_all = "camelCase")]
/// struct Order {
///     part_number: u32,
///     note: Option<String>,
///     size: Size,
/// }
///
/// #[derive(Serialize, Deserialize, Value)]
/// enum Size {
///     Small,
///     Other { length: f64 },
/// }
///
/// let mut text = String::new();
/// Order::describe(&mut text);
/// assert_eq!(text, "{partNumber: u32, note: string?, size: enum {Small, Other {length: f64}}}");
/// ```
///
/// For a type with a `Serialize` of its own it is written by hand; the host holds the program to it.
///
/// ```
/// struct Celsius(f64);
///
/// impl mote::Value for Celsius {
///     fn describe(text: &mut String) {
///         text.push_str("f64");
///     }
/// }
/// ```
///
/// Tuples have no type:
///
/// ```compile_fail,E0277
/// #[mote::function]
/// fn pair() -> (i64, i64) {
///     (1, 2)
/// }
/// ```
///
/// and types are finite:
///
/// ```compile_fail,E0391
/// #[derive(serde::Serialize, serde::Deserialize, mote::Value)]
/// struct Tree {
///     branches: Vec<Tree>,
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no type of Mote's messages",
    label = "no `mote::Value`",
    note = "derive `mote::Value` for a struct or an enum; there are no tuples and no references; `mote::Any` takes \
            any value"
)]
pub trait Value {
    /// Whether null is one of its values.
    #[doc(hidden)]
    const NULLABLE: bool = false;

    /// How many types are within each other.
    #[doc(hidden)]
    const DEPTH: usize = 0;

    /// Appends the type in Mote's type language, such as `{name: string, age: i32}`.
    fn describe(text: &mut String);
}

/// The depth of a type with parts of these depths.
///
/// A type that has itself as a part has no depth, and is not compiled for that reason.
#[doc(hidden)]
pub const fn deeper(parts: &[usize]) -> usize {
    let (mut deepest, mut i) = (0, 0);
    while i < parts.len() {
        if parts[i] > deepest {
            deepest = parts[i];
        }
        i += 1;
    }
    assert!(deepest < 63, "types of messages are nested at most 64 deep");
    deepest + 1
}

/// A type of the keys of maps: a string, a bool or an integer.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the key of a map in messages",
    label = "no string, bool or integer",
    note = "keys are `String`, `bool` and the integers from `i8` to `u64`"
)]
pub trait Key: Value {}

macro_rules! plain {
    ($trait:ident for $($rust:ty => $name:literal),* $(,)?) => {
        $(impl Value for $rust {
            fn describe(text: &mut String) {
                text.push_str($name);
            }
        }
        plain!($trait $rust);)*
    };
    (Key $rust:ty) => { impl Key for $rust {} };
    (Value $rust:ty) => {};
}

plain! { Key for
    bool => "bool", String => "string", str => "string",
    i8 => "i8", i16 => "i16", i32 => "i32", i64 => "i64", isize => "i64",
    u8 => "u8", u16 => "u16", u32 => "u32", u64 => "u64", usize => "u64",
}

plain! { Value for f32 => "f32", f64 => "f64", Bytes => "bytes" }

impl Value for () {
    const NULLABLE: bool = true;

    fn describe(text: &mut String) {
        text.push_str("null");
    }
}

impl Value for Any {
    // Not said of `Any`, so that `Option<Any>` is one: null is None.
    fn describe(text: &mut String) {
        text.push_str("any");
    }
}

impl<T: Value> Value for Option<T> {
    const NULLABLE: bool = {
        assert!(
            !T::NULLABLE,
            "an Option of what may be null is no type of messages: None and null are the same"
        );
        true
    };
    const DEPTH: usize = deeper(&[T::DEPTH]);

    fn describe(text: &mut String) {
        const { assert!(Self::NULLABLE) };
        let start = text.len();
        T::describe(text);
        if &text[start..] != "any" {
            text.push('?');
        }
    }
}

macro_rules! same {
    ($($(#[$attribute:meta])* [$($generics:tt)*] $rust:ty => $same:ty),* $(,)?) => {
        $(impl<$($generics)*> Value for $rust {
            const NULLABLE: bool = <$same>::NULLABLE;
            const DEPTH: usize = <$same>::DEPTH;

            fn describe(text: &mut String) {
                <$same>::describe(text);
            }
        })*
    };
}

same! {
    [T: Value + ?Sized] &T => T,
    [T: Value + ?Sized] Box<T> => T,
    [T: Value + ToOwned + ?Sized] Cow<'_, T> => T,
}

impl<T: Key + ?Sized> Key for &T {}
impl<T: Key + ToOwned + ?Sized> Key for Cow<'_, T> {}

macro_rules! lists {
    ($([$($generics:tt)*] $rust:ty),* $(,)?) => {
        $(impl<T: Value, $($generics)*> Value for $rust {
            const DEPTH: usize = deeper(&[T::DEPTH]);

            fn describe(text: &mut String) {
                text.push('[');
                T::describe(text);
                text.push(']');
            }
        })*
    };
}

lists!([] Vec<T>, [] VecDeque<T>, [] [T], [const N: usize] [T; N], [] BTreeSet<T>, [S] HashSet<T, S>);

macro_rules! maps {
    ($([$($generics:tt)*] $rust:ty),* $(,)?) => {
        $(impl<K: Key, V: Value, $($generics)*> Value for $rust {
            const DEPTH: usize = deeper(&[V::DEPTH]);

            fn describe(text: &mut String) {
                text.push_str("map<");
                K::describe(text);
                text.push_str(", ");
                V::describe(text);
                text.push('>');
            }
        })*
    };
}

maps!([] BTreeMap<K, V>, [S] HashMap<K, V, S>);
