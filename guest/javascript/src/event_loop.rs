//! The event loop: jobs and timers, until a promise has settled.

use crate::web::Web;
use rquickjs::{Ctx, Exception, Promise, Result, Value};
use std::io::Write;
use std::time::Duration;

/// What becomes of promises that are rejected and that nobody looks after.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rejections {
    /// They are in the log.
    AreReported,
    /// They are an error, as if they were thrown.
    AreThrown,
}

/// Does what there is to do until a promise has settled, and gives what it was fulfilled with.
pub(crate) fn run<'js>(
    ctx: &Ctx<'js>,
    web: &Web,
    promise: &Promise<'js>,
    rejections: Rejections,
) -> Result<Value<'js>> {
    loop {
        while ctx.execute_pending_job() {}
        match rejections {
            Rejections::AreReported => web.report_rejections(ctx)?,
            Rejections::AreThrown => web.throw_rejection(ctx)?,
        }
        if let Some(result) = promise.result() {
            return result;
        }
        let milliseconds: f64 = web.wait.get(ctx)?.call(())?;
        if milliseconds < 0.0 {
            let why = "the promise can never settle: there are no timers, and nothing else to wait for";
            return Err(Exception::throw_message(ctx, why));
        }
        if milliseconds > 0.0 {
            let _ = std::io::stdout().flush();
            std::thread::sleep(Duration::from_secs_f64(milliseconds / 1000.0));
        }
        web.fire.get(ctx)?.call::<_, ()>(())?;
    }
}
