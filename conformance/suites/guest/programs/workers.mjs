// Four workers that compute, share memory and exchange messages.
import { Worker, isMainThread, parentPort, workerData } from "node:worker_threads";

if (isMainThread) {
  const shared = new Int32Array(new SharedArrayBuffer(8));
  const answers = await Promise.all(
    [0, 1, 2, 3].map(
      (number) =>
        new Promise((resolve, reject) => {
          const worker = new Worker(new URL(import.meta.url), { workerData: { number, shared } });
          worker.on("message", resolve);
          worker.on("error", reject);
          worker.postMessage({ from: number * 100000, to: (number + 1) * 100000 });
        }),
    ),
  );
  console.log(answers, "primes", answers.reduce((a, b) => a + b), "added", Atomics.load(shared, 0));
} else {
  parentPort.once("message", ({ from, to }) => {
    let primes = 0;
    for (let n = Math.max(from, 2); n < to; n++) {
      let prime = true;
      for (let d = 2; d * d <= n; d++) if (n % d === 0) { prime = false; break; }
      if (prime) primes++;
    }
    for (let i = 0; i < 1000; i++) Atomics.add(workerData.shared, 0, 1);
    // All four meet here.
    if (Atomics.add(workerData.shared, 1, 1) === 3) Atomics.notify(workerData.shared, 1);
    else while (Atomics.load(workerData.shared, 1) < 4) Atomics.wait(workerData.shared, 1, Atomics.load(workerData.shared, 1), 100);
    parentPort.postMessage(primes);
  });
}
