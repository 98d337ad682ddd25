// swift-tools-version: 6.2
import PackageDescription

/// Every Swift target is built with the same strictness: warnings are errors, existentials and import visibility are
/// spelled out.
let strict: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

/// A room of the house: a library target in `Sources/<name>`. Imports run one way; `dependencies` is the whole list.
func room(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

/// A thin executable over the rooms.
func executable(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

/// The tests of one room. `TestSupport` comes with every one of them.
func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies + ["TestSupport"], swiftSettings: strict)
}

/// What `--version` says. A build without the repository (an image) names the commit in the environment.
let version = "0.1.0"
let commit: String = {
    if let commit = Context.environment["DEEPSEEK_OPERATOR_COMMIT"], !commit.isEmpty { return commit }
    guard let git = Context.gitInformation else { return "unknown" }
    return git.currentCommit + (git.hasUncommittedChanges ? "-dirty" : "")
}()

let package = Package(
    name: "deepseek-operator",
    products: [
        .executable(name: "deepseek-operator", targets: ["deepseek-operator"]),
        .executable(name: "deepseek-demo", targets: ["deepseek-demo"]),
    ],
    targets: [
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CLinux"),
        .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),

        .target(
            name: "CBuildInfo",
            cSettings: [.define("BUILD_VERSION", to: "\"\(version)\""), .define("BUILD_COMMIT", to: "\"\(commit)\"")]),

        // Pure rooms: values and clocks in, decisions out. No I/O.
        room("Base", []),
        room("KubeCore", ["Base"]),
        room("Autoscaling", ["KubeCore"]),
        room("Migration", ["KubeCore"]),
        room("HPAConformance", ["Autoscaling", "KubeCore"]),
        room("TrafficModel", ["Autoscaling", "KubeCore", "Base"]),
        room("PodModel", ["KubeCore"]),
        room("DeepSeekAPI", ["KubeCore", "COpenSSL"]),
        room("Engines", ["DeepSeekAPI", "KubeCore"]),

        // I/O, each a thin shell over one library.
        room("Telemetry", ["Base"]),
        room("YAML", ["CYAML", "KubeCore"]),
        room("HTTPTransport", ["CCurl", "Base"]),
        room("HTTPServer", ["COpenSSL", "CLinux", "Base"]),

        // The Kubernetes client and what is built on it.
        room("KubeClient", ["KubeCore", "HTTPTransport", "YAML", "Telemetry", "Base"]),
        room("KubeRuntime", ["KubeClient", "KubeCore", "HTTPTransport", "Telemetry", "Base"]),
        room("MetricSources", ["KubeClient", "KubeCore", "Engines", "HTTPTransport", "Telemetry", "Base"]),
        room("SimulatedNodes", ["KubeClient", "KubeCore", "PodModel", "Base"]),
        room(
            "Operator",
            [
                "KubeRuntime", "KubeClient", "KubeCore", "DeepSeekAPI", "Autoscaling", "Engines", "Migration",
                "MetricSources",
                "HTTPServer", "Telemetry", "CLinux", "Base",
            ]),

        // What-if: the operator's settings over a trace.
        room("Simulation", ["Operator", "TrafficModel", "Autoscaling", "DeepSeekAPI", "YAML", "KubeCore"]),

        // An API server in memory. It never imports KubeClient: client and simulator must not share a bug.
        room("ClusterSimulator", ["KubeCore", "PodModel", "HTTPServer", "Base"]),

        // Engines without a model, for tests and benchmarks. It never imports Engines, for the same reason.
        room("SimulatedEngines", ["KubeCore", "HTTPServer", "Base"]),

        executable(
            "deepseek-operator",
            [
                "Operator", "Simulation", "TrafficModel", "KubeClient", "KubeCore", "DeepSeekAPI", "HTTPTransport",
                "YAML", "Telemetry", "Base",
                "CBuildInfo",
            ]),
        executable(
            "deepseek-demo",
            [
                "Operator", "KubeClient", "KubeCore", "DeepSeekAPI", "ClusterSimulator", "PodModel", "HTTPTransport",
                "YAML", "Telemetry", "Base",
            ]),

        executable("hpa-conformance", ["HPAConformance"]),
        executable("traffic-scenarios", ["TrafficModel"]),
        executable("traffic-families", ["TrafficModel", "Autoscaling", "Base"]),

        // Benchmarks, run by `make bench`.
        .target(name: "CAllocationCount", path: "Benchmarks/CAllocationCount"),
        .executableTarget(
            name: "bench-decoding",
            dependencies: ["KubeRuntime", "KubeClient", "KubeCore", "HTTPTransport", "Base", "CAllocationCount"],
            path: "Benchmarks/Decoding", swiftSettings: strict),
        .executableTarget(
            name: "bench-control-plane",
            dependencies: [
                "ClusterSimulator", "DeepSeekAPI", "HTTPServer", "KubeCore", "PodModel", "Telemetry", "Base",
            ],
            path: "Benchmarks/ControlPlane", swiftSettings: strict),
        .executableTarget(
            name: "bench-what-if", dependencies: ["TrafficModel", "Autoscaling", "KubeCore"],
            path: "Benchmarks/WhatIf", swiftSettings: strict),

        .target(
            name: "TestSupport",
            dependencies: [
                "Base", "KubeCore", "KubeClient", "ClusterSimulator", "SimulatedNodes", "SimulatedEngines", "PodModel",
                "HTTPTransport",
            ],
            path: "Tests/TestSupport", swiftSettings: strict),
        .executableTarget(name: "stream-clients", path: "Tests/stream-clients", swiftSettings: strict),
        tests("BaseTests", ["Base"]),
        tests("KubeCoreTests", ["KubeCore", "Base"]),
        tests("AutoscalingTests", ["Autoscaling", "HPAConformance", "KubeCore", "Base"]),
        // The world that a migration is searched in, and the search itself, run by `make search`.
        .target(
            name: "MigrationModel", dependencies: ["Migration", "KubeCore", "Base"], path: "Tests/MigrationModel",
            swiftSettings: strict),
        .executableTarget(
            name: "migration-search", dependencies: ["MigrationModel", "Migration"], path: "Tests/migration-search",
            swiftSettings: strict),
        tests("MigrationTests", ["Migration", "MigrationModel", "KubeCore", "Base"]),
        tests("TrafficModelTests", ["TrafficModel", "Autoscaling", "KubeCore", "Base"]),
        tests("SimulationTests", ["Simulation", "Operator", "TrafficModel"]),
        tests("PodModelTests", ["PodModel", "KubeCore"]),
        tests("DeepSeekAPITests", ["DeepSeekAPI", "KubeCore", "YAML", "Base"]),
        tests("EnginesTests", ["Engines", "DeepSeekAPI", "KubeCore", "YAML"]),
        tests("TelemetryTests", ["Telemetry", "Base"]),
        tests("YAMLTests", ["YAML", "KubeCore", "Base"]),
        tests("HTTPTransportTests", ["HTTPTransport", "HTTPServer", "Base"]),
        tests("HTTPServerTests", ["HTTPServer", "HTTPTransport", "Base"]),
        tests(
            "KubeClientTests", ["KubeClient", "KubeCore", "HTTPTransport", "HTTPServer", "YAML", "Telemetry", "Base"]),
        tests("KubeRuntimeTests", ["KubeRuntime", "KubeClient", "KubeCore", "HTTPTransport", "Telemetry", "Base"]),
        tests(
            "MetricSourcesTests",
            [
                "MetricSources", "Engines", "DeepSeekAPI", "KubeClient", "KubeCore", "HTTPTransport", "HTTPServer",
                "Base",
            ]),
        tests(
            "SimulatedEnginesTests",
            ["SimulatedEngines", "MetricSources", "Engines", "DeepSeekAPI", "KubeCore", "HTTPTransport", "Base"]),
        tests("ClusterSimulatorTests", ["ClusterSimulator", "KubeCore", "PodModel", "HTTPServer", "Base"]),
        tests(
            "OperatorTests",
            [
                "Operator", "KubeRuntime", "KubeClient", "KubeCore", "DeepSeekAPI", "Autoscaling", "Engines",
                "Migration",
                "MetricSources", "HTTPTransport", "HTTPServer", "Telemetry", "YAML", "Base", "ClusterSimulator",
                "PodModel",
            ]),
        tests(
            "IntegrationTests",
            [
                "Operator", "KubeRuntime", "KubeClient", "KubeCore", "DeepSeekAPI", "ClusterSimulator",
                "SimulatedNodes",
                "PodModel", "MetricSources", "HTTPTransport", "HTTPServer", "Telemetry", "YAML", "Base",
            ]),
    ],
    swiftLanguageModes: [.v6]
)
