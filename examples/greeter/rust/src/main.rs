//! A function for a Mote host: greets a person by the title that the host knows, if it does.

use mote::Value;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Value)]
struct Person {
    name: String,
    age: i32,
}

#[mote::function]
fn greet(person: Person) -> String {
    let title: String = mote::call_host("title", (&person.name,)).unwrap_or_else(|_| "dear".to_owned());
    format!("Hello, {title} {} ({})", person.name, person.age)
}

fn main() {
    mote::serve()
}
