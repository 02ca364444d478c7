// What a function finds in the global object beyond the language.

import { randomNumber } from 'mote:native';
import * as abort from './abort.js';
import * as blob from './blob.js';
import { structuredClone } from './clone.js';
import { console } from './console.js';
import { crypto, CryptoKey } from './crypto.js';
import { TextDecoder, TextEncoder } from './encoding.js';
import { reportError } from './errors.js';
import * as events from './events.js';
import { fetch, Request, Response } from './fetch.js';
import { FormData } from './formdata.js';
import { Headers } from './headers.js';
import { addEventListener, env } from './serve.js';
import * as streams from './streams.js';
import { clearInterval, clearTimeout, queueMicrotask, setInterval, setTimeout } from './timers.js';
import { URL, URLSearchParams } from './url.js';

const define = (object, name, value) =>
  Object.defineProperty(object, name, { value, writable: true, configurable: true, enumerable: false });

const functions = {
  addEventListener, clearInterval, clearTimeout, fetch, queueMicrotask, reportError, setInterval, setTimeout, structuredClone,
};

const classes = {
  AbortController: abort.AbortController, AbortSignal: abort.AbortSignal,
  Blob: blob.Blob, File: blob.File, FormData,
  Event: events.Event, EventTarget: events.EventTarget, CustomEvent: events.CustomEvent,
  Headers, Request, Response, URL, URLSearchParams,
  TextDecoder, TextEncoder, CryptoKey, Crypto: crypto.constructor, SubtleCrypto: crypto.subtle.constructor,
  ReadableStream: streams.ReadableStream,
  ReadableStreamDefaultController: streams.ReadableStreamDefaultController,
  ReadableStreamDefaultReader: streams.ReadableStreamDefaultReader,
  WritableStream: streams.WritableStream,
  WritableStreamDefaultWriter: streams.WritableStreamDefaultWriter,
  TransformStream: streams.TransformStream,
  TextDecoderStream: streams.TextDecoderStream, TextEncoderStream: streams.TextEncoderStream,
  CountQueuingStrategy: streams.CountQueuingStrategy, ByteLengthQueuingStrategy: streams.ByteLengthQueuingStrategy,
};

const now = performance.now.bind(performance);

const objects = {
  console,
  crypto,
  navigator: { userAgent: 'Mote', hardwareConcurrency: 1, language: 'en', languages: ['en'] },
  performance: {
    now,
    get timeOrigin() { return Date.now() - now(); }, // which a restore changes
    toJSON() { return { timeOrigin: this.timeOrigin }; },
  },
  process: { env },
  self: globalThis,
};

for (const [name, value] of Object.entries({ ...functions, ...classes, ...objects })) define(globalThis, name, value);

for (const [name, value] of Object.entries(classes)) {
  Object.defineProperty(value.prototype, Symbol.toStringTag, { value: name, configurable: true });
}

// Numbers that are new after each restore of a snapshot.
define(Math, 'random', randomNumber);

// The frames of this runtime are taken away when a stack is shown: so that enough are left.
Error.stackTraceLimit = 32;
