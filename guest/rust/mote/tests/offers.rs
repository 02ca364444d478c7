//! Functions that are known only as the program runs, beside one with the attribute.

mod host;

use host::Host;
use mote::{Any, Error};

#[mote::function]
fn known() -> i64 {
    1
}

fn start() -> Host {
    Host::of(|| {
        mote::offer("zeta", "(a: i64, b: i64) -> i64", |arguments| {
            Ok(Any::Int(arguments[0].to::<i64>()? * arguments[1].to::<i64>()?))
        });
        let prefix = String::from("no ");
        mote::offer("alpha", "(text: string)", move |arguments| {
            Err(Error::new("refused", prefix.clone() + &arguments[0].to::<String>()?))
        });
    })
}

#[test]
fn they_are_announced_behind_the_others_in_their_own_order() {
    let host = start();
    assert_eq!(host.signature("zeta"), "(a: i64, b: i64) -> i64");
    assert_eq!(host.signature("alpha"), "(text: string)");
    host.send((1, 0, [0; 0]));
    assert_eq!(host.receive().result::<i64>(), 1);
    host.send((1, 1, (6, 7)));
    assert_eq!(host.receive().result::<i64>(), 42);
    host.send((1, 2, ("way",)));
    assert_eq!(host.receive().error(), ("refused", "no way"));
    host.send((1, 3, [0; 0]));
    assert_eq!(host.receive().error(), ("unknown-function", "there is no function 3"));
}

#[test]
fn they_are_called_by_name_too() {
    let host = start();
    host.send((1, "zeta", (2, 3)));
    assert_eq!(host.receive().result::<i64>(), 6);
    host.send((1, "known", [0; 0]));
    assert_eq!(host.receive().result::<i64>(), 1);
}
