// dotnet cake [--target=NAME] [--configuration=NAME]
// Targets: Restore, Build, Test, Pack, Coverage, Benchmark. Default: restore, build, test and pack.
// Nothing here is needed: plain `dotnet build`, `dotnet test` and `dotnet run --project samples/...` do the same work.

var target = Argument("target", "Default");
var configuration = Argument("configuration", "Release");

const string Solution = "SnapshotKv.Extensions.sln";
var artifacts = Directory("artifacts");

Task("Restore")
    .Does(() => DotNetRestore(Solution));

Task("Build")
    .IsDependentOn("Restore")
    .Does(() => DotNetBuild(Solution, new DotNetBuildSettings
    {
        Configuration = configuration,
        NoRestore = true,
    }));

Task("Test")
    .IsDependentOn("Build")
    .Does(() => DotNetTest(Solution, new DotNetTestSettings
    {
        Configuration = configuration,
        NoBuild = true,
    }));

Task("Pack")
    .IsDependentOn("Build")
    .Does(() =>
    {
        CleanDirectory(artifacts + Directory("packages"));
        DotNetPack(Solution, new DotNetPackSettings
        {
            Configuration = configuration,
            NoBuild = true,
            OutputDirectory = artifacts + Directory("packages"),
        });
    });

Task("Coverage")
    .Description("Runs the tests counting which lines and branches of src/ they reach; the report is in artifacts/coverage/report.")
    .IsDependentOn("Build")
    .Does(() =>
    {
        var coverage = artifacts + Directory("coverage");
        CleanDirectory(coverage);
        DotNetTest(Solution, new DotNetTestSettings
        {
            Configuration = configuration,
            NoBuild = true,
            Collectors = new[] { "XPlat Code Coverage" },
            // Counting adds code of its own to the engine, which is none of the architecture's business.
            Filter = "FullyQualifiedName!~.Architecture.",
            ResultsDirectory = coverage + Directory("results"),
        });
        DotNetTool(Solution, "reportgenerator", new ProcessArgumentBuilder()
            .AppendQuoted($"-reports:{coverage}/results/*/coverage.cobertura.xml")
            .AppendQuoted($"-targetdir:{coverage}/report")
            .AppendQuoted("-reporttypes:MarkdownSummaryGithub;HtmlInline")
            .AppendQuoted("-assemblyfilters:+SnapshotKv;+SnapshotKv.Extensions;+SnapshotKv.Extensions.AspNetCore")
            // Made by the compiler.
            .AppendQuoted("-classfilters:-SnapshotKv.Serialization.BuiltInJsonContext"));
        Information(System.IO.File.ReadAllText($"{coverage}/report/SummaryGithub.md"));
    });

Task("Benchmark")
    .Description("Measures on this machine and rewrites the tables under benchmarks/results. Takes a long time; leave the machine alone meanwhile.")
    .Does(() => DotNetRun("benchmarks/SnapshotKv.Benchmarks", new DotNetRunSettings { Configuration = "Release" }));

Task("Default")
    .IsDependentOn("Test")
    .IsDependentOn("Pack");

RunTarget(target);
