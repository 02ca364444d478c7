// The runtime as mote_function.mjs begins it, but for the file, which is a pipe of the test's.

import path from "node:path";
import { run } from "../function.mjs";
import { Host } from "../protocol.mjs";

run(path.resolve(process.argv[2]), new Host(3));
