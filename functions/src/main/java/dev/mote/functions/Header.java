package dev.mote.functions;

/// A line of an HTTP message's head.
public record Header(String name, String value) {}
