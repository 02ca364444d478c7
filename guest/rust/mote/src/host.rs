//! Calls of the host's functions, and log records.

use crate::error::Malformed;
use crate::reader::Reader;
use crate::serve::{CALL, ERROR, LOG, RESULT, answer_nested, flush};
use crate::transport::with_host;
use crate::writer::{LIST, NULL, UNSIGNED, head, message, text};
use crate::{Any, Error, de, ser};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Calls a host function with a tuple of arguments: `call_host("lookup", (&name, 3))`, `call_host("now", ())`.
///
/// While the host function runs, the host may call functions of this program; they run on the same stack.
///
/// # Errors
/// What the host answers: `unknown-function`, `invalid-argument`, `limit`, `failed`, or the host function's own
/// code. `failed` too if an argument cannot be written, or the result is no `R`.
pub fn call_host<R: DeserializeOwned>(name: &str, arguments: impl Serialize) -> Result<R, Error> {
    let mut out = Vec::new();
    message(&mut out, 3, CALL);
    text(&mut out, name);
    let start = out.len();
    ser::write(&mut out, &arguments)?;
    if out[start..] == [NULL] {
        out[start] = LIST << 5; // the empty tuple
    }
    let mut received = Vec::new();
    loop {
        flush();
        with_host(|host| host.exchange(&out, &mut received))
            .ok_or_else(|| Error::new("failed", "there is no host"))?;
        if kind(&received)? != CALL {
            return answered(&received);
        }
        answer_nested(&received, &mut out);
    }
}

fn kind(received: &[u8]) -> Result<u64, Malformed> {
    let mut reader = Reader::new(received);
    reader.length()?;
    reader.argument()
}

fn answered<R: DeserializeOwned>(received: &[u8]) -> Result<R, Error> {
    let mut reader = Reader::new(received);
    let elements = reader.length()?;
    match reader.argument()? {
        RESULT => Ok(de::read(&mut reader)?),
        ERROR => {
            let mut error = Error::new(reader.text()?, reader.text()?);
            if elements == 4 {
                error.details = Some(de::read::<Any>(&mut reader)?);
            }
            Err(error)
        }
        other => Err(Error::new("failed", format!("the host sent a message of kind {other}"))),
    }
}

/// How important a log record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Of every step.
    Trace,
    /// For whoever looks for a fault.
    Debug,
    /// What is usual.
    Info,
    /// Something may be wrong.
    Warning,
    /// Something is wrong.
    Error,
}

/// A record for the host's log; on standard error where there is no host.
pub fn log(level: Level, record: &str) {
    let mut out = Vec::new();
    message(&mut out, 3, LOG);
    head(&mut out, UNSIGNED, level as u64);
    text(&mut out, record);
    if with_host(|host| host.send(&out)).is_none() {
        eprintln!("{record}");
    }
}

/// The host's log for the macros of the `log` crate: `log::set_logger(mote::logger())`.
#[cfg(feature = "log")]
pub fn logger() -> &'static dyn log::Log {
    struct HostLog;
    impl log::Log for HostLog {
        fn enabled(&self, _metadata: &log::Metadata<'_>) -> bool {
            true
        }

        fn log(&self, record: &log::Record<'_>) {
            let level = match record.level() {
                log::Level::Trace => Level::Trace,
                log::Level::Debug => Level::Debug,
                log::Level::Info => Level::Info,
                log::Level::Warn => Level::Warning,
                log::Level::Error => Level::Error,
            };
            crate::log(level, &record.args().to_string());
        }

        fn flush(&self) {}
    }
    &HostLog
}
