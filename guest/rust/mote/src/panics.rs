//! Panics as errors.

use crate::Error;
use std::any::Any;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

const SILENT: &str = "a panic without a message";

thread_local! {
    /// What the last panic of this thread said, and where.
    static SAID: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Remembers what panics say from now on, beside what the hook that is there does with them.
pub(crate) fn remember() {
    static INSTALL: Once = Once::new();
    INSTALL.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            let what = message(info.payload());
            SAID.set(Some(match info.location() {
                Some(place) => format!("{what} at {place}"),
                None => what.to_owned(),
            }));
            usual(info);
        }));
    });
}

fn message(payload: &(dyn Any + Send)) -> &str {
    payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or(SILENT)
}

/// A panic of the action is an error with the code `panic`.
///
/// What the action had under its hands is in the state in which the panic left it, as after a panic of another
/// thread. That is the program's affair: its own types may say so (`Mutex` does).
pub(crate) fn catch<T>(action: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    catch_unwind(AssertUnwindSafe(action)).unwrap_or_else(|payload| {
        // resume_unwind passes the hook by.
        let said = SAID.take().unwrap_or_else(|| message(&*payload).to_owned());
        Err(Error::new("panic", said))
    })
}
