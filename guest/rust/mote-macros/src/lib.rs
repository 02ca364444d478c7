//! The macros of the `mote` crate.

mod function;
mod value;

use proc_macro::TokenStream;

/// Offers a function to the host, under its own name or `#[mote::function(name = "other")]`.
///
/// Parameters and result are types with `mote::Value` and serde's `Deserialize` or `Serialize`; the result may
/// be a `Result` whose error converts into `mote::Error`.
#[proc_macro_attribute]
pub fn function(attribute: TokenStream, item: TokenStream) -> TokenStream {
    function::expand(attribute.into(), item.into()).unwrap_or_else(|e| e.to_compile_error()).into()
}

/// Says which type a struct or an enum is in a signature; see `mote::Value`.
#[proc_macro_derive(Value)]
pub fn value(item: TokenStream) -> TokenStream {
    value::expand(item.into()).unwrap_or_else(|e| e.to_compile_error()).into()
}
