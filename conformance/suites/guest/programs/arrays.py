"""NumPy: matrices, decompositions, random numbers, a memory-mapped file."""
import sys

sys.path.insert(0, "/opt/numpy")
import numpy as np

rng = np.random.default_rng(42)
a = rng.standard_normal((300, 300))
print(np.__version__, np.allclose(a @ np.linalg.inv(a), np.eye(300)))
u, s, v = np.linalg.svd(a)
print(np.allclose(u * s @ v, a), round(float(s[0]), 6))
signal = np.sin(np.arange(4096) * 2 * np.pi * 50 / 4096)
print(int(np.argmax(np.abs(np.fft.rfft(signal)))))
integers = rng.integers(0, 1000, 1_000_000)
print(int(integers.sum()), int(np.sort(integers)[500_000]), np.bincount(integers)[:5].tolist())
np.save("/tmp/a.npy", a)
print(np.array_equal(np.load("/tmp/a.npy"), a))
np.add(np.load("/tmp/a.npy", mmap_mode="c"), 1).sum()
mapped = np.memmap("/tmp/b.bin", dtype=np.float64, mode="w+", shape=(1000, 1000))
mapped[:] = np.arange(1000)
mapped.flush()
print(float(np.fromfile("/tmp/b.bin").sum()))
