import Autodiff
import Benchmarks
import Networks
import Testing
import TrainedModels

/// What is counted, never what it took.
@Suite struct BenchmarkTests {
  private func benchmark(_ model: String) throws -> Benchmark {
    let specification = try ModelCatalog.specification(model)
    return Benchmark(model: try Model(specification), device: Device(threads: 1), peak: 1e12)
  }

  /// A layer `in × out` costs `2 · in · out` a product. Clean: forward and weight gradient of both
  /// layers, input gradient of the second. Mixed: five of the first and six of the second. An
  /// evaluation: forward and input gradients of both, and a second forward.
  @Test(arguments: [
    (BenchmarkTask.clean, 2 * (2 * 784 * 128 + 3 * 128 * 10)),
    (.fgsm, 2 * (5 * 784 * 128 + 6 * 128 * 10)),
    (.fgsmEvaluation, 2 * 3 * (784 * 128 + 128 * 10)),
    (.pgdEvaluation, 2 * (2 * 40 + 1) * (784 * 128 + 128 * 10)),
  ])
  func theWorkOfTheMLPIsCounted(task: BenchmarkTask, flops: Int) throws {
    let row = try benchmark("mlp").row(task, batch: 4, runs: 1, seconds: 0.001)
    #expect(row.flopsPerExample == flops)
    #expect(row.examplesPerSecond > 0)
    #expect(row.model == "mlp" && row.batch == 4 && row.threads == 1 && row.task == task)
    #expect(abs(row.gflops - row.examplesPerSecond * Double(flops) / 1e9) < 1e-6 * row.gflops)
    #expect(abs(row.peakShare - row.gflops / 1e3) < 1e-9)
  }

  @Test func aProfileHoldsAllTheWork() throws {
    let benchmark = try benchmark("cnn")
    let row = benchmark.row(.fgsm, batch: 4, runs: 1, seconds: 0.001)
    let steps = benchmark.profile(.fgsm, batch: 4)
    #expect(steps.reduce(0) { $0 + $1.floatingPointOperations } == 4 * row.flopsPerExample)
    #expect(steps.allSatisfy { $0.byteCount > 0 && $0.seconds >= 0 && !$0.name.isEmpty })
  }

  /// An attack whose threads work on parts of a batch is profiled as a step on the whole batch.
  @Test(arguments: [5, 66, 300]) func aProfileOfPartsIsOneOfTheBatch(batch: Int) throws {
    let model = try Model(try ModelCatalog.specification("mlp"))
    let steps = Benchmark(model: model, device: Device(threads: 2), peak: 1e12)
      .profile(.pgdEvaluation, batch: batch)
    let operations = steps.reduce(0) { $0 + $1.floatingPointOperations }
    // But for rounding, once a step of the program.
    #expect(abs(operations - batch * 2 * 2 * (784 * 128 + 128 * 10)) < steps.count)
  }

  @Test func thePeakIsMeasured() {
    #expect(Device(threads: 2).measuredPeak() > 1e6)
  }
}
