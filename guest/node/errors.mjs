// What is told of an error: places in the function's own files and in what they use, by their paths in the function's folder.

import path from "node:path";
import { fileURLToPath } from "node:url";

const FOLDER = `${process.cwd()}/`;
const HERE = path.dirname(fileURLToPath(import.meta.url));

/** `TypeError: x is not a function`, or what else was thrown. */
export function message(error) {
  if (!isError(error)) return typeof error === "string" ? error : `${inspected(error)} was thrown`;
  const name = String(error.name ?? "Error");
  return error.message ? `${name}: ${error.message}` : name;
}

/** The places, one a line, the innermost first: `at handle (index.js:3:5)`; empty if nothing is known. */
export function places(error) {
  if (!isError(error) || typeof error.stack !== "string") return "";
  return error.stack
    .split("\n")
    .filter((line) => /^\s+at /.test(line) && !/[( ]node:|<anonymous>\)?$/.test(line) && !line.includes(`${HERE}/`))
    .map(shortened)
    .join("\n");
}

/** A text in which the function's files are named by their paths in its folder. */
export function shortened(text) {
  return text
    .replace(/file:\/\/\/[^\s()]*?(?=:\d)/g, (url) => fileURLToPath(url))
    .replaceAll(`file://${FOLDER}`, "")
    .replaceAll(FOLDER, "");
}

/** Also an error of another context (`vm`). */
function isError(value) {
  return value instanceof Error || Object.prototype.toString.call(value) === "[object Error]";
}

function inspected(value) {
  try {
    return typeof value === "object" ? JSON.stringify(value) : String(value);
  } catch {
    return typeof value;
  }
}
