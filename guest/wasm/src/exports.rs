//! Functions that a module exports, called by themselves.

use crate::instances::Kept;
use crate::run::run;
use crate::world::{State, World};
use crate::{Offer, failure};
use mote::{Any, Error};
use std::rc::Rc;
use wasmtime::{ExternType, Func, FuncType, InstancePre, Store, Val, ValType};

const INITIALIZE: &str = "_initialize";

/// An instance whose functions are called.
struct Live {
    store: Store<State>,
    functions: Vec<Func>,
}

/// A function that can be offered.
struct Export {
    name: String,
    parameters: Vec<Number>,
    results: Vec<Number>,
}

#[derive(Clone, Copy, PartialEq)]
enum Number {
    I32,
    I64,
    F32,
    F64,
}

/// The functions of a module without `_start`.
pub fn offers(world: Rc<World>, pre: InstancePre<State>) -> Result<Vec<Offer>, String> {
    let exports = exports(&pre)?;
    let names: Vec<_> = exports.iter().map(|export| export.name.clone()).collect();
    let kept = Kept::new(move || Live::new(&world, &pre, &names)).map_err(|e| failure::text(&e))?;
    let kept = Rc::new(kept);
    Ok(exports
        .into_iter()
        .enumerate()
        .map(|(place, export)| {
            let kept = Rc::clone(&kept);
            Offer::new(export.name.clone(), export.signature(), move |arguments| {
                export.call(&kept, place, arguments)
            })
        })
        .collect())
}

fn exports(pre: &InstancePre<State>) -> Result<Vec<Export>, String> {
    let (mut offered, mut others) = (Vec::new(), Vec::new());
    for export in pre.module().exports() {
        let ExternType::Func(of) = export.ty() else { continue };
        let name = export.name();
        if is_of_the_toolchain(name) {
            continue;
        }
        match Export::of(name, &of) {
            Some(export) => offered.push(export),
            None => others.push(format!("  {name}: {of}")),
        }
    }
    if offered.is_empty() {
        let what = if others.is_empty() { String::from(" none") } else { format!("\n{}", others.join("\n")) };
        return Err(format!(
            "it has neither _start nor a function that can be called: of numbers (i32, i64, f32, f64), and not named fetch \
             or handle. It exports:{what}"
        ));
    }
    for other in others {
        eprintln!("not offered, for its type or its name:{other}");
    }
    Ok(offered)
}

/// Whether a function is there for compilers and hosts rather than for callers.
fn is_of_the_toolchain(name: &str) -> bool {
    name == INITIALIZE || name.starts_with("__") || name.starts_with("cabi_")
}

/// Whether a function may have the name in an announcement, and means by it what any function means.
pub fn is_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    let begins = bytes.next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_');
    let goes_on = bytes.all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b));
    begins && goes_on && name.len() <= 255 && name != "fetch" && name != "handle"
}

impl Live {
    fn new(world: &World, pre: &InstancePre<State>, names: &[String]) -> wasmtime::Result<Self> {
        let mut store = world.store(pre.module().engine())?;
        let instance = run(pre.instantiate_async(&mut store))?;
        if instance.get_func(&mut store, INITIALIZE).is_some() {
            let initialize = instance.get_typed_func::<(), ()>(&mut store, INITIALIZE)?;
            run(initialize.call_async(&mut store, ()))?;
        }
        let function = |name: &String| instance.get_func(&mut store, name).expect("an export of the module");
        let functions = names.iter().map(function).collect();
        Ok(Live { store, functions })
    }
}

impl Export {
    fn of(name: &str, function: &FuncType) -> Option<Self> {
        let parameters = function.params().map(|of| Number::of(&of)).collect::<Option<_>>()?;
        let results = function.results().map(|of| Number::of(&of)).collect::<Option<_>>()?;
        is_name(name).then(|| Export { name: name.to_owned(), parameters, results })
    }

    fn signature(&self) -> String {
        let parameters = self.parameters.iter().enumerate();
        let parameters: Vec<_> = parameters.map(|(place, of)| format!("p{place}: {}", of.name())).collect();
        let parameters = parameters.join(", ");
        match &self.results[..] {
            [] => format!("({parameters})"),
            [one] => format!("({parameters}) -> {}", one.name()),
            [first, rest @ ..] if rest.iter().all(|of| of == first) => {
                format!("({parameters}) -> [{}]", first.name())
            }
            _ => format!("({parameters}) -> any"),
        }
    }

    fn call(&self, kept: &Kept<Live>, place: usize, arguments: Vec<Any>) -> Result<Any, Error> {
        if arguments.len() != self.parameters.len() {
            let message = format!("{} takes {} arguments", self.name, self.parameters.len());
            return Err(Error::new("invalid-argument", message));
        }
        let of = self.parameters.iter();
        let parameters =
            of.zip(&arguments).map(|(of, value)| of.read(value)).collect::<Result<Vec<_>, _>>()?;
        let mut results = vec![Val::I32(0); self.results.len()];
        let called = kept
            .with(|live| run(live.functions[place].call_async(&mut live.store, &parameters, &mut results)));
        called.map_err(|e| failure::error(&e))?;
        let mut results: Vec<_> = results.iter().map(any).collect();
        match results.len() {
            0 | 1 => Ok(results.pop().unwrap_or_default()),
            _ => Ok(Any::List(results)),
        }
    }
}

impl Number {
    fn of(value: &ValType) -> Option<Self> {
        match value {
            ValType::I32 => Some(Number::I32),
            ValType::I64 => Some(Number::I64),
            ValType::F32 => Some(Number::F32),
            ValType::F64 => Some(Number::F64),
            _ => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Number::I32 => "i32",
            Number::I64 => "i64",
            Number::F32 => "f32",
            Number::F64 => "f64",
        }
    }

    fn read(self, value: &Any) -> Result<Val, Error> {
        let read = match self {
            Number::I32 => value.to().map(Val::I32),
            Number::I64 => value.to().map(Val::I64),
            Number::F32 => value.to::<f32>().map(Val::from),
            Number::F64 => value.to::<f64>().map(Val::from),
        };
        read.map_err(|e| Error::new("invalid-argument", e.message))
    }
}

fn any(value: &Val) -> Any {
    match *value {
        Val::I32(value) => value.into(),
        Val::I64(value) => value.into(),
        Val::F32(bits) => Any::F32(f32::from_bits(bits)),
        Val::F64(bits) => Any::F64(f64::from_bits(bits)),
        _ => unreachable!("only functions of numbers are offered"),
    }
}
