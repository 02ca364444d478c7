//! Components: handlers of requests, programs, or functions.

use crate::core_module::chain;
use crate::http;
use crate::world::{State, World};
use crate::{Offer, command, failure, interface};
use wasmtime::Engine;
use wasmtime::component::types::ComponentItem;
use wasmtime::component::{Component, Linker};

/// Whose interfaces of version 0.2 are there.
const PACKAGES: [&str; 7] = [
    "wasi:cli/",
    "wasi:clocks/",
    "wasi:filesystem/",
    "wasi:http/",
    "wasi:io/",
    "wasi:random/",
    "wasi:sockets/",
];

/// What a component offers.
pub fn offers(engine: &Engine, binary: &[u8], name: &str) -> Result<Vec<Offer>, String> {
    let component =
        Component::new(engine, binary).map_err(|e| format!("the component is invalid: {}", chain(&e)))?;
    refuse_unknown_imports(engine, &component)?;
    let seeded =
        imports(engine, &component).iter().any(|import| import.starts_with("wasi:random/insecure-seed@"));
    let world = World::new(name, seeded)?;
    let pre = linker(engine)
        .and_then(|linker| linker.instantiate_pre(&component))
        .map_err(|e| format!("what it imports is there, but not as it is imported: {}", chain(&e)))?;
    if exports(engine, &component, "wasi:http/incoming-handler@0.2.") {
        return http::offers(world, pre).map_err(|e| failure::text(&e));
    }
    if exports(engine, &component, "wasi:cli/run@0.2.") {
        return command::offers(world, move |world| command::Prepared::component(world, &pre))
            .map_err(|e| failure::text(&e));
    }
    interface::offers(world, &component, pre)
}

fn linker(engine: &Engine) -> wasmtime::Result<Linker<State>> {
    let mut linker = Linker::new(engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    wasmtime_wasi_http::p2::add_only_http_to_linker_async(&mut linker)?;
    Ok(linker)
}

fn imports(engine: &Engine, component: &Component) -> Vec<String> {
    let imports = component.component_type();
    // Types need nobody who provides them.
    let provided = imports.imports(engine).filter(|(_, import)| !matches!(import.ty, ComponentItem::Type(_)));
    provided.map(|(name, _)| name.to_owned()).collect()
}

fn exports(engine: &Engine, component: &Component, prefix: &str) -> bool {
    component.component_type().exports(engine).any(|(name, _)| name.starts_with(prefix))
}

fn refuse_unknown_imports(engine: &Engine, component: &Component) -> Result<(), String> {
    let unknown: Vec<_> = imports(engine, component)
        .into_iter()
        .filter(|import| !is_known(import))
        .map(|import| format!("  {import}"))
        .collect();
    if unknown.is_empty() {
        return Ok(());
    }
    Err(format!("it imports what is not there (only WASI 0.2 is):\n{}", unknown.join("\n")))
}

fn is_known(import: &str) -> bool {
    import.contains("@0.2.") && PACKAGES.iter().any(|package| import.starts_with(package))
}
