//! Errors that functions return.

use crate::Any;
use std::fmt;

/// An error of a guest function, or one that a host function answered with.
///
/// Every [`std::error::Error`] becomes one with the code `failed`, so that `?` works in functions that return
/// this one. For that reason this type is no `std::error::Error` itself.
///
/// ```
/// use mote::Error;
///
/// #[mote::function]
/// fn half(number: String) -> Result<i64, Error> {
///     let number: i64 = number.parse()?; // failed: invalid digit found in string
///     if number % 2 != 0 {
///         return Err(Error::new("odd", format!("{number} has no half")));
///     }
///     Ok(number / 2)
/// }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Error {
    /// For programs, such as `not-found`. The library's own are `unknown-function`, `invalid-argument`, `failed`,
    /// `limit` and `panic`.
    pub code: String,
    /// For people.
    pub message: String,
    /// Any value.
    pub details: Option<Any>,
}

impl Error {
    /// An error without details.
    pub fn new(code: impl Into<String>, message: impl Into<String>) -> Self {
        Error { code: code.into(), message: message.into(), details: None }
    }

    /// One with the code `failed`, of anything that can be shown: `.map_err(Error::failed)`.
    pub fn failed(message: impl fmt::Display) -> Self {
        Error::new("failed", message.to_string())
    }

    /// The same error with details.
    #[must_use]
    pub fn with_details(self, details: impl Into<Any>) -> Self {
        Error { details: Some(details.into()), ..self }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

impl<E: std::error::Error> From<E> for Error {
    fn from(error: E) -> Self {
        Error::failed(error)
    }
}
