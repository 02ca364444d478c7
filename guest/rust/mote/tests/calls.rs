//! Calls of functions, their errors, and panics.

mod host;

use host::{Host, LIMIT, Message};
use mote::{Any, Bytes, Error, Value};
use serde::{Deserialize, Serialize};
use std::cell::Cell;
use std::collections::BTreeMap;

const NONE: [u8; 0] = [];

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Value)]
struct Person {
    name: String,
    age: i32,
    email: Option<String>,
}

#[derive(Serialize, Deserialize, Value)]
enum Shape {
    Circle { radius: f64 },
    Square { side: f64 },
    Nothing,
}

#[mote::function]
fn birthday(person: Person) -> Person {
    Person { age: person.age + 1, ..person }
}

#[mote::function]
fn area(shape: Shape) -> Result<f64, Error> {
    match shape {
        Shape::Circle { radius } => Ok(radius * 2.0),
        Shape::Square { side } => Ok(side * side),
        Shape::Nothing => Err(Error::new("no-area", "nothing has none").with_details(7)),
    }
}

#[mote::function]
fn twice_a_key() -> Any {
    Any::Map(vec![("a".into(), 1.into()), ("b".into(), 2.into()), ("a".into(), 3.into())])
}

#[mote::function]
fn fail_with(details: Any) -> Result<(), Error> {
    Err(Error::new("detailed", "").with_details(vec![details, twice_a_key()]))
}

#[mote::function]
fn parse(text: String) -> Result<i64, std::num::ParseIntError> {
    text.parse()
}

#[mote::function]
fn add(a: i64, b: i64) -> i64 {
    a + b
}

#[mote::function]
fn large(size: usize) -> Bytes {
    Bytes(vec![0; size])
}

#[mote::function]
fn read_file(path: String) -> Result<Bytes, Error> {
    Ok(Bytes(std::fs::read(path)?))
}

#[test]
fn calls_give_results() {
    let host = Host::start();
    let ada = Person { name: "Ada".into(), age: 36, email: None };
    assert_eq!(host.call("birthday", (&ada,)).result::<Person>(), Person { age: 37, ..ada });
    assert_eq!(host.call("birthday", (BTreeMap::from([("name", "x")]),)).error().0, "invalid-argument");
    let short = Any::from_iter([("age", Any::from(1)), ("name", Any::from("x"))]);
    assert_eq!(host.call("birthday", (short,)).result::<Person>().age, 2); // in any order, without what is optional
    assert_eq!(host.call("area", (Shape::Square { side: 3.0 },)).result::<f64>(), 9.0);
    assert_eq!(host.call("add", (i64::MAX, i64::MIN)).result::<i64>(), -1);
    for size in [0, 4095, 4096, 100_000] {
        assert_eq!(host.call("large", (size,)).result::<Bytes>().len(), size);
    }
}

#[test]
fn errors_have_code_message_and_details() {
    let host = Host::start();
    let no_area = Message::Error("no-area".into(), "nothing has none".into(), Some(Any::Int(7)));
    assert_eq!(host.call("area", (Shape::Nothing,)), no_area);
    assert_eq!(host.call("parse", ("x",)).error(), ("failed", "invalid digit found in string"));
    let (code, message) = ("failed", "No such file or directory (os error 2)");
    assert_eq!(host.call("read_file", ("/no/such",)).error(), (code, message));
}

#[test]
fn what_cannot_be_sent_is_an_error() {
    let host = Host::start();
    let (code, message) = ("failed", "the result cannot be sent: a map has the key 'a' twice");
    assert_eq!(host.call("twice_a_key", NONE).error(), (code, message));
    assert_eq!(host.call("fail_with", (1,)).error(), ("detailed", "")); // without its details
    let message = format!("the answer is larger than the host takes: {} bytes", LIMIT + 2 + 5);
    assert_eq!(host.call("large", (LIMIT,)).error(), ("limit", &*message));
    assert_eq!(host.call("large", (LIMIT - 7,)).result::<Bytes>().len(), LIMIT - 7);
}

#[test]
fn wrong_calls_are_refused_with_a_reason() {
    let host = Host::start();
    for (arguments, reason) in [
        (Any::from(vec![1]), "argument 'b' is missing"),
        (Any::from(vec![1, 2, 3]), "there are 1 arguments too many"),
        (
            Any::from_iter([1.into(), Any::from("2")]),
            "argument 'b': invalid type: string \"2\", expected i64",
        ),
        (
            Any::from_iter([1, u64::MAX]),
            "argument 'b': invalid value: integer `18446744073709551615`, expected i64",
        ),
        (Any::from(vec![1.0, 2.0]), "argument 'a': invalid type: floating point `1.0`, expected i64"),
    ] {
        assert_eq!(host.call("add", arguments).error(), ("invalid-argument", reason));
    }
    host.send((1, 99, NONE));
    assert_eq!(host.receive().error(), ("unknown-function", "there is no function 99"));
    host.send((1, "other", NONE));
    assert_eq!(host.receive().error(), ("unknown-function", "there is no function other"));
    host.send((1, "add", (1, 2)));
    assert_eq!(host.receive().result::<i64>(), 3); // by its name it is found too
}

#[test]
fn malformed_arguments_are_errors_and_the_guest_goes_on() {
    let host = Host::start();
    let place = u8::try_from(host.place("birthday")).unwrap();
    let mut state = 1_u64;
    let (mut refused, mut taken) = (0, 0);
    for _ in 0..20_000 {
        let mut message = vec![0x83, 1, place, 0x81];
        message.extend(b"\xa3\x64name\x62Ad\x63age\x18\x24\x65email\xf6");
        for _ in 0..state >> 62 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let at = 3 + (state >> 33) as usize % (message.len() - 3);
            message[at] = (state >> 48) as u8;
        }
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        if state >> 61 == 0 {
            message.truncate(4 + (state >> 40) as usize % 20);
        }
        host.send_bytes(message);
        match host.receive() {
            Message::Result(_) => taken += 1,
            Message::Error(..) => refused += 1,
            other => panic!("{other:?}"),
        }
    }
    assert!(refused > 5_000 && taken > 1_000, "{refused} refused, {taken} taken");
    assert_eq!(host.call("add", (1, 2)).result::<i64>(), 3);
}

#[mote::function]
fn boom(message: String) {
    if message.is_empty() {
        std::panic::resume_unwind(Box::new("quietly"));
    }
    panic!("{message}");
}

#[mote::function]
fn odd_panic() {
    std::panic::panic_any(7);
}

#[test]
fn a_panic_is_an_error_with_its_place_and_the_guest_goes_on() {
    let host = Host::start();
    for _ in 0..3 {
        let said = host.call("boom", ("too hot",));
        let (code, message) = said.error();
        assert_eq!(code, "panic");
        let place = message.strip_prefix("too hot at mote/tests/calls.rs:").expect(message);
        assert!(place.split(':').all(|number| number.parse::<u32>().is_ok()), "{message}");
    }
    assert_eq!(host.call("boom", ("",)).error(), ("panic", "quietly"));
    let said = host.call("odd_panic", NONE);
    assert!(said.error().1.starts_with("a panic without a message at "), "{said:?}");
    assert_eq!(host.call("add", (1, 2)).result::<i64>(), 3);
}

thread_local!(static CALLS: Cell<i64> = const { Cell::new(0) });

#[mote::function]
fn count() -> i64 {
    CALLS.set(CALLS.get() + 1);
    CALLS.get()
}

#[mote::function]
fn serve_again() {
    mote::serve()
}

#[test]
fn state_stays_from_call_to_call() {
    let host = Host::start();
    for expected in 1..4 {
        assert_eq!(host.call("count", NONE).result::<i64>(), expected);
    }
    assert!(host.call("serve_again", NONE).error().1.starts_with("mote::serve was called by a function"));
    assert_eq!(host.call("count", NONE).result::<i64>(), 4);
}

#[test]
fn other_names_reach_the_fallback() {
    let host = Host::of(|| {
        let prefix = String::from("called ");
        mote::fallback(move |name, arguments| match name {
            "fail" => Err(Error::new("own", prefix.clone())),
            _ => Ok(Any::from_iter([Any::from(prefix.clone() + name), arguments.into()])),
        });
    });
    assert!(host.fallback);
    host.send((1, "other", (1, "x")));
    let expected = Any::from_iter([Any::from("called other"), Any::from_iter([1.into(), Any::from("x")])]);
    assert_eq!(host.receive(), Message::Result(expected));
    host.send((1, "fail", NONE));
    assert_eq!(host.receive().error(), ("own", "called "));
    assert_eq!(host.call("add", (1, 2)).result::<i64>(), 3);
}

#[test]
fn what_is_offered_at_run_time_is_called_as_the_rest() {
    let host = Host::of(|| {
        for factor in [2, 3] {
            mote::offer(format!("times{factor}"), "(number: i32) -> i64", move |arguments| {
                Ok(Any::Int(arguments[0].to::<i64>()? * factor))
            });
        }
    });
    assert_eq!(host.signature("times3"), "(number: i32) -> i64");
    assert!(host.functions.is_sorted());
    assert_eq!(host.call("times2", (21,)).result::<i64>(), 42);
    assert_eq!(host.call("times3", (-1,)).result::<i64>(), -3);
    assert_eq!(host.call("times3", ("x",)).error().0, "failed");
    assert_eq!(host.call("add", (1, 2)).result::<i64>(), 3);
    host.send((1, "times2", (4,)));
    assert_eq!(host.receive().result::<i64>(), 8);
}
