//! A walk through std: collections, strings, files, time, environment, processes' own data, standard input.
use std::collections::{BTreeMap, BinaryHeap, HashMap, HashSet, VecDeque};
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, ErrorKind, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};
use std::{env, thread};

fn collections() {
    let mut words: HashMap<String, usize> = HashMap::new();
    for i in 0..50_000 {
        *words.entry(format!("w{}", i % 977)).or_default() += i;
    }
    let sorted: BTreeMap<_, _> = words.iter().collect();
    println!(
        "{} {:?} {:?}",
        words.len(),
        sorted.first_key_value(),
        sorted.last_key_value()
    );
    let set: HashSet<u32> = (0..1000).map(|i| i * i % 101).collect();
    let mut heap: BinaryHeap<_> = set.iter().copied().collect();
    let mut queue: VecDeque<u32> = std::iter::from_fn(|| heap.pop()).collect();
    queue.rotate_left(3);
    println!(
        "{} {:?} {:?}",
        queue.len(),
        queue.front(),
        queue.iter().take(4).collect::<Vec<_>>()
    );
    let text = "größe ∑ 漢字 🦀";
    println!(
        "{} {} {} {:?}",
        text.len(),
        text.chars().count(),
        text.to_uppercase(),
        text.char_indices().nth(8)
    );
    println!(
        "{:?} {:>8.3} {:#x} {:e} {:?}",
        1.0f64,
        std::f64::consts::PI,
        255,
        1234.5,
        f32::MIN_POSITIVE
    );
    println!("{:?} {:?}", "12x".parse::<u32>(), "3.5".parse::<f64>());
    println!(
        "{:?} {} {:?}",
        200u8.checked_add(100),
        200u8.wrapping_add(100),
        200u8.overflowing_add(100)
    );
}

fn files() -> io::Result<()> {
    let root = Path::new("/tmp/mote-case");
    fs::create_dir_all(root.join("a/b"))?;
    env::set_current_dir(root)?;
    println!("{}", env::current_dir()?.display());
    let mut out = BufWriter::new(File::create("a/lines")?);
    for i in 0..10_000 {
        writeln!(out, "line {i}")?;
    }
    out.flush()?;
    drop(out);
    let total: usize = BufReader::new(File::open("a/lines")?)
        .lines()
        .map_while(Result::ok)
        .map(|l| l.len())
        .sum();
    println!("{total} {}", fs::metadata("a/lines")?.len());
    let mut file = OpenOptions::new().read(true).write(true).open("a/lines")?;
    file.seek(SeekFrom::End(-5))?;
    let mut tail = String::new();
    file.read_to_string(&mut tail)?;
    println!("{tail:?}");
    file.set_len(4)?;
    println!("{:?}", fs::read("a/lines")?);
    symlink("lines", "a/link")?;
    println!(
        "{:?} {}",
        fs::read_link("a/link")?,
        fs::symlink_metadata("a/link")?.is_symlink()
    );
    fs::set_permissions("a/lines", fs::Permissions::from_mode(0o440))?;
    println!(
        "{:o} {}",
        fs::metadata("a/lines")?.mode(),
        fs::metadata("a/lines")?.nlink()
    );
    println!("{}", fs::copy("a/lines", "a/b/copy")?);
    fs::rename("a/b", "c")?;
    let mut names: Vec<_> = fs::read_dir("a")?.map(|e| e.unwrap().file_name()).collect();
    names.sort();
    println!("{names:?}");
    println!("{}", fs::canonicalize("c/../a/link")?.display());
    for wrong in [
        File::open("none").err(),
        File::create("none/none").err(),
        fs::remove_dir("a").err(),
        fs::read_dir("a/lines").err().map(io::Error::from),
        File::create_new("a/lines").err(),
        fs::read("a").err(),
    ] {
        println!("{wrong:?}");
    }
    println!("{:?}", fs::read("none").unwrap_err().kind() == ErrorKind::NotFound);
    file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000))?;
    println!(
        "{:?}",
        fs::metadata("a/lines")?
            .modified()?
            .duration_since(SystemTime::UNIX_EPOCH)
    );
    fs::remove_dir_all(root)?;
    println!("{}", root.exists());
    Ok(())
}

fn time() {
    let start = Instant::now();
    thread::sleep(Duration::from_millis(20));
    let slept = start.elapsed();
    println!(
        "{} {}",
        slept >= Duration::from_millis(20),
        slept < Duration::from_secs(5)
    );
    println!(
        "{}",
        SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap()
            .as_secs()
            > 1_700_000_000
    );
}

fn surroundings() {
    println!("{:?}", env::args().skip(1).collect::<Vec<_>>());
    println!("{:?} {:?}", env::var("MOTE_CASE"), env::var("NOT_SET"));
    println!(
        "{}",
        env::current_exe().unwrap() == Path::new(&env::args().next().unwrap())
    );
    println!("{} {}", std::process::id() > 0, thread::current().name().unwrap());
    let mut input = String::new();
    io::stdin().read_line(&mut input).unwrap();
    let rest: Vec<String> = io::stdin().lines().map_while(Result::ok).collect();
    println!("{input:?} {rest:?}");
    eprintln!("to stderr");
}

fn main() {
    collections();
    files().unwrap();
    time();
    surroundings();
}
