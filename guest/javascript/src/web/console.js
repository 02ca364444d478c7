// The console: log, info and debug go to standard output, the rest to standard error.

import { print } from 'mote:native';
import { format, inspect } from './inspect.js';
import { stackOf } from './errors.js';

let indent = '';
const counts = new Map();
const starts = new Map();
const now = performance.now.bind(performance);

function write(toError, text) {
  print(toError, (indent === '' ? text : indent + text.replaceAll('\n', `\n${indent}`)).toWellFormed());
}

const out = (...args) => write(false, format(args));
const error = (...args) => write(true, format(args));

function since(label, rest) {
  const start = starts.get(`${label}`);
  if (start === undefined) return error(`Timer '${label}' does not exist`);
  out(`${label}: ${(now() - start).toFixed(3)}ms`, ...rest);
}

function table(data, columns) {
  if (data === null || typeof data !== 'object') return out(data);
  const entries = data instanceof Map ? [...data] : Object.entries(data);
  const isRow = (value) => value !== null && typeof value === 'object';
  const keys = columns ?? [...new Set(entries.flatMap(([, row]) => (isRow(row) ? Object.keys(row) : [])))];
  const hasValues = columns === undefined && entries.some(([, row]) => !isRow(row));
  const head = ['(index)', ...keys, ...(hasValues ? ['Values'] : [])];
  const rows = entries.map(([index, row]) => [
    `${index}`,
    ...keys.map((key) => (isRow(row) && key in row ? inspect(row[key]) : '')),
    ...(hasValues ? [isRow(row) ? '' : inspect(row)] : []),
  ]);
  const widths = head.map((_, i) => Math.max(...[head, ...rows].map((row) => row[i].length)));
  const line = (row) => `│ ${row.map((cell, i) => cell.padEnd(widths[i])).join(' │ ')} │`;
  const rule = (left, middle, right) => left + widths.map((width) => '─'.repeat(width + 2)).join(middle) + right;
  out([rule('┌', '┬', '┐'), line(head), rule('├', '┼', '┤'), ...rows.map(line), rule('└', '┴', '┘')].join('\n'));
}

export const console = {
  log: out,
  info: out,
  debug: out,
  warn: error,
  error,
  dir: (value) => out(inspect(value)),
  dirxml: out,
  table,
  trace(...args) {
    error(`Trace${args.length > 0 ? ': ' : ''}${format(args)}\n${stackOf(new Error())}`);
  },
  assert(condition, ...args) {
    if (condition) return;
    if (typeof args[0] === 'string') error(`Assertion failed: ${args[0]}`, ...args.slice(1));
    else error('Assertion failed', ...args);
  },
  group(...args) {
    if (args.length > 0) out(...args);
    indent += '  ';
  },
  groupCollapsed: (...args) => console.group(...args),
  groupEnd() { indent = indent.slice(2); },
  count(label = 'default') {
    const count = (counts.get(`${label}`) ?? 0) + 1;
    counts.set(`${label}`, count);
    out(`${label}: ${count}`);
  },
  countReset(label = 'default') { counts.delete(`${label}`); },
  time(label = 'default') { starts.set(`${label}`, now()); },
  timeLog(label = 'default', ...rest) { since(label, rest); },
  timeEnd(label = 'default') {
    since(label, []);
    starts.delete(`${label}`);
  },
  clear() {},
};
