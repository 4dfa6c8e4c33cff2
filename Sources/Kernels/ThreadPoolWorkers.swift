internal import CKernelSupport
internal import Synchronization

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// The threads of a ``ThreadPool`` besides the caller's, and how they meet.
///
/// A region is open while its caller wants help. A worker enters it by counting itself in, only
/// while it is open; the caller closes it and waits until everyone who entered has left. So the
/// plain properties that describe the region change only while nobody is inside.
final class ThreadPoolWorkers: @unchecked Sendable {
  /// How often a waiting thread looks without a break: some 20 to 50 µs.
  private static let spins = 1000
  /// How often a worker then looks, letting others run in between, before it sleeps: some 2 ms.
  /// That bridges the gaps between regions, and it gives the system time to move a worker that it
  /// woke on the caller's processor to an idle one.
  private static let yields = 1000

  /// Who is inside: the region's number × 2³² + (open ? 2³¹ : 0) + the number of workers inside.
  private let gate = Atomic<UInt64>(0)
  private static let openBit: UInt64 = 1 << 31
  private static let insideMask: UInt64 = openBit - 1
  // The gate stays on a cache line of its own.
  private let padding = SIMD64<UInt8>()

  /// The tasks of each thread that are left; the caller's first.
  private let queues: UnsafeMutablePointer<TaskQueue>
  private let queueCount: Int

  private let sleepers = Atomic<Int>(0)
  private let stops = Atomic<Bool>(false)

  // The region. Written by the caller while nobody is inside, published by opening the gate.
  private var callType: any KernelCall.Type = NoCall.self
  private var callAddress: UnsafeRawPointer?

  private var threads: [pthread_t] = []
  private let callers: UnsafeMutablePointer<pthread_mutex_t>
  private let sleepMutex: UnsafeMutablePointer<pthread_mutex_t>
  private let wake: UnsafeMutablePointer<pthread_cond_t>

  init(count: Int) {
    queueCount = count + 1
    queues = .allocate(capacity: queueCount)
    for index in 0..<queueCount { (queues + index).initialize(to: TaskQueue()) }
    callers = .allocate(capacity: 1)
    sleepMutex = .allocate(capacity: 1)
    wake = .allocate(capacity: 1)
    var attributes = pthread_mutexattr_t()
    pthread_mutexattr_init(&attributes)
    pthread_mutexattr_settype(&attributes, .init(PTHREAD_MUTEX_ERRORCHECK))
    pthread_mutex_init(callers, &attributes)
    pthread_mutexattr_destroy(&attributes)
    pthread_mutex_init(sleepMutex, nil)
    pthread_cond_init(wake, nil)
    for index in 1..<queueCount {
      // Fewer threads than asked for give the same results, only later.
      guard let thread = startThread(queue: index) else { break }
      threads.append(thread)
    }
  }

  deinit {
    queues.deinitialize(count: queueCount)
    queues.deallocate()
    pthread_cond_destroy(wake)
    pthread_mutex_destroy(sleepMutex)
    pthread_mutex_destroy(callers)
    wake.deallocate()
    sleepMutex.deallocate()
    callers.deallocate()
  }

  /// Ends the threads and waits for them.
  func stop() {
    stops.store(true, ordering: .sequentiallyConsistent)
    wakeSleepers()
    for thread in threads { pthread_join(thread, nil) }
  }

  /// - Parameter waits: whether to wait while they work for other callers.
  /// - Returns: false if they are busy, as they always are if one of their tasks asks.
  func run<Call: KernelCall>(_ call: Call, taskCount: Int, waits: Bool = true) -> Bool {
    guard lockCallers(waits: waits) else { return false }
    defer { pthread_mutex_unlock(callers) }
    withUnsafePointer(to: call) { pointer in
      callType = Call.self
      callAddress = UnsafeRawPointer(pointer)
      for index in 0..<queueCount {
        queues[index].fill(
          taskCount * index / queueCount..<taskCount * (index + 1) / queueCount)
      }
      let number = (gate.load(ordering: .relaxed) >> 32) &+ 1
      // Either this thread sees a worker that is about to sleep, or that worker sees the open gate.
      gate.store(number << 32 | Self.openBit, ordering: .sequentiallyConsistent)
      if sleepers.load(ordering: .sequentiallyConsistent) > 0 { wakeSleepers() }
      runTasks(of: 0)
      gate.bitwiseAnd(~Self.openBit, ordering: .acquiringAndReleasing)
      var looks = 0
      while gate.load(ordering: .acquiring) & Self.insideMask != 0 {
        looks += 1
        if looks > Self.spins {
          sched_yield()
        } else {
          defend_spin_pause()
        }
      }
    }
    return true
  }

  /// Runs the thread's own tasks, and then what others have left.
  private func runTasks(of own: Int) {
    guard let callAddress else { return }
    let type = callType
    while let task = queues[own].takeFirst() { type.run(at: callAddress, task: task) }
    for distance in 1..<queueCount {
      let other = (own + distance) % queueCount
      while let task = queues[other].takeLast() { type.run(at: callAddress, task: task) }
    }
  }

  /// A worker's life.
  private func work(queue: Int) {
    _ = defend_flush_subnormals()
    var seen = UInt64(0)
    while let entered = enterRegion(after: seen) {
      seen = entered
      runTasks(of: queue)
      gate.wrappingSubtract(1, ordering: .acquiringAndReleasing)
    }
  }

  /// Waits for an open region other than the one with the number `seen`, and counts itself in.
  /// - Returns: the number of the region; `nil` when the pool stops.
  private func enterRegion(after seen: UInt64) -> UInt64? {
    var looks = 0
    while !stops.load(ordering: .acquiring) {
      let state = gate.load(ordering: .relaxed)
      if isOpen(state, after: seen) {
        let (entered, _) = gate.weakCompareExchange(
          expected: state, desired: state &+ 1, ordering: .acquiringAndReleasing)
        if entered { return state >> 32 }
      } else if looks < Self.spins {
        looks += 1
        defend_spin_pause()
      } else if looks < Self.spins + Self.yields {
        looks += 1
        for _ in 0..<32 { defend_spin_pause() }
        sched_yield()
      } else {
        sleep(after: seen)
        looks = 0
      }
    }
    return nil
  }

  private func isOpen(_ state: UInt64, after seen: UInt64) -> Bool {
    state & Self.openBit != 0 && state >> 32 != seen
  }

  private func sleep(after seen: UInt64) {
    pthread_mutex_lock(sleepMutex)
    sleepers.add(1, ordering: .sequentiallyConsistent)
    while !isOpen(gate.load(ordering: .sequentiallyConsistent), after: seen)
      && !stops.load(ordering: .sequentiallyConsistent)
    {
      pthread_cond_wait(wake, sleepMutex)
    }
    sleepers.subtract(1, ordering: .sequentiallyConsistent)
    pthread_mutex_unlock(sleepMutex)
  }

  private func wakeSleepers() {
    pthread_mutex_lock(sleepMutex)
    pthread_cond_broadcast(wake)
    pthread_mutex_unlock(sleepMutex)
  }

  /// Waits until no other thread has a region open.
  ///
  /// - Returns: false for a thread that is in a region, or does not wait.
  private func lockCallers(waits: Bool) -> Bool {
    if pthread_mutex_trylock(callers) == 0 { return true }
    guard waits else { return false }
    let isWorker = threads.contains { pthread_equal($0, pthread_self()) != 0 }
    return !isWorker && pthread_mutex_lock(callers) == 0
  }

  private func startThread(queue: Int) -> pthread_t? {
    #if canImport(Glibc)
      var thread = pthread_t()
    #else
      var thread: pthread_t?
    #endif
    let life = Unmanaged.passRetained(WorkerLife { self.work(queue: queue) })
    // Kernels take scratch memory from the stack, which some systems keep small for threads.
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    pthread_attr_setstacksize(&attributes, 4 << 20)
    defer { pthread_attr_destroy(&attributes) }
    let status = pthread_create(
      &thread, &attributes,
      { address in
        let address: UnsafeMutableRawPointer? = address
        if let address {
          Unmanaged<WorkerLife>.fromOpaque(address).takeRetainedValue().body()
        }
        return nil
      }, life.toOpaque())
    guard status == 0 else {
      life.release()
      return nil
    }
    return thread
  }
}

/// What a new thread runs.
private final class WorkerLife: Sendable {
  let body: @Sendable () -> Void
  init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}

/// What a pool without work holds.
private struct NoCall: KernelCall {
  var taskCount: Int { 0 }
  func run(task: Int) {}
}

extension KernelCall {
  /// Runs a task of the call at this address, without copying or boxing the call.
  fileprivate static func run(at address: UnsafeRawPointer, task: Int) {
    address.assumingMemoryBound(to: Self.self).pointee.run(task: task)
  }
}
