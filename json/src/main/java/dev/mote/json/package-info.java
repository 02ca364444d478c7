/// JSON of which nothing is trusted: [Json] reads it within limits, [JsonObject] gives fields of
/// the types that are asked for.
package dev.mote.json;
