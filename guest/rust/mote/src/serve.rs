//! What is offered, and the loop that answers calls.

use crate::exchange::{Unsent, exchange, open};
use crate::function::{Answer, Arguments, Function};
use crate::transport::take_buffer;
use crate::wire::{ANNOUNCE, CALL, ERROR, MAP, Reader, TEXT, UNSIGNED, Writer};
use crate::{Any, Error, die, panics, restore, restore_id};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::OnceLock;

type Fallback = dyn Fn(&str, Vec<Any>) -> Result<Any, Error>;

type Offer = dyn Fn(Vec<Any>) -> Result<Any, Error>;

/// A function of [`offer`].
struct Offered {
    name: String,
    signature: String,
    function: Rc<Offer>,
}

thread_local! {
    static FALLBACK: RefCell<Option<Rc<Fallback>>> = const { RefCell::new(None) };
    /// Their places are behind those of the functions with the attribute.
    static OFFERED: RefCell<Vec<Offered>> = const { RefCell::new(Vec::new()) };
    /// How many calls are being answered, each within the one before.
    static CALLS: Cell<usize> = const { Cell::new(0) };
}

/// Takes the calls of all names that no function has. Before [`serve`], on the same thread.
///
/// ```no_run
/// use mote::{Any, Error};
///
/// fn main() {
///     mote::fallback(|name, arguments| match name.strip_prefix("echo-") {
///         Some(_) => Ok(Any::List(arguments)),
///         None => Err(Error::new("unknown-function", format!("there is no function {name}"))),
///     });
///     mote::serve()
/// }
/// ```
pub fn fallback(function: impl Fn(&str, Vec<Any>) -> Result<Any, Error> + 'static) {
    FALLBACK.set(Some(Rc::new(function)));
}

/// Offers a function that is known only as the program runs. Before [`serve`], on the same thread.
///
/// The signature is text of the form that [`Value`](crate::Value) describes: the host checks arguments and result against
/// it, and refuses the program if it is none.
///
/// ```no_run
/// use mote::Any;
///
/// fn main() {
///     for (name, factor) in [("double", 2), ("triple", 3)] {
///         mote::offer(name, "(number: i64) -> i64", move |arguments| {
///             Ok(Any::Int(factor * arguments[0].to::<i64>()?))
///         });
///     }
///     mote::serve()
/// }
/// ```
pub fn offer(
    name: impl Into<String>,
    signature: impl Into<String>,
    function: impl Fn(Vec<Any>) -> Result<Any, Error> + 'static,
) {
    let offered = Offered { name: name.into(), signature: signature.into(), function: Rc::new(function) };
    OFFERED.with_borrow_mut(|all| {
        if all.iter().any(|other| other.name == offered.name) {
            die(format_args!("two functions are called {}", offered.name));
        }
        all.push(offered);
    });
}

/// Tells the host what this program offers, then answers its calls for ever.
///
/// Offered are the functions with [`macro@crate::function`] of the whole program, in the order of their names;
/// also those of other crates, if the program mentions the crate (`use my_functions as _;` is enough); then those of
/// [`offer`]. Standard output is flushed before each answer and each call of the host, so that what a call printed belongs to it.
///
/// Where there is no host this says so on standard error and ends the program with status 2. Two functions of
/// one name end it with status 70.
///
/// # Panics
/// If a function calls it that is being called.
pub fn serve() -> ! {
    assert!(CALLS.get() == 0, "mote::serve was called by a function that it serves");
    panics::remember();
    let mut received = match exchange(announcement()) {
        Ok(received) => received,
        Err(Unsent::NoHost) => {
            eprintln!("This program offers functions to a Mote host and does nothing by itself.");
            eprintln!("Call one with: mote call PROGRAM FUNCTION [JSON...]");
            std::process::exit(2)
        }
        Err(Unsent::TooLarge(size)) => {
            die(format_args!("the announcement of the functions is larger than the host takes: {size} bytes"))
        }
    };
    loop {
        // Here all there is of the program is its own state: between two calls a snapshot is taken.
        received = answer(received);
    }
}

/// The functions with the attribute, in the order of their names.
fn functions() -> &'static [&'static Function] {
    static FUNCTIONS: OnceLock<Vec<&'static Function>> = OnceLock::new();
    FUNCTIONS.get_or_init(|| {
        let mut functions: Vec<_> = inventory::iter::<Function>().collect();
        functions.sort_by_key(|function| function.name);
        if let Some(pair) = functions.windows(2).find(|pair| pair[0].name == pair[1].name) {
            die(format_args!("two functions are called {}", pair[0].name));
        }
        functions
    })
}

/// The function with the attribute that has a name.
fn find(name: &str) -> Option<&'static Function> {
    let place = functions().binary_search_by_key(&name, |function| function.name).ok()?;
    Some(functions()[place])
}

fn announcement() -> Vec<u8> {
    let takes_others = FALLBACK.with_borrow(Option::is_some);
    let mut out = Writer::new(take_buffer());
    out.begin(ANNOUNCE, 1);
    out.head(MAP, if takes_others { 3 } else { 2 });
    out.text("version");
    out.head(UNSIGNED, 1);
    out.text("functions");
    OFFERED.with_borrow(|offered| {
        out.head(MAP, (functions().len() + offered.len()) as u64);
        for function in functions() {
            out.text(function.name);
            out.text(&(function.signature)());
        }
        for function in offered {
            if find(&function.name).is_some() {
                die(format_args!("two functions are called {}", function.name));
            }
            out.text(&function.name);
            out.text(&function.signature);
        }
    });
    if takes_others {
        out.text("fallback");
        out.bool(true);
    }
    out.into_buffer()
}

/// Whether a call is being answered by this thread: only then may the host be called.
pub(crate) fn is_answering() -> bool {
    CALLS.get() > 0
}

/// Answers a call, and gives what the host sends next.
pub(crate) fn answer(call: Vec<u8>) -> Vec<u8> {
    CALLS.set(CALLS.get() + 1);
    let outcome = panics::catch(|| make(call));
    CALLS.set(CALLS.get() - 1);
    let message = match outcome {
        Ok(Answer(message)) => message,
        Err(error) => error_message(&error),
    };
    let sent = exchange(message).or_else(|unsent| match unsent {
        Unsent::TooLarge(size) => {
            let why = format!("the answer is larger than the host takes: {size} bytes");
            exchange(error_message(&Error::new("limit", why)))
        }
        Unsent::NoHost => Err(unsent),
    });
    sent.unwrap_or_else(|_| die(format_args!("the host takes no answer")))
}

fn error_message(error: &Error) -> Vec<u8> {
    let mut out = Writer::new(take_buffer());
    if let Some(details) = &error.details {
        put_error(&mut out, error, 3);
        if out.value(details).is_ok() {
            return out.into_buffer();
        }
        // Details that cannot be sent, such as a map with one key twice: the rest still can.
    }
    put_error(&mut out, error, 2);
    out.into_buffer()
}

fn put_error(out: &mut Writer, error: &Error, elements: u64) {
    out.begin(ERROR, elements);
    out.text(&error.code);
    out.text(&error.message);
}

/// Makes the call that a message asks for.
fn make(message: Vec<u8>) -> Result<Answer, Error> {
    let (kind, mut reader) = open(&message);
    if kind != CALL {
        die(format_args!("the host sent a message of kind {kind} instead of a call"));
    }
    let target = Target::read(&mut reader);
    let at = message.len() - reader.left();
    let mut arguments = Arguments::new(message, at)?;
    let target = target?;
    restore::notice(restore_id());
    match target {
        Target::Function(function) => (function.call)(arguments),
        Target::Offered(function) => {
            let values = arguments.rest()?;
            arguments.end()?;
            Answer::of(&function(values)?)
        }
        Target::Other(name, fallback) => {
            let values = arguments.rest()?;
            arguments.end()?;
            Answer::of(&fallback(&name, values)?)
        }
    }
}

enum Target {
    Function(&'static Function),
    Offered(Rc<Offer>),
    Other(String, Rc<Fallback>),
}

impl Target {
    fn read(reader: &mut Reader<'_>) -> Result<Self, Error> {
        if reader.major()? != TEXT {
            let place = reader.unsigned()?;
            return Target::at(place).ok_or_else(|| unknown(place));
        }
        let name = reader.text()?;
        if let Some(function) = find(name) {
            return Ok(Target::Function(function));
        }
        if let Some(function) = offered(|all| all.iter().find(|function| function.name == name)) {
            return Ok(Target::Offered(function));
        }
        match FALLBACK.with_borrow(Option::clone) {
            Some(fallback) => Ok(Target::Other(name.to_owned(), fallback)),
            None => Err(unknown(name)),
        }
    }

    /// By its place in the announcement.
    fn at(place: u64) -> Option<Self> {
        let place = usize::try_from(place).ok()?;
        match functions().get(place) {
            Some(function) => Some(Target::Function(function)),
            None => offered(|all| all.get(place - functions().len())).map(Target::Offered),
        }
    }
}

fn offered(choose: impl FnOnce(&[Offered]) -> Option<&Offered>) -> Option<Rc<Offer>> {
    OFFERED.with_borrow(|all| choose(all).map(|offered| Rc::clone(&offered.function)))
}

fn unknown(function: impl std::fmt::Display) -> Error {
    Error::new("unknown-function", format!("there is no function {function}"))
}
