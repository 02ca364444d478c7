//! The library against a host of the test's own: a thread serves, the test plays the host.

use mote::__private::{Transport, connect, from_slice, to_vec};
use mote::{Any, Bytes, Error, Level, Value};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, Sender, channel};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Value)]
#[serde(rename_all = "camelCase")]
struct Person {
    first_name: String,
    age: i32,
    #[serde(rename = "e-mail")]
    email: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Value)]
enum Shape {
    Circle { radius: f64 },
    Square { side: f64 },
    Nothing,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, Value)]
struct Meters(f64);

#[mote::function]
fn birthday(person: Person) -> Person {
    Person { age: person.age + 1, ..person }
}

#[mote::function]
fn area(shape: Shape, scale: Meters) -> Result<f64, Error> {
    match shape {
        Shape::Circle { radius } => Ok(radius * scale.0),
        Shape::Square { side } => Ok(side * side * scale.0),
        Shape::Nothing => Err(Error::new("no-area", "nothing has none").with_details(7)),
    }
}

#[mote::function(name = "echo")]
fn echo_any(value: Any) -> Any {
    value
}

#[mote::function]
fn parse(text: String) -> Result<i64, std::num::ParseIntError> {
    text.parse()
}

#[mote::function]
fn boom(message: String) {
    panic!("{message}");
}

#[mote::function]
fn ask(value: i64) -> Result<i64, Error> {
    mote::log(Level::Warning, "asking");
    let doubled: i64 = mote::call_host("double", (value,))?;
    let none: Option<String> = mote::call_host("nothing", ())?;
    Ok(doubled + none.map_or(1, |_| 0))
}

#[mote::function]
fn kinds(_bytes: Bytes, _map: BTreeMap<u8, Vec<Option<bool>>>, _maybe: Option<Any>) {}

struct Pipe {
    to_host: Sender<Vec<u8>>,
    from_host: Receiver<Vec<u8>>,
}

impl Transport for Pipe {
    fn exchange(&mut self, message: &[u8], received: &mut Vec<u8>) {
        self.send(message);
        match self.from_host.recv() {
            Ok(message) => *received = message,
            Err(_) => loop {
                std::thread::park(); // the test is over
            },
        }
    }

    fn send(&mut self, message: &[u8]) {
        let _ = self.to_host.send(message.to_vec());
    }
}

struct Host {
    to_guest: Sender<Vec<u8>>,
    from_guest: Receiver<Vec<u8>>,
    functions: Vec<(String, String)>,
}

impl Host {
    fn start() -> Self {
        let (to_guest, from_host) = channel();
        let (to_host, from_guest) = channel();
        std::thread::spawn(move || {
            connect(Pipe { to_host, from_host });
            mote::fallback(|name, arguments| Ok(Any::List(vec![Any::from(name), Any::List(arguments)])));
            mote::serve()
        });
        #[derive(Deserialize)]
        struct Offer {
            version: u8,
            functions: BTreeMap<String, String>,
            fallback: bool,
        }
        let (kind, offer): (u8, Offer) = from_slice(&from_guest.recv().unwrap()).unwrap();
        assert_eq!((kind, offer.version, offer.fallback), (0, 1, true));
        Host { to_guest, from_guest, functions: offer.functions.into_iter().collect() }
    }

    fn signature(&self, name: &str) -> &str {
        &self.functions.iter().find(|f| f.0 == name).unwrap().1
    }

    fn send(&self, message: impl Serialize) {
        self.to_guest.send(to_vec(&message).unwrap()).unwrap();
    }

    fn receive(&self) -> Vec<u8> {
        self.from_guest.recv().unwrap()
    }

    fn call(&self, name: &str, arguments: impl Serialize) -> Vec<u8> {
        self.begin(name, arguments);
        self.receive()
    }

    fn begin(&self, name: &str, arguments: impl Serialize) {
        let index = self.functions.iter().position(|f| f.0 == name).unwrap();
        self.send((1, index, arguments));
    }
}

fn result<T: for<'a> Deserialize<'a>>(message: &[u8]) -> T {
    let (kind, value) = from_slice::<(u8, T)>(message).unwrap();
    assert_eq!(kind, 2);
    value
}

fn error(message: &[u8]) -> (String, String) {
    let (kind, code, text) = from_slice::<(u8, String, String)>(message).unwrap();
    assert_eq!(kind, 3);
    (code, text)
}

#[test]
fn signatures_are_derived_from_types() {
    let host = Host::start();
    let person = "{firstName: string, age: i32, e-mail: string?}";
    assert_eq!(host.signature("birthday"), format!("(person: {person}) -> {person}"));
    assert_eq!(
        host.signature("area"),
        "(shape: enum {Circle {radius: f64}, Square {side: f64}, Nothing}, scale: f64) -> f64"
    );
    assert_eq!(host.signature("boom"), "(message: string) -> null");
    assert_eq!(host.signature("kinds"), "(_bytes: bytes, _map: map<u8, [bool?]>, _maybe: any) -> null");
}

#[test]
fn calls_give_results_and_errors() {
    let host = Host::start();
    let ada = Person { first_name: "Ada".into(), age: 36, email: None };
    assert_eq!(result::<Person>(&host.call("birthday", (&ada,))).age, 37);
    assert_eq!(result::<f64>(&host.call("area", (Shape::Square { side: 3.0 }, 1.5))), 13.5);
    let failed = host.call("area", (Shape::Nothing, 1.0));
    let (kind, code, _, details): (u8, String, String, i64) = from_slice(&failed).unwrap();
    assert_eq!((kind, code.as_str(), details), (3, "no-area", 7));
    assert_eq!(error(&host.call("parse", ("x",))).0, "failed");
    assert_eq!(result::<i64>(&host.call("parse", ("-5",))), -5);
    assert_eq!(error(&host.call("parse", (1,))).0, "invalid-argument");
    assert_eq!(error(&host.call("parse", Vec::<u8>::new())).1, "argument 'text' is missing");
    host.send((1, 99, Vec::<u8>::new()));
    assert_eq!(error(&host.receive()).0, "unknown-function");
}

#[test]
fn a_panic_is_an_error_and_the_guest_goes_on() {
    let host = Host::start();
    for _ in 0..3 {
        let (code, message) = error(&host.call("boom", ("too hot",)));
        assert_eq!(code, "panic");
        assert!(message.starts_with("too hot at mote/tests/library.rs:") || message.contains("library.rs:"));
    }
    assert_eq!(result::<i64>(&host.call("parse", ("7",))), 7);
}

#[test]
fn the_host_is_asked_and_may_call_back() {
    let host = Host::start();
    host.begin("ask", (20,));
    let (kind, level, record): (u8, u8, String) = from_slice(&host.receive()).unwrap();
    assert_eq!((kind, level, record.as_str()), (4, 3, "asking"));
    let (kind, name, arguments): (u8, String, Vec<i64>) = from_slice(&host.receive()).unwrap();
    assert_eq!((kind, name.as_str(), arguments.as_slice()), (1, "double", &[20][..]));
    assert_eq!(result::<i64>(&host.call("parse", ("1",))), 1); // nested
    host.send((2, 40));
    let (_, name, arguments): (u8, String, Vec<i64>) = from_slice(&host.receive()).unwrap();
    assert_eq!((name.as_str(), arguments.len()), ("nothing", 0));
    host.send((2, Any::Null));
    assert_eq!(result::<i64>(&host.receive()), 41);
    host.begin("ask", (1,));
    host.receive();
    host.receive();
    host.send((3, "limit", "no more"));
    assert_eq!(error(&host.receive()), ("limit".into(), "no more".into()));
}

#[test]
fn other_names_reach_the_fallback() {
    let host = Host::start();
    host.send((1, "other", (1, "x")));
    let expected = Any::List(vec![Any::from("other"), Any::List(vec![Any::Int(1), Any::from("x")])]);
    assert_eq!(result::<Any>(&host.receive()), expected);
}

fn bits_of(value: &Any) -> Vec<u8> {
    to_vec(value).unwrap()
}

#[test]
fn values_keep_every_bit() {
    let numbers = [0, 23, 24, 255, 256, 65535, 65536, u64::from(u32::MAX), 1 << 32, u64::MAX];
    for number in numbers {
        assert_eq!(from_slice::<u64>(&to_vec(&number).unwrap()).unwrap(), number);
        let negative = !(number as i64).wrapping_abs();
        assert_eq!(from_slice::<i64>(&to_vec(&negative).unwrap()).unwrap(), negative);
    }
    assert_eq!(to_vec(&i64::MIN).unwrap(), b"\x3b\x7f\xff\xff\xff\xff\xff\xff\xff");
    for bits in [0, 1 << 63, 0x7ff0_0000_dead_beef, 0xfff8_1234_5678_9abc, 0x7ff0 << 48] {
        let back: f64 = from_slice(&to_vec(&f64::from_bits(bits)).unwrap()).unwrap();
        assert_eq!(back.to_bits(), bits);
    }
    for bits in [0, 1 << 31, 0x7f80_0001, 0xffc1_2345, 0x7f80_0000] {
        let written = to_vec(&f32::from_bits(bits)).unwrap();
        assert_eq!(written[0], 0xfa);
        assert_eq!(from_slice::<f32>(&written).unwrap().to_bits(), bits);
    }
    assert_eq!(from_slice::<f64>(b"\xf9\x3e\x00").unwrap(), 1.5);
    assert_eq!(from_slice::<f64>(b"\xf9\x00\x01").unwrap(), 1.0 / f64::from(1 << 24));
    assert_eq!(to_vec(&Bytes(vec![1, 2])).unwrap(), b"\x42\x01\x02");
    assert_eq!(to_vec("é").unwrap(), b"\x62\xc3\xa9");
}

#[test]
fn malformed_messages_are_errors() {
    for message in [
        &b""[..],
        b"\x1b\x00",
        b"\x62a",
        b"\x62\xc3\x28",
        b"\x9f\xff",
        b"\x82\x01",
        b"\xff",
        b"\xc0\x00",
        b"\x01\x02",
    ] {
        assert!(from_slice::<Any>(message).is_err(), "{message:x?}");
    }
    assert!(from_slice::<Any>(&[0x81; 100_000]).is_err());
    let mut state = 1_u64;
    for _ in 0..200_000 {
        let mut message = [0_u8; 24];
        for byte in &mut message {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            *byte = (state >> 56) as u8;
        }
        let length = (state >> 40) as usize % 25;
        if let Ok(value) = from_slice::<Any>(&message[..length]) {
            let written = bits_of(&value);
            assert_eq!(bits_of(&from_slice::<Any>(&written).unwrap()), written);
        }
        let _ = from_slice::<Person>(&message[..length]);
        let _ = from_slice::<Shape>(&message[..length]);
    }
}
