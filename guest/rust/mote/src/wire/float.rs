//! Floats of one width as those of another, by their bits: a conversion by the processor changes some NaN.

const FRACTION_32: u32 = 0x7f_ffff;
const INFINITE_32: u32 = 0x7f80_0000;
const INFINITE_64: u64 = 0x7ff0_0000_0000_0000;

/// The bits of a float of 32 bits as those of one of 64.
pub(crate) fn widen(bits: u32) -> u64 {
    if bits & INFINITE_32 == INFINITE_32 {
        let sign = u64::from(bits >> 31) << 63;
        sign | INFINITE_64 | u64::from(bits & FRACTION_32) << 29
    } else {
        f64::from(f32::from_bits(bits)).to_bits()
    }
}

/// The other way; None if 32 bits do not have the value exactly.
pub(crate) fn narrow(bits: u64) -> Option<u32> {
    let narrowed = if bits & INFINITE_64 == INFINITE_64 {
        let sign = ((bits >> 63) as u32) << 31;
        sign | INFINITE_32 | (bits >> 29) as u32 & FRACTION_32
    } else {
        (f64::from_bits(bits) as f32).to_bits()
    };
    (widen(narrowed) == bits).then_some(narrowed)
}

/// The bits of a float of 16 bits as those of one of 32.
pub(crate) fn widen_half(half: u16) -> u32 {
    let half = u32::from(half);
    let (sign, exponent, fraction) = ((half & 0x8000) << 16, half >> 10 & 0x1f, half & 0x3ff);
    sign | match exponent {
        0x1f => INFINITE_32 | fraction << 13,
        0 => (fraction as f32 / (1 << 24) as f32).to_bits(), // exact: a power of two
        _ => (exponent + 127 - 15) << 23 | fraction << 13,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_are_what_their_parts_say() {
        assert_eq!(widen_half(0x3e00), 1.5_f32.to_bits());
        assert_eq!(widen_half(0x8000), (-0.0_f32).to_bits());
        assert_eq!(widen_half(0xfbff), (-65504.0_f32).to_bits());
        assert_eq!(widen_half(0x0001), 2.0_f32.powi(-24).to_bits());
        assert_eq!(widen_half(0x83ff), (-1023.0 * 2.0_f32.powi(-24)).to_bits());
        assert_eq!(widen_half(0x0400), 2.0_f32.powi(-14).to_bits());
        assert_eq!(widen_half(0xfc00), f32::NEG_INFINITY.to_bits());
        assert_eq!(widen_half(0x7e01), 0x7fc0_2000);
    }

    #[test]
    fn every_width_comes_back_from_the_wider_one() {
        for bits in (0..u32::MAX).step_by(9973).chain([0x7f80_0001, 0xffff_ffff, 1, 0x8000_0000]) {
            assert_eq!(narrow(widen(bits)), Some(bits), "{bits:#x}");
        }
    }

    #[test]
    fn what_32_bits_do_not_have_is_not_rounded() {
        for value in [0.1, 1e300, f64::MIN_POSITIVE, f64::MAX, 16_777_217.0] {
            assert_eq!(narrow(value.to_bits()), None, "{value}");
        }
        assert_eq!(narrow(0x7ff0_0000_0000_0001), None); // a NaN that would become infinite
    }
}
