//! The answer of the present call as far as it was given: kept at first, so that a short one is a result; once it is longer, or
//! the program waits for something, it goes to the host in pieces, and the host waits while the client does.

use crate::{cgi_output, request};
use mote::{Any, Bytes, Error};
use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

/// How much is kept at most, in bytes, once it is known where the body begins.
const KEPT: usize = 64 << 10;

/// How much is kept while that is not known.
const LONGEST_HEAD: usize = 64 << 10;

/// How long the program may wait before what was kept is sent.
const MOMENT: Duration = Duration::from_millis(10);

/// How much is sent at once at most.
const PIECE: usize = 256 << 10;

pub type Headers = Vec<(String, String)>;

thread_local! {
    static ANSWER: RefCell<Answer> = RefCell::default();
    static HAS_HOST: Cell<bool> = const { Cell::new(false) };
}

#[derive(Default)]
struct Answer {
    /// None: it is at the beginning of what is kept, as of a CGI program.
    head: Option<(u16, Headers)>,
    kept: Vec<u8>,
    is_begun: bool,
}

/// From now on calls come from a host, which takes answers in pieces.
pub fn have_a_host() {
    HAS_HOST.set(true);
}

/// A call begins whose head is known when somebody says it, or is written before the body.
pub fn begin() {
    ANSWER.set(Answer::default());
}

/// The head is this.
pub fn head(status: u16, headers: Headers) {
    ANSWER.with_borrow_mut(|answer| answer.head = Some((status, headers)));
}

/// Adds to it.
pub fn put(bytes: &[u8]) -> Result<(), Error> {
    ANSWER.with_borrow_mut(|answer| {
        if answer.is_begun {
            return write(bytes);
        }
        answer.kept.extend_from_slice(bytes);
        if answer.kept.len() > KEPT { answer.send() } else { Ok(()) }
    })
}

/// Sends what is kept, if it is known where the body begins: the program waits for something.
pub fn flush() -> Result<(), Error> {
    ANSWER.with_borrow_mut(|answer| if answer.kept.is_empty() { Ok(()) } else { answer.send() })
}

/// The call is over. The result is none if the host has it in pieces.
pub fn end() -> Result<Any, Error> {
    let answer = ANSWER.take();
    match answer.head {
        _ if answer.is_begun => Ok(Any::Null),
        Some((status, headers)) => Ok(request::response(status, headers, answer.kept)),
        None => cgi_output::answer(answer.kept),
    }
}

/// The call has failed. What was kept is given back.
pub fn fail() -> Vec<u8> {
    ANSWER.take().kept
}

impl Answer {
    fn send(&mut self) -> Result<(), Error> {
        if !HAS_HOST.get() {
            return Ok(());
        }
        let (head, size) = match &self.head {
            Some(head) => (head.clone(), 0),
            None if self.kept.len() < LONGEST_HEAD && cgi_output::may_be_a_head(&self.kept) => return Ok(()),
            None => cgi_output::head(&self.kept)?,
        };
        match mote::call_host::<()>("response.start", head) {
            Err(e) if e.code == "unknown-function" => {
                HAS_HOST.set(false); // it takes whole answers only
                return Ok(());
            }
            answer => {
                self.is_begun = true;
                answer?;
            }
        }
        self.head = None;
        let kept = std::mem::take(&mut self.kept);
        write(&kept[size..])
    }
}

fn write(bytes: &[u8]) -> Result<(), Error> {
    bytes.chunks(PIECE).try_for_each(|piece| mote::call_host::<()>("response.write", (Bytes::from(piece),)))
}

/// Runs a program that answers. When it waits for a moment, what was kept is sent.
pub async fn attend<F: Future>(program: F) -> F::Output {
    let mut program = pin!(program);
    let mut moment = pin!(None::<tokio::time::Sleep>);
    poll_fn(|context| {
        if let Poll::Ready(result) = program.as_mut().poll(context) {
            return Poll::Ready(result);
        }
        let is_kept = ANSWER.with_borrow(|answer| !answer.is_begun && !answer.kept.is_empty());
        if is_kept && HAS_HOST.get() {
            if moment.is_none() {
                moment.set(Some(tokio::time::sleep(MOMENT)));
            }
            if let Some(sleep) = moment.as_mut().as_pin_mut()
                && sleep.poll(context).is_ready()
            {
                moment.set(None);
                // If the host refuses it, the next write fails, and so does the call.
                let _ = flush();
            }
        }
        Poll::Pending
    })
    .await
}
