//! What is offered, and the loop that answers calls.

use crate::error::Malformed;
use crate::reader::Reader;
use crate::transport::with_host;
use crate::writer::{LIST, MAP, TEXT, head, message, text};
use crate::{Any, Error, Value, de, ser};
use serde::{Deserialize, Serialize};
use std::cell::{Cell, RefCell};
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

pub(crate) const ANNOUNCE: u64 = 0;
pub(crate) const CALL: u64 = 1;
pub(crate) const RESULT: u64 = 2;
pub(crate) const ERROR: u64 = 3;
pub(crate) const LOG: u64 = 4;

/// A function that is offered; `#[mote::function]` makes one.
#[doc(hidden)]
#[allow(missing_docs)]
pub struct Function {
    pub name: &'static str,
    pub signature: fn() -> String,
    pub call: fn(&mut Arguments<'_>) -> Result<Outcome, Error>,
}

inventory::collect!(Function);

/// The arguments of a call, in turn.
#[doc(hidden)]
pub struct Arguments<'a> {
    reader: Reader<'a>,
    left: usize,
}

impl<'a> Arguments<'a> {
    fn new(mut reader: Reader<'a>) -> Result<Self, Malformed> {
        if reader.major()? != LIST {
            return Err(Malformed::new("arguments are a list"));
        }
        let left = reader.length()?;
        Ok(Arguments { reader, left })
    }

    /// The next one.
    pub fn next<T: Deserialize<'a>>(&mut self, name: &str) -> Result<T, Error> {
        if self.left == 0 {
            return Err(Error::new("invalid-argument", format!("argument '{name}' is missing")));
        }
        self.left -= 1;
        de::read(&mut self.reader)
            .map_err(|e| Error::new("invalid-argument", format!("argument '{name}': {e}")))
    }
}

/// The value that a function returned, written.
#[doc(hidden)]
pub struct Outcome(Vec<u8>);

impl Outcome {
    /// Writes it.
    pub fn of<T: Serialize + ?Sized>(value: &T) -> Result<Self, Error> {
        ser::to_vec(value).map(Outcome).map_err(|e| Error::new("failed", format!("the result: {e}")))
    }
}

/// A parameter: its name, and what writes its type.
type Parameter<'a> = (&'a str, fn(&mut String));

/// The text of a signature.
#[doc(hidden)]
pub fn signature<R: Value>(parameters: &[Parameter<'_>]) -> String {
    let mut text = String::from("(");
    for (i, (name, describe)) in parameters.iter().enumerate() {
        if i > 0 {
            text.push_str(", ");
        }
        text.push_str(name);
        text.push_str(": ");
        describe(&mut text);
    }
    text.push_str(") -> ");
    R::describe(&mut text);
    text
}

type Fallback = fn(&str, Vec<Any>) -> Result<Any, Error>;

thread_local! {
    static FALLBACK: Cell<Option<Fallback>> = const { Cell::new(None) };
    static PANIC: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Takes the calls of all names that no function has. Before [`serve`].
pub fn fallback(function: Fallback) {
    FALLBACK.set(Some(function));
}

/// Tells the host what is offered, then answers its calls for ever. Where there is no host it says so on
/// standard error and ends the program with status 2. Standard output is flushed before each answer.
pub fn serve() -> ! {
    keep_panics();
    let mut functions: Vec<&Function> = inventory::iter::<Function>().collect();
    functions.sort_by_key(|function| function.name);
    if let Some(pair) = functions.windows(2).find(|pair| pair[0].name == pair[1].name) {
        eprintln!("mote: two functions are called {}", pair[0].name);
        std::process::exit(70);
    }
    let mut out = announcement(&functions);
    let mut received = Vec::new();
    flush();
    while with_host(|host| host.exchange(&out, &mut received)).is_some() {
        answer(&functions, &received, &mut out);
        flush();
    }
    eprintln!("This program offers functions to a Mote host and does nothing by itself.");
    eprintln!("Call one with: mote call PROGRAM FUNCTION [JSON...]");
    std::process::exit(2);
}

fn announcement(functions: &[&Function]) -> Vec<u8> {
    let mut out = Vec::new();
    let takes_others = FALLBACK.get().is_some();
    message(&mut out, 2, ANNOUNCE);
    head(&mut out, MAP, if takes_others { 3 } else { 2 });
    text(&mut out, "version");
    out.push(1);
    text(&mut out, "functions");
    head(&mut out, MAP, functions.len() as u64);
    for function in functions {
        text(&mut out, function.name);
        text(&mut out, &(function.signature)());
    }
    if takes_others {
        text(&mut out, "fallback");
        out.push(crate::writer::TRUE);
    }
    out
}

pub(crate) fn flush() {
    // Whoever closed standard output does not want it.
    let _ = std::io::stdout().flush();
}

/// Serves a call that comes while a host function is waited for.
pub(crate) fn answer_nested(received: &[u8], out: &mut Vec<u8>) {
    let mut functions: Vec<&Function> = inventory::iter::<Function>().collect();
    functions.sort_by_key(|function| function.name);
    answer(&functions, received, out);
    flush();
}

/// Makes the call that a message asks for, and writes the message that answers it.
fn answer(functions: &[&Function], received: &[u8], out: &mut Vec<u8>) {
    let outcome = catch_unwind(AssertUnwindSafe(|| make(functions, received)));
    match outcome.unwrap_or_else(|_| Err(Error::new("panic", PANIC.take()))) {
        Ok(Outcome(value)) => {
            message(out, 2, RESULT);
            out.extend_from_slice(&value);
        }
        Err(error) => write_error(&error, out),
    }
}

fn write_error(error: &Error, out: &mut Vec<u8>) {
    message(out, if error.details.is_some() { 4 } else { 3 }, ERROR);
    text(out, &error.code);
    text(out, &error.message);
    if let Some(details) = &error.details {
        ser::write(out, details).expect("every dynamic value can be written");
    }
}

fn make(functions: &[&Function], received: &[u8]) -> Result<Outcome, Error> {
    let mut reader = Reader::new(received);
    let (elements, kind) = (reader.length()?, reader.argument()?);
    if elements != 3 || kind != CALL {
        return Err(Error::new("failed", "the host sent something that is no call"));
    }
    if reader.major()? == TEXT {
        return call_by_name(reader);
    }
    let index = usize::try_from(reader.argument()?)?;
    let function =
        functions.get(index).ok_or_else(|| Error::new("unknown-function", format!("function {index}")))?;
    let mut arguments = Arguments::new(reader)?;
    (function.call)(&mut arguments)
}

fn call_by_name(mut reader: Reader<'_>) -> Result<Outcome, Error> {
    let name = reader.text()?;
    let Some(function) = FALLBACK.get() else {
        return Err(Error::new("unknown-function", format!("there is no function {name}")));
    };
    Outcome::of(&function(name, de::read(&mut reader)?)?)
}

/// Remembers what the next panic says, beside what the usual hook does.
fn keep_panics() {
    static INSTALL: Once = Once::new();
    INSTALL.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            let place = info.location().map_or(String::new(), |place| format!(" at {place}"));
            let what = info.payload_as_str().unwrap_or("a panic without a message");
            PANIC.set(format!("{what}{place}"));
            usual(info);
        }));
    });
}
