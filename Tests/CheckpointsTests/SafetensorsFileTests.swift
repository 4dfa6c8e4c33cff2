import Autodiff
import Checkpoints
import Testing

@Suite struct SafetensorsFileTests {
  @Test func encodingAndDecodingGiveTheSameFile() throws {
    let bytes = Samples.file.encoded()
    #expect(try SafetensorsFile(decoding: bytes) == Samples.file)
    #expect(try SafetensorsFile(decoding: bytes).encoded() == bytes)
  }

  @Test func theBytesDoNotDependOnTheOrderOfTheTensors() {
    let reversed = SafetensorsFile(
      tensors: Samples.file.tensors.reversed(), metadata: Samples.file.metadata)
    #expect(reversed.encoded() == Samples.file.encoded())
  }

  @Test func theBytesAreThoseOfTheFormat() {
    let file = SafetensorsFile(
      tensors: [
        NamedTensor(name: "p", value: Tensor([9] as [UInt8], shape: [1])),
        NamedTensor(name: "w", value: Tensor([1, -2] as [Float], shape: [2])),
      ],
      metadata: ["b": "/", "a": "\u{1}"])
    let header =
      #"{"__metadata__":{"a":"\u0001","b":"/"},"#
      + #""w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"#
      + #""p":{"dtype":"U8","shape":[1],"data_offsets":[8,9]}}"#
    let padding = String(repeating: " ", count: (8 - header.utf8.count % 8) % 8)
    #expect(
      file.encoded()
        == Samples.bytes(header: header + padding, data: [0, 0, 128, 63, 0, 0, 0, 192, 9]))
  }

  /// Names beside each other in ASCII, in other planes, and with and without a length of 8·n.
  @Test(arguments: [
    "", "a", "ab", "abc", "abcd", "abcde", "abcdef", "abcdefg", "\0", "𝄞", "\u{7f}",
  ])
  func dataBeginsAtAMultipleOfEightBytes(name: String) throws {
    let file = SafetensorsFile(tensors: [
      NamedTensor(name: name, value: Tensor([1] as [Float], shape: [1, 1]))
    ])
    let bytes = file.encoded()
    #expect((bytes.count - 4) % 8 == 0)
    #expect(try SafetensorsFile(decoding: bytes) == file)
  }

  @Test func notANumberKeepsItsBits() throws {
    let patterns: [UInt32] = [0x7FC0_0001, 0xFF80_0000, 0x7FA0_0000]
    let file = SafetensorsFile(tensors: [
      NamedTensor(
        name: "x", value: Tensor(patterns.map(Float.init(bitPattern:)), shape: [3]))
    ])
    let decoded = try SafetensorsFile(decoding: file.encoded())
    #expect(try #require(decoded["x"]).floats.map(\.bitPattern) == patterns)
  }

  @Test func readsAnotherLayoutThanItWrites() throws {
    // Data in another order than the header, data first that is not aligned, spaces, escapes.
    let header =
      " { \"\\u0077\\ud834\\udd1e\" : { \"shape\":[ 1 ] , \"data_offsets\":[1,5],\"dtype\":\"F32\"}"
      + "\n,\t\"p\":{\"dtype\":\"U8\",\"data_offsets\":[0,1],\"shape\":[]},\"__metadata__\":{}} \r\n"
    let file = try SafetensorsFile(
      decoding: Samples.bytes(header: header, data: [3, 0, 0, 128, 63]))
    #expect(
      file
        == SafetensorsFile(tensors: [
          NamedTensor(name: "w𝄞", value: Tensor([1] as [Float], shape: [1])),
          NamedTensor(name: "p", value: Tensor([3] as [UInt8], shape: [])),
        ]))
  }

  @Test func aFileMayHoldNothing() throws {
    #expect(try SafetensorsFile(decoding: Samples.bytes(header: "{}")).tensors.isEmpty)
    #expect(
      SafetensorsFile(tensors: []).encoded() == Samples.bytes(header: "{}      "))
  }
}
