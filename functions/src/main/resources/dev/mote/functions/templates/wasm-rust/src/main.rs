use std::env;
use std::io::{self, Read};

// A CGI program: the request's body is on standard input, the rest of it in variables.
fn main() -> io::Result<()> {
    let mut body = String::new();
    io::stdin().read_to_string(&mut body)?;
    let name = if body.is_empty() { "world" } else { body.trim() };
    println!("Content-Type: text/plain");
    println!("X-Method: {}", env::var("REQUEST_METHOD").unwrap_or_default());
    println!();
    println!("Hello, {name}!");
    Ok(())
}
