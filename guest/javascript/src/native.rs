//! The module `mote:native`: what the interfaces of the web need that is not JavaScript.

mod digests;
mod pieces;
mod random;
mod text;
mod urls;

use rquickjs::function::{Func, MutFn};
use rquickjs::module::{Declarations, Exports, ModuleDef};
use rquickjs::{ArrayBuffer, Ctx, Function, Object, Result, TypedArray};
use std::io::Write;

pub(crate) use pieces::have_a_host;
pub(crate) use random::forget_after_restore;

pub(crate) struct Native;

const NAMES: [&str; 19] = [
    "decoder",
    "decodeUtf8",
    "digest",
    "encode",
    "encodingName",
    "environment",
    "formParse",
    "formSerialize",
    "hasHost",
    "hmac",
    "latin1",
    "print",
    "random",
    "randomNumber",
    "readInput",
    "startResponse",
    "urlParse",
    "urlSet",
    "writeResponse",
];

impl ModuleDef for Native {
    fn declare(declarations: &Declarations<'_>) -> Result<()> {
        NAMES.into_iter().try_for_each(|name| declarations.declare(name).map(|_| ()))
    }

    fn evaluate<'js>(ctx: &Ctx<'js>, exports: &Exports<'js>) -> Result<()> {
        exports.export("decoder", Func::from(decoder))?;
        exports.export(
            "decodeUtf8",
            Func::from(|bytes: TypedArray<'js, u8>| text::decode_utf8(&copy(&bytes))),
        )?;
        exports.export("digest", Func::from(digest))?;
        exports.export("encode", Func::from(|ctx, text: String| ArrayBuffer::new(ctx, text.into_bytes())))?;
        exports.export("encodingName", Func::from(|label: String| text::encoding_name(&label)))?;
        exports.export("environment", Func::from(environment))?;
        exports.export("formParse", Func::from(|text: String| urls::parse_form(&text)))?;
        exports.export("formSerialize", Func::from(|flat: Vec<String>| urls::serialize_form(&flat)))?;
        exports.export("hasHost", Func::from(pieces::has_host))?;
        exports.export("hmac", Func::from(hmac))?;
        exports.export("latin1", Func::from(|bytes: TypedArray<'js, u8>| text::latin1(&copy(&bytes))))?;
        exports.export("print", Func::from(print))?;
        exports
            .export("random", Func::from(|ctx, size: usize| ArrayBuffer::new(ctx, random::bytes(size))))?;
        exports.export("randomNumber", Function::new(ctx.clone(), random::number)?.with_name("random")?)?;
        exports.export("readInput", Func::from(pieces::read_input))?;
        exports.export("startResponse", Func::from(pieces::start_response))?;
        exports.export(
            "urlParse",
            Func::from(|url: String, base: Option<String>| urls::parse(&url, base.as_deref())),
        )?;
        exports.export(
            "urlSet",
            Func::from(|url: String, part: String, value: String| urls::set(&url, &part, &value)),
        )?;
        exports.export("writeResponse", Func::from(pieces::write_response))?;
        Ok(())
    }
}

/// The bytes of an array; none if somebody has taken them away.
#[allow(unsafe_code)]
pub(crate) fn copy(array: &TypedArray<'_, u8>) -> Vec<u8> {
    // SAFETY: no JavaScript runs while they are copied.
    unsafe { array.as_bytes() }.unwrap_or_default().to_vec()
}

fn print(to_error: bool, text: String) {
    // Whoever closed it does not want it.
    if to_error {
        let _ = writeln!(std::io::stderr().lock(), "{text}");
    } else {
        let _ = writeln!(std::io::stdout().lock(), "{text}");
    }
}

fn environment<'js>(ctx: Ctx<'js>) -> Result<Object<'js>> {
    let variables = Object::new(ctx)?;
    for (name, value) in std::env::vars_os() {
        variables.set(name.to_string_lossy().as_ref(), value.to_string_lossy().as_ref())?;
    }
    Ok(variables)
}

/// A function that takes bytes, and whether they are the last, and gives their text, or none if they are malformed.
fn decoder<'js>(ctx: Ctx<'js>, label: String, fatal: bool, keep_bom: bool) -> Result<Function<'js>> {
    let mut decoder = text::Decoder::new(&label, fatal, keep_bom);
    Function::new(
        ctx,
        MutFn::from(move |bytes: TypedArray<'js, u8>, last: bool| decoder.decode(&copy(&bytes), last)),
    )
}

fn digest<'js>(ctx: Ctx<'js>, algorithm: String, data: TypedArray<'js, u8>) -> Result<ArrayBuffer<'js>> {
    ArrayBuffer::new(ctx, digests::digest(&algorithm, &copy(&data)))
}

fn hmac<'js>(
    ctx: Ctx<'js>,
    algorithm: String,
    key: TypedArray<'js, u8>,
    data: TypedArray<'js, u8>,
) -> Result<ArrayBuffer<'js>> {
    ArrayBuffer::new(ctx, digests::hmac(&algorithm, &copy(&key), &copy(&data)))
}
