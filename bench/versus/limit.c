// How fast can one core compare all windows in 128-bit lanes, which is what WebAssembly has? For every window the nearest
// other one, k = 1, its distance alone: no places, no bounds, nothing settled. Speaks the line protocol of child.mjs.
//
//   d²(r + 1, c + 1) = d²(r, c) + (u_r − u_c)(v_r − v_c)      u_r = x_{r+w} − x_r,   v_r = x_{r+w} + x_r, x centered
//
// and each d² lowers the minimum of its row and that of its column: four operations for the step, two for the minima. All
// else is kept from mattering: rows come in bands that stay in the first-level cache, columns in strips of 8 whose minima
// stay in registers while a whole band passes by. Lane 1 holds the left half of a strip, lane 0 the right half, so that one
// column further is one register further, and only what leaves a half is moved. 0.33 ns a pair at n = 100 000 on a Zen 4 core
// of 3.8 GHz, whatever the window: 2.5 cycles for two pairs, which is what its two adders need for two differences, a sum
// and two minima.
//
//            lane 1: c0 c0+1 c0+2 c0+3 | lane 0: c0+4 c0+5 c0+6 c0+7
//   row r     s[0]₁  s[1]₁ s[2]₁ s[3]₁ |  s[0]₀  s[1]₀ s[2]₀ s[3]₀ → carry[r] → the next strip's s[0]₁ in row r + 1
//
// The recurrence is started once, in row 0, and drifts: about 10⁻¹⁴ of the largest square it passed stays in d².

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef double pair __attribute__((vector_size(16)));

#ifdef __SSE2__
#include <emmintrin.h>
static inline pair least(pair a, pair b) { return (pair)_mm_min_pd((__m128d)a, (__m128d)b); }
#else
#include <arm_neon.h>
static inline pair least(pair a, pair b) { return (pair)vminq_f64((float64x2_t)a, (float64x2_t)b); }
#endif

enum { HALF = 4, STRIP = 2 * HALF, BAND = 512 };

static int numValues, windowSize, numSteps; // steps: from each window but the last to the next
static double *x, *scores;
static double *u, *v;       // per step
static double *top;         // d²(r, c) with r the row the next band starts in
static double *carry;       // per row: d² that the strip to the left leaves to the next
static double *columnLeast; // of the windows c + 1
static pair *rowLeast;      // of the windows r + 1, two parts

/** All 8 columns of the strip from c0 on in the rows [from, to); s[k] = d²(row, c0 + k) before and after. */
static void strip(int from, int to, int c0, double *s) {
  pair d[HALF], best[HALF], uc[HALF], vc[HALF];
  for (int k = 0; k < HALF; k++) {
    const int left = c0 + k, right = left + HALF;
    d[k] = (pair){s[k + HALF], s[k]};
    uc[k] = (pair){u[right], u[left]};
    vc[k] = (pair){v[right], v[left]};
    best[k] = (pair){columnLeast[right], columnLeast[left]};
  }
  for (int r = from; r < to; r++) {
    const pair ur = {u[r], u[r]}, vr = {v[r], v[r]};
    for (int k = 0; k < HALF; k++) {
      d[k] += (ur - uc[k]) * (vr - vc[k]);
      best[k] = least(best[k], d[k]);
    }
    rowLeast[r] = least(rowLeast[r], least(least(d[0], d[1]), least(d[2], d[3])));
    const pair leaving = d[HALF - 1];
    for (int k = HALF - 1; k > 0; k--) d[k] = d[k - 1];
    d[0] = (pair){leaving[1], carry[r]};
    carry[r] = leaving[0];
  }
  for (int k = 0; k < HALF; k++) {
    columnLeast[c0 + k] = best[k][1];
    columnLeast[c0 + k + HALF] = best[k][0];
    s[k] = d[k][1];
    s[k + HALF] = d[k][0];
  }
}

/** The same, pair by pair, where the strip meets the diagonal or the end of the series: only r < c < numSteps count. */
static void border(int from, int to, int c0, double *s) {
  for (int r = from; r < to; r++) {
    double next = carry[r];
    for (int k = 0; k < STRIP; k++) {
      const int c = c0 + k;
      const double d = s[k] + (u[r] - u[c]) * (v[r] - v[c]);
      if (r < c && c < numSteps) {
        rowLeast[r][0] = fmin(rowLeast[r][0], d);
        columnLeast[c] = fmin(columnLeast[c], d);
      }
      s[k] = next;
      next = d;
    }
    carry[r] = next;
  }
}

static int min(int a, int b) { return a < b ? a : b; }

static void score(void) {
  const int w = windowSize;
  double mean = 0, nearestToFirst = INFINITY;
  for (int t = 0; t < numValues; t++) mean += x[t] / numValues;
  for (int i = 0; i <= numSteps; i++) {
    double d = 0;
    for (int l = 0; l < w; l++) d += (x[l] - x[i + l]) * (x[l] - x[i + l]);
    if (i > 0) nearestToFirst = fmin(nearestToFirst, columnLeast[i - 1] = d);
    if (i == numSteps) break;
    top[i] = d;
    u[i] = x[i + w] - x[i];
    v[i] = (x[i + w] - mean) + (x[i] - mean);
    rowLeast[i] = (pair){INFINITY, INFINITY};
  }
  for (int first = 0; first < numSteps; first += BAND) {
    const int last = min(first + BAND, numSteps);
    for (int c0 = first; c0 < numSteps; c0 += STRIP) {
      const int inner = c0 + STRIP <= numSteps ? min(c0, last) : first;
      strip(first, inner, c0, top + c0);
      border(inner, min(c0 + STRIP, last), c0, top + c0);
    }
  }
  for (int i = 0; i <= numSteps; i++) {
    double d = nearestToFirst;
    if (i > 0) d = fmin(columnLeast[i - 1], fmin(rowLeast[i - 1][0], rowLeast[i - 1][1]));
    scores[i + w - 1] = d < INFINITY ? sqrt(fmax(d, 0)) : 0;
  }
}

static void *reserve(size_t bytes) { return memset(aligned_alloc(64, (bytes + 63) / 64 * 64), 0, bytes); }

static double seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + 1e-9 * t.tv_nsec;
}

static long peakMemory(void) {
  char line[256];
  long kibibytes = 0;
  FILE *status = fopen("/proc/self/status", "r");
  while (status && fgets(line, sizeof line, status)) sscanf(line, "VmHWM: %ld", &kibibytes);
  if (status) fclose(status);
  return 1024 * kibibytes;
}

int main(int argc, char **argv) {
  FILE *file = argc > 2 ? fopen(argv[1], "rb") : NULL;
  if (!file) return 1;
  fseek(file, 0, SEEK_END);
  numValues = ftell(file) / sizeof(double);
  rewind(file);
  windowSize = atoi(argv[2]);
  numSteps = numValues - windowSize;
  x = reserve(numValues * sizeof(double));
  scores = reserve(numValues * sizeof(double));
  if (numSteps < 0 || fread(x, sizeof(double), numValues, file) != (size_t)numValues) return 1;
  const size_t padded = (numSteps + STRIP) * sizeof(double);
  u = reserve(padded);
  v = reserve(padded);
  top = reserve(padded);
  carry = reserve(padded);
  columnLeast = reserve(padded);
  rowLeast = reserve(2 * padded);

  char line[4096];
  printf("{\"versions\":{\"C compiler\":\"%s\"},\"rss\":%ld}\n", __VERSION__, peakMemory());
  while (fflush(stdout), fgets(line, sizeof line, stdin)) {
    line[strcspn(line, "\n")] = 0;
    if (strncmp(line, "run ", 4) == 0) {
      const int reps = atoi(line + 4);
      const double start = seconds();
      for (int r = 0; r < reps; r++) score();
      printf("{\"seconds\":%.9g}\n", (seconds() - start) / reps);
    } else if (strncmp(line, "save ", 5) == 0) {
      FILE *out = fopen(line + 5, "wb");
      if (!out || fwrite(scores, sizeof(double), numValues, out) != (size_t)numValues || fclose(out)) return 1;
      printf("{\"saved\":%d}\n", numValues);
    } else {
      printf("{\"rss\":%ld}\n", peakMemory());
      return 0;
    }
  }
}
