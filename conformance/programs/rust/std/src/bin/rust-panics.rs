//! Panics: caught and carried on, and, by the argument, the ways a Rust program ends.
use std::panic::{self, AssertUnwindSafe};
use std::process;

struct Noisy(&'static str);

impl Drop for Noisy {
    fn drop(&mut self) {
        println!("dropped {}", self.0);
    }
}

#[allow(unconditional_recursion)]
fn deep(n: u64) -> u64 {
    let frame = [n; 100];
    std::hint::black_box(&frame);
    deep(n + 1) + frame[3]
}

fn main() {
    let how = std::env::args().nth(1).unwrap_or_default();
    let index: usize = std::hint::black_box(7);
    match how.as_str() {
        "caught" => {
            let _outer = Noisy("outer");
            let result = panic::catch_unwind(|| {
                let _inner = Noisy("inner");
                panic!("caught {}", std::hint::black_box(1));
            });
            println!("{}", result.unwrap_err().downcast_ref::<String>().unwrap());
            let mut count = 0;
            panic::set_hook(Box::new(|_| {}));
            for i in 0..2000 {
                let attempt = AssertUnwindSafe(|| {
                    count += 1;
                    if i % 2 == 0 {
                        panic!("x")
                    }
                });
                if panic::catch_unwind(attempt).is_err() {
                    count += 10;
                }
            }
            println!("{count}");
        }
        "panic" => {
            let _guard = Noisy("guard");
            panic!("goodbye")
        }
        "index" => println!("{}", [1, 2, 3][index]),
        "overflow" => println!("{}", (index as u8 + 200) + 100),
        "divide" => println!("{}", 1 / (index - 7)),
        "unwrap" => println!("{:?}", "x".parse::<i32>().unwrap()),
        "exit" => {
            let _guard = Noisy("never");
            process::exit(33)
        }
        "abort" => process::abort(),
        "stack" => println!("{}", deep(0)),
        "twice" => {
            struct Bad;
            impl Drop for Bad {
                fn drop(&mut self) {
                    panic!("while panicking")
                }
            }
            let _bad = Bad;
            panic!("first")
        }
        other => println!("unknown way {other}"),
    }
}
