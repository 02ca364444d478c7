//! Components that handle requests: `wasi:http/incoming-handler`.

use crate::instances::Fresh;
use crate::request::Request;
use crate::run::run;
use crate::streams::read_input;
use crate::world::{State, World};
use crate::{Offer, answer, failure};
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;
use mote::{Any, Error};
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll};
use tokio::sync::oneshot;
use wasmtime::Store;
use wasmtime::component::InstancePre;
use wasmtime_wasi::{ResourceTable, WasiView};
use wasmtime_wasi_http::p2::bindings::http::types::{ErrorCode, Scheme};
use wasmtime_wasi_http::p2::bindings::{Proxy, ProxyPre};
use wasmtime_wasi_http::p2::body::HyperOutgoingBody;
use wasmtime_wasi_http::{RequestOptions, WasiBody, WasiHttpHooks, WasiHttpView};

type Answer = Result<::http::Response<HyperOutgoingBody>, ErrorCode>;

/// An instance that has handled nothing.
struct Prepared {
    store: Store<State>,
    proxy: Proxy,
}

/// The function `fetch` of a component.
pub fn offers(world: Rc<World>, pre: InstancePre<State>) -> wasmtime::Result<Vec<Offer>> {
    let pre = ProxyPre::new(pre)?;
    let its_world = Rc::clone(&world);
    let fresh = Fresh::new(move || {
        let mut store = its_world.store(pre.engine())?;
        let proxy = run(pre.instantiate_async(&mut store))?;
        Ok(Prepared { store, proxy })
    })?;
    Ok(Offer::fetch(move |request| {
        let request = incoming(request)?;
        let answer = fresh.with(|prepared| {
            prepared.store.data_mut().begin(&world, &[]);
            answer::begin();
            run(answer::attend(prepared.handle(request)))
        });
        answer.map_err(|e| failure::error(&e))?
    }))
}

/// The request as the component sees it: its address is what is behind the function's own prefix.
fn incoming(request: Request) -> Result<::http::Request<Received>, Error> {
    let path = if request.path.is_empty() { "/" } else { &request.path };
    let query = if request.query.is_empty() { String::new() } else { format!("?{}", request.query) };
    let authority = if request.authority().is_empty() { "localhost" } else { request.authority() };
    let mut builder = ::http::Request::builder()
        .method(request.method.as_str())
        .uri(format!("{}://{authority}{path}{query}", scheme(&request.url)));
    for (name, value) in &request.headers {
        builder = builder.header(name, value);
    }
    if !request.prefix.is_empty() {
        builder = builder.header("x-forwarded-prefix", &request.prefix);
    }
    builder
        .body(Received { begun: request.body.into(), has_more: request.is_streamed })
        .map_err(|e| Error::new("invalid-argument", format!("the request is not one: {e}")))
}

fn scheme(url: &str) -> &str {
    if url.starts_with("https:") { "https" } else { "http" }
}

/// The body of a request: what there is of it, and what comes by standard input.
struct Received {
    begun: Bytes,
    has_more: bool,
}

impl Body for Received {
    type Data = Bytes;
    type Error = wasmtime_wasi_http::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if !self.begun.is_empty() {
            return Poll::Ready(Some(Ok(Frame::data(std::mem::take(&mut self.begun)))));
        }
        if !self.has_more {
            return Poll::Ready(None);
        }
        let _ = answer::flush(); // it waits for the client, who may wait for this
        match read_input(PIECE) {
            Ok(bytes) if bytes.is_empty() => {
                self.has_more = false;
                Poll::Ready(None)
            }
            Ok(bytes) => Poll::Ready(Some(Ok(Frame::data(bytes)))),
            Err(_) => {
                self.has_more = false;
                Poll::Ready(Some(Err(wasmtime_wasi_http::Error::ConnectionTerminated)))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.begun.is_empty() && !self.has_more
    }

    fn size_hint(&self) -> SizeHint {
        if self.has_more { SizeHint::default() } else { SizeHint::with_exact(self.begun.len() as u64) }
    }
}

/// How much is read at once.
const PIECE: usize = 64 << 10;

impl Prepared {
    /// The outer error is the component's failure, the inner one an answer that cannot be given.
    async fn handle(&mut self, request: ::http::Request<Received>) -> wasmtime::Result<Result<Any, Error>> {
        let scheme = if request.uri().scheme_str() == Some("https") { Scheme::Https } else { Scheme::Http };
        let (sender, receiver) = oneshot::channel();
        let mut view = self.store.data_mut().http();
        let request = view.new_incoming_request(scheme, request)?;
        let answer = view.new_response_outparam(sender)?;
        let mut answered = pin!(read(receiver));
        let mut early = None;
        {
            let mut handled =
                pin!(self.proxy.wasi_http_incoming_handler().call_handle(&mut self.store, request, answer));
            // A component that writes much waits for someone who reads.
            poll_fn(|context| {
                let ended = handled.as_mut().poll(context);
                if early.is_none()
                    && let Poll::Ready(answer) = answered.as_mut().poll(context)
                {
                    early = Some(answer);
                }
                ended
            })
            .await?;
        }
        if let Some(answer) = early {
            return Ok(answer);
        }
        // Whatever it holds open it will not write to any more.
        *self.store.data_mut().ctx().table = ResourceTable::new();
        Ok(answered.await)
    }
}

/// Takes the answer as it comes.
async fn read(receiver: oneshot::Receiver<Answer>) -> Result<Any, Error> {
    let answer = match receiver.await {
        Ok(Ok(answer)) => answer,
        Ok(Err(code)) => {
            return Err(Error::failed(format!("the component answered with an error: {code:?}")));
        }
        Err(_) => return Err(Error::failed("the component gave no answer")),
    };
    let (parts, mut body) = answer.into_parts();
    let headers = parts.headers.iter();
    let headers = headers
        .map(|(name, value)| {
            (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        })
        .collect();
    answer::head(parts.status.as_u16(), headers);
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|e| Error::failed(format!("the component's answer has no end: {e:?}")))?;
        if let Ok(bytes) = frame.into_data() {
            answer::put(&bytes)?;
        }
    }
    answer::end()
}

/// Requests to others: there is no network.
pub struct Refused;

type Transmission = Box<dyn Future<Output = Result<(), wasmtime_wasi_http::Error>> + Send>;
type Sent = Result<(::http::Response<WasiBody>, Transmission), wasmtime_wasi_http::Error>;

impl WasiHttpHooks for Refused {
    fn send_request(
        &mut self,
        _: ::http::Request<WasiBody>,
        _: Option<RequestOptions>,
        _: Transmission,
    ) -> Box<dyn Future<Output = Sent> + Send> {
        Box::new(std::future::ready(Err(wasmtime_wasi_http::Error::HttpRequestDenied)))
    }
}
