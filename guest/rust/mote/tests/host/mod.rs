//! A host of the tests' own: a thread serves, the test plays the host.

#![allow(dead_code)] // each test file uses some of it

use mote::__private::{TooLarge, Transport, connect, from_slice, to_vec};
use mote::Any;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, Sender, channel};

/// What the host takes at most.
pub const LIMIT: usize = 1 << 20;

pub struct Host {
    to_guest: Sender<Vec<u8>>,
    from_guest: Receiver<Vec<u8>>,
    pub functions: Vec<(String, String)>,
    pub fallback: bool,
}

struct Pipe {
    to_host: Sender<Vec<u8>>,
    from_host: Receiver<Vec<u8>>,
}

impl Transport for Pipe {
    fn exchange(&mut self, message: &[u8], received: &mut Vec<u8>) -> Result<(), TooLarge> {
        self.send(message)?;
        match self.from_host.recv() {
            Ok(message) => received.extend(message),
            Err(_) => loop {
                std::thread::park(); // the test is over
            },
        }
        Ok(())
    }

    fn send(&mut self, message: &[u8]) -> Result<(), TooLarge> {
        if message.len() > LIMIT {
            return Err(TooLarge);
        }
        let _ = self.to_host.send(message.to_vec());
        Ok(())
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Offer {
    version: u8,
    functions: BTreeMap<String, String>,
    #[serde(default)]
    fallback: bool,
}

impl Host {
    /// Of a thread that does something and serves then.
    pub fn of(before: impl FnOnce() + Send + 'static) -> Self {
        let (to_guest, from_host) = channel();
        let (to_host, from_guest) = channel();
        std::thread::spawn(move || {
            connect(Pipe { to_host, from_host });
            before();
            mote::serve()
        });
        let announcement: Vec<u8> = from_guest.recv().unwrap();
        let (kind, offer): (u8, Offer) = from_slice(&announcement).unwrap();
        assert_eq!((kind, offer.version), (0, 1));
        let functions = offer.functions.into_iter().collect();
        Host { to_guest, from_guest, functions, fallback: offer.fallback }
    }

    pub fn start() -> Self {
        Host::of(|| ())
    }

    pub fn signature(&self, name: &str) -> &str {
        &self.functions[self.place(name)].1
    }

    pub fn place(&self, name: &str) -> usize {
        self.functions.iter().position(|function| function.0 == name).expect(name)
    }

    pub fn send_bytes(&self, message: Vec<u8>) {
        self.to_guest.send(message).unwrap();
    }

    pub fn send(&self, message: impl Serialize) {
        self.send_bytes(to_vec(&message).unwrap());
    }

    pub fn receive(&self) -> Message {
        Message::read(&self.from_guest.recv().unwrap())
    }

    /// Sends a call, with a tuple or a list of arguments.
    pub fn begin(&self, name: &str, arguments: impl Serialize) {
        self.send((1, self.place(name), arguments));
    }

    pub fn call(&self, name: &str, arguments: impl Serialize) -> Message {
        self.begin(name, arguments);
        self.receive()
    }
}

/// What a guest sends.
#[derive(Debug, PartialEq)]
pub enum Message {
    Call(String, Vec<Any>),
    Result(Any),
    Error(String, String, Option<Any>),
    Log(u8, String),
}

impl Message {
    fn read(bytes: &[u8]) -> Self {
        let Any::List(parts) = from_slice::<Any>(bytes).unwrap() else { panic!("no message: {bytes:x?}") };
        let part = |place: usize| parts[place].clone();
        let text = |place: usize| part(place).to::<String>().unwrap();
        match (part(0), parts.len()) {
            (Any::Int(1), 3) => Message::Call(text(1), part(2).to().unwrap()),
            (Any::Int(2), 2) => Message::Result(part(1)),
            (Any::Int(3), 3) => Message::Error(text(1), text(2), None),
            (Any::Int(3), 4) => Message::Error(text(1), text(2), Some(part(3))),
            (Any::Int(4), 3) => Message::Log(part(1).to().unwrap(), text(2)),
            _ => panic!("no message: {parts:?}"),
        }
    }

    pub fn result<T: for<'a> Deserialize<'a>>(&self) -> T {
        match self {
            Message::Result(value) => value.to().unwrap(),
            other => panic!("no result: {other:?}"),
        }
    }

    pub fn error(&self) -> (&str, &str) {
        match self {
            Message::Error(code, message, None) => (code, message),
            other => panic!("no error without details: {other:?}"),
        }
    }
}
