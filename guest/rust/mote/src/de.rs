//! Values of messages in serde's data model.

use crate::error::Malformed;
use crate::reader::Reader;
use crate::writer::*;
use serde::de::{self, Deserialize, DeserializeSeed, IntoDeserializer, Visitor};

#[doc(hidden)]
pub fn from_slice<'de, T: Deserialize<'de>>(message: &'de [u8]) -> Result<T, Malformed> {
    let mut reader = Reader::new(message);
    let value = read(&mut reader)?;
    reader.end()?;
    Ok(value)
}

/// Reads the next value.
pub(crate) fn read<'de, T: Deserialize<'de>>(reader: &mut Reader<'de>) -> Result<T, Malformed> {
    T::deserialize(Deserializer { reader })
}

struct Deserializer<'a, 'de> {
    reader: &'a mut Reader<'de>,
}

/// The bits of a float of 32 bits as those of one of 64; a NaN keeps its payload.
fn widen(bits: u32) -> u64 {
    if bits & 0x7f80_0000 == 0x7f80_0000 {
        let sign = u64::from(bits & 0x8000_0000) << 32;
        sign | 0x7ff0_0000_0000_0000 | u64::from(bits & 0x7f_ffff) << 29
    } else {
        f64::from(f32::from_bits(bits)).to_bits()
    }
}

/// The other way; the value is one that 32 bits have exactly, as the host has checked.
fn narrow(bits: u64) -> u32 {
    if bits & 0x7ff0_0000_0000_0000 == 0x7ff0_0000_0000_0000 {
        (bits >> 32) as u32 & 0x8000_0000 | 0x7f80_0000 | (bits >> 29) as u32 & 0x7f_ffff
    } else {
        (f64::from_bits(bits) as f32).to_bits()
    }
}

fn widen_half(half: u32) -> u32 {
    let (sign, exponent, fraction) = ((half & 0x8000) << 16, half >> 10 & 0x1f, half & 0x3ff);
    match exponent {
        0x1f => sign | 0x7f80_0000 | fraction << 13,
        0 => sign | (fraction as f32 / (1 << 24) as f32).to_bits(),
        _ => sign | (exponent + 112) << 23 | fraction << 13,
    }
}

impl<'de> Deserializer<'_, 'de> {
    fn double(&mut self) -> Result<u64, Malformed> {
        let initial = self.reader.peek()?;
        let bits = match initial {
            HALF | SINGLE | DOUBLE => self.reader.argument()?,
            _ => return Err(Malformed::new("no float where one is expected")),
        };
        Ok(match initial {
            HALF => widen(widen_half(bits as u32)),
            SINGLE => widen(bits as u32),
            _ => bits,
        })
    }

    fn length(&mut self, major: u8, what: &str) -> Result<usize, Malformed> {
        if self.reader.major()? != major {
            return Err(Malformed::new(format!("no {what} where one is expected")));
        }
        self.reader.length()
    }

    fn items<V: Visitor<'de>>(self, map: bool, visitor: V) -> Result<V::Value, Malformed> {
        let left = self.reader.length()?;
        self.reader.enter()?;
        let mut items = Items { reader: &mut *self.reader, left };
        let value = if map { visitor.visit_map(&mut items)? } else { visitor.visit_seq(&mut items)? };
        if items.left > 0 {
            return Err(Malformed::new("more elements than expected"));
        }
        self.reader.leave();
        Ok(value)
    }
}

impl<'de> de::Deserializer<'de> for Deserializer<'_, 'de> {
    type Error = Malformed;

    fn deserialize_any<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Malformed> {
        match self.reader.major()? {
            UNSIGNED => visitor.visit_u64(self.reader.argument()?),
            NEGATIVE => {
                let argument = i64::try_from(self.reader.argument()?)
                    .map_err(|_| Malformed::new("an integer is below 64 bits"))?;
                visitor.visit_i64(!argument)
            }
            BYTES => visitor.visit_borrowed_bytes(self.reader.content()?),
            TEXT => visitor.visit_borrowed_str(self.reader.text()?),
            LIST => self.items(false, visitor),
            MAP => self.items(true, visitor),
            _ => match self.reader.peek()? {
                HALF | SINGLE => {
                    let bits = narrow(self.double()?);
                    visitor.visit_f32(f32::from_bits(bits))
                }
                DOUBLE => visitor.visit_f64(f64::from_bits(self.double()?)),
                simple @ (FALSE | TRUE) => {
                    self.reader.argument()?;
                    visitor.visit_bool(simple == TRUE)
                }
                NULL => {
                    self.reader.argument()?;
                    visitor.visit_unit()
                }
                _ => Err(Malformed::new("an item that messages do not have")),
            },
        }
    }

    fn deserialize_f32<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Malformed> {
        visitor.visit_f32(f32::from_bits(narrow(self.double()?)))
    }

    fn deserialize_f64<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Malformed> {
        visitor.visit_f64(f64::from_bits(self.double()?))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Malformed> {
        if self.reader.peek()? == NULL {
            self.reader.argument()?;
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Malformed> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        mut self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Malformed> {
        if self.reader.major()? == TEXT {
            return visitor.visit_enum(self.reader.text()?.into_deserializer());
        }
        if self.length(MAP, "variant")? != 1 {
            return Err(Malformed::new("a variant is a map of one entry"));
        }
        self.reader.enter()?;
        let value = visitor.visit_enum(Variant { reader: &mut *self.reader })?;
        self.reader.leave();
        Ok(value)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 char str string bytes byte_buf unit unit_struct seq
        tuple tuple_struct map struct identifier ignored_any
    }
}

/// The elements of a list, or the entries of a map.
struct Items<'a, 'de> {
    reader: &'a mut Reader<'de>,
    left: usize,
}

impl<'de> de::SeqAccess<'de> for &mut Items<'_, 'de> {
    type Error = Malformed;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Malformed> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        seed.deserialize(Deserializer { reader: &mut *self.reader }).map(Some)
    }
}

impl<'de> de::MapAccess<'de> for &mut Items<'_, 'de> {
    type Error = Malformed;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Malformed> {
        de::SeqAccess::next_element_seed(self, seed)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Malformed> {
        seed.deserialize(Deserializer { reader: &mut *self.reader })
    }
}

/// A variant with fields: its name, then its fields.
struct Variant<'a, 'de> {
    reader: &'a mut Reader<'de>,
}

impl<'de> de::EnumAccess<'de> for Variant<'_, 'de> {
    type Error = Malformed;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Malformed> {
        let name = seed.deserialize(Deserializer { reader: &mut *self.reader })?;
        Ok((name, self))
    }
}

impl<'de> de::VariantAccess<'de> for Variant<'_, 'de> {
    type Error = Malformed;

    fn unit_variant(self) -> Result<(), Malformed> {
        Err(Malformed::new("a variant without fields is a string"))
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Malformed> {
        seed.deserialize(Deserializer { reader: self.reader })
    }

    fn tuple_variant<V: Visitor<'de>>(self, _length: usize, visitor: V) -> Result<V::Value, Malformed> {
        de::Deserializer::deserialize_any(Deserializer { reader: self.reader }, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Malformed> {
        de::Deserializer::deserialize_any(Deserializer { reader: self.reader }, visitor)
    }
}
