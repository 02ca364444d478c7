//! SQLite: in memory and in a file with a journal, transactions, an index, common table expressions, errors.
use rusqlite::{Connection, Result, params};

fn job(db: &mut Connection) -> Result<()> {
    db.execute_batch(
        "CREATE TABLE person(id INTEGER PRIMARY KEY, name TEXT NOT NULL, born INT, weight REAL, photo BLOB);
         CREATE INDEX by_born ON person(born, name);",
    )?;
    let transaction = db.transaction()?;
    {
        let mut insert =
            transaction.prepare("INSERT INTO person(name, born, weight, photo) VALUES (?1, ?2, ?3, ?4)")?;
        for i in 0..5000i64 {
            insert.execute(params![
                format!("person {}", i * 7919 % 5000),
                1900 + i % 120,
                50.0 + (i % 400) as f64 / 10.0,
                vec![i as u8; (i % 50) as usize]
            ])?;
        }
    }
    transaction.commit()?;
    {
        let mut query = db.prepare("SELECT born, count(*), avg(weight), sum(length(photo)), min(name) FROM person GROUP BY born HAVING count(*) > 41 ORDER BY born DESC LIMIT 5")?;
        let rows = query.query_map([], |r| {
            Ok(format!(
                "{} {} {:.4} {} {}",
                r.get::<_, i64>(0)?,
                r.get::<_, i64>(1)?,
                r.get::<_, f64>(2)?,
                r.get::<_, i64>(3)?,
                r.get::<_, String>(4)?
            ))
        })?;
        for row in rows {
            println!("{}", row?);
        }
    }
    let primes: String = db.query_row(
        "WITH RECURSIVE n(x) AS (SELECT 2 UNION ALL SELECT x + 1 FROM n WHERE x < 100)
         SELECT group_concat(x, ' ') FROM n WHERE NOT EXISTS (SELECT 1 FROM n m WHERE m.x < n.x AND n.x % m.x = 0)",
        [],
        |r| r.get(0),
    )?;
    println!("{primes}");
    println!("{}", db.query_row("SELECT json_group_array(json_object('n', name)) FROM (SELECT name FROM person WHERE born = 1950 ORDER BY name LIMIT 3)", [], |r| r.get::<_, String>(0))?);
    println!("{:?}", db.query_row("SELECT date(86400 * 19000, 'unixepoch'), printf('%08.3f', 3.14159), upper('abc'), hex(zeroblob(3)), 7 / 2, 7 / 2.0", [], |r| Ok((r.get::<_, String>(0)?, r.get::<_, String>(1)?, r.get::<_, String>(2)?, r.get::<_, String>(3)?, r.get::<_, i64>(4)?, r.get::<_, f64>(5)?)))?);
    for wrong in [
        "SELECT * FROM nowhere",
        "INSERT INTO person(id, name) VALUES (1, 'x')",
        "INSERT INTO person(name) VALUES (NULL)",
        "SELEC 1",
    ] {
        println!("{}", db.execute(wrong, []).unwrap_err());
    }
    let transaction = db.transaction()?;
    transaction.execute("DELETE FROM person", [])?;
    transaction.rollback()?;
    db.execute("UPDATE person SET weight = weight * 2 WHERE born < 1930", [])?;
    println!(
        "changed {} of {}",
        db.changes(),
        db.query_row("SELECT count(*) FROM person", [], |r| r.get::<_, i64>(0))?
    );
    println!(
        "{}",
        db.query_row("PRAGMA integrity_check", [], |r| r.get::<_, String>(0))?
    );
    Ok(())
}

fn main() -> Result<()> {
    match std::env::args().nth(1).as_deref() {
        Some("file") => {
            let path = "/tmp/mote-case.db";
            let mut db = Connection::open(path)?;
            println!(
                "{}",
                db.query_row("PRAGMA journal_mode=TRUNCATE", [], |r| r.get::<_, String>(0))?
            );
            job(&mut db)?;
            db.execute_batch("VACUUM")?;
            drop(db);
            let again = Connection::open(path)?;
            println!(
                "{}",
                again.query_row("SELECT sum(id), total(weight) FROM person", [], |r| Ok(format!(
                    "{} {}",
                    r.get::<_, i64>(0)?,
                    r.get::<_, f64>(1)?
                )))?
            );
            println!("{}", std::fs::metadata(path).unwrap().len());
        }
        _ => job(&mut Connection::open_in_memory()?)?,
    }
    Ok(())
}
