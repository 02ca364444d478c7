//! Records of the `log` crate's macros.

#![cfg(feature = "log")]

mod host;

use host::{Host, Message};

#[mote::function]
fn note() {
    log::debug!("not wanted");
    log::info!("{} is noted", 1);
    log::error!("and this");
}

#[test]
fn records_of_the_log_crate_reach_the_host_at_their_level() {
    log::set_logger(mote::logger()).unwrap();
    log::set_max_level(log::LevelFilter::Info);
    let host = Host::start();
    assert_eq!(host.call("note", [0; 0]), Message::Log(2, "1 is noted".into()));
    assert_eq!(host.receive(), Message::Log(4, "and this".into()));
    assert_eq!(host.receive(), Message::Result(mote::Any::Null));
}
