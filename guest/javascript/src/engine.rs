//! QuickJS, with its limits, and with the interfaces of the web.

use crate::modules::{Files, Modules};
use crate::web::Web;
use crate::{Failure, memory};
use rquickjs::{Context, Ctx, Result, Runtime};
use std::path::Path;
use std::rc::Rc;

/// How much a call may allocate, in bytes, before garbage in cycles is looked for. Looking at all objects writes to all their
/// pages, and what was written is copied back after the call, whose memory is thrown away then anyway.
const GARBAGE: usize = 32 << 20;

pub(crate) struct Engine {
    files: Files,
    web: Rc<Web>,
    context: Context,
    runtime: Runtime,
}

impl Engine {
    /// Files are found below a root. The stack is what JavaScript may use of that of the thread, in bytes.
    pub(crate) fn new(root: &Path, stack: usize) -> std::result::Result<Self, Failure> {
        Self::make(root, stack).map_err(|error| Failure::new(format!("the engine does not start: {error}")))
    }

    fn make(root: &Path, stack: usize) -> Result<Self> {
        memory::keep();
        let runtime = Runtime::new()?;
        runtime.set_max_stack_size(stack);
        if let Some(limit) = memory::limit() {
            runtime.set_memory_limit(limit);
        }
        let files = Files::new(root);
        runtime.set_loader(Modules::new(files.clone()), Modules::new(files.clone()));
        let context = Context::full(&runtime)?;
        let web = Rc::new(context.with(|ctx| Web::load(&ctx))?);
        let note_rejection = web.note_rejection.clone();
        runtime.set_host_promise_rejection_tracker(Some(Box::new(
            move |ctx, promise, reason, is_handled| {
                // It only fails where there is no memory, and then something else does too.
                let _ = note_rejection
                    .get(&ctx)
                    .and_then(|note| note.call::<_, ()>((promise, reason, is_handled)));
            },
        )));
        Ok(Engine { files, web, context, runtime })
    }

    pub(crate) fn files(&self) -> &Files {
        &self.files
    }

    /// Does something with the engine. An error is what was thrown.
    pub(crate) fn with<T>(
        &self,
        action: impl FnOnce(&Ctx<'_>, &Web) -> Result<T>,
    ) -> std::result::Result<T, Failure> {
        self.context.with(|ctx| action(&ctx, &self.web).map_err(|error| self.web.failure(&ctx, error)))
    }

    /// Takes away what is not needed any more, and looks for garbage in future calls only if they make very much.
    pub(crate) fn settle_down(&self) {
        self.runtime.run_gc();
        let used = usize::try_from(self.runtime.memory_usage().malloc_size).unwrap_or_default();
        let left = memory::limit().map_or(usize::MAX, |limit| limit.saturating_sub(used));
        self.runtime.set_gc_threshold(used + GARBAGE.min(left / 4));
        memory::have_ready();
    }
}
