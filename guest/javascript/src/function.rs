//! A function: a file of the author's that was loaded, and what it offers.

use crate::engine::Engine;
use crate::event_loop::{self, Rejections};
use crate::web::Known;
use crate::{Failure, modules, native, values};
use mote::Any;
use rquickjs::function::Args;
use rquickjs::{Ctx, Object, Promise, Result};
use std::path::Path;
use std::rc::Rc;

/// A file that was loaded, with what it offers.
pub struct Function {
    offered: Vec<(String, Known)>,
    engine: Engine,
}

impl Function {
    /// Loads a file, with all that it imports, and waits until it has been evaluated. Names of files in messages are
    /// relative to the working directory.
    ///
    /// `stack` is what JavaScript may use of the thread's stack, in bytes.
    ///
    /// # Errors
    /// What is wrong with the file, or what it throws.
    pub fn start(file: &Path, stack: usize) -> std::result::Result<Self, Failure> {
        let root = std::env::current_dir()
            .map_err(|e| Failure::new(format!("there is no working directory: {e}")))?;
        Function::start_in(&root, file, stack)
    }

    /// The same, with names of files that are relative to another folder.
    ///
    /// # Errors
    /// The same.
    pub fn start_in(root: &Path, file: &Path, stack: usize) -> std::result::Result<Self, Failure> {
        let engine = Engine::new(root, stack)?;
        let name = modules::name_of(root, file);
        let offered = engine.with(|ctx, web| {
            let module = modules::load(ctx, engine.files(), &name, None)?;
            let (module, evaluated) = modules::evaluate(ctx, engine.files(), module)?;
            web.watch.get(ctx)?.call::<_, ()>((evaluated.clone(),))?;
            event_loop::run(ctx, web, &evaluated, Rejections::AreThrown)?;
            let offers: Object<'_> = web.offers.get(ctx)?.call((module.namespace()?,))?;
            offers
                .props()
                .map(|entry| entry.map(|(name, handler)| (name, Known::new(ctx, handler))))
                .collect::<Result<Vec<_>>>()
        })?;
        if offered.is_empty() {
            return Err(Failure::new(format!(
                "{name} offers nothing: it must export default {{ fetch(request) {{ … }} }}, or a function handle(event, context)"
            )));
        }
        engine.settle_down();
        Ok(Function { offered, engine })
    }

    /// The names of the functions that are offered.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.offered.iter().map(|(name, _)| name.as_str())
    }

    /// Calls one of them.
    ///
    /// # Errors
    /// What it throws.
    pub fn call(&self, name: &str, arguments: Vec<Any>) -> std::result::Result<Any, Failure> {
        let (_, handler) = self
            .offered
            .iter()
            .find(|(other, _)| other == name)
            .ok_or_else(|| Failure::new(format!("there is no function {name}")))?;
        self.engine.with(|ctx, web| {
            let promise = begin(ctx, handler, arguments)?;
            values::result(ctx, event_loop::run(ctx, web, &promise, Rejections::AreReported)?)
        })
    }

    /// Offers them to the host, and answers its calls for ever.
    pub fn serve(self) -> ! {
        let function = Rc::new(self);
        for (name, _) in &function.offered {
            let signature =
                if name == "fetch" { "(request: any) -> any" } else { "(event: any, context: any) -> any" };
            let (called, function) = (name.clone(), Rc::clone(&function));
            mote::offer(name, signature, move |arguments| {
                function.call(&called, arguments).map_err(mote::Error::from)
            });
        }
        native::forget_after_restore();
        native::have_a_host();
        mote::serve()
    }
}

fn begin<'js>(ctx: &Ctx<'js>, handler: &Known, arguments: Vec<Any>) -> Result<Promise<'js>> {
    let mut all = Args::new(ctx.clone(), arguments.len());
    for argument in arguments {
        all.push_arg(values::argument(ctx, argument)?)?;
    }
    handler.get(ctx)?.call_arg(all)
}
