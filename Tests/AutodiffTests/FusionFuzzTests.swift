import Testing

@testable import Autodiff

/// Random programs: what the passes join, share and update in place changes no bit.
@Suite struct FusionFuzzTests {
  @Test(arguments: Array(0..<12))
  func exactProgramsHaveTheReferencesNumbers(part: Int) {
    for seed in part * 40..<(part + 1) * 40 {
      let program = RandomProgram(seed: seed, isExact: true)
      let expected = program.referenceRuns(2)
      for fuses in [false, true] {
        let found = program.example.run(program.results, fuses: fuses, runs: 2)
        let isSame =
          found.results.map { $0.map(\.doubles) } == expected.results
          && found.variables.map(\.doubles) == expected.variables
        #expect(isSame, "seed \(seed), fused: \(fuses), \(program.difference(found, expected))")
      }
    }
  }

  @Test(arguments: Array(0..<8))
  func fusedProgramsHaveTheBitsOfUnfusedOnes(part: Int) {
    for seed in 1000 + part * 40..<1000 + (part + 1) * 40 {
      let program = RandomProgram(seed: seed, isExact: false)
      let expected = program.example.run(program.results, fuses: false, runs: 2)
      let device = Devices.all[seed % Devices.all.count]
      let capacity = program.example.batch + seed % 3
      let found = program.example.run(
        program.results, device: device, capacity: capacity, runs: 2)
      #expect(found == expected, "seed \(seed), \(device.summary)")
    }
  }
}

extension RandomProgram {
  typealias Reference = (results: [[[Double]]], variables: [[Double]])

  /// What several runs give, with the variables updated between them.
  func referenceRuns(_ count: Int) -> Reference {
    var example = example
    var results: [[[Double]]] = []
    for _ in 0..<count {
      let found = example.reference(self.results + example.updates.map(\.value)).map(\.elements)
      results.append(Array(found.prefix(self.results.count)))
      for (update, value) in zip(example.updates, found.dropFirst(self.results.count)) {
        example.replaceValue(of: update.variable, with: value)
      }
    }
    return (results, example.updates.map { example.values[$0.variable.sourceName]! })
  }

  /// Which results differ, for a message.
  fileprivate func difference(_ found: Example.Outcome, _ expected: Reference) -> String {
    let runs = zip(found.results, expected.results).map { run in
      zip(run.0, run.1).enumerated().filter { $0.element.0.doubles != $0.element.1 }.map(\.offset)
    }
    let variables = zip(found.variables, expected.variables).enumerated().filter {
      $0.element.0.doubles != $0.element.1
    }.map(\.offset)
    return "results \(runs) and variables \(variables) differ"
  }
}
