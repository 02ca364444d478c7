//! Functions of every kind, for the tests of calls; the C program beside it offers the same.

use mote::{Any, Bytes, Error, Level, Value};
use serde::{Deserialize, Serialize};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::time::Duration;

#[derive(Serialize, Deserialize, Value)]
struct Person {
    name: String,
    age: i32,
}

#[derive(Serialize, Deserialize, Value)]
enum Shape {
    Circle { radius: f64 },
    Square { side: f64 },
    Nothing,
}

macro_rules! echo {
    ($($name:ident: $ty:ty),* $(,)?) => {
        $(#[mote::function]
        fn $name(value: $ty) -> $ty {
            value
        })*
    };
}

echo! {
    echo_i8: i8, echo_i16: i16, echo_i32: i32, echo_i64: i64,
    echo_u8: u8, echo_u16: u16, echo_u32: u32, echo_u64: u64,
    echo_f32: f32, echo_f64: f64, echo_bool: bool, echo_string: String, echo_bytes: Bytes, echo_any: Any,
    echo_list: Vec<i64>, echo_map: BTreeMap<String, i64>, echo_person: Person, echo_optional: Option<i64>,
    echo_shape: Shape, rebuild_any: Any,
}

#[mote::function]
fn add(a: i64, b: i64) -> i64 {
    a.wrapping_add(b)
}

#[mote::function]
fn sum(numbers: Vec<i64>) -> i64 {
    numbers.iter().fold(0, |sum, number| sum.wrapping_add(*number))
}

#[mote::function]
fn square_all(numbers: Vec<f64>) -> Vec<f64> {
    numbers.iter().map(|number| number * number).collect()
}

#[mote::function]
fn fail(code: String, message: String) -> Result<(), Error> {
    Err(Error::new(code, message))
}

#[mote::function]
fn fail_with_details(details: Any) -> Result<(), Error> {
    Err(Error::new("detailed", "see the details").with_details(details))
}

#[mote::function]
fn call_host(name: String, argument: Any) -> Result<Any, Error> {
    mote::call_host(&name, (argument,))
}

#[mote::function]
fn call_host_times(name: String, times: i64) -> Result<i64, Error> {
    for _ in 0..times {
        mote::call_host::<Any>(&name, ())?;
    }
    Ok(times)
}

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
fn log_text(level: u8, text: String) {
    let levels = [Level::Trace, Level::Debug, Level::Info, Level::Warning, Level::Error];
    mote::log(levels[usize::from(level)], &text);
}

thread_local!(static CALLS: Cell<i64> = const { Cell::new(0) });

#[mote::function]
fn count() -> i64 {
    CALLS.set(CALLS.get() + 1);
    CALLS.get()
}

#[mote::function]
fn exit_with(status: i32) {
    std::process::exit(status)
}

#[mote::function]
fn panic_with(message: String) {
    panic!("{message}")
}

#[mote::function]
fn spin() {
    loop {
        std::hint::spin_loop();
    }
}

#[mote::function]
fn sleep_ms(ms: u64) {
    std::thread::sleep(Duration::from_millis(ms));
}

fn main() {
    if std::env::args().nth(1).as_deref() == Some("fallback") {
        mote::fallback(|_, arguments| Ok(arguments.into_iter().next().unwrap_or(Any::Null)));
    }
    mote::serve()
}
