using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;

namespace SnapshotKv.Tests.Diagnostics;

/// <summary>Finds the log messages of a package in its compiled code, and judges them all by the same rules.</summary>
internal static partial class LogMessages
{
    /// <summary>What a placeholder is called that stands for a key, or for what keys are made of. An adapter's prefix is none: it is a setting, the same for all its keys.</summary>
    private static readonly string[] KeyNames = ["Key", "Keys", "Tag", "Tags", "UserName", "SessionId", "SessionKey"];

    private static readonly string[] ValueNames = ["Value", "Values", "Entry", "Content", "Data", "OldValue", "NewValue"];

    /// <summary>Types in which a value could hide.</summary>
    private static readonly Type[] ValueTypes = [typeof(object), typeof(byte[]), typeof(ReadOnlyMemory<byte>), typeof(Stream), typeof(KvStore), typeof(IKvStore)];

    /// <summary>A message: its id, its level, its text, and the method that logs it.</summary>
    public sealed record Message(int Id, LogLevel Level, string Text, MethodInfo Method)
    {
        public override string ToString() => $"{Id} {Method.DeclaringType!.Name}.{Method.Name}";
    }

    public static IReadOnlyList<Message> Of(Assembly assembly) =>
    [
        .. from type in assembly.GetTypes()
           from method in type.GetMethods(BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
           let attribute = method.GetCustomAttribute<LoggerMessageAttribute>()
           where attribute is not null
           orderby attribute.EventId
           select new Message(attribute.EventId, attribute.Level, attribute.Message, method),
    ];

    /// <summary>Each message has an id of its own, and each id is a constant of the list and belongs to a message of the same name.</summary>
    public static void ShouldHaveStableIds(IReadOnlyList<Message> messages, Type list)
    {
        messages.Select(message => message.Id).ShouldBeUnique();
        var constants = list.GetFields(BindingFlags.Static | BindingFlags.Public).Where(field => field.IsLiteral).ToDictionary(field => (int)field.GetRawConstantValue()!, field => field.Name);
        constants.Keys.ShouldBe(messages.Select(message => message.Id), ignoreOrder: true);
        foreach (var message in messages)
        {
            // An adapter's messages leave out its name, which their class has.
            constants[message.Id].ShouldEndWith(message.Method.Name, customMessage: message.ToString());
        }
    }

    /// <summary>Values stand in no message; keys at Debug and below only.</summary>
    public static void ShouldTellNoData(IReadOnlyList<Message> messages)
    {
        foreach (var message in messages)
        {
            var placeholders = Placeholder().Matches(message.Text).Select(match => match.Groups["name"].Value).ToList();
            placeholders.Intersect(ValueNames).ShouldBeEmpty($"{message} tells a value");
            message.Method.GetParameters().Select(parameter => parameter.ParameterType).Intersect(ValueTypes).ShouldBeEmpty($"{message} could tell a value");
            if (message.Level > LogLevel.Debug)
            {
                placeholders.Intersect(KeyNames).ShouldBeEmpty($"{message} tells a key at {message.Level}");
            }
        }
    }

    /// <summary>Nothing is logged beside the generated messages: text put together by hand has no id, and no test sees what is in it.</summary>
    public static void SourcesLogOnlyByGeneratedMessages(string sources) =>
        Repository.Files(sources, "*.cs").Where(file => HandwrittenLog().IsMatch(Repository.Read(file))).ShouldBeEmpty();

    /// <summary>A guide lists the messages, and no other, as rows of a table: <c>| id | level | …</c>.</summary>
    public static void ShouldBeListedIn(string guide, IReadOnlyList<Message> messages, int first, int last)
    {
        var listed = Row().Matches(Repository.Read(guide))
            .Select(match => (Id: int.Parse(match.Groups["id"].Value), Level: match.Groups["level"].Value))
            .Where(row => row.Id >= first && row.Id <= last)
            .ToList();

        listed.ShouldBe(messages.Select(message => (message.Id, message.Level.ToString())));
    }

    [GeneratedRegex(@"\{(?<name>\w+)[^}]*\}", RegexOptions.ExplicitCapture)]
    private static partial Regex Placeholder();

    [GeneratedRegex(@"\.Log(Trace|Debug|Information|Warning|Error|Critical)\(|LoggerMessage\.Define")]
    private static partial Regex HandwrittenLog();

    [GeneratedRegex(@"^\| (?<id>\d+) \| (?<level>Trace|Debug|Information|Warning|Error|Critical) \|", RegexOptions.ExplicitCapture | RegexOptions.Multiline)]
    private static partial Regex Row();
}
