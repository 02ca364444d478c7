//! What went wrong in a module, as the host and its author are told.

use mote::{Any, Error};
use wasmtime::{FrameInfo, FrameSymbol, ThrownException, Trap, WasmBacktrace};
use wasmtime_wasi::I32Exit;

/// How wasmtime says that what follows is a backtrace.
const BACKTRACE: &str = "error while executing at wasm backtrace";

/// The error of a call: `trap`, `exception`, `exited` with a status other than 0, or `failed`.
pub fn error(error: &wasmtime::Error) -> Error {
    if let Some(status) = exit(error) {
        let message = format!("the module exited with status {status}");
        return Error::new("exited", message).with_details(Any::from_iter([("status", status)]));
    }
    let (code, message) = what(error);
    let error_of = Error::new(code, message);
    match stack(error) {
        Some(stack) => error_of.with_details(Any::from_iter([("stack", stack)])),
        None => error_of,
    }
}

/// The same as lines of text, for what happens before the first call.
pub fn text(error: &wasmtime::Error) -> String {
    if let Some(status) = exit(error) {
        return format!("it exited with status {status} before it was called");
    }
    let (_, message) = what(error);
    match stack(error) {
        Some(stack) => format!("{message}\n{stack}"),
        None => message,
    }
}

/// The status with which a module exited.
pub fn exit(error: &wasmtime::Error) -> Option<i32> {
    error.downcast_ref::<I32Exit>().map(|exit| exit.0)
}

fn what(error: &wasmtime::Error) -> (&'static str, String) {
    if let Some(trap) = error.downcast_ref::<Trap>() {
        let message = trap.to_string();
        return ("trap", message.strip_prefix("wasm trap: ").unwrap_or(&message).to_owned());
    }
    if error.is::<ThrownException>() {
        return ("exception", String::from("the module threw an exception that nothing caught"));
    }
    // A backtrace, if there is one, is among the causes.
    let causes = error.chain().map(ToString::to_string).filter(|cause| !cause.starts_with(BACKTRACE));
    ("failed", causes.collect::<Vec<_>>().join(": "))
}

/// Where it happened, innermost first, a line each.
fn stack(error: &wasmtime::Error) -> Option<String> {
    let trace = error.downcast_ref::<WasmBacktrace>()?;
    let mut lines: Vec<(String, usize)> = Vec::new();
    for line in trace.frames().iter().flat_map(lines_of) {
        match lines.last_mut() {
            // A function that calls itself is not said twenty times.
            Some((last, count)) if *last == line => *count += 1,
            _ => lines.push((line, 1)),
        }
    }
    let text =
        |(line, count): (String, usize)| if count == 1 { line } else { format!("{line}, {count} times") };
    let lines: Vec<_> = lines.into_iter().map(text).collect();
    if lines.is_empty() { None } else { Some(lines.join("\n")) }
}

/// One, or several if functions were inlined.
fn lines_of(frame: &FrameInfo) -> Vec<String> {
    if frame.symbols().is_empty() {
        return vec![line(&function(frame), &place(frame))];
    }
    let of_symbol = |symbol: &FrameSymbol| {
        let name = symbol.name().map_or_else(|| function(frame), demangled);
        line(&name, &source(symbol).unwrap_or_else(|| place(frame)))
    };
    frame.symbols().iter().map(of_symbol).collect()
}

fn line(function: &str, place: &str) -> String {
    format!("    at {function} ({place})")
}

fn function(frame: &FrameInfo) -> String {
    frame.func_name().map_or_else(|| format!("function {}", frame.func_index()), demangled)
}

fn demangled(name: &str) -> String {
    match cpp_demangle::Symbol::new(name) {
        _ if rustc_demangle::try_demangle(name).is_ok() => format!("{:#}", rustc_demangle::demangle(name)),
        Ok(symbol) => symbol.demangle().unwrap_or_else(|_| name.to_owned()),
        Err(_) => name.to_owned(),
    }
}

/// A place in the author's source, if the module has debug information.
fn source(symbol: &FrameSymbol) -> Option<String> {
    let file = symbol.file()?;
    let file = file.strip_prefix("/function/").unwrap_or(file);
    Some(match (symbol.line(), symbol.column()) {
        (Some(line), Some(column)) => format!("{file}:{line}:{column}"),
        (Some(line), None) => format!("{file}:{line}"),
        _ => file.to_owned(),
    })
}

/// A place in the module, as `wasm-objdump` shows it.
fn place(frame: &FrameInfo) -> String {
    match frame.module_offset() {
        Some(offset) => format!("wasm+{offset:#x}"),
        None => String::from("wasm"),
    }
}
