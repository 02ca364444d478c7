//! Functions that a program offers to its Mote host, and calls of the host's functions.
//!
//! ```no_run
//! use mote::Error;
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Serialize, Deserialize, mote::Value)]
//! struct Person {
//!     name: String,
//!     age: i32,
//! }
//!
//! #[mote::function]
//! fn greet(person: Person) -> Result<String, Error> {
//!     let title: String = mote::call_host("title", (&person.name,))?;
//!     Ok(format!("Hello, {title} {} ({})", person.name, person.age))
//! }
//!
//! fn main() {
//!     mote::serve()
//! }
//! ```
//!
//! # Values
//! Values are written and read by serde. Which type one has in the function's signature says [`Value`]; it is
//! there for the types below and derived for structs and enums. The host checks arguments against the signature
//! before the function is entered.
//!
//! | Rust | type |
//! |---|---|
//! | `()` | `null` |
//! | `bool` | `bool` |
//! | `i8` … `i64`, `u8` … `u64` | the same |
//! | `f32`, `f64` | the same, kept to the bit |
//! | `String`, as a result also `&str` | `string` |
//! | [`Bytes`], as a result also `&Bytes` | `bytes` |
//! | `Vec<T>`, also `VecDeque`, sets and arrays | `[T]` |
//! | `HashMap<K, V>`, `BTreeMap<K, V>` | `map<K, V>`; K is one of [`Key`] |
//! | `Option<T>` | `T?` |
//! | structs | `{name: T, other: U}`; those of one unnamed field are as the field |
//! | enums | `enum {Red, Circle {radius: f64}}` |
//! | [`Any`] | `any` |
//!
//! A `Vec<u8>` is a list of numbers, as serde sees it; bytes are [`Bytes`], or a field that has
//! `#[serde(with = "serde_bytes")]`. There are no tuples and no recursive types: where a value has parts of its
//! own kind, such as a tree, the parts are [`Any`].
//!
//! # Errors and panics
//! A function returns its value, or a `Result` whose error becomes an [`Error`]. A panic becomes an error with the
//! code `panic` and says its message and place; it ends the call but not the program, whose state stays as the
//! panic left it. (With `panic = "abort"` it ends the program.)
//!
//! # Building
//! Programs are static: for `x86_64-unknown-linux-gnu` with `-C target-feature=+crt-static`, or for
//! `x86_64-unknown-linux-musl`. A `.cargo/config.toml` beside `Cargo.toml` keeps that:
//!
//! ```toml
//! [build]
//! target = "x86_64-unknown-linux-gnu" # named, so that it is not for macros, which run in the compiler
//!
//! [target.x86_64-unknown-linux-gnu]
//! rustflags = ["-C", "target-feature=+crt-static"]
//! ```
//!
//! # Threads
//! The thread that calls [`serve`] speaks with the host, and no other: there, [`call_host`] is an error and
//! [`log()`] writes to standard error.
//!
//! # Snapshots
//! What a program holds in its memory is the same in every sandbox that is made of one snapshot. What must not be, such
//! as the state of a generator of random numbers, is for the callbacks of [`on_restore`]. A program that offers no
//! functions says by [`ready`] where a snapshot of it is to be taken.
//!
//! # Features
//! `log`: `logger()` carries records of the `log` crate's macros to the host.

mod any;
mod any_serde;
mod bytes;
mod error;
mod exchange;
mod function;
mod host_call;
mod log;
mod panics;
mod port;
mod restore;
mod serve;
mod transport;
mod value;
mod vdso;
mod wire;

pub use any::Any;
pub use bytes::Bytes;
pub use error::Error;
pub use host_call::{HostArguments, call_host};
#[cfg(feature = "log")]
pub use log::logger;
pub use log::{Level, log};
pub use mote_macros::{Value, function};
pub use restore::{on_restore, ready, restore_id};
pub use serve::{fallback, offer, serve};
pub use value::{Key, Value};

/// What the macros and the tests need; no part of the interface.
#[doc(hidden)]
#[allow(missing_docs)]
pub mod __private {
    pub use crate::function::{Answer, Arguments, Function, Returned, result, signature};
    pub use crate::transport::{TooLarge, Transport, connect};
    pub use crate::value::deeper;
    pub use crate::wire::{Malformed, from_slice, to_vec};
    pub use inventory;
}

/// Ends the program because its library cannot go on.
fn die(why: std::fmt::Arguments<'_>) -> ! {
    eprintln!("mote: {why}");
    std::process::exit(70)
}
