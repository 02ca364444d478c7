//! Values in messages: every row of the table and every width, and what is refused.

use mote::__private::{Malformed, from_slice, to_vec};
use mote::{Any, Bytes};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::fmt::Debug;

fn keeps<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: T, message: &[u8]) {
    assert_eq!(to_vec(&value).unwrap(), message, "{value:?}");
    assert_eq!(from_slice::<T>(message).unwrap(), value);
    let any: Any = from_slice(message).unwrap();
    assert_eq!(to_vec(&any).unwrap(), message, "{any:?}");
    assert_eq!(any.to::<T>().unwrap(), value);
}

fn refused<T: DeserializeOwned + Debug>(message: &[u8]) -> String {
    let error: Malformed = from_slice::<T>(message).unwrap_err();
    error.to_string()
}

#[test]
fn integers_are_as_long_as_they_must_be() {
    keeps(0_u8, b"\x00");
    keeps(23_u8, b"\x17");
    keeps(24_u8, b"\x18\x18");
    keeps(u8::MAX, b"\x18\xff");
    keeps(256_u16, b"\x19\x01\x00");
    keeps(u16::MAX, b"\x19\xff\xff");
    keeps(65_536_u32, b"\x1a\x00\x01\x00\x00");
    keeps(u32::MAX, b"\x1a\xff\xff\xff\xff");
    keeps(1_u64 << 32, b"\x1b\x00\x00\x00\x01\x00\x00\x00\x00");
    keeps(u64::MAX, b"\x1b\xff\xff\xff\xff\xff\xff\xff\xff");
    keeps(-1_i8, b"\x20");
    keeps(-24_i8, b"\x37");
    keeps(-25_i8, b"\x38\x18");
    keeps(i8::MIN, b"\x38\x7f");
    keeps(i16::MIN, b"\x39\x7f\xff");
    keeps(i32::MIN, b"\x3a\x7f\xff\xff\xff");
    keeps(i64::MIN, b"\x3b\x7f\xff\xff\xff\xff\xff\xff\xff");
    keeps(i64::MAX, b"\x1b\x7f\xff\xff\xff\xff\xff\xff\xff");
}

#[test]
fn integers_are_read_however_long_they_are() {
    for message in [&b"\x05"[..], b"\x18\x05", b"\x19\x00\x05", b"\x1a\0\0\0\x05", b"\x1b\0\0\0\0\0\0\0\x05"]
    {
        assert_eq!(from_slice::<u8>(message), Ok(5));
        assert_eq!(from_slice::<i64>(message), Ok(5));
        assert_eq!(from_slice::<Any>(message), Ok(Any::Int(5)));
    }
}

#[test]
fn integers_beyond_their_width_are_refused() {
    refused::<u8>(b"\x19\x01\x00");
    refused::<u8>(b"\x20");
    refused::<i8>(b"\x18\x80");
    refused::<i8>(b"\x38\x80");
    refused::<u16>(b"\x1a\x00\x01\x00\x00");
    refused::<i16>(b"\x39\x80\x00");
    refused::<u32>(b"\x1b\0\0\0\x01\0\0\0\0");
    refused::<i32>(b"\x3a\x80\x00\x00\x00");
    refused::<u64>(b"\x20");
    refused::<i64>(b"\x1b\x80\0\0\0\0\0\0\0");
    assert_eq!(refused::<i64>(b"\x3b\x80\0\0\0\0\0\0\0"), "an integer is below -2^63");
    assert_eq!(refused::<Any>(b"\x3b\x80\0\0\0\0\0\0\0"), "an integer is below -2^63");
    refused::<i64>(b"\xfa\x3f\x80\x00\x00"); // 1.0 is no integer
}

#[test]
fn floats_are_kept_to_the_bit_at_their_width() {
    for bits in [0, 1, 1 << 63, 0x7ff0_0000_dead_beef, 0xfff8_1234_5678_9abc, 0x7ff0 << 48, 0x3ff0 << 48] {
        let written = to_vec(&f64::from_bits(bits)).unwrap();
        assert_eq!(written, [&[0xfb], &bits.to_be_bytes()[..]].concat());
        assert_eq!(from_slice::<f64>(&written).unwrap().to_bits(), bits);
        assert_eq!(to_vec(&from_slice::<Any>(&written).unwrap()).unwrap(), written);
    }
    for bits in [0, 1, 1 << 31, 0x7f80_0001, 0xffc1_2345, 0x7f80_0000, 0x3f80_0000] {
        let written = to_vec(&f32::from_bits(bits)).unwrap();
        assert_eq!(written, [&[0xfa], &bits.to_be_bytes()[..]].concat());
        assert_eq!(from_slice::<f32>(&written).unwrap().to_bits(), bits);
        assert_eq!(to_vec(&from_slice::<Any>(&written).unwrap()).unwrap(), written);
    }
}

#[test]
fn floats_are_read_from_any_width_that_has_them() {
    assert_eq!(from_slice::<f64>(b"\xf9\x3e\x00"), Ok(1.5));
    assert_eq!(from_slice::<f32>(b"\xf9\x3e\x00"), Ok(1.5));
    assert_eq!(from_slice::<f64>(b"\xfa\x3f\xc0\x00\x00"), Ok(1.5));
    assert_eq!(from_slice::<f32>(b"\xfb\x3f\xf8\0\0\0\0\0\0"), Ok(1.5));
    assert_eq!(from_slice::<f64>(b"\xf9\x7e\x01").unwrap().to_bits(), 0x7ff8_0400_0000_0000);
    assert_eq!(refused::<f32>(&to_vec(&0.1_f64).unwrap()), "0.1 is no float of 32 bits");
    refused::<f32>(&to_vec(&f64::from_bits(0x7ff0_0000_0000_0001)).unwrap());
    assert_eq!(refused::<f64>(b"\x01"), "an integer where a float is expected");
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Person {
    name: String,
    age: Option<u8>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
enum Shape {
    Circle { radius: f32 },
    Nothing,
}

#[test]
fn other_values_are_as_the_table_says() {
    keeps((), b"\xf6");
    keeps(true, b"\xf5");
    keeps(false, b"\xf4");
    keeps(String::from("é"), b"\x62\xc3\xa9");
    keeps(Bytes(vec![1, 2]), b"\x42\x01\x02");
    keeps(vec![1_u8, 2], b"\x82\x01\x02");
    keeps(BTreeMap::from([(-1_i8, true)]), b"\xa1\x20\xf5");
    keeps(HashMap::from([(false, ())]), b"\xa1\xf4\xf6");
    keeps(None::<u8>, b"\xf6");
    keeps(Some(7_u8), b"\x07");
    keeps(Person { name: "A".into(), age: None }, b"\xa2\x64name\x61A\x63age\xf6");
    keeps(Shape::Nothing, b"\x67Nothing");
    keeps(Shape::Circle { radius: 1.0 }, b"\xa1\x66Circle\xa1\x66radius\xfa\x3f\x80\x00\x00");
    assert_eq!(from_slice(b"\xa1\x64name\x61A"), Ok(Person { name: "A".into(), age: None }));
    assert_eq!(to_vec(&[0_u8; 300][..]).unwrap()[..3], *b"\x99\x01\x2c");
}

#[test]
fn a_list_whose_length_is_not_known_before_has_a_definite_one() {
    struct Odd;
    impl Serialize for Odd {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_seq((0..60).filter(|n| n % 2 == 1))
        }
    }
    assert_eq!(to_vec(&Odd).unwrap()[..3], *b"\x98\x1e\x01");
    #[derive(Serialize)]
    struct Flat {
        a: u8,
        #[serde(flatten)]
        rest: BTreeMap<String, Option<Odd>>,
    }
    let flat = |name: &str| to_vec(&Flat { a: 1, rest: BTreeMap::from([(name.to_owned(), None)]) });
    assert_eq!(flat("b").unwrap(), b"\xa2\x61a\x01\x61b\xf6");
    assert_eq!(flat("a").unwrap_err().to_string(), "a map has the key 'a' twice");
}

#[test]
fn what_messages_do_not_have_is_refused() {
    for (message, reason) in [
        (&b""[..], "the message ends too early"),
        (b"\x1b\x00", "an item is longer than the message"),
        (b"\x62a", "an item is longer than the message"),
        (b"\x5b\xff\xff\xff\xff\xff\xff\xff\xff", "an item is longer than the message"),
        (b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff", "an item is longer than the message"),
        (b"\xa2\x01\x02\x03", "an item is longer than the message"),
        (b"\x82\x01", "an item is longer than the message"),
        (b"\x62\xc3\x28", "a string is not UTF-8"),
        (b"\x63\xed\xa0\x80", "a string is not UTF-8"),
        (b"\x9f\xff", "an item of indefinite or reserved length"),
        (b"\x5f\x41a\xff", "an item of indefinite or reserved length"),
        (b"\x1c", "an item of indefinite or reserved length"),
        (b"\xc2\x41\x01", "messages do not have a tag"),
        (b"\xff", "messages do not have a simple value that messages do not have"),
        (b"\xf7", "messages do not have a simple value that messages do not have"),
        (b"\xe0", "messages do not have a simple value that messages do not have"),
        (b"\xf8\xff", "messages do not have a simple value that messages do not have"),
        (b"\x01\x02", "bytes follow the value"),
        (b"\xa2\x61a\x01\x61a\x02", "a map has the key 'a' twice"),
        (b"\xa2\x05\x01\x18\x05\x02", "a map has the key 5 twice"),
        (b"\xa2\x20\x01\x20\x02", "a map has the key -1 twice"),
        (b"\xa2\xf5\x01\xf5\x02", "a map has the key true twice"),
        (b"\xa1\x80\x01", "a map's key is a string, a bool or an integer, and not a list"),
        (b"\xa1\xfa\x3f\x80\x00\x00\x01", "a map's key is a string, a bool or an integer, and not a float"),
    ] {
        assert_eq!(refused::<Any>(message), reason, "{message:x?}");
    }
    assert_eq!(refused::<HashMap<u8, u8>>(b"\xa2\x05\x01\x18\x05\x02"), "a map has the key 5 twice");
    assert!(refused::<Person>(b"\xa2\x64name\x61a\x64name\x61b").contains("duplicate field `name`"));
    assert_eq!(refused::<Person>(b"\x80"), "a list where a map is expected");
    assert_eq!(refused::<Shape>(b"\xa0"), "a variant is a string or a map of one entry");
    assert_eq!(refused::<Shape>(b"\xa1\x67Nothing\xf6"), "a variant without fields is a string");
    refused::<Shape>(b"\x66Circle");
    refused::<Shape>(b"\x66Square");
}

fn nested(depth: usize) -> Any {
    (0..depth).fold(Any::Null, |inner, i| match i % 2 {
        0 => Any::List(vec![inner]),
        _ => Any::Map(vec![(Any::Bool(true), inner)]),
    })
}

#[test]
fn deep_values_are_refused_before_they_use_up_the_stack() {
    let written = to_vec(&nested(256)).unwrap();
    assert_eq!(from_slice::<Any>(&written).unwrap(), nested(256));
    let reason = "values are nested more deeply than 256";
    assert_eq!(to_vec(&nested(257)).unwrap_err().to_string(), reason);
    assert_eq!(refused::<Any>(&[&[0x81], &written[..]].concat()), reason);
    assert_eq!(refused::<Any>(&[0x81; 1_000_000]), reason);
    assert_eq!(refused::<serde::de::IgnoredAny>(&[0x81; 1_000_000]), reason);
}

/// Whatever is read is written as something that is read as the same.
#[test]
fn random_messages_are_values_or_refused() {
    let mut state = 7_u64;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    // First bytes of items of every kind, for messages that go further than their first item.
    let likely = b"\x00\x05\x18\x19\x20\x38\x40\x41\x42\x60\x61\x62\x64\x80\x81\x82\xa0\xa1\xa2\xf4\xf5\xf6\xf9\xfa\xfb";
    let mut taken = 0;
    for _ in 0..500_000 {
        let mut message: Vec<u8> = (0..next() % 24)
            .map(|_| if next() % 4 > 0 { likely[next() as usize % likely.len()] } else { next() as u8 })
            .collect();
        message.shrink_to_fit();
        if let Ok(value) = from_slice::<Any>(&message) {
            taken += 1;
            let written = to_vec(&value).unwrap();
            assert!(written.len() <= message.len() + 2 * message.iter().filter(|b| **b == 0xf9).count());
            assert_eq!(to_vec(&from_slice::<Any>(&written).unwrap()).unwrap(), written);
        }
        let _ = from_slice::<Person>(&message);
        let _ = from_slice::<Shape>(&message);
        let _ = from_slice::<Vec<Option<HashMap<String, f32>>>>(&message);
        let _ = from_slice::<Bytes>(&message);
    }
    assert!(taken > 10_000, "{taken}");
}

#[test]
fn any_is_made_of_other_types_and_becomes_them() {
    assert_eq!(Any::from(u64::MAX), Any::Unsigned(u64::MAX));
    assert_eq!(Any::from(1_u64), Any::Int(1));
    assert_eq!(Any::from(None::<i64>), Any::Null);
    assert_eq!(Any::from(vec![Some(1_u8), None]), Any::List(vec![Any::Int(1), Any::Null]));
    let person = Any::of(&Person { name: "A".into(), age: Some(3) }).unwrap();
    assert_eq!(person, Any::from_iter([("name", Any::from("A")), ("age", Any::from(3))]));
    assert_eq!((person.get("age"), person.get("x")), (Some(&Any::Int(3)), None));
    assert_eq!(person.to::<Person>().unwrap().age, Some(3));
    assert_eq!(person.to::<u8>().unwrap_err().code, "failed");
    assert_eq!(Any::of(&1_u128).unwrap_err().message, "u128 is not supported");
}
