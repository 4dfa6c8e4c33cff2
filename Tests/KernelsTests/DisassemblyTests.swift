#if os(Linux) && arch(x86_64)
  import Foundation
  import Testing

  /// What no result shows: that the register tiles of the products stay in registers.
  @Suite struct DisassemblyTests {
    private static let tools = ["llvm-nm", "llvm-objdump"].map { name in
      (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        .map { "\($0)/\(name)" }
        .first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    private func output(of tool: String, _ arguments: [String]) throws -> [Substring] {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: tool)
      process.arguments = arguments
      let pipe = Pipe()
      process.standardOutput = pipe
      try process.run()
      let data = pipe.fileHandleForReading.readDataToEndOfFile()
      process.waitUntilExit()
      return String(decoding: data, as: UTF8.self).split(separator: "\n")
    }

    /// The instructions of every innermost loop of a listing.
    private func loops(in listing: [Substring]) -> [[Substring]] {
      var positions: [Int: Int] = [:]
      var loops: [[Substring]] = []
      for (position, line) in listing.enumerated() {
        let fields = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
        guard let first = fields.first, first.hasSuffix(":"),
          let address = Int(first.dropLast(), radix: 16), fields.count >= 2
        else {
          positions = [:]
          continue
        }
        positions[address] = position
        guard fields[1].hasPrefix("j"), fields.count >= 3, fields[2].hasPrefix("0x"),
          let target = Int(fields[2].dropFirst(2), radix: 16), let start = positions[target]
        else { continue }
        let body = Array(listing[start...position])
        if !body.dropLast().contains(where: { $0.contains("\tj") }) { loops.append(body) }
      }
      return loops
    }

    /// The instructions between a listing's jumps and calls.
    private func straightLines(in listing: [Substring]) -> [[Substring]] {
      listing.split { line in
        line.contains("\tj") || line.contains("\tcall") || !line.contains("\t")
      }.map { Array($0) }
    }

    /// The disassembly of the functions of a module whose names have one of these parts.
    private func listing(_ module: String, named parts: [String]) throws -> [Substring] {
      let nm = try #require(Self.tools[0])
      let objdump = try #require(Self.tools[1])
      let binary = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
      let symbols = try output(of: nm, ["--defined-only", "--format=just-symbols", binary])
        .filter { symbol in symbol.contains(module) && parts.contains { symbol.contains($0) } }
      try #require(!symbols.isEmpty)
      return try output(
        of: objdump,
        ["--disassemble-symbols=" + symbols.joined(separator: ","), "--no-show-raw-insn", binary])
    }

    private func productCount(_ instructions: [Substring], _ register: String) -> Int {
      instructions.count { $0.contains("\tvfmadd") && $0.contains(register) }
    }

    /// The innermost loops of a module's products with so many multiplications.
    private func productLoops(_ module: String, _ register: String, _ size: Int) throws
      -> [[Substring]]
    {
      loops(in: try listing(module, named: ["matrixProduct", "multiply"]))
        .filter { productCount($0, register) == size }
    }

    private func staysInRegisters(_ loop: [Substring]) -> Bool {
      !loop.contains { $0.contains("(%rsp") || $0.contains("(%rbp)") || $0.contains("\tcall") }
    }

    @Test(
      .enabled(if: tools.allSatisfy { $0 != nil }),
      // Narrow vectors take four steps at a time.
      arguments: [("KernelsAVX512", "%zmm", 24), ("KernelsAVX2", "%ymm", 4 * 12)])
    func theLargestTilesStayInRegisters(_ module: String, _ register: String, _ size: Int) throws {
      let tiles = try productLoops(module, register, size)
      // Whole vectors, one of them partly filled.
      #expect(tiles.count >= 2)
      let inRegisters = tiles.count { staysInRegisters($0) }
      // AVX2 has no register left for the mask of a partial vector.
      #expect(inRegisters >= (module == "KernelsAVX2" ? 1 : tiles.count))
    }

    /// A window of a pooling is made in one go: four results of two vectors.
    @Test(
      .enabled(if: tools.allSatisfy { $0 != nil }),
      arguments: [("KernelsAVX512", "%zmm"), ("KernelsAVX2", "%ymm")], [3 * 3, 4 * 4])
    func pooledWindowsStayInRegisters(_ module: (String, String), _ taps: Int) throws {
      let lines = straightLines(in: try listing(module.0, named: ["convolve"]))
        .filter { productCount($0, module.1) == 8 * taps }
      #expect(!lines.isEmpty)
      // Positions may come from the stack, and one of so many vectors may wait there.
      for line in lines {
        let numbers = line.filter { $0.contains("\tvfmadd") || $0.contains("\tvmovaps") }
        #expect(numbers.count { !staysInRegisters([$0]) } <= 2)
      }
    }

    /// A nonzero costs its eight products, which read B themselves, and a few instructions more.
    @Test(
      .enabled(if: tools.allSatisfy { $0 != nil }),
      arguments: [("KernelsAVX512", "%zmm"), ("KernelsAVX2", "%ymm")])
    func nonzerosCostLittleBesideTheirProducts(_ module: String, _ register: String) throws {
      let rows = try productLoops(module, register, 8)
        .filter { loop in loop.contains { $0.contains("\ttzcnt") } }
      #expect(!rows.isEmpty)
      #expect(rows.allSatisfy { staysInRegisters($0) && $0.count <= 16 })
    }
  }
#endif
