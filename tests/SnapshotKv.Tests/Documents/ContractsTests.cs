using System.Globalization;
using System.Text.RegularExpressions;

namespace SnapshotKv.Tests.Documents;

/// <summary><c>docs/contracts.md</c> names the tests there are, for every rule, and misses none: compared with the tests' sources, read as text.</summary>
public sealed partial class ContractsTests
{
    private const string Document = "docs/contracts.md";

    /// <summary>How many rules each section has.</summary>
    private static readonly (int Section, int Rules)[] Sections = [(1, 14), (2, 5), (3, 6), (4, 12), (8, 6), (9, 6), (10, 7), (11, 7)];

    private static readonly Lazy<IReadOnlyList<ContractRow>> Rows = new(() =>
        [.. TableRow().Matches(Repository.Read(Document)).Select(static match => new ContractRow(match.Groups["rule"].Value, match.Groups["what"].Value, match.Groups["tests"].Value))]);

    private static readonly Lazy<IReadOnlyList<string>> Sources = new(() => [.. Repository.Files("tests", "*.cs").Select(Repository.Read)]);

    public static TheoryData<string> Rules =>
        [.. Sections.SelectMany(static section => Enumerable.Range(1, section.Rules).Select(rule => $"3.{section.Section}.{rule}")), "3.3 custom"];

    [Theory]
    [MemberData(nameof(Rules))]
    public void Rule_HasRows_WithWordsAndTests(string rule)
    {
        var rows = Rows.Value.Where(row => row.Rule == rule).ToList();

        rows.ShouldNotBeEmpty();
        rows.ShouldAllBe(static row => row.What.Length > 0 && (row.Tests.Count > 0 || row.HasNoneForAReason));
    }

    [Fact]
    public void Rows_AreOfRulesThereAre() => Rows.Value.Select(static row => row.Rule).Except(Rules.Select(static rule => rule.Data)).ShouldBeEmpty();

    [Fact]
    public void NamedTests_AllExist() => Rows.Value.SelectMany(static row => row.Tests).Distinct().Where(static test => !Exists(test)).ShouldBeEmpty();

    [Fact]
    public void TestsThatBearARule_AreAllListedInItsRow()
    {
        var listed = Rows.Value.SelectMany(static row => row.Tests.Select(test => $"{row.Rule}: {test}")).ToHashSet(StringComparer.Ordinal);

        var missing = Sources.Value.SelectMany(RuleTests).Where(test => !listed.Contains(test)).ToList();

        Sources.Value.SelectMany(RuleTests).Count().ShouldBeGreaterThan(100, "the tests are found");
        missing.ShouldBeEmpty();
    }

    /// <summary>Whether a source has the class and, in it, the method.</summary>
    private static bool Exists(string test)
    {
        var (type, method) = (test.Split('.')[0], test.Split('.')[1]);
        return Sources.Value.Any(source => Class().Match(source).Groups["name"].Value == type && source.Contains($" {method}(", StringComparison.Ordinal));
    }

    /// <summary>The tests of a source whose names begin with a rule: <c>3.1.4: Class.Rule3_1_04_Method</c>.</summary>
    private static IEnumerable<string> RuleTests(string source) =>
        RuleTest().Matches(source).Select(match =>
        {
            var rule = match.Groups["rule"].Value;
            var label = int.TryParse(rule, CultureInfo.InvariantCulture, out var number) ? $".{number}" : " " + rule.ToLowerInvariant();
            return $"3.{match.Groups["section"].Value}{label}: {Class().Match(source).Groups["name"].Value}.{match.Groups["name"].Value}";
        });

    [GeneratedRegex(@"^\| (?<rule>3\.\d+[^|]*) \| (?<what>[^|]*) \| (?<tests>[^|]*) \|$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex TableRow();

    [GeneratedRegex(@"\b(void|Task) (?<name>Rule3_(?<section>\d+)_(?<rule>[^_(]+)\w*)\(", RegexOptions.ExplicitCapture)]
    private static partial Regex RuleTest();

    [GeneratedRegex(@"^public (abstract |sealed |partial )*class (?<name>\w+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Class();

    private sealed record ContractRow(string Rule, string What, string Listed)
    {
        public IReadOnlyList<string> Tests { get; } = [.. NamedTest().Matches(Listed).Select(static match => match.Groups["test"].Value)];

        public bool HasNoneForAReason => Listed.StartsWith("n/a: ", StringComparison.Ordinal);
    }

    [GeneratedRegex(@"`(?<test>\w+\.\w+)`", RegexOptions.ExplicitCapture)]
    private static partial Regex NamedTest();
}
