// Jobs of all sizes from several callers at once, on a pool that grows and shrinks: every item is done once, and what
// it wrote is there when Run returns. The argument is how many jobs each caller has; says "done" when all is well. With
// the thread sanitizer some thousands show a race, without it the threads meet less and it takes a hundred times that.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

#include "../../../lib/engine/tensorflow/fused/pool.h"

namespace {

// Whether all items were done once. No atomics here: what Run promises has to be enough for the sanitizer.
bool Call(int seed, int jobs) {
  for (int job = 0; job < jobs; job++) {
    const int items = (seed * 31 + job * 17) % 40;
    std::vector<int> times(static_cast<size_t>(items), 0);
    fused::Pool::Get().Run(items, [&](int item) { times[static_cast<size_t>(item)]++; });
    for (const int each : times) {
      if (each != 1) return false;
    }
    // now and then long enough for threads to fall asleep
    if (job % 500 == 499) std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

}  // namespace

int main(int, char **argv) {
  const int callers = 3, jobs = std::atoi(argv[1]);
  for (const int threads : {4, 2, 6, 1, 3}) {
    fused::Pool::Get().Resize(threads);
    std::vector<int> well(callers);
    std::vector<std::thread> running;
    for (int i = 0; i < callers; i++) running.emplace_back([&well, i, jobs] { well[i] = Call(i, jobs); });
    for (std::thread &thread : running) thread.join();
    for (const int each : well) {
      if (!each) return std::puts("an item was done twice, or not at all"), 1;
    }
  }
  std::puts("done");
}
