using System.Text.RegularExpressions;

namespace SnapshotKv.Tests.Architecture;

/// <summary>Nothing in the repository names a place of the machine it was written on.</summary>
public sealed partial class MachinePathTests
{
    private static readonly string[] Patterns = ["*.cs", "*.csproj", "*.props", "*.md", "*.txt", "*.py", "*.sh", "*.cake", "*.sln", "*.json", "run"];

    [Fact]
    public void Files_ThatPeopleWrite_NameNoMachinePath()
    {
        var wrong =
            from pattern in Patterns
            from file in Repository.Files(".", pattern)
            where !file.StartsWith("tests/fixtures/", StringComparison.Ordinal)
            from Match match in MachinePath().Matches(Repository.Read(file))
            select $"{file}: {match.Value}";

        wrong.ShouldBeEmpty();
    }

    [Fact]
    public void MachinePath_OnAPathOfAMachine_Matches()
    {
        MachinePath().IsMatch("see " + "/home" + "/someone/project").ShouldBeTrue();
        MachinePath().IsMatch("in /tmp or /data/store").ShouldBeFalse();
    }

    // Tests speak of /home/app and /home/data, which nobody has.
    [GeneratedRegex(@"(?<![\w.])(/work/|/home/(?!app\b|data\b)|/Users/|/tmp/|/root/\w|[A-Z]:\\Users\\)[\w.-]+", RegexOptions.ExplicitCapture)]
    private static partial Regex MachinePath();
}
