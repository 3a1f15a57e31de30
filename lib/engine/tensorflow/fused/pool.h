// Threads that share the items of one job at a time. Which thread takes which item is chance: an item must not care.
#pragma once
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>
#include <type_traits>

namespace fused {

inline void Pause() { __builtin_ia32_pause(); }

class Pool {
 public:
  // The one pool of the process. It is never taken down: its threads sleep when the process ends.
  static Pool &Get() {
    static Pool *const pool = new Pool();
    return *pool;
  }

  // Threads from now on, the caller's among them. Those that are too many sleep.
  void Resize(int threads) {
    const std::lock_guard<std::mutex> alone(caller_);
    limit_ = threads;
    for (; threads_ < threads; threads_++) std::thread([this, number = threads_] { Serve(number); }).detach();
  }

  // Calls body(item) for every item from 0 to `items`, and returns when all are done. The caller works too; by itself
  // when another job is running, since TensorFlow runs operations side by side.
  template <class Body>
  void Run(int items, Body &&body) {
    if (items > 1 && limit_ > 1 && caller_.try_lock()) {
      using Plain = std::remove_reference_t<Body>;
      RunShared(items, [](void *given, int item) { (*static_cast<Plain *>(given))(item); }, &body);
      caller_.unlock();
      return;
    }
    for (int item = 0; item < items; item++) body(item);
  }

 private:
  using Call = void (*)(void *body, int item);

  // The ticket is the number of the job and of its next item. Whoever moves it on from a job's number has what belongs
  // to that job: it is changed under odd numbers only, for which nobody works.
  static constexpr int kItemBits = 32;
  static uint64_t Job(uint64_t ticket) { return ticket >> kItemBits; }
  static int Item(uint64_t ticket) { return static_cast<int>(ticket & 0xffffffff); }

  void RunShared(int items, Call call, void *body) {
    const uint64_t job = Job(ticket_) + 2;
    ticket_ = (job - 1) << kItemBits;
    call_ = call;
    body_ = body;
    items_ = items;
    done_ = 0;
    ticket_ = job << kItemBits;
    if (sleepers_ > 0) {
      const std::lock_guard<std::mutex> lock(sleep_);
      wake_.notify_all();
    }
    Work(job);
    for (int turns = 0; done_ < items; turns++) {
      if (turns < kPatience) Pause();
      else std::this_thread::yield();
    }
  }

  // Takes items of a job until there are no more.
  void Work(uint64_t job) {
    for (;;) {
      uint64_t ticket = ticket_;
      const Call call = call_;
      void *const body = body_;
      const int item = Item(ticket);
      if (Job(ticket) != job || item >= items_) return;
      if (!ticket_.compare_exchange_weak(ticket, ticket + 1)) continue;
      call(body, item);
      done_++;
    }
  }

  // What a thread of the pool does all its life.
  void Serve(int number) {
    uint64_t job = 0, seen = 0;
    // Of one look at the ticket: between two the next job may be under way, whose items are not yet to be taken.
    const auto finds_new = [&] {
      job = Job(ticket_);
      return number < limit_ && job != seen && job % 2 == 0;
    };
    for (;;) {
      for (int turns = 0; !finds_new(); turns++) {
        if (turns < kPatience) {
          Pause();
          continue;
        }
        std::unique_lock<std::mutex> lock(sleep_);
        sleepers_++;
        wake_.wait(lock, finds_new);
        sleepers_--;
      }
      seen = job;
      Work(job);
    }
  }

  // pauses before a thread sleeps, some 10 µs: whoever waits longer takes a core from TensorFlow's own threads, which
  // do the matrix products in between
  static constexpr int kPatience = 200;

  std::atomic<uint64_t> ticket_{0};
  std::atomic<Call> call_{nullptr};
  std::atomic<void *> body_{nullptr};
  std::atomic<int> items_{0}, done_{0}, sleepers_{0}, limit_{1};
  int threads_ = 1;
  std::mutex caller_, sleep_;
  std::condition_variable wake_;
};

}  // namespace fused
