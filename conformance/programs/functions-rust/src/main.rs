//! Functions of every kind, for the tests of calls; the C program beside it offers the same.

mod endings;
mod values;

use mote::{Any, Bytes, Error, Level};
use std::cell::Cell;
use std::io::Write;
use std::time::Duration;

#[mote::function]
fn fail(code: String, message: String) -> Result<(), Error> {
    Err(Error::new(code, message))
}

#[mote::function]
fn fail_with_details(details: Any) -> Result<(), Error> {
    Err(Error::new("detailed", "see the details").with_details(details))
}

#[mote::function]
fn panic_with(message: String) {
    panic!("{message}")
}

#[mote::function]
fn call_host(name: String, argument: Any) -> Result<Any, Error> {
    mote::call_host(&name, (argument,))
}

/// Calls a host function without arguments so many times, or until it fails.
#[mote::function]
fn call_host_times(name: String, times: i64) -> Result<i64, Error> {
    for _ in 0..times {
        mote::call_host::<Any>(&name, ())?;
    }
    Ok(times)
}

/// By way of the host: again(n - 1) calls this function.
#[mote::function]
fn recurse(n: i64) -> Result<i64, Error> {
    if n == 0 {
        return Ok(0);
    }
    Ok(1 + mote::call_host::<i64>("again", (n - 1,))?)
}

#[mote::function]
fn print(text: String) {
    print!("{text}");
}

#[mote::function]
fn spin_after_output(text: String) {
    print!("{text}");
    std::io::stdout().flush().expect("standard output is there");
    endings::spin();
}

#[mote::function]
fn log_text(level: u8, text: String) {
    let levels = [Level::Trace, Level::Debug, Level::Info, Level::Warning, Level::Error];
    mote::log(levels[usize::from(level)], text);
}

// State stays from call to call.
thread_local! {
    static CALLS: Cell<i64> = const { Cell::new(0) };
    static KEPT: Cell<i64> = const { Cell::new(0) };
}

#[mote::function]
fn count() -> i64 {
    CALLS.set(CALLS.get() + 1);
    CALLS.get()
}

#[mote::function]
fn set_static(value: i64) {
    KEPT.set(value);
}

#[mote::function]
fn get_static() -> i64 {
    KEPT.get()
}

#[mote::function]
fn sleep_ms(ms: u64) {
    std::thread::sleep(Duration::from_millis(ms));
}

#[mote::function]
fn read_file(path: String) -> Result<Bytes, Error> {
    match std::fs::read(&path) {
        Ok(bytes) => Ok(Bytes(bytes)),
        Err(e) => Err(Error::new("not-found", format!("{path}: {e}"))),
    }
}

fn main() {
    if std::env::args().nth(1).as_deref() == Some("fallback") {
        mote::fallback(|_, arguments| Ok(arguments.into_iter().next().unwrap_or_default()));
    }
    mote::serve()
}
