/** Resolved, to nothing, when everything that is ready has had its turn. */
export function turn() {
  return new Promise((resolve) => setImmediate(resolve));
}
