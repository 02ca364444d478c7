//! The macros of the `mote` crate.

mod attributes;
mod function;
mod names;
#[cfg(test)]
mod tests;
mod value;

use proc_macro::TokenStream;

/// Offers a function to the host, under its own name or under `#[mote::function(name = "other")]`.
///
/// Parameters are types with `mote::Value` and serde's `DeserializeOwned`; the result is one with `mote::Value`
/// and `Serialize`, or a `Result` of one whose error converts into `mote::Error`. The function stays an ordinary
/// one, which the program itself can call.
#[proc_macro_attribute]
pub fn function(attribute: TokenStream, item: TokenStream) -> TokenStream {
    function::expand(attribute.into(), item.into()).unwrap_or_else(|e| e.to_compile_error()).into()
}

/// Says which type a struct or an enum is in a signature; see `mote::Value`.
#[proc_macro_derive(Value, attributes(serde))]
pub fn value(item: TokenStream) -> TokenStream {
    value::expand(item.into()).unwrap_or_else(|e| e.to_compile_error()).into()
}
