//! WebAssembly as the functions of a Mote sandbox.
//!
//! [`load`] compiles a module or a component and says what it offers; the program announces that to its host. All that can be
//! done before the first call is done there, for it is in the snapshot of which each call is restored.
//!
//! | file | what it is |
//! |---|---|
//! | `program.rs` | the file: found, read, compiled |
//! | `core_module.rs`, `component.rs` | which functions a module, a component has |
//! | `command.rs` | a program that reads a request and writes an answer, by the rules of `cgi.rs` and `cgi_output.rs` |
//! | `http.rs` | a component that handles requests |
//! | `exports.rs`, `interface.rs` | functions that are called by themselves; `types.rs` and `values.rs`: their types and values |
//! | `instances.rs` | which call gets which instance |
//! | `world.rs` | what WASI shows: files, environment, clocks, random numbers |
//! | `failure.rs` | what went wrong, as the host is told |

mod answer;
mod cgi;
mod cgi_output;
mod command;
mod component;
mod core_module;
mod exports;
mod failure;
mod http;
mod instances;
mod interface;
mod program;
mod random;
mod request;
mod run;
mod streams;
mod types;
mod values;
mod world;

pub use answer::have_a_host;
use mote::{Any, Error};
use std::path::Path;

/// A function that is offered to the host.
pub struct Offer {
    /// Its name in the announcement.
    pub name: String,
    /// Its type, in Mote's type language.
    pub signature: String,
    /// Answers a call.
    pub call: Box<dyn Fn(Vec<Any>) -> Result<Any, Error>>,
}

impl Offer {
    fn new(
        name: impl Into<String>,
        signature: impl Into<String>,
        call: impl Fn(Vec<Any>) -> Result<Any, Error> + 'static,
    ) -> Self {
        Offer { name: name.into(), signature: signature.into(), call: Box::new(call) }
    }

    /// The one that answers HTTP requests.
    fn fetch(answer: impl Fn(request::Request) -> Result<Any, Error> + 'static) -> Vec<Self> {
        vec![Offer::new("fetch", "(request: any) -> any", move |mut arguments| {
            answer(request::Request::of(arguments.pop().unwrap_or_default())?)
        })]
    }
}

/// What the module or component in a file offers; without a file, the one of the folder `/function`.
///
/// # Errors
/// What is wrong with it, in words for its author.
pub fn load(file: Option<&Path>) -> Result<Vec<Offer>, String> {
    let file = match file {
        Some(file) => file.to_owned(),
        None => program::find(Path::new(world::FUNCTION))?,
    };
    program::load(&file).map_err(|why| format!("{}: {why}", program::name(&file)))
}
