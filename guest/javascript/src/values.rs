//! Values of messages in JavaScript, as JSON has them there: a number is a number, whatever its type was, and what JSON has no
//! place for is left out.

use mote::Any;
use rquickjs::{
    Array, ArrayBuffer, Ctx, Error, Exception, FromJs, Object, Result, String as JsString, TypedArray, Value,
};

/// How deeply a result may be nested: what the protocol takes.
const DEPTH: usize = 64;

/// Integers that a number has exactly.
const SAFE: f64 = 9_007_199_254_740_992.0;

/// A value of a message, for JavaScript.
#[allow(clippy::cast_precision_loss)] // as JSON.parse does
pub(crate) fn argument<'js>(ctx: &Ctx<'js>, value: Any) -> Result<Value<'js>> {
    let ctx = ctx.clone();
    Ok(match value {
        Any::Null => Value::new_null(ctx),
        Any::Bool(value) => Value::new_bool(ctx, value),
        Any::Int(value) => match i32::try_from(value) {
            Ok(value) => Value::new_int(ctx, value),
            Err(_) => Value::new_number(ctx, value as f64),
        },
        Any::Unsigned(value) => Value::new_number(ctx, value as f64),
        Any::F32(value) => Value::new_number(ctx, value.into()),
        Any::F64(value) => Value::new_number(ctx, value),
        Any::String(text) => JsString::from_str(ctx, &text)?.into_value(),
        Any::Bytes(bytes) => TypedArray::<u8>::new(ctx, bytes)?.into_value(),
        Any::List(values) => {
            let list = Array::new(ctx.clone())?;
            for (place, value) in values.into_iter().enumerate() {
                list.set(place, argument(&ctx, value)?)?;
            }
            list.into_value()
        }
        Any::Map(entries) => {
            let object = Object::new(ctx.clone())?;
            for (key, value) in entries {
                put(&object, key_text(key), argument(&ctx, value)?)?;
            }
            object.into_value()
        }
    })
}

fn key_text(key: Any) -> String {
    match key {
        Any::String(text) => text,
        Any::Bool(value) => value.to_string(),
        Any::Int(value) => value.to_string(),
        Any::Unsigned(value) => value.to_string(),
        _ => String::new(), // no other is a key
    }
}

fn put<'js>(object: &Object<'js>, key: String, value: Value<'js>) -> Result<()> {
    if key == "__proto__" {
        // As an assignment this would be another prototype.
        use rquickjs::object::Property;
        return object.prop(key, Property::from(value).writable().enumerable().configurable());
    }
    object.set(key, value)
}

/// What a function has returned, as a value of a message.
pub(crate) fn result<'js>(ctx: &Ctx<'js>, value: Value<'js>) -> Result<Any> {
    Ok(convert(ctx, value, DEPTH)?.unwrap_or(Any::Null))
}

/// None for what JSON leaves out.
fn convert<'js>(ctx: &Ctx<'js>, value: Value<'js>, depth: usize) -> Result<Option<Any>> {
    if value.is_null() {
        return Ok(Some(Any::Null));
    }
    if let Some(value) = value.as_bool() {
        return Ok(Some(Any::Bool(value)));
    }
    if let Some(value) = value.as_int() {
        return Ok(Some(Any::Int(value.into())));
    }
    if let Some(value) = value.as_float() {
        return Ok(Some(number(value)));
    }
    if let Some(text) = value.as_string() {
        return text_of(ctx, text).map(|text| Some(Any::String(text)));
    }
    if value.is_big_int() {
        return big_int(ctx, value).map(Some);
    }
    if value.is_function() || !value.is_object() {
        return Ok(None);
    }
    object(ctx, Object::from_js(ctx, value)?, depth)
}

#[allow(clippy::cast_possible_truncation)] // it is within i64
fn number(value: f64) -> Any {
    if !value.is_finite() {
        Any::Null
    } else if value.trunc() == value && value.abs() <= SAFE {
        Any::Int(value as i64)
    } else {
        Any::F64(value)
    }
}

fn big_int<'js>(ctx: &Ctx<'js>, value: Value<'js>) -> Result<Any> {
    let text: rquickjs::Coerced<String> = rquickjs::Coerced::from_js(ctx, value)?;
    match (text.parse::<i64>(), text.parse::<u64>()) {
        (Ok(value), _) => Ok(Any::Int(value)),
        (_, Ok(value)) => Ok(Any::Unsigned(value)),
        _ => Err(Exception::throw_type(ctx, "A BigInt of more than 64 bits cannot be sent")),
    }
}

/// The text, with replacement characters for halves of pairs.
fn text_of<'js>(ctx: &Ctx<'js>, text: &JsString<'js>) -> Result<String> {
    match text.to_string() {
        Err(Error::Utf8(_)) => {
            ctx.eval::<rquickjs::Function<'js>, _>("text => text.toWellFormed()")?.call((text.clone(),))
        }
        other => other,
    }
}

fn object<'js>(ctx: &Ctx<'js>, object: Object<'js>, depth: usize) -> Result<Option<Any>> {
    if depth == 0 {
        let why = format!("The result is nested more deeply than {DEPTH}, or contains itself");
        return Err(Exception::throw_type(ctx, &why));
    }
    if let Some(bytes) = bytes_of(&object) {
        return Ok(Some(Any::Bytes(bytes)));
    }
    let replacement: Value<'js> = object.get("toJSON")?;
    if let Some(function) = replacement.as_function() {
        let value: Value<'js> = function.call((rquickjs::function::This(object),))?;
        return convert(ctx, value, depth - 1);
    }
    if object.is_array() {
        let list = object.into_array().ok_or(Error::Unknown)?;
        let values = list.iter::<Value<'js>>();
        let values = values.map(|value| Ok(convert(ctx, value?, depth - 1)?.unwrap_or(Any::Null)));
        return Ok(Some(Any::List(values.collect::<Result<_>>()?)));
    }
    let mut entries = Vec::with_capacity(object.len());
    for entry in object.props::<JsString<'js>, Value<'js>>() {
        let (key, value) = entry?;
        if let Some(value) = convert(ctx, value, depth - 1)? {
            entries.push((Any::String(text_of(ctx, &key)?), value));
        }
    }
    Ok(Some(Any::Map(entries)))
}

fn bytes_of(object: &Object<'_>) -> Option<Vec<u8>> {
    if let Some(array) = object.as_typed_array::<u8>() {
        return Some(crate::native::copy(array));
    }
    let buffer = ArrayBuffer::from_object(object.clone())?;
    Some(
        TypedArray::<u8>::from_arraybuffer(buffer)
            .map(|array| crate::native::copy(&array))
            .unwrap_or_default(),
    )
}
