// What the tests of the web's interfaces are written with.

const tests = [];

export const test = (name, body) => tests.push([name, body]);

const show = (value) => (typeof value === 'bigint' ? `${value}n` : JSON.stringify(value) ?? String(value));

export function equal(found, expected, what = '') {
  const [a, b] = [show(found), show(expected)];
  if (a !== b && !Object.is(found, expected)) throw new Error(`${what} is ${a}, not ${b}`);
}

export const ok = (value, what = 'a condition') => {
  if (!value) throw new Error(`${what} does not hold`);
};

const checkError = (error, kind, message = /(?:)/) => {
  const matches = typeof kind === 'string' ? error?.name === kind : error instanceof kind;
  if (!matches) throw new Error(`${error} was thrown, not a ${kind.name ?? kind}`);
  if (!message.test(error.message)) throw new Error(`'${error.message}' was said, not ${message}`);
};

export function throws(kind, body, message) {
  try {
    body();
  } catch (error) {
    checkError(error, kind, message);
    return;
  }
  throw new Error('nothing was thrown');
}

export async function rejects(kind, promise, message) {
  try {
    await promise;
  } catch (error) {
    checkError(error, kind, message);
    return;
  }
  throw new Error('the promise was not rejected');
}

export async function run() {
  const failures = [];
  for (const [name, body] of tests) {
    try {
      await body();
    } catch (error) {
      failures.push(`${name}: ${error}\n${error.stack}`);
    }
  }
  return { count: tests.length, failures };
}
