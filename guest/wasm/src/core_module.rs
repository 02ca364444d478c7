//! Modules: programs, if they have `_start`, or functions.

use crate::world::{State, World};
use crate::{Offer, command, exports, failure};
use wasmtime::{Engine, Linker, Module};
use wasmtime_wasi::p1;

/// What a module offers.
pub fn offers(engine: &Engine, binary: &[u8], name: &str) -> Result<Vec<Offer>, String> {
    let module = Module::new(engine, binary).map_err(|e| format!("the module is invalid: {}", chain(&e)))?;
    let world = World::new(name, false)?;
    let mut linker = Linker::new(engine);
    p1::add_to_linker_async(&mut linker, |state: &mut State| &mut state.wasi)
        .map_err(|e| failure::text(&e))?;
    refuse_unknown_imports(&linker, &world, &module)?;
    let pre = linker.instantiate_pre(&module).map_err(|e| chain(&e))?;
    if module.get_export("_start").is_some() {
        return command::offers(world, move |world| command::Prepared::module(world, &pre))
            .map_err(|e| failure::text(&e));
    }
    exports::offers(world, pre)
}

fn refuse_unknown_imports(linker: &Linker<State>, world: &World, module: &Module) -> Result<(), String> {
    let mut store = world.store(module.engine()).map_err(|e| failure::text(&e))?;
    let unknown: Vec<_> = module
        .imports()
        .filter(|import| linker.get_by_import(&mut store, import).is_none())
        .map(|import| format!("  {}.{}", import.module(), import.name()))
        .collect();
    if unknown.is_empty() {
        return Ok(());
    }
    Err(format!("it imports what is not there (only wasi_snapshot_preview1 is):\n{}", unknown.join("\n")))
}

/// An error with its causes.
pub fn chain(error: &wasmtime::Error) -> String {
    format!("{error:#}")
}
