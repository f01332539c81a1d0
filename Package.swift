// swift-tools-version: 6.2
import Foundation
import PackageDescription

// Stores and other parts whose C library a machine may lack are traits, named as in `#if MySQL`; the default ones are
// those whose library is installed, so that `swift build` works everywhere and leaves out only what it cannot have.
// `--disable-default-traits` and `--traits MySQL` say otherwise. SwiftPM remembers what this file came to: `make`
// (scripts/dependencies) makes it look again when a library has come or gone.
let optionalParts = [
    (
        trait: "MySQL", pkgConfig: "libmariadb",
        summary: "The MySQL and MariaDB store, with libmariadb (libmariadb-dev)."
    ),
    (trait: "MongoDB", pkgConfig: "libmongoc-1.0", summary: "The MongoDB store, with libmongoc (libmongoc-dev)."),
    (
        trait: "MaxMindDB", pkgConfig: "libmaxminddb",
        summary: "Countries and cities of addresses in web logs, with libmaxminddb (libmaxminddb-dev)."
    ),
]

/// Whether the file that pkg-config reads of a library is in one of the usual folders.
func isInstalled(_ library: String) -> Bool {
    let files = FileManager.default
    let named = (Context.environment["PKG_CONFIG_PATH"] ?? "").split(separator: ":").map(String.init)
    let libraries = ["/usr/lib", "/usr/lib64", "/usr/local/lib", "/usr/local/lib64", "/opt/homebrew/lib"]
    // Debian keeps the libraries of each architecture in a folder of their own.
    let architecture = ((try? files.contentsOfDirectory(atPath: "/usr/lib")) ?? [])
        .filter { $0.contains("-linux-") }.map { "/usr/lib/\($0)" }
    let folders = named + (libraries + architecture).map { "\($0)/pkgconfig" }
    return folders.contains { files.fileExists(atPath: "\($0)/\(library).pc") }
}

// One list of rules for every target of ours; the libraries keep their own.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    // Every debug build, and so every test, checks at run time that no two accesses to a variable overlap; a tenth of
    // the CPU of the hot paths would go into checking it again.
    .unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release)),
]

// The libraries, by the name their targets import.
extension Target.Dependency {
    static let nioCore = product(name: "NIOCore", package: "swift-nio")
    static let nioPosix = product(name: "NIOPosix", package: "swift-nio")
    static let nioEmbedded = product(name: "NIOEmbedded", package: "swift-nio")
    static let nioHTTP1 = product(name: "NIOHTTP1", package: "swift-nio")
    static let nioSSL = product(name: "NIOSSL", package: "swift-nio-ssl")
    static let logging = product(name: "Logging", package: "swift-log")
    static let lifecycle = product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
    static let signals = product(name: "UnixSignals", package: "swift-service-lifecycle")
    static let lifecycleTesting = product(name: "ServiceLifecycleTestKit", package: "swift-service-lifecycle")
    static let collections = product(name: "DequeModule", package: "swift-collections")
    static let heap = product(name: "HeapModule", package: "swift-collections")
    static let arguments = product(name: "ArgumentParser", package: "swift-argument-parser")
    static let subprocess = product(name: "Subprocess", package: "swift-subprocess")
    static let system = product(
        name: "SystemPackage", package: "swift-system", condition: .when(platforms: [.linux]))
    static let histogram = product(name: "Histogram", package: "hdrhistogram-swift")
    static let yams = product(name: "Yams", package: "Yams")
    static let grdb = product(name: "GRDB", package: "GRDB.swift")
    static let grdbSQLite = product(name: "GRDBSQLite", package: "GRDB.swift")
}

/// A module of ours below `Sources/`.
func module(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource]? = nil) -> Target {
    .target(name: name, dependencies: dependencies, resources: resources, swiftSettings: settings)
}

/// The tests of a module, below `Tests/`.
func tests(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource]? = nil) -> Target {
    .testTarget(
        name: name, dependencies: ["TestSupport"] + dependencies, resources: resources, swiftSettings: settings)
}

let package = Package(
    name: "rafale",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "rafale", targets: ["CLI"]), .executable(name: "accuracy", targets: ["AccuracyProgram"]),
    ],
    traits: Set(
        optionalParts.map { .trait(name: $0.trait, description: $0.summary) }
            + [.default(enabledTraits: Set(optionalParts.filter { isInstalled($0.pkgConfig) }.map(\.trait)))]),
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.0"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    ],
    targets: [
        .systemLibrary(name: "CJemalloc", providers: [.apt(["libjemalloc-dev"])]),
        .systemLibrary(name: "CKernel"),
        .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CLibcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(
            name: "CMariaDB", pkgConfig: "libmariadb",
            providers: [.apt(["libmariadb-dev"]), .brew(["mariadb-connector-c"])]),
        .systemLibrary(
            name: "CMongoC", pkgConfig: "libmongoc-1.0",
            providers: [.apt(["libmongoc-dev"]), .brew(["mongo-c-driver@1"])]),
        .systemLibrary(
            name: "CMaxMindDB", pkgConfig: "libmaxminddb",
            providers: [.apt(["libmaxminddb-dev"]), .brew(["libmaxminddb"])]),
        module("AMQPProtocol", [.nioCore]),
        module("AMQPClient", ["AMQPProtocol", .nioCore, .nioPosix, .nioSSL, .logging]),
        module("AMQPBroker", ["AMQPProtocol", .nioCore, .nioPosix, .logging, .lifecycle, .collections]),
        module("Drivers", ["AMQPProtocol", "AMQPClient", .nioCore, .logging]),
        module("FaultProxy", [.nioCore, .nioPosix]),
        module("Scenarios", [.yams]),
        module("LoadMetrics", ["CJemalloc", "CKernel"]),
        module("Statistics", []),
        module("TextAnalysis", []),
        module("WebLogs", ["CLibcrypto"]),
        module(
            "Stores",
            [
                .grdb, .grdbSQLite, .logging, .target(name: "CMariaDB", condition: .when(traits: ["MySQL"])),
                .target(name: "CMongoC", condition: .when(traits: ["MongoDB"])),
            ]),
        module(
            "LoadGenerator",
            ["CZlib", "Drivers", "Scenarios", "LoadMetrics", "Statistics", "WebLogs", .nioCore, .logging]),
        module(
            "PipelineWorker",
            [
                .target(name: "CMaxMindDB", condition: .when(traits: ["MaxMindDB"])), "Drivers", "Stores",
                "TextAnalysis", "WebLogs", "LoadMetrics", .nioCore, .nioPosix,
                .logging, .lifecycle,
            ]),
        module("Reporting", ["LoadMetrics", "Statistics"]),
        .executableTarget(
            name: "CLI",
            dependencies: [
                "AMQPBroker", "AMQPClient", "CKernel", "Drivers", "FaultProxy", "LoadGenerator", "LoadMetrics",
                "PipelineWorker",
                "Reporting", "Scenarios", "Statistics", "Stores", "TextAnalysis", .arguments, .lifecycle, .logging,
                .nioCore, .nioHTTP1, .nioPosix, .signals, .subprocess, .system,
            ],
            swiftSettings: settings),

        .target(
            name: "TestSupport", dependencies: [.logging, .nioCore, .subprocess, .system], path: "Tests/TestSupport",
            swiftSettings: settings),
        .target(
            name: "Accuracy",
            dependencies: [
                "AMQPProtocol", "Drivers", "LoadGenerator", "LoadMetrics", "Scenarios", "Statistics", .heap, .logging,
                .nioCore, .nioPosix,
            ], path: "Tests/Accuracy", swiftSettings: settings),
        .executableTarget(
            name: "AccuracyProgram", dependencies: ["Accuracy", "LoadMetrics"], path: "Tests/AccuracyProgram",
            swiftSettings: settings),
        tests("AccuracyTests", ["Accuracy", "CLI", "LoadMetrics"]),
        tests("AMQPProtocolTests", ["AMQPProtocol", .nioCore]),
        tests(
            "AMQPClientTests",
            ["AMQPClient", "AMQPBroker", "AMQPProtocol", .nioCore, .nioPosix, .nioEmbedded, .nioSSL, .logging]),
        tests("AMQPBrokerTests", ["AMQPBroker", "AMQPProtocol", .nioCore, .nioPosix, .logging]),
        tests("DriversTests", ["Drivers", "AMQPProtocol", .nioCore]),
        tests("FaultProxyTests", ["FaultProxy", .nioCore, .nioPosix]),
        tests("ScenariosTests", ["Scenarios"]),
        tests("LoadMetricsTests", ["LoadMetrics", .histogram]),
        tests("StatisticsTests", ["Statistics"]),
        tests("TextAnalysisTests", ["TextAnalysis"]),
        tests("WebLogsTests", ["WebLogs"]),
        tests("StoresTests", ["Stores", .grdb, .logging]),
        tests(
            "LoadGeneratorTests",
            [
                "LoadGenerator", "TextAnalysis", "WebLogs", "CZlib", "Drivers", "Scenarios", "LoadMetrics", .logging,
                .nioCore, .nioPosix,
            ]),
        tests(
            "PipelineWorkerTests",
            [
                "PipelineWorker", "Drivers", "Stores", "TextAnalysis", "LoadMetrics", "AMQPBroker",
                "AMQPClient", "AMQPProtocol", .nioCore, .nioPosix, .logging, .lifecycle, .lifecycleTesting,
            ]),
        tests("ReportingTests", ["Reporting", "LoadMetrics", "Statistics", .histogram]),
        tests(
            "CLITests",
            [
                "CLI", "Drivers", "LoadGenerator", "LoadMetrics", "PipelineWorker", "Scenarios", "Statistics", "Stores",
                "TextAnalysis", .arguments, .logging, .nioCore, .nioPosix,
            ]),
        tests(
            "IntegrationTests",
            [
                "AMQPClient", "AMQPBroker", "AMQPProtocol", "Drivers", "LoadGenerator", "LoadMetrics", "Scenarios",
                .nioCore, .nioPosix, .logging,
            ]),
    ]
)

// The micro-benchmarks and the library they need, which nobody else has to fetch: `make bench-micro` asks for them.
if Context.environment["RAFALE_MICRO_BENCHMARKS"] != nil {
    package.dependencies.append(.package(url: "https://github.com/ordo-one/benchmark", from: "1.38.1", traits: []))
    package.targets.append(
        .executableTarget(
            name: "Micro",
            dependencies: [
                "AMQPBroker", "AMQPProtocol", "Drivers", "LoadGenerator", "LoadMetrics", "Scenarios", "TextAnalysis",
                "WebLogs",
                .nioCore, .product(name: "Benchmark", package: "benchmark"),
            ],
            path: "Benchmarks/Micro", swiftSettings: settings,
            plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]))
}

// The program of `Benchmarks/store`, which nobody else has to build.
if Context.environment["RAFALE_STORE_BENCHMARK"] != nil {
    package.targets.append(
        .executableTarget(
            name: "StoreFill",
            dependencies: ["Drivers", "LoadGenerator", "PipelineWorker", "Stores", "TextAnalysis", .nioCore, .logging],
            path: "Benchmarks/StoreFill", swiftSettings: settings))
}
