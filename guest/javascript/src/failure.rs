//! What is said of an error of the author's code.

use std::fmt;

/// An error of the author's code, or of what it was loaded with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Such as `TypeError: x is not a function`.
    pub message: String,
    /// Where in the author's files, a frame a line; empty if that is not known.
    pub stack: String,
}

impl Failure {
    /// One that happened nowhere in particular.
    pub fn new(message: impl Into<String>) -> Self {
        Failure { message: message.into(), stack: String::new() }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if self.stack.is_empty() { Ok(()) } else { write!(f, "\n{}", self.stack) }
    }
}

impl From<Failure> for mote::Error {
    fn from(failure: Failure) -> Self {
        let details = mote::Any::from_iter([("stack", failure.stack)]);
        mote::Error::new("exception", failure.message).with_details(details)
    }
}
