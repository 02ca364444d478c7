//! The interfaces of the web, which are written in JavaScript: their modules, and what of them is called from here.

use crate::Failure;
use rquickjs::{Ctx, Error, Function, Module, Object, Persistent, Result, Value};

macro_rules! sources {
    ($($name:literal),* $(,)?) => {
        /// The source of a module, by its name.
        pub(crate) fn source(name: &str) -> Option<&'static str> {
            match name {
                $(concat!("mote:", $name) => Some(include_str!(concat!("web/", $name))),)*
                _ => None,
            }
        }
    };
}

sources!(
    "abort.js",
    "blob.js",
    "body.js",
    "clone.js",
    "console.js",
    "crypto.js",
    "encoding.js",
    "errors.js",
    "events.js",
    "fetch.js",
    "formdata.js",
    "globals.js",
    "headers.js",
    "inspect.js",
    "main.js",
    "serve.js",
    "streams.js",
    "timers.js",
    "url.js",
);

/// A function of those modules, which is called from here.
#[derive(Clone)]
pub(crate) struct Known(Persistent<Function<'static>>);

impl Known {
    pub(crate) fn new<'js>(ctx: &Ctx<'js>, function: Function<'js>) -> Self {
        Known(Persistent::save(ctx, function))
    }

    pub(crate) fn get<'js>(&self, ctx: &Ctx<'js>) -> Result<Function<'js>> {
        self.0.clone().restore(ctx)
    }
}

pub(crate) struct Web {
    describe: Known,
    pub(crate) note_rejection: Known,
    report_rejections: Known,
    throw_rejection: Known,
    pub(crate) offers: Known,
    pub(crate) watch: Known,
    pub(crate) wait: Known,
    pub(crate) fire: Known,
}

impl Web {
    /// Evaluates the modules: the global object has its interfaces then.
    pub(crate) fn load(ctx: &Ctx<'_>) -> Result<Self> {
        let name = "mote:main.js";
        let source = source(name).ok_or(Error::Unknown)?;
        let (module, evaluated) = Module::declare(ctx.clone(), name, source)?.eval()?;
        evaluated.finish::<()>()?;
        let exports: Object<'_> = module.namespace()?;
        let known = |name: &str| Ok::<_, Error>(Known::new(ctx, exports.get(name)?));
        Ok(Web {
            describe: known("describe")?,
            note_rejection: known("noteRejection")?,
            report_rejections: known("reportRejections")?,
            throw_rejection: known("throwRejection")?,
            offers: known("offers")?,
            watch: known("watch")?,
            wait: known("wait")?,
            fire: known("fire")?,
        })
    }

    /// Tells the log of promises that were rejected and that nobody looks after.
    pub(crate) fn report_rejections(&self, ctx: &Ctx<'_>) -> Result<()> {
        self.report_rejections.get(ctx)?.call(())
    }

    /// Throws what the first of them was rejected with.
    pub(crate) fn throw_rejection(&self, ctx: &Ctx<'_>) -> Result<()> {
        self.throw_rejection.get(ctx)?.call(())
    }

    /// What is to be said of an error. If it is an exception, that is no longer pending.
    pub(crate) fn failure(&self, ctx: &Ctx<'_>, error: Error) -> Failure {
        if !error.is_exception() {
            return Failure::new(error.to_string());
        }
        let thrown = ctx.catch();
        self.describe(ctx, thrown.clone()).unwrap_or_else(|_| {
            ctx.catch(); // it cannot be described: an object with traps, or there is no memory
            Failure::new(
                thrown.as_exception().and_then(|e| e.message()).unwrap_or_else(|| "an exception".into()),
            )
        })
    }

    fn describe<'js>(&self, ctx: &Ctx<'js>, thrown: Value<'js>) -> Result<Failure> {
        let (message, stack) = self.describe.get(ctx)?.call::<_, Described>((thrown,))?.0;
        Ok(Failure { message, stack })
    }
}

/// A list of message and stack.
struct Described((String, String));

impl<'js> rquickjs::FromJs<'js> for Described {
    fn from_js(_: &Ctx<'js>, value: Value<'js>) -> Result<Self> {
        let list = rquickjs::Array::from_value(value)?;
        Ok(Described((list.get(0)?, list.get(1)?)))
    }
}
