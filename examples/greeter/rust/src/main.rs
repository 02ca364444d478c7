//! Build it with `cargo build --release`, then:
//! `mote call target/x86_64-unknown-linux-gnu/release/greeter greet '{"name": "Ada", "age": 36}'`

#[derive(serde::Deserialize, mote::Value)]
struct Person {
    name: String,
    age: i32,
}

#[mote::function]
fn greet(person: Person) -> String {
    format!("Hello, {} ({})", person.name, person.age)
}

fn main() {
    mote::serve()
}
