//! tokio with four worker threads: tasks, channels, timers, blocking work, TCP and Unix sockets on loopback.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::{Barrier, Mutex, Semaphore, broadcast, mpsc, watch};

#[tokio::main(flavor = "multi_thread", worker_threads = 4)]
async fn main() {
    tasks().await;
    channels().await;
    timers().await;
    tcp().await;
    unix().await;
}

async fn tasks() {
    let sum = Arc::new(AtomicUsize::new(0));
    let locked = Arc::new(Mutex::new(0_u64));
    let permits = Arc::new(Semaphore::new(3));
    let handles: Vec<_> = (0..10_000)
        .map(|i| {
            let (sum, locked, permits) = (sum.clone(), locked.clone(), permits.clone());
            tokio::spawn(async move {
                let _permit = permits.acquire().await.unwrap();
                tokio::task::yield_now().await;
                sum.fetch_add(i, Ordering::Relaxed);
                *locked.lock().await += 1;
            })
        })
        .collect();
    for handle in handles {
        handle.await.unwrap();
    }
    println!("tasks: {} {}", sum.load(Ordering::Relaxed), *locked.lock().await);
    let blocking: Vec<_> = (0..20_u64)
        .map(|n| tokio::task::spawn_blocking(move || (1..=n).product::<u64>()))
        .collect();
    let mut last = 0;
    for handle in blocking {
        last = handle.await.unwrap();
    }
    println!("blocking: {last}");
    let panicked = tokio::spawn(async { std::panic::resume_unwind(Box::new("on purpose")) });
    println!("panic: {}", panicked.await.unwrap_err().is_panic());
}

async fn channels() {
    let (sender, mut receiver) = mpsc::channel(8);
    for producer in 0..8_u64 {
        let sender = sender.clone();
        tokio::spawn(async move {
            for i in 0..1000 {
                sender.send(producer * 1000 + i).await.unwrap();
            }
        });
    }
    drop(sender);
    let mut sum = 0;
    while let Some(value) = receiver.recv().await {
        sum += value;
    }
    let (tell, _) = broadcast::channel(16);
    let mut listeners: Vec<_> = (0..4).map(|_| tell.subscribe()).collect();
    tell.send("heard").unwrap();
    let mut heard = 0;
    for listener in &mut listeners {
        heard += usize::from(listener.recv().await.unwrap() == "heard");
    }
    let (set, mut seen) = watch::channel(0);
    tokio::spawn(async move { set.send(7).unwrap() });
    seen.changed().await.unwrap();
    let barrier = Arc::new(Barrier::new(10));
    let waiters: Vec<_> = (0..10)
        .map(|_| {
            let barrier = barrier.clone();
            tokio::spawn(async move { barrier.wait().await.is_leader() })
        })
        .collect();
    let mut leaders = 0;
    for waiter in waiters {
        leaders += usize::from(waiter.await.unwrap());
    }
    println!("channels: {sum} {heard} {} {leaders}", *seen.borrow());
}

async fn timers() {
    let start = Instant::now();
    let sleeps: Vec<_> = (0..100)
        .map(|i| tokio::spawn(tokio::time::sleep(Duration::from_millis(i % 20))))
        .collect();
    for sleep in sleeps {
        sleep.await.unwrap();
    }
    let slept = start.elapsed();
    let never = tokio::time::timeout(Duration::from_millis(10), std::future::pending::<()>()).await;
    let mut interval = tokio::time::interval(Duration::from_millis(2));
    for _ in 0..5 {
        interval.tick().await;
    }
    println!("timers: {} {}", slept >= Duration::from_millis(19), never.is_err());
}

async fn tcp() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            tokio::spawn(async move {
                let (mut read, mut write) = stream.split();
                tokio::io::copy(&mut read, &mut write).await.unwrap();
            });
        }
    });
    let clients: Vec<_> = (0..50_u8)
        .map(|number| {
            tokio::spawn(async move {
                let mut stream = TcpStream::connect(address).await.unwrap();
                stream.set_nodelay(true).unwrap();
                let sent = vec![number; 100_000];
                let (mut read, mut write) = stream.split();
                let mut received = Vec::new();
                let (written, got) = tokio::join!(
                    async {
                        write.write_all(&sent).await?;
                        write.shutdown().await
                    },
                    read.read_to_end(&mut received)
                );
                written.unwrap();
                got.unwrap();
                received == sent
            })
        })
        .collect();
    let mut fine = 0;
    for client in clients {
        fine += usize::from(client.await.unwrap());
    }
    server.abort();
    println!("tcp: {fine}");
    let refused = TcpStream::connect("127.0.0.1:1").await.unwrap_err();
    println!("refused: {:?}", refused.kind());
}

async fn unix() {
    let (mut one, mut other) = UnixStream::pair().unwrap();
    let echo = tokio::spawn(async move {
        let mut buffer = [0; 5];
        other.read_exact(&mut buffer).await.unwrap();
        other.write_all(&buffer).await.unwrap();
    });
    one.write_all(b"hello").await.unwrap();
    let mut text = String::new();
    one.read_to_string(&mut text).await.unwrap();
    echo.await.unwrap();
    println!("unix: {text}");
}
