// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .treatAllWarnings(as: .error),
]

/// The kernels are loops over raw pointers: optimised in debug builds too.
let fast = ["-Ounchecked", "-Xllvm", "-unroll-threshold=2000"]

/// One source, compiled once for every instruction set through links to its folder.
func kernels(_ name: String, define: String? = nil, architecture: [String] = []) -> Target {
  .target(
    name: name, dependencies: ["CKernelSupport", "KernelInterface"],
    swiftSettings: strict + [.unsafeFlags(fast + architecture.flatMap { ["-Xcc", $0] })]
      + (define.map { [.define($0)] } ?? []))
}

#if arch(x86_64)
  let wideKernels = [
    kernels("KernelsAVX2", define: "KERNELS_AVX2", architecture: ["-march=x86-64-v3"]),
    kernels(
      "KernelsAVX512", define: "KERNELS_AVX512",
      architecture: ["-march=x86-64-v4", "-mprefer-vector-width=512"]),
  ]
#else
  let wideKernels: [Target] = []
#endif
let kernelModules = (wideKernels.map(\.name) + ["KernelsBaseline"]).map {
  Target.Dependency(stringLiteral: $0)
}

/// What Foundation stands on, in linking order: with the standard library linked statically, the
/// executable runs on machines without Swift.
let staticFoundation = [
  "Foundation", "CoreFoundation", "FoundationInternationalization", "FoundationEssentials",
  "_FoundationCollections", "_FoundationCShims", "_FoundationICU", "stdc++",
]

let package = Package(
  name: "defend",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "defend", targets: ["defend"]),
    .library(name: "Autodiff", targets: ["Autodiff"]),
    .library(
      name: "DefendKit",
      targets: [
        "Attacks", "Autodiff", "Checkpoints", "Datasets", "Evaluation", "Inspection", "Networks",
        "Reporting", "TrainedModels", "Training",
      ]),
  ],
  dependencies: [],
  targets: [
    .systemLibrary(name: "CZlib"),
    .target(name: "CKernelSupport"),
    .target(name: "KernelInterface", swiftSettings: strict),
    kernels("KernelsBaseline"),
    .target(
      name: "Kernels", dependencies: ["CKernelSupport", "KernelInterface"] + kernelModules,
      swiftSettings: strict + [.unsafeFlags(fast)]),
    .target(
      name: "Autodiff", dependencies: ["Kernels", "KernelInterface"], swiftSettings: strict),
    .target(name: "BundledData", exclude: ["mnist-5k"]),
    .target(name: "BundledFiles", dependencies: ["BundledData"], swiftSettings: strict),
    .target(name: "CDigestSupport", cSettings: [.unsafeFlags(["-O2"])]),
    .target(
      name: "Digests", dependencies: ["CDigestSupport"],
      swiftSettings: strict + [.unsafeFlags(["-O"])]),
    .target(name: "Suggestions", swiftSettings: strict),
    .target(
      name: "Datasets",
      dependencies: [
        "Autodiff", "BundledFiles", "CKernelSupport", "CZlib", "Digests", "Suggestions",
      ],
      swiftSettings: strict),
    .target(name: "Configurations", dependencies: ["Suggestions"], swiftSettings: strict),
    .target(
      name: "Networks", dependencies: ["Autodiff", "Configurations", "Suggestions"],
      swiftSettings: strict),
    .target(
      name: "Checkpoints", dependencies: ["Autodiff", "Configurations", "Suggestions"],
      swiftSettings: strict),
    .target(
      name: "Attacks", dependencies: ["Autodiff", "Configurations", "Suggestions"],
      swiftSettings: strict),
    .target(
      name: "Evaluation",
      dependencies: [
        "Attacks", "Autodiff", "Checkpoints", "Configurations", "Datasets", "Digests", "Networks",
      ], swiftSettings: strict),
    .target(
      name: "Training",
      dependencies: [
        "Attacks", "Autodiff", "Checkpoints", "Configurations", "Datasets", "Evaluation",
        "Networks", "Suggestions",
      ], swiftSettings: strict),
    .target(
      name: "TrainedModels",
      dependencies: [
        "Autodiff", "BundledFiles", "Checkpoints", "Configurations", "Datasets", "Digests",
        "Networks", "Suggestions",
      ], swiftSettings: strict),
    .target(
      name: "Reporting", dependencies: ["CZlib", "Evaluation"], exclude: ["Schema"],
      swiftSettings: strict),
    .target(
      name: "Inspection",
      dependencies: [
        "Checkpoints", "Configurations", "Datasets", "Digests", "Evaluation", "Networks",
        "Reporting", "TrainedModels",
      ], exclude: ["Schema"], swiftSettings: strict),
    .target(name: "ArgumentParsing", dependencies: ["Suggestions"], swiftSettings: strict),
    .target(
      name: "Benchmarks",
      dependencies: [
        "Attacks", "Autodiff", "Configurations", "Datasets", "Evaluation", "Networks", "Training",
      ], swiftSettings: strict),
    .executableTarget(
      name: "defend",
      dependencies: [
        "ArgumentParsing", "Attacks", "Autodiff", "Benchmarks", "Checkpoints", "Configurations",
        "Datasets", "Evaluation", "Inspection", "Kernels", "Networks", "Reporting",
        "TrainedModels", "Training",
      ], swiftSettings: strict,
      linkerSettings: [
        .unsafeFlags(
          ["-static-stdlib"] + staticFoundation.map { "-l" + $0 },
          .when(platforms: [.linux], configuration: .release))
      ]),
    .target(
      name: "TestSupport", dependencies: ["Configurations", "CZlib"], path: "Tests/TestSupport",
      swiftSettings: strict),
    .testTarget(
      name: "KernelsTests", dependencies: ["Kernels", "KernelInterface"], swiftSettings: strict),
    .testTarget(
      name: "AutodiffTests", dependencies: ["Autodiff", "KernelInterface", "Kernels"],
      exclude: ["Golden"], swiftSettings: strict),
    .testTarget(
      name: "BundledFilesTests", dependencies: ["BundledFiles", "Digests"], swiftSettings: strict),
    .testTarget(name: "DigestsTests", dependencies: ["Digests"], swiftSettings: strict),
    .testTarget(name: "SuggestionsTests", dependencies: ["Suggestions"], swiftSettings: strict),
    .testTarget(
      name: "DatasetsTests",
      dependencies: ["Autodiff", "BundledFiles", "Datasets", "Digests", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "CheckpointsTests", dependencies: ["Autodiff", "Checkpoints"], exclude: ["Golden"],
      swiftSettings: strict),
    .testTarget(
      name: "ConfigurationsTests", dependencies: ["Configurations"], swiftSettings: strict),
    .testTarget(
      name: "NetworksTests",
      dependencies: [
        "Autodiff", "BundledFiles", "Configurations", "Digests", "ModelFixtures", "Networks",
        "TestSupport",
      ], exclude: ["Golden"], swiftSettings: strict),
    .target(
      name: "ModelFixtures", dependencies: ["Autodiff", "Configurations", "Datasets", "Networks"],
      path: "Tests/ModelFixtures", swiftSettings: strict),
    .testTarget(
      name: "AttacksTests",
      dependencies: [
        "Attacks", "Autodiff", "Configurations", "Kernels", "ModelFixtures", "Networks",
        "TestSupport",
      ], exclude: ["Golden"], swiftSettings: strict),
    .testTarget(
      name: "EvaluationTests",
      dependencies: [
        "Attacks", "Autodiff", "Configurations", "Datasets", "Evaluation", "Kernels",
        "ModelFixtures", "Networks", "TestSupport", "TrainedModels", "Training",
      ], exclude: ["Golden"], swiftSettings: strict),
    .target(name: "AllocationCounting", path: "Tests/AllocationCounting"),
    .testTarget(
      name: "TrainingTests",
      dependencies: [
        "AllocationCounting", "Attacks", "Autodiff", "Checkpoints", "Configurations", "Datasets",
        "Kernels",
        "ModelFixtures", "Networks", "TestSupport", "Training",
      ], exclude: ["Golden"], swiftSettings: strict),
    .testTarget(
      name: "TrainedModelsTests",
      dependencies: [
        "Autodiff", "BundledFiles", "Checkpoints", "Configurations", "Datasets", "ModelFixtures",
        "Networks", "TrainedModels",
      ], swiftSettings: strict),
    .testTarget(
      name: "ReportingTests",
      dependencies: ["Configurations", "CZlib", "Evaluation", "Reporting", "TestSupport"],
      exclude: ["Snapshots"], swiftSettings: strict),
    .testTarget(
      name: "InspectionTests",
      dependencies: [
        "Autodiff", "Checkpoints", "Configurations", "Datasets", "Inspection", "Reporting",
        "TestSupport",
      ], exclude: ["Snapshots"], swiftSettings: strict),
    .testTarget(
      name: "BenchmarksTests",
      dependencies: ["Autodiff", "Benchmarks", "Networks", "TrainedModels"],
      swiftSettings: strict),
    .testTarget(
      name: "ArgumentParsingTests", dependencies: ["ArgumentParsing", "TestSupport"],
      exclude: ["Snapshots"], swiftSettings: strict),
    .testTarget(
      name: "DefendTests",
      dependencies: [
        "Autodiff", "Checkpoints", "Configurations", "Evaluation", "Kernels", "TestSupport",
        "defend",
      ],
      exclude: ["Snapshots"], swiftSettings: strict),
  ] + wideKernels
)
