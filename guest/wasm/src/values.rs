//! Values of components as values of Mote.

use crate::types::Type;
use mote::{Any, Error};
use wasmtime::component::Val;
use wasmtime::component::types::Record;

/// Why a value is not of a type.
pub struct Unfit(String);

impl Unfit {
    pub fn of_argument(self, name: &str) -> Error {
        Error::new("invalid-argument", format!("argument '{name}': {}", self.0))
    }
}

impl From<Error> for Unfit {
    fn from(error: Error) -> Self {
        Unfit(error.message)
    }
}

fn unfit<T>(what: &str) -> Result<T, Unfit> {
    Err(Unfit(format!("{what} is expected")))
}

/// A value of a type that can be sent.
pub fn val(value: Any, of: &Type) -> Result<Val, Unfit> {
    Ok(match of {
        Type::Bool => Val::Bool(value.to()?),
        Type::S8 => Val::S8(value.to()?),
        Type::U8 => Val::U8(value.to()?),
        Type::S16 => Val::S16(value.to()?),
        Type::U16 => Val::U16(value.to()?),
        Type::S32 => Val::S32(value.to()?),
        Type::U32 => Val::U32(value.to()?),
        Type::S64 => Val::S64(value.to()?),
        Type::U64 => Val::U64(value.to()?),
        Type::Float32 => Val::Float32(value.to()?),
        Type::Float64 => Val::Float64(value.to()?),
        Type::Char => Val::Char(value.to()?),
        Type::String => match value {
            Any::String(text) => Val::String(text),
            _ => return unfit("a text"),
        },
        Type::List(list) => match (value, list.ty()) {
            (Any::Bytes(bytes), Type::U8) => Val::List(bytes.into_iter().map(Val::U8).collect()),
            (Any::List(values), of) => Val::List(all(values, std::iter::repeat(of))?),
            _ => return unfit("a list"),
        },
        Type::Tuple(tuple) => match value {
            Any::List(values) if values.len() == tuple.types().len() => {
                Val::Tuple(all(values, tuple.types())?)
            }
            _ => return unfit(&format!("a list of {}", tuple.types().len())),
        },
        Type::Record(record) => Val::Record(fields(value, record)?),
        Type::Flags(flags) => {
            let names: Vec<String> = value.to()?;
            match names.iter().find(|name| !flags.names().any(|flag| flag == *name)) {
                Some(_) => return unfit("a list of its flags"),
                None => Val::Flags(names),
            }
        }
        Type::Enum(cases) => match value {
            Any::String(name) if cases.names().any(|case| case == name) => Val::Enum(name),
            _ => return unfit("one of its names"),
        },
        Type::Variant(variant) => {
            let Some((name, payload)) = case(value) else { return unfit("a case of the variant") };
            let Some(of) = variant.cases().find(|case| case.name == name).map(|case| case.ty) else {
                return unfit("a case of the variant");
            };
            Val::Variant(name, payload_val(payload, of)?)
        }
        Type::Option(option) => match value {
            Any::Null => Val::Option(None),
            value => Val::Option(Some(Box::new(val(value, &option.ty())?))),
        },
        Type::Result(result) => match case(value) {
            Some((name, payload)) if name == "ok" => Val::Result(Ok(payload_val(payload, result.ok())?)),
            Some((name, payload)) if name == "error" => Val::Result(Err(payload_val(payload, result.err())?)),
            _ => return unfit("'ok' or 'error'"),
        },
        Type::Map(_)
        | Type::FixedLengthList(_)
        | Type::Own(_)
        | Type::Borrow(_)
        | Type::Future(_)
        | Type::Stream(_)
        | Type::ErrorContext => return unfit("what cannot be sent"),
    })
}

fn all(values: Vec<Any>, types: impl Iterator<Item = Type>) -> Result<Vec<Val>, Unfit> {
    values.into_iter().zip(types).map(|(value, of)| val(value, &of)).collect()
}

fn fields(value: Any, record: &Record) -> Result<Vec<(String, Val)>, Unfit> {
    let Any::Map(mut entries) = value else { return unfit("a map of its fields") };
    let mut fields = Vec::new();
    for field in record.fields() {
        let place = entries.iter().position(|(key, _)| matches!(key, Any::String(key) if key == field.name));
        // An optional field may be left out.
        let value = place.map(|place| entries.swap_remove(place).1).unwrap_or_default();
        let value = val(value, &field.ty).map_err(|why| Unfit(format!("'{}': {}", field.name, why.0)))?;
        fields.push((field.name.to_owned(), value));
    }
    if entries.is_empty() { Ok(fields) } else { unfit("a map of its fields alone") }
}

/// A name, or a map of one name and what it has.
fn case(value: Any) -> Option<(String, Option<Any>)> {
    match value {
        Any::String(name) => Some((name, None)),
        Any::Map(mut entries) if entries.len() == 1 => match entries.pop() {
            Some((Any::String(name), payload)) => Some((name, Some(payload))),
            _ => None,
        },
        _ => None,
    }
}

fn payload_val(payload: Option<Any>, of: Option<Type>) -> Result<Option<Box<Val>>, Unfit> {
    match (payload, of) {
        (None, None) => Ok(None),
        (Some(value), Some(of)) => Ok(Some(Box::new(val(value, &of)?))),
        (None, Some(_)) => unfit("a map of the case and its value"),
        (Some(_), None) => unfit("the name alone of a case without value"),
    }
}

/// A value of a type that can be sent, as Mote's.
pub fn any(value: Val, of: &Type) -> Any {
    match (value, of) {
        (Val::Bool(value), _) => value.into(),
        (Val::S8(value), _) => value.into(),
        (Val::U8(value), _) => value.into(),
        (Val::S16(value), _) => value.into(),
        (Val::U16(value), _) => value.into(),
        (Val::S32(value), _) => value.into(),
        (Val::U32(value), _) => value.into(),
        (Val::S64(value), _) => value.into(),
        (Val::U64(value), _) => value.into(),
        (Val::Float32(value), _) => Any::F32(value),
        (Val::Float64(value), _) => Any::F64(value),
        (Val::Char(value), _) => value.to_string().into(),
        (Val::String(value) | Val::Enum(value), _) => value.into(),
        (Val::Flags(names), _) => names.into(),
        (Val::List(values), Type::List(list)) => match list.ty() {
            Type::U8 => Any::Bytes(values.into_iter().map(byte).collect()),
            of => Any::List(values.into_iter().map(|value| any(value, &of)).collect()),
        },
        (Val::Tuple(values), Type::Tuple(tuple)) => {
            Any::List(values.into_iter().zip(tuple.types()).map(|(value, of)| any(value, &of)).collect())
        }
        (Val::Record(values), Type::Record(record)) => {
            let with_types = values.into_iter().zip(record.fields());
            with_types.map(|((name, value), field)| (name, any(value, &field.ty))).collect()
        }
        (Val::Variant(name, payload), Type::Variant(variant)) => {
            let of = variant.cases().find(|case| case.name == name).and_then(|case| case.ty);
            named(name, payload, of)
        }
        (Val::Option(value), Type::Option(option)) => {
            value.map_or(Any::Null, |value| any(*value, &option.ty()))
        }
        (Val::Result(Ok(value)), Type::Result(result)) => named(String::from("ok"), value, result.ok()),
        (Val::Result(Err(value)), Type::Result(result)) => named(String::from("error"), value, result.err()),
        (value, _) => unreachable!("a function whose values cannot be sent is not offered: {value:?}"),
    }
}

fn byte(value: Val) -> u8 {
    match value {
        Val::U8(byte) => byte,
        other => unreachable!("a list of u8 has {other:?}"),
    }
}

fn named(name: String, payload: Option<Box<Val>>, of: Option<Type>) -> Any {
    match (payload, of) {
        (Some(value), Some(of)) => Any::from_iter([(name, any(*value, &of))]),
        _ => name.into(),
    }
}
