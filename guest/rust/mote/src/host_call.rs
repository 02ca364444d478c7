//! Calls of the host's functions.

use crate::exchange::{Unsent, exchange, open};
use crate::serve::{answer, is_answering};
use crate::transport::{give_buffer, take_buffer};
use crate::wire::{CALL, ERROR, LIST, Malformed, RESULT, Reader, Writer, read};
use crate::{Any, Error, die};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Calls a host function with a tuple of arguments, and waits for its result.
///
/// While the host function runs, the host may call functions of this program; they run on the same stack. How
/// deeply calls may be nested is for the host to say.
///
/// ```no_run
/// # fn f() -> Result<(), mote::Error> {
/// let title: String = mote::call_host("title", ("Ada", 36))?;
/// let now = mote::call_host::<u64>("now", ())?;
/// mote::call_host::<()>("note", (&title,))?; // one argument: the comma makes it a tuple
/// # Ok(()) }
/// ```
///
/// # Errors
/// What the host answers: `unknown-function`, `invalid-argument`, `limit`, `failed`, or a code of the host
/// function's own. From this side: `invalid-argument` if an argument cannot be sent, `limit` if they are larger
/// than the host takes, and `failed` if the result is no `R`, or no call is being answered by this thread.
pub fn call_host<R: DeserializeOwned>(name: &str, arguments: impl HostArguments) -> Result<R, Error> {
    if !is_answering() {
        let message = format!("host function '{name}' is called while no call is answered");
        return Err(Error::new("failed", message));
    }
    let mut received = exchange(request(name, &arguments)?).map_err(|unsent| match unsent {
        Unsent::NoHost => Error::new("failed", "there is no host"),
        Unsent::TooLarge(size) => {
            let message = format!("what is sent to '{name}' is larger than the host takes: {size} bytes");
            Error::new("limit", message)
        }
    })?;
    while open(&received).0 == CALL {
        received = answer(received);
    }
    let result = outcome(name, &received);
    give_buffer(received);
    result
}

fn request(name: &str, arguments: &impl HostArguments) -> Result<Vec<u8>, Error> {
    let mut out = Writer::new(take_buffer());
    out.begin(CALL, 2);
    out.text(name);
    match arguments.write(&mut out) {
        Ok(()) => Ok(out.into_buffer()),
        Err((place, e)) => {
            give_buffer(out.into_buffer());
            let message = format!("argument {place} of host function '{name}': {e}");
            Err(Error::new("invalid-argument", message))
        }
    }
}

fn outcome<R: DeserializeOwned>(name: &str, received: &[u8]) -> Result<R, Error> {
    let (kind, mut reader) = open(received);
    let wrong = |e| Error::new("failed", format!("the result of host function '{name}': {e}"));
    match kind {
        RESULT => {
            let value = read(&mut reader).map_err(wrong)?;
            reader.end().map_err(wrong)?;
            Ok(value)
        }
        ERROR => Err(error(&mut reader).unwrap_or_else(|e| die(format_args!("the host sent an error: {e}")))),
        other => die(format_args!("the host sent a message of kind {other} instead of an answer")),
    }
}

fn error(reader: &mut Reader<'_>) -> Result<Error, Malformed> {
    let mut error = Error::new(reader.text()?, reader.text()?);
    if reader.left() > 0 {
        error.details = Some(read::<Any>(reader)?);
    }
    reader.end()?;
    Ok(error)
}

/// Arguments of a host function: a tuple of up to twelve values that serde can write, or any number of [`Any`].
#[diagnostic::on_unimplemented(
    message = "the arguments of a host function are a tuple, and `{Self}` is none",
    label = "no tuple of values",
    note = "one argument is `(value,)`, none is `()`"
)]
pub trait HostArguments: sealed::Arguments {}

impl<T: sealed::Arguments + ?Sized> HostArguments for T {}

mod sealed {
    use super::*;

    pub trait Arguments {
        /// The list of them. An error comes with the place of the argument that has it, from 1.
        fn write(&self, out: &mut Writer) -> Result<(), (usize, Malformed)>;
    }

    impl Arguments for () {
        fn write(&self, out: &mut Writer) -> Result<(), (usize, Malformed)> {
            out.head(LIST, 0);
            Ok(())
        }
    }

    impl Arguments for [Any] {
        fn write(&self, out: &mut Writer) -> Result<(), (usize, Malformed)> {
            out.head(LIST, self.len() as u64);
            self.iter().enumerate().try_for_each(|(i, value)| out.value(value).map_err(|e| (i + 1, e)))
        }
    }

    impl Arguments for Vec<Any> {
        fn write(&self, out: &mut Writer) -> Result<(), (usize, Malformed)> {
            self.as_slice().write(out)
        }
    }

    impl<T: Arguments + ?Sized> Arguments for &T {
        fn write(&self, out: &mut Writer) -> Result<(), (usize, Malformed)> {
            (**self).write(out)
        }
    }

    macro_rules! tuples {
        ($count:literal: $($name:ident $place:tt),*) => {
            impl<$($name: Serialize),*> Arguments for ($($name,)*) {
                fn write(&self, out: &mut Writer) -> Result<(), (usize, Malformed)> {
                    out.head(LIST, $count);
                    $(out.value(&self.$place).map_err(|e| ($place + 1, e))?;)*
                    Ok(())
                }
            }
        };
    }

    tuples!(1: A 0);
    tuples!(2: A 0, B 1);
    tuples!(3: A 0, B 1, C 2);
    tuples!(4: A 0, B 1, C 2, D 3);
    tuples!(5: A 0, B 1, C 2, D 3, E 4);
    tuples!(6: A 0, B 1, C 2, D 3, E 4, F 5);
    tuples!(7: A 0, B 1, C 2, D 3, E 4, F 5, G 6);
    tuples!(8: A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7);
    tuples!(9: A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8);
    tuples!(10: A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9);
    tuples!(11: A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10);
    tuples!(12: A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11);
}
