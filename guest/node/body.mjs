// Bodies that do not come or go at once.

import fs from "node:fs";
import { Readable } from "node:stream";
import { turn } from "./turn.mjs";

const PIECE = 1 << 16; // bytes
const WHOLE = 1 << 16; // what an answer may have that is kept to be sent at once

/** The body that comes on standard input while the function runs. Only who reads waits for it, and nothing is read ahead that is not asked for. */
export function incoming() {
  return new Readable({
    highWaterMark: 0,
    read() {
      this.push(readPiece());
    },
  });
}

/** The same, as the web has it. */
export function incomingWeb() {
  return new ReadableStream(
    {
      pull(controller) {
        const piece = readPiece();
        if (piece === null) controller.close();
        else controller.enqueue(piece);
      },
    },
    { highWaterMark: 0 },
  );
}

function readPiece() {
  const piece = Buffer.allocUnsafeSlow(PIECE);
  const count = fs.readSync(0, piece, 0, PIECE, null);
  return count === 0 ? null : piece.subarray(0, count);
}

/**
 * Answers with a body of pieces, of an asynchronous iterator: whole, if they are all there and few, else each as it comes, by functions of the
 * host, which waits with it while the client does. Resolves to the result of the call.
 */
export async function answer(host, { status, headers }, pieces) {
  const { calls } = host;
  const write = (piece) => {
    // The call may have failed meanwhile: there is another one, and this is not its answer.
    if (host.calls !== calls) throw new Error("the call is over");
    host.call("response.write", bytes(piece));
  };
  const begun = [];
  let size = 0;
  let next = pieces.next();
  for (;;) {
    const piece = await Promise.race([next, turn()]);
    if (piece === undefined) break;
    if (piece.done) return { status, headers, body: Buffer.concat(begun) };
    size += begun[begun.push(bytes(piece.value)) - 1].length;
    next = pieces.next();
    if (size > WHOLE) break;
  }
  if (host.calls !== calls) return null;
  if (!starts(host, status, headers)) {
    for (let piece = await next; !piece.done; piece = await pieces.next()) begun.push(bytes(piece.value));
    return { status, headers, body: Buffer.concat(begun) };
  }
  if (size > 0) write(Buffer.concat(begun));
  for (let piece = await next; !piece.done; piece = await pieces.next()) write(piece.value);
  return null;
}

/** Whether the host takes an answer in pieces; not every host does. */
function starts(host, status, headers) {
  try {
    host.call("response.start", status, headers);
    return true;
  } catch (e) {
    if (e.code === "unknown-function") return false;
    throw e;
  }
}

function bytes(piece) {
  if (piece instanceof Uint8Array) return piece;
  throw new TypeError("A body's stream must have bytes (Uint8Array)");
}
