//! Programs: each request is one run, with the request on standard input and in the environment and the answer on standard output.

use crate::instances::Fresh;
use crate::request::Request;
use crate::run::run;
use crate::world::{State, World};
use crate::{Offer, answer, cgi, failure};
use mote::{Any, Error};
use std::rc::Rc;
use wasmtime::{Store, TypedFunc, component};
use wasmtime_wasi::I32Exit;
use wasmtime_wasi::p2::bindings::{Command, CommandPre};

/// An instance that has not run.
pub struct Prepared {
    store: Store<State>,
    entry: Entry,
}

enum Entry {
    Start(TypedFunc<(), ()>),
    Run(Command),
}

impl Prepared {
    /// Of a module with `_start`.
    pub fn module(world: &World, pre: &wasmtime::InstancePre<State>) -> wasmtime::Result<Self> {
        let mut store = world.store(pre.module().engine())?;
        let instance = run(pre.instantiate_async(&mut store))?;
        let entry = Entry::Start(instance.get_typed_func(&mut store, "_start")?);
        Ok(Prepared { store, entry })
    }

    /// Of a component with `wasi:cli/run`.
    pub fn component(world: &World, pre: &component::InstancePre<State>) -> wasmtime::Result<Self> {
        let mut store = world.store(pre.engine())?;
        let entry = Entry::Run(run(CommandPre::new(pre.clone())?.instantiate_async(&mut store))?);
        Ok(Prepared { store, entry })
    }

    /// Runs it. An exit with status 0 is a result, any other an error.
    fn run(&mut self) -> wasmtime::Result<()> {
        let result = run(answer::attend(async {
            match &self.entry {
                Entry::Start(start) => start.call_async(&mut self.store, ()).await,
                Entry::Run(command) => match command.wasi_cli_run().call_run(&mut self.store).await? {
                    Ok(()) => Ok(()),
                    Err(()) => Err(I32Exit(1).into()),
                },
            }
        }));
        result.or_else(|error| if failure::exit(&error) == Some(0) { Ok(()) } else { Err(error) })
    }
}

/// The function `fetch` that is made of runs.
pub fn offers(
    world: Rc<World>,
    prepare: impl Fn(&World) -> wasmtime::Result<Prepared> + 'static,
) -> wasmtime::Result<Vec<Offer>> {
    let its_world = Rc::clone(&world);
    let fresh = Fresh::new(move || prepare(&its_world))?;
    Ok(Offer::fetch(move |request| serve(&world, &fresh, request)))
}

fn serve(world: &World, fresh: &Fresh<Prepared>, request: Request) -> Result<Any, Error> {
    let variables = cgi::variables(&request);
    let result = fresh.with(|prepared| {
        let state = prepared.store.data_mut();
        state.begin(world, &variables);
        answer::begin();
        state.streams.begin(request.body, request.is_streamed);
        let streams = state.streams.clone();
        let result = prepared.run();
        streams.end();
        result
    });
    match result {
        Ok(()) => answer::end(),
        Err(e) => {
            // It is no answer, but may say why.
            print!("{}", String::from_utf8_lossy(&answer::fail()));
            Err(failure::error(&e))
        }
    }
}
