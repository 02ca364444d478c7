//! Functions that a component exports, called by themselves.

use crate::exports::is_name;
use crate::instances::Kept;
use crate::run::run;
use crate::types::{self, Signature};
use crate::world::{State, World};
use crate::{Offer, failure, values};
use mote::{Any, Error};
use std::collections::BTreeMap;
use std::rc::Rc;
use wasmtime::component::types::{ComponentFunc, ComponentItem};
use wasmtime::component::{Component, ComponentExportIndex, Func, InstancePre, Val};
use wasmtime::{Engine, Store};

/// An instance whose functions are called.
struct Live {
    store: Store<State>,
    functions: Vec<Func>,
}

/// A function that can be offered.
struct Export {
    index: ComponentExportIndex,
    signature: Signature,
}

/// The functions of a component; those of an interface `a:b/c` are offered as `c.function`.
pub fn offers(
    world: Rc<World>,
    component: &Component,
    pre: InstancePre<State>,
) -> Result<Vec<Offer>, String> {
    let exports = exports(component)?;
    let indexes: Vec<_> = exports.values().map(|export| export.index).collect();
    let kept = Kept::new(move || Live::new(&world, &pre, &indexes)).map_err(|e| failure::text(&e))?;
    let kept = Rc::new(kept);
    Ok(exports
        .into_iter()
        .enumerate()
        .map(|(place, (name, export))| {
            let kept = Rc::clone(&kept);
            let signature = export.signature;
            Offer::new(name, signature.text.clone(), move |arguments| {
                call(&kept, place, &signature, arguments)
            })
        })
        .collect())
}

fn exports(component: &Component) -> Result<BTreeMap<String, Export>, String> {
    let engine = component.engine();
    let (mut offered, mut others) = (BTreeMap::new(), Vec::new());
    for (name, index, function) in functions(engine, component) {
        match (Signature::of(&function), is_name(&name) && !offered.contains_key(&name)) {
            (Some(signature), true) => _ = offered.insert(name, Export { index, signature }),
            _ => others.push(format!("  {name}")),
        }
    }
    if offered.is_empty() {
        let all: Vec<_> = component
            .component_type()
            .exports(engine)
            .map(|(name, _)| format!("  {name}"))
            .chain(others)
            .collect();
        let what = if all.is_empty() { String::from(" nothing") } else { format!("\n{}", all.join("\n")) };
        return Err(format!(
            "it exports neither wasi:http/incoming-handler nor wasi:cli/run, of version 0.2, nor a function whose values can \
             be sent. It exports:{what}"
        ));
    }
    for other in others {
        eprintln!("not offered, for its type or its name:{other}");
    }
    Ok(offered)
}

/// All functions, with the names under which they would be offered.
fn functions(engine: &Engine, component: &Component) -> Vec<(String, ComponentExportIndex, ComponentFunc)> {
    let mut functions = Vec::new();
    for (name, export) in component.component_type().exports(engine) {
        let Some(index) = component.get_export_index(None, name) else { continue };
        match export.ty {
            ComponentItem::ComponentFunc(function) => functions.push((name.to_owned(), index, function)),
            // Those of WASI have a meaning that these functions would not have.
            ComponentItem::ComponentInstance(interface) if !name.starts_with("wasi:") => {
                let short = name.rsplit('/').next().unwrap_or(name).split('@').next().unwrap_or(name);
                for (function_name, export) in interface.exports(engine) {
                    let inner = component.get_export_index(Some(&index), function_name);
                    if let (Some(inner), ComponentItem::ComponentFunc(function)) = (inner, export.ty) {
                        functions.push((format!("{short}.{function_name}"), inner, function));
                    }
                }
            }
            _ => {}
        }
    }
    functions
}

impl Live {
    fn new(
        world: &World,
        pre: &InstancePre<State>,
        indexes: &[ComponentExportIndex],
    ) -> wasmtime::Result<Self> {
        let mut store = world.store(pre.engine())?;
        let instance = run(pre.instantiate_async(&mut store))?;
        let function = |index: &ComponentExportIndex| {
            instance.get_func(&mut store, index).expect("an export of the component")
        };
        let functions = indexes.iter().map(function).collect();
        Ok(Live { store, functions })
    }
}

fn call(kept: &Kept<Live>, place: usize, signature: &Signature, arguments: Vec<Any>) -> Result<Any, Error> {
    let parameters = signature.read(arguments)?;
    let mut results = vec![Val::Bool(false); usize::from(signature.result.is_some())];
    let called =
        kept.with(|live| run(live.functions[place].call_async(&mut live.store, &parameters, &mut results)));
    called.map_err(|e| failure::error(&e))?;
    match (results.pop(), &signature.result) {
        (Some(result), Some(of)) => outcome(result, of),
        _ => Ok(Any::Null),
    }
}

/// A function that returns a `result` has a value or fails.
fn outcome(value: Val, of: &types::Type) -> Result<Any, Error> {
    let (types::Type::Result(of), Val::Result(result)) = (of, &value) else {
        return Ok(values::any(value, of));
    };
    let any = |value: &Option<Box<Val>>, of: Option<types::Type>| match (value, of) {
        (Some(value), Some(of)) => values::any((**value).clone(), &of),
        _ => Any::Null,
    };
    match result {
        Ok(value) => Ok(any(value, of.ok())),
        Err(value) => {
            let details = any(value, of.err());
            let message = match &details {
                Any::String(text) => text.clone(),
                _ => String::from("the function returned an error"),
            };
            Err(Error::failed(message).with_details(details))
        }
    }
}
