//! rayon with four threads: sorting, reducing, nested joins, scopes, a panic that crosses threads.

use rayon::prelude::*;
use std::collections::HashMap;
use std::sync::Mutex;

fn main() {
    rayon::ThreadPoolBuilder::new().num_threads(4).build_global().unwrap();
    let mut state = 1_u64;
    let mut numbers: Vec<u64> = (0..500_000)
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            state >> 40
        })
        .collect();
    let sum: u64 = numbers.par_iter().sum();
    numbers.par_sort_unstable();
    println!("sorted: {} {sum}", numbers.is_sorted());
    let primes = (2..50_000_u32)
        .into_par_iter()
        .filter(|&n| (2..).take_while(|d| d * d <= n).all(|d| n % d != 0))
        .count();
    println!("primes: {primes}");
    println!("fibonacci: {}", fibonacci(24));
    let words = "the quick brown fox jumps over the lazy dog ".repeat(2000);
    let counts = words
        .par_split_whitespace()
        .fold(HashMap::new, |mut map: HashMap<&str, u32>, word| {
            *map.entry(word).or_default() += 1;
            map
        })
        .reduce(HashMap::new, |mut a, b| {
            for (word, n) in b {
                *a.entry(word).or_default() += n;
            }
            a
        });
    println!("the: {} of {}", counts["the"], counts.len());
    let seen = Mutex::new(0);
    rayon::scope(|scope| {
        for i in 0..100 {
            let seen = &seen;
            scope.spawn(move |inner| inner.spawn(move |_| *seen.lock().unwrap() += i));
        }
    });
    println!("scope: {}", seen.into_inner().unwrap());
    std::panic::set_hook(Box::new(|_| {}));
    let panicked = std::panic::catch_unwind(|| (0..1000).into_par_iter().for_each(|i| assert_ne!(i, 500)));
    println!("panic: {}", panicked.is_err());
}

fn fibonacci(n: u32) -> u64 {
    if n < 2 {
        return n.into();
    }
    let (a, b) = rayon::join(|| fibonacci(n - 1), || fibonacci(n - 2));
    a + b
}
