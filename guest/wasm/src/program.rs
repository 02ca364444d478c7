//! The file of a function: found, read, compiled.

use crate::{Offer, component, core_module};
use std::path::{Path, PathBuf};
use wasmtime::{Config, Engine, WasmBacktraceDetails};

/// Names that a function's file has if there are several.
const MAIN: [&str; 4] = ["main.wasm", "index.wasm", "main.wat", "index.wat"];

/// The stack of the module's own functions, in bytes: as much as browsers give.
const STACK: usize = 1 << 20;

/// The rest of the stack on which they run is for what they call here.
const HOST_STACK: usize = 1 << 20;

/// The file of the function in a folder.
pub fn find(folder: &Path) -> Result<PathBuf, String> {
    if let Some(main) = MAIN.iter().map(|name| folder.join(name)).find(|file| file.is_file()) {
        return Ok(main);
    }
    let entries = folder.read_dir().map_err(|e| format!("{}: {e}", folder.display()))?;
    let mut files: Vec<_> =
        entries.flatten().map(|entry| entry.path()).filter(|file| is_wasm(file)).collect();
    files.sort();
    match &mut files[..] {
        [file] => Ok(std::mem::take(file)),
        [] => Err(format!("{}: there is no .wasm file", folder.display())),
        several => {
            let names: Vec<_> = several.iter().map(|file| name(file)).collect();
            Err(format!("which one is the function? Name it main.wasm: {}", names.join(", ")))
        }
    }
}

fn is_wasm(file: &Path) -> bool {
    matches!(file.extension().and_then(|e| e.to_str()), Some("wasm" | "wat")) && file.is_file()
}

/// The name of a file as its author knows it.
pub fn name(file: &Path) -> String {
    file.file_name().unwrap_or(file.as_os_str()).to_string_lossy().into_owned()
}

/// What the file offers.
pub fn load(file: &Path) -> Result<Vec<Offer>, String> {
    let bytes = std::fs::read(file).map_err(|e| e.to_string())?;
    let binary = binary(bytes, file)?;
    let engine = engine().map_err(|e| format!("{e:#}"))?;
    match Layer::of(&binary) {
        Some(Layer::Module) => core_module::offers(&engine, &binary, &name(file)),
        Some(Layer::Component) => component::offers(&engine, &binary, &name(file)),
        None => Err(String::from("this is neither WebAssembly nor its text format")),
    }
}

/// The binary format of what may be text.
fn binary(bytes: Vec<u8>, file: &Path) -> Result<Vec<u8>, String> {
    if bytes.starts_with(b"\0asm") || !is_text(&bytes) {
        return Ok(bytes);
    }
    match wat::parse_bytes(&bytes) {
        Ok(binary) => Ok(binary.into_owned()),
        Err(mut e) => {
            e.set_path(name(file));
            Err(e.to_string())
        }
    }
}

/// Whether this can be meant as WebAssembly's text format: a script or a picture with the wrong name is not parsed.
fn is_text(bytes: &[u8]) -> bool {
    let text = bytes.trim_ascii_start();
    text.starts_with(b"(") || text.starts_with(b";;")
}

enum Layer {
    Module,
    Component,
}

impl Layer {
    /// By the eight bytes with which every file begins.
    fn of(binary: &[u8]) -> Option<Self> {
        match binary.get(..8)? {
            [0, b'a', b's', b'm', 1, 0, 0, 0] => Some(Layer::Module),
            [0, b'a', b's', b'm', _, 0, 1, 0] => Some(Layer::Component),
            _ => None,
        }
    }
}

fn engine() -> wasmtime::Result<Engine> {
    let mut config = Config::new();
    config
        .max_wasm_stack(STACK)
        .async_stack_size(STACK + HOST_STACK)
        .wasm_backtrace_details(WasmBacktraceDetails::Enable)
        // The instance is in the snapshot already: copied pages are there, mapped ones would be faults in each call.
        .memory_init_cow(false)
        .native_unwind_info(false)
        .concurrency_support(false);
    Engine::new(&config)
}
