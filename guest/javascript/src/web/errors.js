// What is said of errors: where they happened in the author's files, and nothing of this runtime's own.

import { print } from 'mote:native';

let show = String; // until inspect.js is there, which needs this

export function showWith(inspect) {
  show = inspect;
}

const isError = (value) => value instanceof Error || value instanceof DOMException;

// Whether a line of a stack is of the author's files.
const isAuthors = (line) => !/\((?:native|missing)\)$/.test(line) && !/(?:\(| )mote:/.test(line);

export function stackOf(error) {
  const { stack } = error;
  if (typeof stack !== 'string') return '';
  return stack.split('\n').filter((line) => line.trim() !== '' && isAuthors(line)).join('\n');
}

export function messageOf(error) {
  if (!isError(error)) return typeof error === 'string' ? error : show(error);
  const name = `${error.name ?? 'Error'}`;
  const message = `${error.message ?? ''}`;
  if (name === '') return message;
  return message === '' ? name : `${name}: ${message}`;
}

// Message and stack, for the host.
export function describe(error) {
  let stack = isError(error) ? stackOf(error) : '    (what was thrown is no Error: nothing knows where it was)';
  const seen = new Set([error]);
  for (let cause = error; isError(cause) && cause.cause !== undefined;) {
    cause = cause.cause;
    if (seen.has(cause)) break;
    seen.add(cause);
    stack += `\nCaused by: ${text(cause)}`;
  }
  return [messageOf(error).toWellFormed(), stack.toWellFormed()];
}

function text(error) {
  const stack = isError(error) ? stackOf(error) : '';
  return stack === '' ? messageOf(error) : `${messageOf(error)}\n${stack}`;
}

function whole(error) {
  const [message, stack] = describe(error);
  return stack === '' ? message : `${message}\n${stack}`;
}

// Tells the log of an error that nobody catches.
export function report(error, how = 'Uncaught') {
  print(true, `${how} ${whole(error)}`.toWellFormed());
}

export const reportError = (error) => report(error);

const rejected = new Map(); // promises that nobody looks after, with their reasons

export function noteRejection(promise, reason, handled) {
  if (handled) rejected.delete(promise);
  else rejected.set(promise, reason);
}

// Tells of the promises that were rejected and that nobody looks after.
export function reportRejections() {
  for (const reason of rejected.values()) report(reason, 'Uncaught (in promise)');
  rejected.clear();
}

// Throws the reason of the first of them.
export function throwRejection() {
  for (const reason of rejected.values()) throw reason;
}
