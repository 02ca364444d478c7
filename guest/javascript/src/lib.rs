//! Functions in JavaScript and TypeScript, as programs of a Mote sandbox.
//!
//! The language is QuickJS-ng, the interfaces around it are those of the web that servers have too (WinterTC's minimum), in
//! `web/`. [`Function::start`] does all that a function needs before its first call, so that a snapshot can be taken behind it.

mod engine;
mod event_loop;
mod failure;
mod function;
mod memory;
mod modules;
mod native;
mod typescript;
mod values;
mod web;

pub use failure::Failure;
pub use function::Function;
