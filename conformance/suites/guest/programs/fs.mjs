// Files by promises: written, appended, renamed, listed, read as a stream, removed.
import { promises as fs, createReadStream } from "node:fs";
import path from "node:path";

const directory = await fs.mkdtemp("/tmp/fs-");
const names = Array.from({ length: 50 }, (_, i) => `file-${i}`);
await Promise.all(names.map((name, i) => fs.writeFile(path.join(directory, name), "x".repeat(i * 1000))));
await fs.appendFile(path.join(directory, "file-0"), "appended");
await fs.rename(path.join(directory, "file-1"), path.join(directory, "renamed"));
await fs.mkdir(path.join(directory, "a/b/c"), { recursive: true });
await fs.copyFile(path.join(directory, "file-2"), path.join(directory, "a/copy"));
await fs.symlink("file-3", path.join(directory, "link"));
console.log((await fs.readdir(directory)).sort().join(" "));
console.log(await fs.readlink(path.join(directory, "link")), (await fs.stat(path.join(directory, "link"))).size);
let read = 0;
for await (const chunk of createReadStream(path.join(directory, "file-49"), { highWaterMark: 1000 })) read += chunk.length;
console.log("read", read, await fs.readFile(path.join(directory, "file-0"), "utf8"));
const handle = await fs.open(path.join(directory, "file-5"), "r+");
await handle.truncate(10);
await handle.write("abc", 3);
console.log((await handle.stat()).size);
await handle.close();
console.log(await fs.readFile(path.join(directory, "file-5"), "utf8"));
await fs.access("/no-such-file").catch((e) => console.log(e.code, e.syscall));
await fs.rmdir(directory).catch((e) => console.log(e.code));
await fs.rm(directory, { recursive: true });
await fs.stat(directory).catch((e) => console.log(e.code));
