using System.Reflection;
using System.Text.RegularExpressions;

namespace SnapshotKv.Tests.GoFaults;

/// <summary><c>docs/faults-of-the-original.md</c> has a row for each fault, and each test it names exists.</summary>
public sealed partial class FaultTableTests
{
    private const string Document = "docs/faults-of-the-original.md";
    private const int Faults = 40;

    [Fact]
    public void Table_HasEveryNumberOnce()
    {
        var numbers = Row().Matches(Repository.Read(Document)).Select(match => int.Parse(match.Groups["number"].Value));

        numbers.ShouldBe(Enumerable.Range(1, Faults));
    }

    [Fact]
    public void Table_EveryRow_NamesATestOrSaysWhyThereIsNone()
    {
        foreach (Match row in Row().Matches(Repository.Read(Document)))
        {
            var answer = row.Groups["answer"].Value;
            (Test().IsMatch(answer) || answer.Contains("Cannot arise", StringComparison.Ordinal) || answer.Contains("Still so", StringComparison.Ordinal) || answer.Contains("Not confirmed", StringComparison.Ordinal))
                .ShouldBeTrue($"fault {row.Groups["number"].Value}: {answer}");
        }
    }

    [Fact]
    public void Table_EveryTestItNames_Exists()
    {
        var tests = typeof(FaultTableTests).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Instance).Where(method => method.GetCustomAttributes<FactAttribute>().Any()), (type, method) => $"{type.Name}.{method.Name}")
            .ToHashSet(StringComparer.Ordinal);

        var named = Test().Matches(Repository.Read(Document)).Select(match => match.Groups["test"].Value).ToList();

        named.Where(name => !tests.Contains(name)).ShouldBeEmpty();
        named.Count.ShouldBeGreaterThan(25);
    }

    [Fact]
    public void EveryTestOfAFault_StandsInItsRow()
    {
        var rows = Row().Matches(Repository.Read(Document)).ToDictionary(match => int.Parse(match.Groups["number"].Value), match => match.Groups["answer"].Value);
        var tests = typeof(FaultTableTests).Assembly.GetTypes().Where(type => type.Namespace == typeof(FaultTableTests).Namespace)
            .SelectMany(type => type.GetMethods().Where(method => method.GetCustomAttributes<FactAttribute>().Any()))
            .Where(method => method.Name.StartsWith("Fault", StringComparison.Ordinal));

        foreach (var test in tests)
        {
            rows[int.Parse(test.Name.AsSpan("Fault".Length, 2))].ShouldContain($"`{test.DeclaringType!.Name}.{test.Name}`");
        }
    }

    [GeneratedRegex(@"^\| (?<number>\d+) \| [^|]+ \| (?<answer>[^|]+) \|$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Row();

    [GeneratedRegex(@"`(?<test>\w+Tests\.\w+)`", RegexOptions.ExplicitCapture)]
    private static partial Regex Test();
}
