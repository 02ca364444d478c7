//! Calls of the host's functions, and of ours by them.

mod host;

use host::{Host, LIMIT, Message};
use mote::{Any, Bytes, Error, Level};

const NONE: [u8; 0] = [];

#[mote::function]
fn ask(value: i64) -> Result<i64, Error> {
    mote::log(Level::Warning, format_args!("asking {value}"));
    let doubled: i64 = mote::call_host("double", (value,))?;
    let none: Option<String> = mote::call_host("nothing", ())?;
    Ok(doubled + none.map_or(1, |_| 0))
}

#[test]
fn the_host_is_called_with_a_list_of_arguments() {
    let host = Host::start();
    assert_eq!(host.call("ask", (20,)), Message::Log(3, "asking 20".into()));
    assert_eq!(host.receive(), Message::Call("double".into(), vec![20.into()]));
    host.send((2, 40));
    assert_eq!(host.receive(), Message::Call("nothing".into(), vec![]));
    host.send((2, Any::Null));
    assert_eq!(host.receive().result::<i64>(), 41);
}

#[test]
fn errors_of_the_host_are_errors_of_the_call() {
    let host = Host::start();
    let answer = |answer: Any| {
        host.begin("ask", (1,));
        host.receive();
        host.receive();
        host.send(answer);
        host.receive()
    };
    let limit = Any::from_iter([3.into(), Any::from("limit"), "no more".into()]);
    assert_eq!(answer(limit).error(), ("limit", "no more"));
    let detailed = Any::from_iter([3.into(), Any::from("own"), "text".into(), vec![1].into()]);
    assert_eq!(answer(detailed), Message::Error("own".into(), "text".into(), Some(vec![1].into())));
    let text = Any::from_iter([2.into(), Any::from("no number")]);
    let reason = "the result of host function 'double': invalid type: string \"no number\", expected i64";
    assert_eq!(answer(text).error(), ("failed", reason));
}

#[mote::function]
fn forward(arguments: Vec<Any>) -> Result<Any, Error> {
    mote::call_host("any", arguments)
}

#[mote::function]
fn send_wrong() -> Vec<String> {
    let said = |outcome: Result<(), Error>| outcome.unwrap_err().to_string();
    vec![
        said(mote::call_host("f", (1, Any::from_iter([("a", 1), ("a", 2)])))),
        said(mote::call_host("f", (Bytes(vec![0; LIMIT]),))),
        said(std::thread::spawn(|| mote::call_host("f", ())).join().unwrap()),
    ]
}

#[test]
fn what_the_host_cannot_be_sent_is_an_error_before_it_is_asked() {
    let host = Host::start();
    let message = host.call("send_wrong", NONE).result::<Vec<String>>();
    assert_eq!(message[0], "invalid-argument: argument 2 of host function 'f': a map has the key 'a' twice");
    assert!(
        message[1].starts_with("limit: what is sent to 'f' is larger than the host takes: "),
        "{message:?}"
    );
    assert_eq!(message[2], "failed: host function 'f' is called while no call is answered");
    host.begin("forward", (vec![1, 2, 3],));
    assert_eq!(host.receive(), Message::Call("any".into(), vec![1.into(), 2.into(), 3.into()]));
    host.send((2, "x"));
    assert_eq!(host.receive().result::<String>(), "x");
}

#[test]
fn before_the_announcement_the_host_can_be_told_but_not_asked() {
    let (to_test, from_thread) = std::sync::mpsc::channel();
    let _host = Host::of(move || to_test.send(mote::call_host::<()>("f", ()).unwrap_err().code).unwrap());
    assert_eq!(from_thread.recv().unwrap(), "failed");
}

/// Sums n, n - 1, … 1 by way of the host, or panics at the bottom.
#[mote::function]
fn recurse(n: i64, fails: bool) -> Result<i64, Error> {
    if n == 0 {
        assert!(!fails, "at the bottom");
        return Ok(0);
    }
    Ok(n + mote::call_host::<i64>("again", (n - 1, fails))?)
}

fn descend(host: &Host, depth: i64, fails: bool) {
    host.begin("recurse", (depth, fails));
    for below in (0..depth).rev() {
        assert_eq!(host.receive(), Message::Call("again".into(), vec![below.into(), fails.into()]));
        host.begin("recurse", (below, fails));
    }
}

#[test]
fn the_host_may_call_back_as_deeply_as_it_likes() {
    let host = Host::start();
    descend(&host, 200, false);
    let mut sum = 0;
    for n in 0..=200 {
        sum += n;
        assert_eq!(host.receive().result::<i64>(), sum);
        if n < 200 {
            host.send((2, sum));
        }
    }
}

#[test]
fn a_panic_in_a_nested_call_is_its_own_error() {
    let host = Host::start();
    descend(&host, 3, true);
    for n in 0..=3 {
        let said = host.receive();
        assert_eq!(said.error().0, if n == 0 { "panic" } else { "failed" });
        if n < 3 {
            host.send((3, "failed", "what the host makes of it"));
        }
    }
    assert_eq!(host.call("recurse", (0, false)).result::<i64>(), 0);
}
