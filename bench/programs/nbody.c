/* Five bodies under gravity, in double precision: floating point with dependencies, square roots and divisions. The masses
 * and orbits are those of the Sun and the large planets, rounded. */
#include "clock.h"
#include <math.h>

enum { BODIES = 5 };

static struct body {
  double p[3], v[3], mass;
} bodies[BODIES] = {
    {{0, 0, 0}, {0, 0, 0}, 39.478},
    {{4.841, -1.160, -0.1036}, {0.606, 2.812, -0.02522}, 0.03769},
    {{8.343, 4.125, -0.4035}, {-1.011, 1.826, 0.00841}, 0.01129},
    {{12.894, -15.111, -0.2233}, {1.083, 0.868, -0.01083}, 0.001724},
    {{15.380, -25.919, 0.1793}, {0.979, 0.594, -0.03476}, 0.002034},
};

static void step(double dt) {
  for (int i = 0; i < BODIES; i++) {
    for (int j = i + 1; j < BODIES; j++) {
      double d[3], square = 0;
      for (int axis = 0; axis < 3; axis++) {
        d[axis] = bodies[i].p[axis] - bodies[j].p[axis];
        square += d[axis] * d[axis];
      }
      double force = dt / (square * sqrt(square));
      for (int axis = 0; axis < 3; axis++) {
        bodies[i].v[axis] -= d[axis] * bodies[j].mass * force;
        bodies[j].v[axis] += d[axis] * bodies[i].mass * force;
      }
    }
  }
  for (int i = 0; i < BODIES; i++) {
    for (int axis = 0; axis < 3; axis++) bodies[i].p[axis] += dt * bodies[i].v[axis];
  }
}

int main(int argc, char **argv) {
  int64_t start = now_ns();
  for (long n = rounds(argc, argv) * 10000; n > 0; n--) step(0.01);
  report(bodies[1].p[0], start);
}
