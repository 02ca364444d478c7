//! Bytes as text, by the Encoding standard.

use encoding_rs::{DecoderResult, Encoding, UTF_8};

/// The name of an encoding in lower case, by one of its labels.
pub(crate) fn encoding_name(label: &str) -> Option<String> {
    Encoding::for_label_no_replacement(label.as_bytes()).map(|encoding| encoding.name().to_ascii_lowercase())
}

/// UTF-8 without its mark, and with replacement characters for what is malformed.
pub(crate) fn decode_utf8(bytes: &[u8]) -> String {
    UTF_8.decode_with_bom_removal(bytes).0.into_owned()
}

/// Each byte as one character.
pub(crate) fn latin1(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

pub(crate) struct Decoder {
    decoder: encoding_rs::Decoder,
    fatal: bool,
}

impl Decoder {
    /// Of an encoding by its name; UTF-8 if it has none.
    pub(crate) fn new(label: &str, fatal: bool, keep_bom: bool) -> Self {
        let encoding = Encoding::for_label(label.as_bytes()).unwrap_or(UTF_8);
        let decoder = match keep_bom {
            true => encoding.new_decoder_without_bom_handling(),
            false => encoding.new_decoder_with_bom_removal(),
        };
        Decoder { decoder, fatal }
    }

    /// The text of the next bytes; none if they are malformed and this is fatal.
    pub(crate) fn decode(&mut self, bytes: &[u8], last: bool) -> Option<String> {
        let room = self.decoder.max_utf8_buffer_length(bytes.len())?;
        let mut text = String::with_capacity(room);
        if !self.fatal {
            let _ = self.decoder.decode_to_string(bytes, &mut text, last); // there is room for all
            return Some(text);
        }
        let (result, _) = self.decoder.decode_to_string_without_replacement(bytes, &mut text, last);
        matches!(result, DecoderResult::InputEmpty).then_some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_may_be_in_two_pieces() {
        let mut decoder = Decoder::new("utf-8", true, false);
        assert_eq!(decoder.decode(&[0xef, 0xbb, 0xbf, 0xe2, 0x82], false), Some(String::new()));
        assert_eq!(decoder.decode(&[0xac], true).as_deref(), Some("€"));
    }

    #[test]
    fn what_is_malformed_is_replaced_or_refused() {
        assert_eq!(Decoder::new("utf-8", false, false).decode(b"a\xff", true).as_deref(), Some("a\u{fffd}"));
        assert_eq!(Decoder::new("utf-8", true, false).decode(b"a\xff", true), None);
        assert_eq!(Decoder::new("utf-8", true, false).decode(b"\xe2\x82", true), None);
    }

    #[test]
    fn labels_are_those_of_the_standard() {
        assert_eq!(encoding_name(" Latin1 ").as_deref(), Some("windows-1252"));
        assert_eq!(encoding_name("utf8").as_deref(), Some("utf-8"));
        assert_eq!(encoding_name("none"), None);
    }
}
