//! Digests and HMAC. The names are those of the web; another one than these has no digest.

use hmac::digest::Digest;
use hmac::{Hmac, Mac};
use sha1::Sha1;
use sha2::{Sha256, Sha384, Sha512};

pub(crate) fn digest(algorithm: &str, data: &[u8]) -> Vec<u8> {
    match algorithm {
        "SHA-1" => Sha1::digest(data).to_vec(),
        "SHA-256" => Sha256::digest(data).to_vec(),
        "SHA-384" => Sha384::digest(data).to_vec(),
        "SHA-512" => Sha512::digest(data).to_vec(),
        _ => Vec::new(),
    }
}

pub(crate) fn hmac(algorithm: &str, key: &[u8], data: &[u8]) -> Vec<u8> {
    fn with<M: Mac + hmac::digest::KeyInit>(key: &[u8], data: &[u8]) -> Vec<u8> {
        let Ok(mac) = <M as Mac>::new_from_slice(key) else { return Vec::new() }; // it takes keys of every length
        mac.chain_update(data).finalize().into_bytes().to_vec()
    }
    match algorithm {
        "SHA-1" => with::<Hmac<Sha1>>(key, data),
        "SHA-256" => with::<Hmac<Sha256>>(key, data),
        "SHA-384" => with::<Hmac<Sha384>>(key, data),
        "SHA-512" => with::<Hmac<Sha512>>(key, data),
        _ => Vec::new(),
    }
}
