//! Records for the host's log.

use crate::transport::{TooLarge, give_buffer, take_buffer, with_host};
use crate::wire::{LOG, UNSIGNED, Writer};
use std::fmt::Display;

/// How important a log record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
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
///
/// ```
/// let attempts = 3;
/// mote::log(mote::Level::Info, "ready");
/// mote::log(mote::Level::Warning, format_args!("{attempts} attempts"));
/// ```
pub fn log(level: Level, record: impl Display) {
    let text = record.to_string();
    match send(level, &text) {
        Some(Ok(())) => (),
        Some(Err(TooLarge)) => {
            let instead = format!("a log record of {} bytes is larger than the host takes", text.len());
            let _ = send(Level::Warning, &instead);
        }
        None => eprintln!("{text}"),
    }
}

fn send(level: Level, text: &str) -> Option<Result<(), TooLarge>> {
    let mut out = Writer::new(take_buffer());
    out.begin(LOG, 2);
    out.head(UNSIGNED, level as u64);
    out.text(text);
    let sent = with_host(|host| host.send(out.message()));
    give_buffer(out.into_buffer());
    sent
}

/// The host's log for the macros of the `log` crate.
///
/// ```no_run
/// // In main, before mote::serve:
/// log::set_logger(mote::logger()).expect("there is no other logger");
/// log::set_max_level(log::LevelFilter::Info);
/// ```
#[cfg(feature = "log")]
pub fn logger() -> &'static dyn ::log::Log {
    struct HostLog;

    impl ::log::Log for HostLog {
        fn enabled(&self, _: &::log::Metadata<'_>) -> bool {
            true // what set_max_level lets through; the host has levels of its own
        }

        fn log(&self, record: &::log::Record<'_>) {
            let level = match record.level() {
                ::log::Level::Trace => Level::Trace,
                ::log::Level::Debug => Level::Debug,
                ::log::Level::Info => Level::Info,
                ::log::Level::Warn => Level::Warning,
                ::log::Level::Error => Level::Error,
            };
            log(level, record.args());
        }

        fn flush(&self) {}
    }

    &HostLog
}
