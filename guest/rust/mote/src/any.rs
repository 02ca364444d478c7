//! Values of any type.

use crate::{Bytes, Error, wire};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A value of any type, as the type `any` has them.
///
/// ```
/// use mote::Any;
///
/// let person = Any::of(&std::collections::BTreeMap::from([("age", 36)]))?;
/// assert_eq!(person.get("age"), Some(&Any::Int(36)));
/// assert_eq!(person.get("age").unwrap().to::<u8>()?, 36);
/// # Ok::<(), mote::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Any {
    /// Nothing.
    #[default]
    Null,
    /// A bool.
    Bool(bool),
    /// An integer within `i64`.
    Int(i64),
    /// An integer above `i64::MAX`.
    Unsigned(u64),
    /// A float of 32 bits.
    F32(f32),
    /// A float of 64 bits.
    F64(f64),
    /// A string.
    String(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A list.
    List(Vec<Any>),
    /// A map or a struct, in the order of the message. Keys are strings, bools or integers, each once.
    Map(Vec<(Any, Any)>),
}

impl Any {
    /// The value that another type has in a message.
    ///
    /// # Errors
    /// `failed` if it cannot be written.
    pub fn of<T: Serialize + ?Sized>(value: &T) -> Result<Any, Error> {
        Ok(wire::from_slice(&wire::to_vec(value)?)?)
    }

    /// The value as another type, exactly.
    ///
    /// # Errors
    /// `failed` if the type does not have it.
    pub fn to<T: DeserializeOwned>(&self) -> Result<T, Error> {
        Ok(wire::from_slice(&wire::to_vec(self)?)?)
    }

    /// What a map has by a string, or a struct in a field.
    pub fn get(&self, name: &str) -> Option<&Any> {
        let Any::Map(entries) = self else { return None };
        entries
            .iter()
            .find(|(key, _)| matches!(key, Any::String(text) if text == name))
            .map(|(_, value)| value)
    }
}

macro_rules! from {
    ($($rust:ty => |$value:ident| $any:expr),* $(,)?) => {
        $(impl From<$rust> for Any {
            fn from($value: $rust) -> Self {
                $any
            }
        })*
    };
}

from! {
    () => |_value| Any::Null,
    bool => |value| Any::Bool(value),
    i8 => |value| Any::Int(value.into()),
    i16 => |value| Any::Int(value.into()),
    i32 => |value| Any::Int(value.into()),
    i64 => |value| Any::Int(value),
    u8 => |value| Any::Int(value.into()),
    u16 => |value| Any::Int(value.into()),
    u32 => |value| Any::Int(value.into()),
    u64 => |value| i64::try_from(value).map_or(Any::Unsigned(value), Any::Int),
    f32 => |value| Any::F32(value),
    f64 => |value| Any::F64(value),
    &str => |value| Any::String(value.to_owned()),
    String => |value| Any::String(value),
    Bytes => |value| Any::Bytes(value.0),
}

impl<T: Into<Any>> From<Option<T>> for Any {
    fn from(value: Option<T>) -> Self {
        value.map_or(Any::Null, Into::into)
    }
}

impl<T: Into<Any>> From<Vec<T>> for Any {
    fn from(values: Vec<T>) -> Self {
        values.into_iter().collect()
    }
}

/// A list.
impl<T: Into<Any>> FromIterator<T> for Any {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        Any::List(values.into_iter().map(Into::into).collect())
    }
}

/// A map. One that has a key twice cannot be sent.
impl<K: Into<Any>, V: Into<Any>> FromIterator<(K, V)> for Any {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        Any::Map(entries.into_iter().map(|(key, value)| (key.into(), value.into())).collect())
    }
}
