using System.Reflection;
using System.Text.RegularExpressions;

namespace SnapshotKv.Tests.GoFaults;

/// <summary><c>docs/behaviour-of-the-original.md</c> has a row for each behaviour of the original's blobs, expiry and operations, and the tests it names exist.</summary>
public sealed partial class BehaviourTableTests
{
    private const string Document = "docs/behaviour-of-the-original.md";

    [Theory]
    [InlineData('B', 14)]
    [InlineData('E', 12)]
    [InlineData('O', 20)]
    public void Table_OfEachKind_HasEveryNumberOnce(char kind, int count)
    {
        var numbers = Rows().Where(row => row.Groups["kind"].Value[0] == kind).Select(row => int.Parse(row.Groups["number"].Value));

        numbers.ShouldBe(Enumerable.Range(1, count));
    }

    [Fact]
    public void Table_EveryRow_NamesTestsThatExist()
    {
        var tests = typeof(BehaviourTableTests).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Instance).Where(method => method.GetCustomAttributes<FactAttribute>().Any()), (type, method) => $"{type.Name}.{method.Name}")
            .ToHashSet(StringComparer.Ordinal);

        foreach (var row in Rows())
        {
            var named = Test().Matches(row.Groups["tests"].Value).Select(match => match.Groups["test"].Value).ToList();
            named.ShouldNotBeEmpty(row.Value);
            named.Where(name => !tests.Contains(name)).ShouldBeEmpty(row.Value);
        }
    }

    [Theory]
    [InlineData(typeof(BlobBehaviourTests))]
    [InlineData(typeof(ExpiryBehaviourTests))]
    [InlineData(typeof(OperationBehaviourTests))]
    public void EveryTestOfABehaviour_StandsInARow(Type type)
    {
        var text = Repository.Read(Document);
        foreach (var test in type.GetMethods().Where(method => method.GetCustomAttributes<FactAttribute>().Any()))
        {
            text.ShouldContain($"`{type.Name}.{test.Name}`");
        }
    }

    private static IReadOnlyList<Match> Rows() => Row().Matches(Repository.Read(Document));

    [GeneratedRegex(@"^\| (?<kind>[A-Z])(?<number>\d+) \| [^|]+ \| [^|]+ \| (?<tests>[^|]+) \|$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Row();

    [GeneratedRegex(@"`(?<test>\w+Tests\.\w+)`", RegexOptions.ExplicitCapture)]
    private static partial Regex Test();
}
