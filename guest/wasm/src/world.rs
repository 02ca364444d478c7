//! What WASI shows to a module: files, arguments, environment, clocks, random numbers. There are no sockets.

use crate::http::Refused;
use crate::random::{self, KernelRandom};
use crate::run::run;
use crate::streams::{Log, Streams};
use std::path::Path;
use std::rc::Rc;
use std::time::Instant;
use wasmtime::{Engine, Func, Store};
use wasmtime_wasi::filesystem::WasiFilesystemCtx;
use wasmtime_wasi::p1::WasiP1Ctx;
use wasmtime_wasi::{
    FsPerms, HostMonotonicClock, ResourceTable, WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView,
};
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};

/// Where the author's files are.
pub const FUNCTION: &str = "/function";

const SCRATCH: &str = "/tmp";

/// Names and values of an environment; of one name, the last counts.
pub type Environment = Vec<(String, String)>;

/// What is the same in all calls.
pub struct World {
    name: String,
    environment: Environment,
    files: WasiFilesystemCtx,
    start: Instant,
    /// Whether the module can ask for `wasi:random/insecure-seed`, which costs each call a question to the kernel.
    seeded: bool,
}

impl World {
    /// For a module of this name, which may ask for a seed or not.
    pub fn new(name: &str, seeded: bool) -> Result<Rc<Self>, String> {
        let environment = std::env::vars_os()
            .map(|(name, value)| (name.to_string_lossy().into_owned(), value.to_string_lossy().into_owned()))
            .collect();
        Ok(Rc::new(World {
            name: name.to_owned(),
            environment,
            files: files()?,
            start: Instant::now(),
            seeded,
        }))
    }

    /// A place for an instance.
    pub fn store(&self, engine: &Engine) -> wasmtime::Result<Store<State>> {
        let streams = Streams::default();
        let mut wasi = WasiCtxBuilder::new().build_p1();
        *wasi.ctx().ctx = self.context(&[], &streams);
        let state = State { wasi, streams, http: WasiHttpCtx::new(), outgoing: Refused };
        let mut store = Store::new(engine, state);
        // The first call in a store makes a stack for it, and the first of all one for signals: now, not in each call.
        let nothing = Func::wrap(&mut store, || ());
        run(nothing.call_async(&mut store, &[], &mut []))?;
        Ok(store)
    }

    fn context(&self, variables: &[(String, String)], streams: &Streams) -> WasiCtx {
        let mut builder = WasiCtxBuilder::new();
        let is_new = |name: &str| !variables.iter().any(|(other, _)| other == name);
        for (name, value) in self.environment.iter().filter(|(name, _)| is_new(name)).chain(variables) {
            builder.env(name, value);
        }
        builder
            .arg(&self.name)
            .stdin(streams.clone())
            .stdout(streams.clone())
            .stderr(Log)
            .allow_tcp(false)
            .allow_udp(false)
            .monotonic_clock(Clock(self.start))
            .secure_random(KernelRandom)
            .insecure_random(KernelRandom);
        if self.seeded {
            builder.insecure_random_seed(u128::from_ne_bytes(random::bytes()));
        }
        let mut context = builder.build();
        *context.filesystem() = self.files.clone();
        context
    }
}

/// The function's folder is `/`, read-only; there is room for temporary files. Opened once, before the snapshot.
fn files() -> Result<WasiFilesystemCtx, String> {
    let mut builder = WasiCtxBuilder::new();
    // There is one thread, and nothing else to do for it.
    builder.allow_blocking_current_thread(true);
    let places = [(FUNCTION, "/", FsPerms::ReadOnly), (SCRATCH, SCRATCH, FsPerms::ReadWrite)];
    for (path, name, permissions) in places.into_iter().filter(|(path, ..)| Path::new(path).is_dir()) {
        builder.preopened_dir(path, name, permissions).map_err(|e| format!("{path}: {e:#}"))?;
    }
    Ok(builder.build().filesystem().clone())
}

/// What an instance has of the world.
pub struct State {
    pub wasi: WasiP1Ctx,
    pub streams: Streams,
    http: WasiHttpCtx,
    outgoing: Refused,
}

impl State {
    /// A call begins. What the instance has opened stays open; the rest is as for a new one.
    pub fn begin(&mut self, world: &World, variables: &[(String, String)]) {
        *self.wasi.ctx().ctx = world.context(variables, &self.streams);
    }
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        self.wasi.ctx()
    }
}

impl WasiHttpView for State {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        let table: &mut ResourceTable = self.wasi.ctx().table;
        WasiHttpCtxView { hooks: &mut self.outgoing, table, ctx: &mut self.http }
    }
}

/// One clock for all instances, so that it never goes backwards for one that has looked at it before the call.
struct Clock(Instant);

impl HostMonotonicClock for Clock {
    fn resolution(&self) -> u64 {
        1
    }

    fn now(&self) -> u64 {
        u64::try_from(self.0.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }
}
