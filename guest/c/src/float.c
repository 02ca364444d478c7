/* Reading floats of any width. A NaN keeps its bits, which a conversion by the processor changes. */
#include "internal.h"

#include <string.h>

#define SIGN 0x8000000000000000
#define EXPONENT 0x7ff0000000000000

static uint64_t bits_of(double number) {
  uint64_t bits;
  memcpy(&bits, &number, sizeof bits);
  return bits;
}

static uint64_t widen_single(uint32_t bits) {
  if ((bits & 0x7f800000) == 0x7f800000)
    return (uint64_t)(bits & 0x80000000) << 32 | EXPONENT | (uint64_t)(bits & 0x7fffff) << 29;
  float number;
  memcpy(&number, &bits, sizeof number);
  return bits_of(number);
}

static uint64_t widen_half(uint16_t bits) {
  uint64_t sign = (uint64_t)(bits & 0x8000) << 48, fraction = bits & 0x3ff;
  uint64_t exponent = bits >> 10 & 0x1f;
  if (exponent == 0x1f)
    return sign | EXPONENT | fraction << 42;
  if (exponent == 0) /* subnormal, or zero: a number of units of 2^-24 */
    return sign | bits_of((double)fraction / (1 << 24));
  return sign | (exponent + 1008) << 52 | fraction << 42;
}

/* The bits of a float of any width, as those of a double. */
static bool float_bits(mote_value value, const char *wanted, uint64_t *bits) {
  mote_value rest = value;
  if (mote_kind_of(value) != MOTE_FLOAT || !mote_head(&rest, bits)) {
    mote_mismatch(value, wanted);
    return false;
  }
  switch (rest.at - value.at) {
    case 3:
      *bits = widen_half((uint16_t)*bits);
      break;
    case 5:
      *bits = widen_single((uint32_t)*bits);
      break;
    default:
      break;
  }
  return true;
}

double mote_get_double(mote_value value) {
  uint64_t bits;
  double number = 0;
  if (float_bits(value, "a float", &bits))
    memcpy(&number, &bits, sizeof number);
  return number;
}

float mote_get_float(mote_value value) {
  uint64_t bits;
  float number = 0;
  if (!float_bits(value, "a float", &bits))
    return 0;
  if ((bits & EXPONENT) == EXPONENT) {
    uint32_t narrow = (uint32_t)((bits & SIGN) >> 32) | 0x7f800000 | (uint32_t)(bits >> 29 & 0x7fffff);
    if ((bits & ~(SIGN | EXPONENT)) != 0 && (narrow & 0x7fffff) == 0)
      narrow |= 1; /* still a NaN, though what made it one is beyond a float */
    memcpy(&number, &narrow, sizeof number);
  } else {
    double exact;
    memcpy(&exact, &bits, sizeof exact);
    number = (float)exact;
  }
  return number;
}
