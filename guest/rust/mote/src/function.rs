//! A function that is offered, between the message that calls it and the one that answers.

use crate::transport::{give_buffer, take_buffer};
use crate::wire::{Malformed, RESULT, Reader, Writer, read};
use crate::{Any, Error, Value};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::borrow::Cow;

/// What `#[mote::function]` makes of a function.
#[doc(hidden)]
#[allow(missing_docs)]
pub struct Function {
    pub name: &'static str,
    pub signature: fn() -> String,
    pub call: fn(Arguments) -> Result<Answer, Error>,
}

inventory::collect!(Function);

/// A function as it is announced.
pub(crate) struct Offered {
    pub name: Cow<'static, str>,
    pub signature: String,
    pub call: Box<dyn Fn(Arguments) -> Result<Answer, Error>>,
}

impl Offered {
    pub fn new(
        name: String,
        signature: String,
        function: impl Fn(Vec<Any>) -> Result<Any, Error> + 'static,
    ) -> Self {
        let call = move |arguments: Arguments| Answer::of(&function(arguments.all()?)?);
        Offered { name: name.into(), signature, call: Box::new(call) }
    }
}

impl From<&'static Function> for Offered {
    fn from(function: &'static Function) -> Self {
        Offered {
            name: function.name.into(),
            signature: (function.signature)(),
            call: Box::new(function.call),
        }
    }
}

/// A parameter: its name, and what writes its type.
type Parameter<'a> = (&'a str, fn(&mut String));

/// The text of a signature.
#[doc(hidden)]
pub fn signature<R: Returned>(parameters: &[Parameter<'_>]) -> String {
    let mut text = String::from("(");
    for (i, (name, describe)) in parameters.iter().enumerate() {
        if i > 0 {
            text.push_str(", ");
        }
        text.push_str(name);
        text.push_str(": ");
        describe(&mut text);
    }
    text.push(')');
    let mut result = String::new();
    R::Value::describe(&mut result);
    if result != "null" {
        text.push_str(" -> ");
        text.push_str(&result);
    }
    text
}

/// The arguments of a call, read one after the other.
#[doc(hidden)]
pub struct Arguments {
    message: Vec<u8>,
    /// Where the next one begins.
    at: usize,
    left: usize,
}

impl Arguments {
    /// The message, with a reader of it that has come to the arguments.
    pub(crate) fn new(message: Vec<u8>, at: usize) -> Result<Self, Malformed> {
        let mut reader = Reader::new(&message[at..]);
        let left = reader.list()?;
        let at = message.len() - reader.left();
        Ok(Arguments { message, at, left })
    }

    /// The next one.
    pub fn next<T: DeserializeOwned>(&mut self, name: &str) -> Result<T, Error> {
        if self.left == 0 {
            return Err(Error::new("invalid-argument", format!("argument '{name}' is missing")));
        }
        self.left -= 1;
        let mut reader = Reader::new(&self.message[self.at..]);
        let value = read(&mut reader)
            .map_err(|e| Error::new("invalid-argument", format!("argument '{name}': {e}")))?;
        self.at = self.message.len() - reader.left();
        Ok(value)
    }

    /// All of them.
    pub(crate) fn all(mut self) -> Result<Vec<Any>, Error> {
        let values = (1..=self.left).map(|place| self.next(&place.to_string())).collect::<Result<_, _>>()?;
        self.end()?;
        Ok(values)
    }

    /// There are no more: the function may run now.
    pub fn end(self) -> Result<(), Error> {
        if self.left > 0 {
            let message = format!("there are {} arguments too many", self.left);
            return Err(Error::new("invalid-argument", message));
        }
        Reader::new(&self.message[self.at..]).end()?;
        give_buffer(self.message);
        Ok(())
    }
}

/// The message that answers a call with its result.
#[doc(hidden)]
pub struct Answer(pub(crate) Vec<u8>);

impl Answer {
    pub(crate) fn of<T: Serialize + ?Sized>(value: &T) -> Result<Self, Error> {
        let mut writer = Writer::new(take_buffer());
        writer.begin(RESULT, 1);
        match writer.value(value) {
            Ok(()) => Ok(Answer(writer.into_buffer())),
            Err(e) => {
                give_buffer(writer.into_buffer());
                Err(Error::new("failed", format!("the result cannot be sent: {e}")))
            }
        }
    }
}

/// What functions return: a value, or a `Result` of one.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "a guest function cannot return `{Self}`",
    label = "no `mote::Value`",
    note = "it returns a type with `mote::Value` and `serde::Serialize`, or a `Result` of one; types of messages have no \
            tuples",
    note = "the error of a `Result` converts into `mote::Error`; `.map_err(mote::Error::failed)` does it for others"
)]
pub trait Returned {
    type Value: Value + Serialize;
    fn into_result(self) -> Result<Self::Value, Error>;
}

impl<T: Value + Serialize> Returned for T {
    type Value = T;

    fn into_result(self) -> Result<T, Error> {
        Ok(self)
    }
}

impl<T: Value + Serialize, E: Into<Error>> Returned for Result<T, E> {
    type Value = T;

    fn into_result(self) -> Result<T, Error> {
        self.map_err(Into::into)
    }
}

/// What a function returned, as the message that answers.
#[doc(hidden)]
pub fn result<R: Returned>(returned: R) -> Result<Answer, Error> {
    Answer::of(&returned.into_result()?)
}
