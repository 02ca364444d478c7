//! Functions that a program offers to its Mote host, and calls of the host's functions.
//!
//! ```no_run
//! use mote::{Error, Value};
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Serialize, Deserialize, Value)]
//! struct Person {
//!     name: String,
//!     age: i32,
//! }
//!
//! #[mote::function]
//! fn greet(person: Person) -> Result<String, Error> {
//!     let title: String = mote::call_host("title", (&person.name,))?;
//!     Ok(format!("Hello, {title} {}", person.name))
//! }
//!
//! fn main() {
//!     mote::serve()
//! }
//! ```
//!
//! Build it as an ordinary static program, for `x86_64-unknown-linux-gnu` with
//! `RUSTFLAGS="-C target-feature=+crt-static"` or for `x86_64-unknown-linux-musl`. Values are serde's;
//! [`Value`] says which type they have in the function's signature. A panic becomes the error `panic` with its
//! message and place, and the program goes on.
//!
//! The library is for programs of one thread: functions run on the thread that called [`serve`].

mod any;
mod bytes;
mod de;
mod error;
mod host;
mod reader;
mod ser;
mod serve;
mod transport;
mod value;
mod writer;

pub use any::Any;
pub use bytes::Bytes;
pub use error::Error;
#[cfg(feature = "log")]
pub use host::logger;
pub use host::{Level, call_host, log};
pub use mote_macros::{Value, function};
pub use serve::{fallback, serve};
pub use value::Value;

/// What the macros and the tests need; no part of the interface.
#[doc(hidden)]
#[allow(missing_docs)]
pub mod __private {
    pub use crate::de::from_slice;
    pub use crate::ser::to_vec;
    pub use crate::serve::{Arguments, Function, Outcome, signature};
    pub use crate::transport::{Transport, connect};
    pub use inventory;
}
