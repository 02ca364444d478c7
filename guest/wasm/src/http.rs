//! Components that handle requests: `wasi:http/incoming-handler`.

use crate::instances::Fresh;
use crate::request::{Request, response};
use crate::run::run;
use crate::world::{State, World};
use crate::{Offer, failure};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use mote::{Any, Error};
use std::future::poll_fn;
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;
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
            run(prepared.handle(request))
        });
        answer.map_err(|e| failure::error(&e))?
    }))
}

/// The request as the component sees it: its address is what is behind the function's own prefix.
fn incoming(request: Request) -> Result<::http::Request<Full<Bytes>>, Error> {
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
        .body(Full::new(request.body.into()))
        .map_err(|e| Error::new("invalid-argument", format!("the request is not one: {e}")))
}

fn scheme(url: &str) -> &str {
    if url.starts_with("https:") { "https" } else { "http" }
}

impl Prepared {
    /// The outer error is the component's failure, the inner one an answer that cannot be given.
    async fn handle(
        &mut self,
        request: ::http::Request<Full<Bytes>>,
    ) -> wasmtime::Result<Result<Any, Error>> {
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

/// The whole answer, when it is there.
async fn read(receiver: oneshot::Receiver<Answer>) -> Result<Any, Error> {
    let answer = match receiver.await {
        Ok(Ok(answer)) => answer,
        Ok(Err(code)) => {
            return Err(Error::failed(format!("the component answered with an error: {code:?}")));
        }
        Err(_) => return Err(Error::failed("the component gave no answer")),
    };
    let (parts, body) = answer.into_parts();
    let body = body.collect().await;
    let body = body.map_err(|e| Error::failed(format!("the component's answer has no end: {e:?}")))?;
    let headers = parts.headers.iter();
    let headers = headers
        .map(|(name, value)| {
            (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        })
        .collect();
    Ok(response(parts.status.as_u16(), headers, body.to_bytes().into()))
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
