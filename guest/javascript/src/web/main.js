// What the Rust side calls.

import './globals.js';

export { describe, noteRejection, reportRejections, throwRejection } from './errors.js';
export { offers, watch } from './serve.js';
export { fire, wait } from './timers.js';
