package dev.mote.linux;

import java.io.InputStream;
import java.io.OutputStream;

/// Where a guest's standard streams come from and go to.
public record StandardStreams(
    InputStream input,
    StreamKind inputKind,
    OutputStream output,
    StreamKind outputKind,
    OutputStream error,
    StreamKind errorKind) {}
