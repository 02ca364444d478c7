//! Errors that functions return.

use crate::Any;
use std::fmt;

/// An error of a guest function, or one that a host function answered with.
///
/// Every `std::error::Error` becomes one with the code `failed`, so that `?` works; for that reason this type
/// is none itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Error {
    /// For programs, such as `not-found`.
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

    /// The same with details.
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
        Error::new("failed", error.to_string())
    }
}

/// A value that cannot be written or read.
#[derive(Clone, Debug, PartialEq)]
pub struct Malformed(String);

impl Malformed {
    pub(crate) fn new(reason: impl Into<String>) -> Self {
        Malformed(reason.into())
    }
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Malformed {}

impl serde::ser::Error for Malformed {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Malformed(message.to_string())
    }
}

impl serde::de::Error for Malformed {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Malformed(message.to_string())
    }
}
