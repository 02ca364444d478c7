//! Types of components as types of Mote.

use mote::{Any, Error};
use wasmtime::component::Val;
use wasmtime::component::types::{Case, ComponentFunc, Record};

pub use wasmtime::component::types::Type;

/// The type of a function whose values can be sent.
pub struct Signature {
    /// In Mote's type language.
    pub text: String,
    parameters: Vec<(String, Type)>,
    /// What it returns; a `result` is a value or an error.
    pub result: Option<Type>,
}

impl Signature {
    pub fn of(function: &ComponentFunc) -> Option<Self> {
        if function.async_() {
            return None;
        }
        let parameters: Vec<_> = function.params().map(|(name, of)| (name.to_owned(), of)).collect();
        let result = function.results().next();
        let mut texts = Vec::new();
        for (name, of) in &parameters {
            texts.push(format!("{name}: {}", describe(of)?));
        }
        let mut text = format!("({})", texts.join(", "));
        let value = match &result {
            Some(Type::Result(of)) => {
                describe_optional(of.err())?;
                of.ok()
            }
            other => other.clone(),
        };
        if let Some(value) = value {
            text.push_str(" -> ");
            text.push_str(&describe(&value)?);
        }
        Some(Signature { text, parameters, result })
    }

    /// The arguments of a call.
    pub fn read(&self, arguments: Vec<Any>) -> Result<Vec<Val>, Error> {
        if arguments.len() != self.parameters.len() {
            let message =
                format!("there are {} arguments instead of {}", arguments.len(), self.parameters.len());
            return Err(Error::new("invalid-argument", message));
        }
        let with_types = arguments.into_iter().zip(&self.parameters);
        with_types
            .map(|(value, (name, of))| crate::values::val(value, of).map_err(|why| why.of_argument(name)))
            .collect()
    }
}

/// The type as text; none if its values cannot be sent: resources, streams, and what would be null in two ways.
fn describe(of: &Type) -> Option<String> {
    let text = match of {
        Type::Bool => "bool",
        Type::S8 => "i8",
        Type::U8 => "u8",
        Type::S16 => "i16",
        Type::U16 => "u16",
        Type::S32 => "i32",
        Type::U32 => "u32",
        Type::S64 => "i64",
        Type::U64 => "u64",
        Type::Float32 => "f32",
        Type::Float64 => "f64",
        Type::Char | Type::String => "string",
        Type::List(list) => match list.ty() {
            Type::U8 => "bytes",
            element => return Some(format!("[{}]", describe(&element)?)),
        },
        Type::Flags(_) => "[string]",
        Type::Record(record) => return fields(record),
        Type::Enum(cases) => {
            return Some(format!("enum {{{}}}", cases.names().collect::<Vec<_>>().join(", ")));
        }
        Type::Variant(variant) => return describe_variant(variant.cases().collect()),
        Type::Option(option) => match option.ty() {
            Type::Option(_) => return None,
            value => match describe(&value)?.as_str() {
                "any" => "any",
                value => return Some(format!("{value}?")),
            },
        },
        Type::Tuple(tuple) => {
            for part in tuple.types() {
                describe(&part)?;
            }
            "any"
        }
        Type::Result(result) => {
            describe_optional(result.ok())?;
            describe_optional(result.err())?;
            "any"
        }
        Type::Map(_)
        | Type::FixedLengthList(_)
        | Type::Own(_)
        | Type::Borrow(_)
        | Type::Future(_)
        | Type::Stream(_)
        | Type::ErrorContext => return None,
    };
    Some(text.to_owned())
}

fn describe_optional(of: Option<Type>) -> Option<String> {
    of.map_or(Some(String::new()), |of| describe(&of))
}

fn fields(record: &Record) -> Option<String> {
    let fields = record.fields().map(|field| Some(format!("{}: {}", field.name, describe(&field.ty)?)));
    Some(format!("{{{}}}", fields.collect::<Option<Vec<_>>>()?.join(", ")))
}

/// What is within a case has fields in Mote; where it has none, the whole is `any`.
fn describe_variant(cases: Vec<Case<'_>>) -> Option<String> {
    let mut texts = Vec::new();
    let mut is_exact = true;
    for case in cases {
        match &case.ty {
            None => texts.push(case.name.to_owned()),
            Some(of @ Type::Record(_)) => texts.push(format!("{} {}", case.name, describe(of)?)),
            Some(of) => {
                describe(of)?;
                is_exact = false;
            }
        }
    }
    Some(if is_exact { format!("enum {{{}}}", texts.join(", ")) } else { String::from("any") })
}
