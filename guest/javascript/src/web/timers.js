// setTimeout and setInterval. The event loop, in Rust, asks how long it may sleep (`wait`) and has the timer that is due
// called (`fire`).

import { report } from './errors.js';

const now = performance.now.bind(performance);
const LONGEST = 2 ** 31 - 1;

let lastId = 0;
const timers = new Map(); // by id
let queue = []; // in the order in which they are due

function add(callback, delay, args, repeat) {
  if (typeof callback !== 'function') throw new TypeError('The callback of a timer must be a function');
  let milliseconds = Number(delay);
  if (!(milliseconds >= 0)) milliseconds = 0;
  if (milliseconds > LONGEST) milliseconds = LONGEST;
  if (repeat) milliseconds = Math.max(milliseconds, 1);
  const timer = { id: ++lastId, callback, args, milliseconds, repeat, due: 0 };
  timers.set(timer.id, timer);
  enqueue(timer);
  return timer.id;
}

function enqueue(timer) {
  timer.due = now() + timer.milliseconds;
  let low = 0;
  let high = queue.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (queue[middle].due <= timer.due) low = middle + 1;
    else high = middle;
  }
  queue.splice(low, 0, timer);
}

export const setTimeout = (callback, delay, ...args) => add(callback, delay, args, false);
export const setInterval = (callback, delay, ...args) => add(callback, delay, args, true);

export function clearTimeout(id) {
  const timer = timers.get(Number(id));
  if (!timer) return;
  timers.delete(timer.id);
  const place = queue.indexOf(timer);
  if (place >= 0) queue.splice(place, 1);
}

export const clearInterval = (id) => clearTimeout(id);

export function queueMicrotask(callback) {
  if (typeof callback !== 'function') throw new TypeError('queueMicrotask takes a function');
  Promise.resolve().then(callback).catch(report);
}

// Milliseconds until the next timer is due; -1 if there is none.
export const wait = () => (queue.length === 0 ? -1 : Math.max(0, queue[0].due - now()));

// Calls the timer that is due first.
export function fire() {
  const timer = queue.shift();
  if (timer.repeat) enqueue(timer);
  else timers.delete(timer.id);
  try {
    timer.callback.apply(globalThis, timer.args);
  } catch (error) {
    report(error);
  }
}
