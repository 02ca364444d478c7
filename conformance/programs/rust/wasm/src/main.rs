//! WebAssembly through wasmtime: compiled to machine code at run time, traps by signal handlers and guard pages,
//! a module that writes through WASI preview 1 (`fd_write`, `proc_exit`), memories that grow.
use std::process::ExitCode;
use wasmtime::{Caller, Config, Engine, Extern, Func, Instance, Linker, Module, Result, Store, Trap, Val};

const TRAPS: &str = r#"(module
  (memory 1)
  (table 4 funcref)
  (elem (i32.const 0) $unary $nothing)
  (type $nullary (func))
  (type $to_int (func (param i32) (result i32)))
  (func $unary (param i32) (result i32) local.get 0)
  (func $nothing)
  (func $recurse (export "stack overflow") (call $recurse) (call $recurse))
  (func (export "unreachable") unreachable)
  (func (export "load out of bounds") (drop (i32.load (i32.const 65536))))
  (func (export "load far out of bounds") (drop (i32.load offset=4294967295 (i32.const -1))))
  (func (export "store out of bounds") (i32.store (i32.const 65533) (i32.const 1)))
  (func (export "divide by zero") (drop (i32.div_s (i32.const 1) (i32.const 0))))
  (func (export "remainder by zero") (drop (i64.rem_u (i64.const 1) (i64.const 0))))
  (func (export "integer overflow") (drop (i32.div_s (i32.const -2147483648) (i32.const -1))))
  (func (export "float to integer") (drop (i32.trunc_f64_s (f64.const 1e20))))
  (func (export "not a number to integer") (drop (i32.trunc_f32_u (f32.const nan))))
  (func (export "indirect call of another type") (call_indirect (type $nullary) (i32.const 0)))
  (func (export "indirect call of null") (call_indirect (type $nullary) (i32.const 3)))
  (func (export "table out of bounds") (call_indirect (type $nullary) (i32.const 99)))
  (func (export "memory fill out of bounds") (memory.fill (i32.const 65000) (i32.const 1) (i32.const 1000)))
)"#;

const SUM: &str = r#"(module
  (memory (export "memory") 1 2000)
  (func (export "fib") (param i32) (result i32)
    (if (result i32) (i32.lt_u (local.get 0) (i32.const 2)) (then (local.get 0))
      (else (i32.add (call 0 (i32.sub (local.get 0) (i32.const 1))) (call 0 (i32.sub (local.get 0) (i32.const 2)))))))
  (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
  (func (export "touch") (result i32)
    (local $at i32) (local $sum i32)
    (loop $next
      (i32.store (local.get $at) (i32.add (local.get $at) (i32.const 3)))
      (local.set $sum (i32.add (local.get $sum) (i32.load (local.get $at))))
      (local.set $at (i32.add (local.get $at) (i32.const 65536)))
      (br_if $next (i32.lt_u (local.get $at) (i32.shl (memory.size) (i32.const 16)))))
    (local.get $sum))
  (func (export "floats") (param f64) (result f64) (f64.sqrt (f64.mul (f64.nearest (local.get 0)) (f64.const 2.5))))
)"#;

const WASI: &str = r#"(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 100) "hello from a WASI module\n")
  (func (export "_start")
    (i32.store (i32.const 0) (i32.const 100))
    (i32.store (i32.const 4) (i32.const 25))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
    (call $exit (i32.load (i32.const 8))))
)"#;

fn traps(engine: &Engine) -> Result<()> {
    let module = Module::new(engine, TRAPS)?;
    let names: Vec<_> = module.exports().map(|e| e.name().to_string()).collect();
    for round in 0..3 {
        for name in &names {
            let mut store = Store::new(engine, ());
            let instance = Instance::new(&mut store, &module, &[])?;
            let error = instance
                .get_typed_func::<(), ()>(&mut store, name)?
                .call(&mut store, ())
                .unwrap_err();
            match error.downcast_ref::<Trap>() {
                Some(trap) if round == 0 => println!("{name}: {trap}"),
                Some(_) => {}
                None => println!("{name}: {error}"),
            }
        }
    }
    Ok(())
}

fn sums(engine: &Engine) -> Result<()> {
    let module = Module::new(engine, SUM)?;
    let mut store = Store::new(engine, ());
    let instance = Instance::new(&mut store, &module, &[])?;
    println!(
        "fib {}",
        instance
            .get_typed_func::<i32, i32>(&mut store, "fib")?
            .call(&mut store, 25)?
    );
    let grow = instance.get_typed_func::<i32, i32>(&mut store, "grow")?;
    println!(
        "grow {} {} {}",
        grow.call(&mut store, 999)?,
        grow.call(&mut store, 0)?,
        grow.call(&mut store, 5000)?
    );
    println!(
        "touch {}",
        instance
            .get_typed_func::<(), i32>(&mut store, "touch")?
            .call(&mut store, ())?
    );
    println!(
        "floats {}",
        instance
            .get_typed_func::<f64, f64>(&mut store, "floats")?
            .call(&mut store, 6.6)?
    );
    let memory = instance.get_memory(&mut store, "memory").unwrap();
    println!("memory {}", memory.data_size(&store));
    let mut instances = Vec::new();
    for i in 0..50 {
        let instance = Instance::new(&mut store, &module, &[])?;
        let memory = instance.get_memory(&mut store, "memory").unwrap();
        memory.write(&mut store, 1000, &[i])?;
        instances.push(memory);
    }
    println!(
        "instances {}",
        instances.iter().map(|m| m.data(&store)[1000] as u32).sum::<u32>()
    );
    let host = Func::wrap(&mut store, |a: i32| -> Result<i32> {
        if a < 0 {
            Err(wasmtime::Error::msg("negative"))
        } else {
            Ok(a * 2)
        }
    });
    let mut results = [Val::I32(0)];
    host.call(&mut store, &[Val::I32(21)], &mut results)?;
    println!(
        "host {:?} {}",
        results[0].i32(),
        host.call(&mut store, &[Val::I32(-1)], &mut results).unwrap_err()
    );
    Ok(())
}

struct Exit(i32);
impl std::fmt::Debug for Exit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "exit {}", self.0)
    }
}
impl std::fmt::Display for Exit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "exit {}", self.0)
    }
}
impl std::error::Error for Exit {}

fn wasi(engine: &Engine) -> Result<u8> {
    let mut linker = Linker::new(engine);
    linker.func_wrap(
        "wasi_snapshot_preview1",
        "fd_write",
        |mut caller: Caller<'_, ()>, fd: i32, iovs: i32, count: i32, written: i32| -> i32 {
            let Some(Extern::Memory(memory)) = caller.get_export("memory") else {
                return 28;
            };
            let mut total = 0u32;
            for i in 0..count as usize {
                let at = iovs as usize + 8 * i;
                let word =
                    |at: usize| u32::from_le_bytes(memory.data(&caller)[at..at + 4].try_into().unwrap()) as usize;
                let (start, length) = (word(at), word(at + 4));
                let bytes = &memory.data(&caller)[start..start + length];
                use std::io::Write;
                let result = if fd == 1 {
                    std::io::stdout().write_all(bytes)
                } else {
                    std::io::stderr().write_all(bytes)
                };
                if result.is_err() {
                    return 29;
                }
                total += length as u32;
            }
            memory
                .write(&mut caller, written as usize, &total.to_le_bytes())
                .unwrap();
            0
        },
    )?;
    linker.func_wrap("wasi_snapshot_preview1", "proc_exit", |status: i32| -> Result<()> {
        Err(wasmtime::Error::from(Exit(status)))
    })?;
    let mut store = Store::new(engine, ());
    let instance = linker.instantiate(&mut store, &Module::new(engine, WASI)?)?;
    let error = instance
        .get_typed_func::<(), ()>(&mut store, "_start")?
        .call(&mut store, ())
        .unwrap_err();
    Ok(error.downcast_ref::<Exit>().unwrap().0 as u8)
}

fn main() -> Result<ExitCode> {
    let mut config = Config::new();
    // Backtraces would be compared too: they say nothing that the traps do not.
    config.wasm_backtrace_max_frames(None);
    let engine = Engine::new(&config)?;
    match std::env::args().nth(1).as_deref() {
        Some("traps") => traps(&engine)?,
        Some("sums") => sums(&engine)?,
        _ => return Ok(ExitCode::from(wasi(&engine)?)),
    }
    Ok(ExitCode::SUCCESS)
}
