using System.Globalization;
using System.Reflection;
using System.Text;

namespace SnapshotKv.Tests;

/// <summary>The public API of an assembly as text, one member a line, and its comparison with the committed listing.</summary>
internal static class PublicApi
{
    /// <summary>Set to 1, the listing is rewritten instead of compared.</summary>
    public const string UpdateVariable = "UPDATE_API";

    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly NullabilityInfoContext Nullability = new();

    /// <summary>Compares, and says what is new, what is gone, and how to accept it.</summary>
    public static void ShouldBeListed(Assembly assembly, string listing)
    {
        var actual = Describe(assembly);
        if (Environment.GetEnvironmentVariable(UpdateVariable) == "1")
        {
            File.WriteAllText(Repository.PathOf(listing), actual);
        }

        var before = Repository.Read(listing).Split('\n');
        var after = actual.Split('\n');
        var difference = before.Except(after).Select(line => "- " + line).Concat(after.Except(before).Select(line => "+ " + line)).ToList();
        difference.ShouldBeEmpty(
            $"The public API of {assembly.GetName().Name} is not what {listing} says. If that is meant, run the test with {UpdateVariable}=1 and commit the listing with a line in CHANGELOG.md.");
        actual.ShouldBe(Repository.Read(listing), "only the order differs");
    }

    public static string Describe(Assembly assembly)
    {
        var text = new StringBuilder();
        foreach (var type in assembly.GetExportedTypes().OrderBy(type => type.FullName, StringComparer.Ordinal))
        {
            text.Append(DescribeType(type)).Append('\n');
            foreach (var member in type.GetMembers(Declared).Where(IsVisible).Select(DescribeMember).OfType<string>().Order(StringComparer.Ordinal))
            {
                text.Append("  ").Append(member).Append('\n');
            }

            text.Append('\n');
        }

        return text.ToString().TrimEnd('\n') + "\n";
    }

    private static string DescribeType(Type type)
    {
        var kind = type switch
        {
            { IsEnum: true } => "enum",
            { IsInterface: true } => "interface",
            { IsValueType: true } => "struct",
            { IsAbstract: true, IsSealed: true } => "static class",
            { IsAbstract: true } => "abstract class",
            { IsSealed: true } => "sealed class",
            _ => "class",
        };
        var bases = type.GetInterfaces().Select(Name).Order(StringComparer.Ordinal).ToList();
        if (type.BaseType is { } parent && parent != typeof(object) && parent != typeof(ValueType) && parent != typeof(Enum))
        {
            bases.Insert(0, Name(parent));
        }

        return $"{kind} {type.FullName}{(bases.Count > 0 && !type.IsEnum ? " : " + string.Join(", ", bases) : "")}";
    }

    private static bool IsVisible(MemberInfo member) => member switch
    {
        MethodBase method => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly,
        FieldInfo field => field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly,
        PropertyInfo property => property.GetAccessors(nonPublic: true).Any(IsVisible),
        EventInfo handled => IsVisible(handled.AddMethod!),
        _ => false,
    };

    private static string? DescribeMember(MemberInfo member) => member switch
    {
        // Accessors stand with their property.
        MethodInfo { IsSpecialName: true } method when !method.Name.StartsWith("op_", StringComparison.Ordinal) => null,
        MethodInfo method => $"{Modifiers(method)}{NullableName(Nullability.Create(method.ReturnParameter))} {method.Name}{Generic(method)}({Parameters(method)})",
        ConstructorInfo constructor => $"{Modifiers(constructor)}new({Parameters(constructor)})",
        FieldInfo { DeclaringType.IsEnum: true } field => field.IsLiteral ? $"{field.Name} = {Convert.ToInt64(field.GetRawConstantValue(), CultureInfo.InvariantCulture)}" : null,
        FieldInfo { IsLiteral: true } field => $"const {Name(field.FieldType)} {field.Name} = {field.GetRawConstantValue()}",
        FieldInfo field => $"{(field.IsStatic ? "static " : "")}{NullableName(Nullability.Create(field))} {field.Name}",
        PropertyInfo property => $"{Modifiers(property.GetAccessors(nonPublic: true)[0])}{NullableName(Nullability.Create(property))} {property.Name} {{ {Accessors(property)}}}",
        EventInfo handled => $"event {Name(handled.EventHandlerType!)} {handled.Name}",
        _ => null,
    };

    private static string Modifiers(MethodBase method) =>
        (method.IsPublic ? "" : "protected ") + (method.IsStatic ? "static " : "") + (method.DeclaringType!.IsInterface ? "" : method.IsAbstract ? "abstract " : method is { IsVirtual: true, IsFinal: false } ? "virtual " : "");

    private static string Accessors(PropertyInfo property)
    {
        var text = "";
        if (property.GetMethod is { } get && IsVisible(get))
        {
            text += "get; ";
        }

        if (property.SetMethod is { } set && IsVisible(set))
        {
            text += set.ReturnParameter.GetRequiredCustomModifiers().Any(modifier => modifier.Name == "IsExternalInit") ? "init; " : "set; ";
        }

        return text;
    }

    private static string Generic(MethodInfo method) =>
        method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(argument => argument.Name))}>" : "";

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(parameter =>
    {
        var direction = parameter.IsOut ? "out " : parameter.IsIn ? "in " : parameter.ParameterType.IsByRef ? "ref " : "";
        var fallback = parameter.HasDefaultValue ? $" = {parameter.DefaultValue switch { null => "default", "" => "\"\"", string text => $"\"{text}\"", var value => value }}" : "";
        return $"{direction}{NullableName(Nullability.Create(parameter))} {parameter.Name}{fallback}";
    }));

    /// <summary>A type with the question marks of nullable references, at its top and in its arguments.</summary>
    private static string NullableName(NullabilityInfo info)
    {
        var type = info.Type.IsByRef ? info.Type.GetElementType()! : info.Type;
        var mark = !type.IsValueType && !type.IsGenericParameter && info.ReadState == NullabilityState.Nullable ? "?" : "";
        if (info.GenericTypeArguments.Length > 0 && type.IsGenericType && Nullable.GetUnderlyingType(type) is null)
        {
            return $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", info.GenericTypeArguments.Select(NullableName))}>{mark}";
        }

        return Name(type) + mark;
    }

    private static string Name(Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return Name(underlying) + "?";
        }

        if (type.IsByRef || type.IsArray)
        {
            return Name(type.GetElementType()!) + (type.IsArray ? "[]" : "");
        }

        return type.IsGenericType
            ? $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>"
            : type.Name;
    }
}
