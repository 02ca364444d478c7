//! `mote-js [FILE]`: offers what a file in JavaScript or TypeScript exports.

use mote_js::{Failure, Function};
use std::path::PathBuf;
use std::process::exit;

const USAGE: &str = "Usage: mote-js [FILE]
Offers what FILE (else index.js, index.mjs or index.ts) exports to the Mote host that runs this program:
  export default { async fetch(request, env, ctx) { return new Response('hello') } }
  export function handle(event, context) { return { hello: event.name } }";

/// Of the main thread's eight MiB: the rest is for what is not JavaScript.
const STACK: usize = 6 << 20;

fn main() {
    let mut arguments = std::env::args_os().skip(1);
    let file = arguments.next().map(PathBuf::from);
    if arguments.next().is_some()
        || file.as_ref().is_some_and(|file| file.as_os_str().as_encoded_bytes()[..] == *b"--help")
    {
        eprintln!("{USAGE}");
        exit(2);
    }
    match file.map_or_else(usual_file, Ok).and_then(|file| Function::start(&file, STACK)) {
        Ok(function) => function.serve(),
        Err(failure) => {
            eprintln!("{failure}");
            exit(1);
        }
    }
}

fn usual_file() -> Result<PathBuf, Failure> {
    let usual = ["index.js", "index.mjs", "index.ts"];
    let found = usual.into_iter().map(PathBuf::from).find(|file| file.is_file());
    found.ok_or_else(|| Failure::new(format!("there is no {}", usual.join(", no "))))
}
