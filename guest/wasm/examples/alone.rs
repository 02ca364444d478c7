//! What `bench/http` measures beside Mote: a function in WebAssembly that wasmtime runs in the server's own process, in an
//! instance of its own for each request. `alone MODULE FUNCTION`; the function takes two numbers, which are the body.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

use wasmtime::{Engine, InstancePre, Linker, Module, Store};

fn main() {
    let [_, module, function] =
        std::env::args().collect::<Vec<_>>().try_into().expect("usage: alone MODULE FUNCTION");
    let engine = Engine::default();
    let module = Module::from_file(&engine, module).expect("a module");
    let instance: InstancePre<()> =
        Linker::new(&engine).instantiate_pre(&module).expect("a module without imports");
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    println!("port {}", listener.local_addr().expect("an address").port());
    for connection in listener.incoming() {
        let (instance, function) = (instance.clone(), function.clone());
        thread::spawn(move || serve(connection?, &instance, &function));
    }
}

fn serve(connection: TcpStream, instance: &InstancePre<()>, function: &str) -> io::Result<()> {
    connection.set_nodelay(true)?;
    let mut requests = BufReader::new(connection);
    loop {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if requests.read_line(&mut line)? == 0 {
                return Ok(());
            }
            let line = line.trim_end().to_ascii_lowercase();
            if let Some(number) = line.strip_prefix("content-length:") {
                length = number.trim().parse().map_err(io::Error::other)?;
            }
            if line.is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        requests.read_exact(&mut body)?;
        let answer = call(instance, function, &body).map_err(io::Error::other)?;
        let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ";
        let answer = format!("{head}{}\r\n\r\n{answer}", answer.len());
        requests.get_mut().write_all(answer.as_bytes())?;
    }
}

fn call(instance: &InstancePre<()>, function: &str, body: &[u8]) -> wasmtime::Result<String> {
    let numbers = numbers_of(body);
    let mut store = Store::new(instance.module().engine(), ());
    let fresh = instance.instantiate(&mut store)?;
    let function = fresh.get_typed_func::<(i32, i32), i32>(&mut store, function)?;
    Ok(function.call(&mut store, (numbers[0], numbers[1]))?.to_string())
}

fn numbers_of(body: &[u8]) -> Vec<i32> {
    String::from_utf8_lossy(body)
        .trim_matches(['[', ']'])
        .split(',')
        .filter_map(|number| number.trim().parse().ok())
        .collect()
}
