//! A Lua 5.4 that runs the script on its standard input.
use mlua::Lua;
use std::io::Read;
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut script = String::new();
    std::io::stdin().read_to_string(&mut script).expect("UTF-8 on stdin");
    let lua = Lua::new();
    match lua.load(&script).set_name("=script").exec() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}
